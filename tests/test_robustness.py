"""Hostile and broken input: the bad file is named, the good one beside it is still reported."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import xentlint

ROOT = str(Path(xentlint.__file__).parent.parent)
SECONDS = 10
"""Of processor time; a busy machine may make them longer."""
PATIENCE = 60

GOOD = """from tensorflow import keras

model = keras.Sequential([keras.layers.Dense(10)])
model.compile("adam", loss="categorical_crossentropy")
"""
"""One defect, on line 4: no activation before a loss that expects probabilities."""


def deep(opening: str, inner: str, closing: str, depth: int) -> str:
    return opening * depth + inner + closing * depth


def chain(length: int) -> str:
    """Functions that call each other, ``length`` deep, around the head."""
    calls = "\n".join(f"def f{i}(x):\n    return f{i + 1}(x)" for i in range(length))
    return (
        "from tensorflow import keras\n"
        f"{calls}\n"
        f"def f{length}(x):\n    return x\n"
        "inputs = keras.Input((4,))\n"
        "model = keras.Model(inputs, f0(keras.layers.Dense(10)(inputs)))\n"
        'model.compile("adam", loss="categorical_crossentropy")\n'
    )


def branches(count: int) -> str:
    """One ``if`` with very many ``elif``, each with its own head."""
    arms = "\n".join(f'elif n == {i}:\n    a = "relu"' for i in range(count))
    return (
        "import sys\nfrom tensorflow import keras\nn = len(sys.argv)\n"
        f'if n == -1:\n    a = "tanh"\n{arms}\nelse:\n    a = None\n'
        "model = keras.Sequential([keras.layers.Dense(10, activation=a)])\n"
        'model.compile("adam", loss="categorical_crossentropy")\n'
    )


def generated(megabytes: int) -> str:
    """A machine-written table with a defect after it."""
    row = "    [" + ", ".join(["0.123456"] * 100) + "],\n"
    rows = row * (megabytes * 1_000_000 // len(row))
    return f"TABLE = [\n{rows}]\n{GOOD}"


LAMBDAS = "x = " + "lambda: " * 1000 + "0\n"
NOT_PYTHON: dict[str, bytes] = {
    "syntax error": GOOD.encode() + b"def f(:\n    pass\n",
    "unclosed bracket": GOOD.encode() + b"x = (1,\n",
    "unclosed string": GOOD.encode() + b'"""open\n',
    "bad indentation": GOOD.encode() + b"  x = 1\n",
    "python 2": GOOD.encode() + b'print "loss", model\n',
    "python 2 except": GOOD.encode() + b"try:\n    x = `model`\nexcept ValueError, e:\n    pass\n",
    "latin-1 without a cookie": GOOD.encode() + "# m\xfcde\n".encode("latin-1"),
    "utf-16": GOOD.encode("utf-16"),
    "nul bytes": GOOD.encode() + b"x = 1\x00\n",
    "unknown encoding": b"# -*- coding: no-such-encoding -*-\n" + GOOD.encode(),
}
"""Cannot be read as Python: must be named."""

PYTHON: dict[str, tuple[bytes, int]] = {
    "latin-1 with a cookie": (
        "# -*- coding: latin-1 -*-\n# m\xfcde\n".encode("latin-1") + GOOD.encode(),
        6,
    ),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), 4),
    "crlf": (GOOD.replace("\n", "\r\n").encode(), 4),
    "form feed": (b"\x0c\n" + GOOD.encode(), 5),
    "no final newline": (GOOD.rstrip().encode(), 4),
    "tabs": (b"if True:\n\tpass\n" + GOOD.encode(), 6),
    "names beyond ascii": ("größe = 3\n変数 = 4\n".encode() + GOOD.encode(), 6),
    "a long line": (b'x = "' + b"a" * 900_000 + b'"\n' + GOOD.encode(), 5),
}
"""Python all the same: its own defect is reported, on this line."""

HARD: dict[str, Callable[[], str]] = {
    "10 MB generated": lambda: generated(10),
    "brackets 1,000 deep": lambda: "x = " + deep("(", "1", ")", 1000) + "\n" + GOOD,
    "lists 1,000 deep": lambda: "x = " + deep("[", "", "]", 1000) + "\n" + GOOD,
    "calls 1,000 deep": lambda: GOOD + "y = " + deep("model(", "0", ")", 1000) + "\n",
    "methods 1,000 long": lambda: GOOD + "y = model" + ".build()" * 1000 + "\n",
    "subscripts 1,000 long": lambda: GOOD + "y = model" + "[0]" * 1000 + "\n",
    "negations 1,000 deep": lambda: "x = " + "not " * 1000 + "0\n" + GOOD,
    "lambdas 1,000 deep": lambda: LAMBDAS + GOOD,
    "conditions 1,000 deep": lambda: "x = " + "1 if x else " * 1000 + "0\n" + GOOD,
    "blocks 90 deep": lambda: (
        GOOD + "".join("    " * i + "if model:\n" for i in range(90)) + "    " * 90 + "pass\n"
    ),
    "functions 1,000 deep": lambda: chain(1000),
    "5,000 terms": lambda: "x = " + " + ".join(["1"] * 5000) + "\n" + GOOD,
    "5,000 strings": lambda: "x = (" + "\n".join(['"a"'] * 5000) + ")\n" + GOOD,
    "3,000 elif": lambda: branches(3000),
    "5,000 layers": lambda: GOOD.replace(
        "[keras.layers.Dense(10)]",
        "[\n" + "keras.layers.Dense(10),\n" * 5000 + "]",
    ),
    "a function of itself": lambda: "def f(x):\n    return f(x)\ny = f(f)\n" + GOOD,
    "two functions of each other": lambda: (
        "def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\ny = f(0)\n" + GOOD
    ),
    "a class of itself": lambda: "class A(A):\n    def __init__(self): self.a = A()\nA()\n" + GOOD,
    "a list in itself": lambda: "a = []\na.append(a)\na += a\n" + GOOD,
    "endless loop": lambda: "x = []\nwhile True:\n    x = [x, x]\n" + GOOD,
}
"""Python that costs: its own defect is reported, or what was not followed, or it is named."""


def check(
    *arguments: str, cwd: Path, command: str = "check", under: Sequence[str] = ()
) -> tuple[int, dict[str, Any]]:
    """``under``: a command that runs this one."""
    environment = dict(os.environ, PYTHONPATH=ROOT, PYTHONIOENCODING="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*under, sys.executable, "-m", "xentlint", command, "--output-format", "json", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < SECONDS, f"{spent:.1f} s"
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, json.loads(done.stdout)


def found(report: dict[str, Any], name: str) -> list[int]:
    """Lines of the findings in a file."""
    return [one["line"] for one in report["findings"] if Path(one["path"]).name == name]


def named(report: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The errors about a file."""
    return [one for one in report["errors"] if Path(one["path"]).name == name]


def beside(folder: Path, data: bytes) -> tuple[int, dict[str, Any]]:
    """Check a folder that holds this data as ``bad.py``, between two good files."""
    for name in ("a_good.py", "z_good.py"):
        (folder / name).write_text(GOOD)
    (folder / "bad.py").write_bytes(data)
    status, report = check(".", cwd=folder)
    assert found(report, "a_good.py") == [4]
    assert found(report, "z_good.py") == [4]
    return status, report


@pytest.mark.parametrize("case", NOT_PYTHON)
def test_what_cannot_be_read_is_named(case: str, tmp_path: Path) -> None:
    status, report = beside(tmp_path, NOT_PYTHON[case])
    (error,) = named(report, "bad.py")
    assert error["kind"] in ("syntax", "encoding")
    assert error["message"].strip()
    assert found(report, "bad.py") == []
    assert status == 2


@pytest.mark.parametrize("case", PYTHON)
def test_python_is_read_however_it_is_written(case: str, tmp_path: Path) -> None:
    data, line = PYTHON[case]
    status, report = beside(tmp_path, data)
    assert report["errors"] == []
    assert found(report, "bad.py") == [line]
    assert status == 1


@pytest.mark.parametrize("case", HARD)
def test_what_costs_is_read_or_named(case: str, tmp_path: Path) -> None:
    status, report = beside(tmp_path, HARD[case]().encode())
    errors = named(report, "bad.py")
    if errors:
        assert all(error["message"].strip() for error in errors)
        assert "internal" not in {error["kind"] for error in errors}, errors
        assert status == 2
    elif found(report, "bad.py"):
        assert len(found(report, "bad.py")) == 1
        assert status == 1
    else:
        _, audit = check("bad.py", cwd=tmp_path, command="audit")
        (use,) = [one for one in audit["uses"] if one["verdict"] == "undecided"]
        assert use["reason"]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"# keras loss=\n", b"\xef\xbb\xbf"])
def test_nothing_in_it_is_nothing_to_say(data: bytes, tmp_path: Path) -> None:
    status, report = beside(tmp_path, data)
    assert report["errors"] == []
    assert found(report, "bad.py") == []
    assert status == 1


def test_data_without_a_candidate_is_passed_over(tmp_path: Path) -> None:
    status, report = beside(tmp_path, b"X = [\n" + b"    0.123456,\n" * 800_000 + b"]\n")
    assert report["errors"] == []
    assert status == 1


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD)
    os.mkfifo(tmp_path / "x.py")
    _, report = check(".", cwd=tmp_path)
    assert found(report, "good.py") == [4]
    status, report = check("x.py", "good.py", cwd=tmp_path)
    assert found(report, "good.py") == [4]
    assert named(report, "x.py")
    assert status == 2


def test_a_dangling_link_takes_nothing_down(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "x.py").symlink_to("nowhere.py")
    _, report = check(".", cwd=tmp_path)
    assert found(report, "good.py") == [4]
    status, report = check("x.py", "good.py", cwd=tmp_path)
    assert found(report, "good.py") == [4]
    assert named(report, "x.py")
    assert status == 2


def test_a_loop_of_folders_ends(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "good.py").write_text(GOOD)
    (inner / "up").symlink_to(tmp_path, target_is_directory=True)
    status, report = check(".", cwd=tmp_path)
    assert found(report, "good.py") == [4]
    assert report["errors"] == []
    assert status == 1


def test_a_folder_may_be_named_like_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "x.py"
    folder.mkdir()
    (folder / "good.py").write_text(GOOD)
    status, report = check(".", cwd=tmp_path)
    assert found(report, "good.py") == [4]
    assert report["errors"] == []
    assert status == 1


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD)
    status, report = check("absent.py", "absent", "good.py", cwd=tmp_path)
    assert found(report, "good.py") == [4]
    assert named(report, "absent.py")
    assert named(report, "absent")
    assert status == 2


def test_a_name_may_be_any_bytes(tmp_path: Path) -> None:
    name = b"m\xfcde\n.py"
    (tmp_path / "good.py").write_text(GOOD)
    with open(os.fsencode(tmp_path) + b"/" + name, "w") as file:
        file.write(GOOD)
    status, report = check(".", cwd=tmp_path)
    assert found(report, "good.py") == [4]
    assert len(report["findings"]) == 2
    assert status == 1


def as_nobody_special() -> list[str]:
    """What makes root obey the modes of its own files; skips where nothing does."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("everything is readable to root")
    return [setpriv, "--bounding-set=-dac_override,-dac_read_search"]


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
@pytest.mark.parametrize("folder", [False, True])
def test_what_may_not_be_read_is_named(folder: bool, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD)
    shut = tmp_path / "shut"
    if folder:
        shut.mkdir()
    else:
        shut = tmp_path / "shut.py"
        shut.write_text(GOOD)
    shut.chmod(0)
    try:
        status, report = check(".", cwd=tmp_path, under=as_nobody_special())
    finally:
        shut.chmod(0o700)
    assert found(report, "good.py") == [4]
    assert named(report, shut.name)
    assert status == 2


def test_what_python_thinks_of_strings_is_not_said(tmp_path: Path) -> None:
    """``"\\d"`` is a warning of Python's own, from 3.12 on for everyone to see."""
    odd = 'import re\npattern = "[\\d]" "\\]"\nre.sub("\\w", f"{pattern}\\d", "")\n'
    (tmp_path / "odd.py").write_text(odd + GOOD)
    ran = subprocess.run(
        [sys.executable, "-W", "always", "-m", "xentlint", "check", "odd.py", "--diff"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env=dict(os.environ, PYTHONPATH=ROOT),
    )  # fmt: skip
    assert "+++ b/odd.py" in ran.stdout
    assert "Warning" not in ran.stderr


def test_a_module_that_imports_itself(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("import good\nfrom good import model\n" + GOOD)
    status, report = check(".", cwd=tmp_path)
    assert found(report, "good.py") == [6]
    assert status == 1


def test_a_broken_neighbour_is_no_reason_to_stop(tmp_path: Path) -> None:
    """The import of a module that cannot be parsed is an unknown, not an end."""
    (tmp_path / "broken.py").write_text("def f(:\n    categorical_crossentropy\n")
    (tmp_path / "good.py").write_text("from broken import f\nfrom broken import *\n" + GOOD)
    status, report = check("good.py", cwd=tmp_path)
    assert found(report, "good.py") == [6]
    assert status in (1, 2)
