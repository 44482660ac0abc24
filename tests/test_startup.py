"""What a run costs before it does anything: the modules that it imports, its processor time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from saved import build, fuzz, hdf5_build

import xentlint

if os.name == "posix":
    import resource

ROOT = str(Path(xentlint.__file__).parent.parent)
GOOD = build.sequential(
    build.dense(3, "softmax"),
    compile_config=build.compiled(build.from_logits(False), ["accuracy"]),
)
TRAINED = {
    **build.sequential(build.dense(3, "softmax")),
    "training_config": {"loss": build.from_logits(False)},
}
MODELS = {
    "m.keras": build.keras_zip(GOOD),
    "bad.keras": build.keras_zip(build.faulty()),
    "m.h5": hdf5_build.attributes(
        model_config=json.dumps(build.sequential(build.dense(3, "softmax"))).encode(),
        training_config=json.dumps({"loss": build.from_logits(False)}).encode(),
    ),
    "model.json": json.dumps(GOOD).encode(),
    "old/saved_model.pb": build.saved_model(TRAINED),
    "new/saved_model.pb": build.saved_model(),
    "new/keras_metadata.pb": build.keras_metadata(TRAINED),
    "m.onnx": build.onnx([("Softmax", ["x"], ["y"])], "y"),
    "m.tflite": fuzz.tflite(),
}
PROJECT = '[project]\nname = "p"\ndependencies = [\n  "xentlint==1",\n  "keras",\n]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in MODELS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "a.py").write_text("print('hello')\n")
    # The everyday case: a project that uses xentlint and has nothing to set.
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    return tmp_path


def modules(program: str, *arguments: str, cwd: Path) -> set[str]:
    """What a program has imported in the end."""
    program = f"import sys; sys.path.append({ROOT!r})\n{program}\nprint('\\nMODULES', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, *arguments],  # -S: what `site` brings hides nothing
        cwd=cwd, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stdout.rpartition("MODULES")[2].split())


RUN = "from xentlint.cli import main; assert main(sys.argv[1:]) in (0, 1)"
INSPECT = "import xentlint; xentlint.inspect_model(sys.argv[1])"


def imported(*arguments: str, cwd: Path) -> set[str]:
    return modules(RUN, *arguments, cwd=cwd)


def test_what_is_not_needed_is_not_imported(folder: Path) -> None:
    heavy = {"libcst", "dataclasses", "tomllib", "tomli", "importlib.metadata", "subprocess"}
    for arguments in (["--version"], ["check", "a.py"], ["rule"]):
        assert not imported(*arguments, cwd=folder) & heavy, arguments


@pytest.mark.parametrize("name", sorted({name.partition("/")[0] for name in MODELS}))
def test_a_model_is_read_with_json_zlib_and_struct_alone(folder: Path, name: str) -> None:
    """No other module of Python's own: not argparse, not typing, not a single one."""
    given = modules("import __future__, os, json, zlib, struct, collections.abc, gc", cwd=folder)
    for found in (
        imported("check", name, cwd=folder),
        imported("inspect", name, cwd=folder),
        modules(INSPECT, name, cwd=folder),
    ):
        assert {one for one in found - given if not one.startswith("xentlint")} == set()
        assert "xentlint.saved.reading" in found


def test_options_bring_argparse_and_what_it_brings(folder: Path) -> None:
    given = modules(
        "import __future__, os, json, zlib, struct, collections.abc, gc, argparse", cwd=folder
    )
    found = imported("check", "-q", "--select", "XL101", "m.keras", cwd=folder)
    assert {one for one in found - given if not one.startswith("xentlint")} == set()


READERS = {
    "m.keras": {"containers", "zipfiles"},
    "m.h5": {"hdf5_model", "hdf5"},
    "model.json": set(),
    # Graphs of all kinds share one door.
    "m.onnx": {"onnx", "graphs", "saved_model"},
    "m.tflite": {"tflite", "graphs", "saved_model"},
}
ALL = {"containers", "zipfiles", "hdf5_model", "hdf5", "hdf5_dense", "onnx", "graphs", "tflite",
       "saved_model", "tfjs", "textgraph", "remote", "edit"}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_each_format_loads_its_own_reader(folder: Path, name: str) -> None:
    found = {one.rpartition(".")[2] for one in imported("check", name, cwd=folder)}
    assert found & ALL == READERS[name]


def test_what_only_findings_need_comes_with_a_finding(folder: Path) -> None:
    late = {"xentlint.offers", "xentlint.saved.suggest", "xentlint.report.text"}
    never = {"xentlint.repair", "xentlint.parsing", "xentlint.sourcefiles", "xentlint.front"}
    assert not imported("check", "m.keras", cwd=folder) & (late | never)
    found = imported("check", "bad.keras", cwd=folder)
    assert found >= late
    assert not found & (never | {"xentlint.saved.hdf5", "xentlint.saved.edit", "xentlint.writing"})


# Bytecode is kept, as it is in an installation.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: list[str], cwd: Path) -> float:
    """Processor time: what else the machine does at the moment does not count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in (0, 1), done.stderr
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.skipif(os.name != "posix", reason="processor time of a child")
def test_start_up_costs_little(folder: Path) -> None:
    """Twice the time of ``python -c "import json"`` is the price; the best of several, in turn.

    An alarm for an import too many, with room for a busy machine: benchmarks/ has the figure.
    """
    limits = {"--version": 1.5, "check m.keras": 2.2, "inspect m.keras": 2.2, "check a.py": 2.5}
    commands = {"json": ["-c", "import json"]}
    commands |= {line: ["-m", "xentlint", *line.split()] for line in limits}
    rounds = [
        {name: seconds([sys.executable, *rest], folder) for name, rest in commands.items()}
        for _ in range(15)
    ]
    best = {name: min(one[name] for one in rounds) for name in commands}
    for name, limit in limits.items():
        assert best[name] < limit * best["json"], best
