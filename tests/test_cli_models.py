"""Saved models on the command line: inspected, found in folders, mended, behind addresses."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from saved import build, hdf5_build
from test_saved_remote import Server, server

import xentlint
from xentlint import cli, report
from xentlint.parsers import size

SOURCE = """\
import keras
model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
"""
FAULTY = build.keras_zip(build.faulty())
GOOD = build.keras_zip(
    build.sequential(
        build.dense(3, "softmax"), compile_config=build.compiled(build.from_logits(False))
    )
)
LOGITS = build.sequential(
    build.dense(1),
    compile_config=build.compiled("binary_crossentropy", ["accuracy", "AUC"]),
)
__all__ = ["server"]  # a fixture

SWITCH = "config.json: compile_config.loss.config.from_logits"


METADATA = {
    **build.sequential(build.dense(3, "softmax")),
    "training_config": {"loss": build.from_logits()},
}


class Done(NamedTuple):
    """What a command line came to."""

    status: int
    out: str
    err: str

    def findings(self) -> list[tuple[str, str, str | None]]:
        found = json.loads(self.out)["findings"]
        return [(item["code"], Path(item["path"]).as_posix(), item["pointer"]) for item in found]


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Done:
        status = cli.main(list(arguments))
        return Done(status, *capsys.readouterr())

    return call


def put(top: Path, files: dict[str, bytes | str]) -> None:
    for name, data in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(data.encode() if isinstance(data, str) else data)


def test_inspect_as_text(tmp_path: Path, run: Run) -> None:
    put(tmp_path, {"m.keras": FAULTY, "good.keras": GOOD})
    done = run("inspect", "m.keras", "good.keras")
    assert done.status == 1
    assert "head dense: simplex (softmax), 3 units" in done.out
    assert f"from_logits=True  [{SWITCH}]" in done.out
    assert "error XL101" in done.out
    assert done.out.count("verdict:") == 2
    assert run("inspect", "good.keras").status == 0


def test_inspect_as_json(tmp_path: Path, run: Run) -> None:
    put(tmp_path, {"sm/saved_model.pb": build.saved_model(METADATA), "train.py": SOURCE})
    done = run("inspect", "--output-format", "json", "sm", "train.py", "missing.h5")
    assert done.status == 2, "one model was read, two paths were none"
    assert done.err.count("xentlint: error: ") == 2
    found = json.loads(done.out)
    assert found["schema"] == 1
    assert [model["verdict"] for model in found["models"]] == [
        "findings", "not-checked", "not-checked",
    ]  # fmt: skip
    loss = found["models"][0]["losses"][0]
    assert (loss["verdict"], loss["from_logits"]) == ("XL101", True)
    assert found["models"][0]["heads"][0]["units"] == 3


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_a_path_that_is_not_there_is_taken_for_the_nearest(
    tmp_path: Path, run: Run, form: str
) -> None:
    put(tmp_path, {"model.keras": GOOD, "sub/clear.keras": GOOD})
    done = run("inspect", "--output-format", form, "modell.keras", "sub/clera.keras", "other.h5")
    assert done.status == 2
    rows = done.err.splitlines()
    assert len(rows) == 3
    assert "modell.keras" in rows[0]
    assert "(did you mean 'model.keras'?)" in rows[0]
    assert "(did you mean 'clear.keras'?)" in "".join(rows)
    assert done.err.count("did you mean") == 2
    assert "did you mean" in done.out


def test_inspect_in_the_formats_of_check(tmp_path: Path, run: Run) -> None:
    """Each format of ``check`` gives the same findings, and the same exit status."""
    put(tmp_path, {"m.keras": FAULTY, "good.keras": GOOD, "sm/saved_model.pb": b"\xff", "t.py": ""})
    for name in report.FORMATS:
        one = run("inspect", "--output-format", name, "m.keras", "good.keras")
        assert one.status == 1
        assert "XL101" in one.out, name
        assert run("inspect", "--output-format", name, "good.keras").status == 0, name
        for wrong in ("sm", "t.py", "missing.h5"):
            done = run("inspect", "--output-format", name, "m.keras", wrong)
            assert (done.status, "XL101" in done.out) == (2, True), (name, wrong)
            assert f"error: {wrong}" in done.err, (name, wrong)
    same = json.loads(run("check", "--output-format", "sarif", "m.keras").out)["runs"][0]["results"]
    found = json.loads(run("inspect", "--output-format", "sarif", "m.keras").out)
    assert found["runs"][0]["results"] == same


def test_a_file_that_is_no_model_is_said(tmp_path: Path, run: Run) -> None:
    """Hooks name every ``model.json``: a note in ``check``, an error in ``inspect``."""
    put(tmp_path, {"model.json": '{"name": "x"}'})
    done = run("check", "model.json")
    assert (done.status, "note: model.json: not a model" in done.err) == (0, True)
    assert run("inspect", "model.json").status == 2


def test_what_was_not_fetched_is_not_checked(tmp_path: Path, run: Run) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    put(tmp_path, {"m.keras": pointer, "c/keras_metadata.pb": build.keras_metadata(METADATA),
                   "c/saved_model.pb": build.saved_model()})  # fmt: skip
    done = run("check", "m.keras", "c/keras_metadata.pb")
    assert done.status == 0, "a clone without the large files is no fault"
    assert "was not fetched" in done.err
    assert "saved_model.pb beside it" in done.err
    done = run("inspect", "m.keras")
    assert (done.status, "verdict: not checked" in done.out) == (0, True)


def test_a_bug_takes_no_other_model_down(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"a.keras": FAULTY, "b.keras": GOOD})
    real = xentlint.inspect_model

    def broken(path: str, **options: Any) -> Any:
        if path == "a.keras":
            raise ZeroDivisionError
        return real(path, **options)

    monkeypatch.setattr(xentlint, "inspect_model", broken, raising=False)
    done = run("inspect", "a.keras", "b.keras")
    assert done.status == 2
    assert "head and loss agree" in done.out
    assert "ZeroDivisionError" in done.err


@pytest.mark.parametrize(
    ("text", "count"), [("10", 10), ("64M", 64 << 20), ("1g", 1 << 30), ("2KiB", 2048)]
)
def test_sizes(text: str, count: int) -> None:
    assert size(text) == count


@pytest.mark.parametrize("command", ["check", "inspect", "audit"])
def test_limits_and_expectations(tmp_path: Path, run: Run, command: str) -> None:
    bare = build.keras_zip(build.sequential(build.dense(1)))
    put(tmp_path, {"m.keras": bare})
    assert run(command, "m.keras").status == 0
    small = run(command, "--max-config-size", "10", "m.keras")
    assert small.status == 2
    assert "the limit is 10" in small.err
    assert run(command, "--max-config-size", "many", "m.keras").status == 2
    done = run(command, "--expect", "probabilities", "m.keras")
    assert done.status == 1
    assert "XL102" in done.out
    if command == "check":
        assert "no activation before the caller, which expects probabilities" in done.out
    assert run(command, "--expect", "logits", "m.keras").status == 0


def test_an_expectation_is_no_loss_to_mend(tmp_path: Path, run: Run) -> None:
    bare = build.keras_zip(build.sequential(build.dense(1)))
    put(tmp_path, {"m.keras": bare})
    assert run("check", "--fix", "--expect", "probabilities", "m.keras").status == 1
    assert (tmp_path / "m.keras").read_bytes() == bare


def test_models_in_a_tree(tmp_path: Path, run: Run) -> None:
    """Every kind is found once; what only has the name of one is passed over."""
    unpacked = json.dumps(build.faulty())
    text = json.dumps(METADATA).encode()
    put(tmp_path, {
        "a.keras": FAULTY,
        "b.h5": hdf5_build.attributes(
            model_config=json.dumps(build.sequential(build.dense(3, "softmax"))).encode(),
            training_config=json.dumps({"loss": build.from_logits()}).encode(),
        ),
        "c/saved_model.pb": build.saved_model(),
        "c/keras_metadata.pb": build.keras_metadata(text),
        "d/saved_model.pb": build.saved_model(METADATA),
        "d/saved_model.pbtxt": "saved_model_schema_version: 1",
        "e.keras/config.json": unpacked,
        "e.keras/metadata.json": "{}",
        "e.keras/model.weights.h5": b"\x89HDF\r\n\x1a\nweights",
        "f/model.json": unpacked,
        "other/config.json": '{"debug": true}',
        "other/metadata.json": "{}",
        "other/model.json": '{"name": "x"}',
        "other/graph.pb": b"no protobuf",
        "other/web.pb": b"<html></html>",
        "other/layout.pbtxt": "node { }",
        "other/theme.lite": b"colours",
        "lonely/config.json": unpacked,
        "packed.zip": FAULTY,
    })  # fmt: skip
    done = run("check", "--output-format", "json")
    assert [(code, path) for code, path, _ in done.findings()] == [
        ("XL101", name)
        for name in (
            "a.keras", "b.h5", "c/saved_model.pb", "d/saved_model.pb", "e.keras/config.json",
            "f/model.json",
        )
    ]  # fmt: skip
    assert json.loads(done.out)["errors"] == []
    assert json.loads(done.out)["summary"]["files"] == 6
    assert run("check", "packed.zip").status == 1, "a zip that was named"


def test_what_claims_to_be_a_model_is_one_or_an_error(tmp_path: Path, run: Run) -> None:
    put(tmp_path, {"a.h5": "nothing", "b.keras": GOOD})
    done = run("check")
    assert done.status == 2
    assert "a.h5" in done.err


def test_graphs_in_a_tree(tmp_path: Path, run: Run) -> None:
    nodes = [("Softmax", ["x"], ["y"])]
    frozen = build.field(1, build.node("x", "Placeholder")) + build.field(
        1, build.node("y", "Softmax", "x")
    )
    put(tmp_path, {"m.onnx": build.onnx(nodes, "y"), "frozen.pb": frozen})
    done = run("check", "--expect", "logits", "--output-format", "json")
    assert [path for _, path, _ in done.findings()] == ["frozen.pb", "m.onnx"]
    again = run("check", "--fix", "--unsafe-fixes", "--expect", "logits", "--show-fixes")
    assert again.status == 1
    assert "has no fix" in again.err
    assert (tmp_path / "frozen.pb").read_bytes() == frozen, "graphs are not edited"


def test_fix_in_place(tmp_path: Path, run: Run) -> None:
    put(tmp_path, {"m.keras": FAULTY})
    shown = run("check", "m.keras")
    assert "with a fix (--fix)" in shown.err
    diff = run("check", "--diff", "m.keras")
    assert f"m.keras: {SWITCH} = false\n" in diff.out
    assert (diff.status, (tmp_path / "m.keras").read_bytes()) == (1, FAULTY)
    done = run("check", "--fix", "m.keras")
    assert done.status == 0
    assert "m.keras: the weights were trained under the old loss" in done.err
    old = zipfile.ZipFile(io.BytesIO(FAULTY))
    with zipfile.ZipFile(tmp_path / "m.keras") as new:
        config = json.loads(new.read("config.json"))
        assert config["compile_config"]["loss"]["config"]["from_logits"] is False
        assert new.read("model.weights.h5") == old.read("model.weights.h5")
    fixed = (tmp_path / "m.keras").read_bytes()
    assert run("check", "--fix", "m.keras").status == 0
    assert (tmp_path / "m.keras").read_bytes() == fixed, "twice is once"


def test_a_metric_is_mended_and_no_training_called_old(tmp_path: Path, run: Run) -> None:
    loss = build.from_logits(True, "BinaryCrossentropy")
    model = build.sequential(build.dense(1), compile_config=build.compiled(loss, ["accuracy"]))
    put(tmp_path, {"m.keras": build.keras_zip(model)})
    done = run("check", "--fix", "m.keras")
    assert done.status == 0
    assert "1 file changed" in done.err
    assert "old loss" not in done.err


def test_a_reason_is_given_once(tmp_path: Path, run: Run) -> None:
    put(tmp_path, {"saved_model.pb": build.saved_model(METADATA)})
    done = run("check", "--fix", "--show-fixes", "saved_model.pb")
    assert done.err.count("change it where the model is made") == 1


def test_fix_loss_and_metrics_together(tmp_path: Path, run: Run) -> None:
    put(tmp_path, {"m.keras": build.keras_zip(LOGITS), "t.py": SOURCE})
    before = {code for code, path, _ in run("check", "--output-format", "json").findings()}
    assert before == {"XL101", "XL102", "XL201"}
    done = run("check", "--fix", "--unsafe-fixes", "--show-fixes", "--output-format", "json")
    assert (done.status, done.findings()) == (0, [])
    assert run("check").status == 0, "source and model are mended in one run"


def test_fix_to_another_file(tmp_path: Path, run: Run) -> None:
    put(tmp_path, {"m.keras": FAULTY, "t.py": SOURCE})
    done = run("check", "--fix", "--output", "new.keras", "m.keras")
    assert done.status == 0
    assert "m.keras is as it was" in done.err
    assert (tmp_path / "m.keras").read_bytes() == FAULTY
    assert run("check", "new.keras").status == 0
    for wrong in (["--output", "x", "m.keras"], ["--fix", "--output", "x", "m.keras", "t.py"],
                  ["--fix", "--output", "x", "t.py"]):  # fmt: skip
        assert run("check", *wrong).status == 2
        assert not (tmp_path / "x").exists()
    assert (tmp_path / "t.py").read_text() == SOURCE


def test_fix_hdf5_texts_one_after_the_other(tmp_path: Path, run: Run) -> None:
    """Two attributes change: the second in a second round."""
    h5py = pytest.importorskip("h5py")
    layers = (build.dense(3, "softmax", "a"), build.dense(3, "softmax", "b"))
    model = build.sequential(*layers, {
        "module": "keras.layers", "class_name": "Softmax", "config": {"name": "c"},
    })  # fmt: skip
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(model)
        file.attrs["training_config"] = json.dumps({"loss": build.from_logits()})
    before = {code for code, *_ in run("check", "--output-format", "json", "m.h5").findings()}
    assert before == {"XL101", "XL105"}
    run("check", "--fix", "--unsafe-fixes", "m.h5")
    assert run("check", "m.h5").status == 0


def test_one_loss_of_heads_that_disagree_is_left_alone(tmp_path: Path, run: Run) -> None:
    layers: list[Any] = [{
        "class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 2]}, "name": "x",
        "inbound_nodes": [],
    }]  # fmt: skip
    for name, activation in (("p", "sigmoid"), ("q", "linear")):
        argument = {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}
        layers.append({
            **build.dense(1, activation, name), "name": name,
            "inbound_nodes": [{"args": [argument], "kwargs": {}}],
        })  # fmt: skip
    config = {
        "name": "f", "layers": layers, "input_layers": [["x", 0, 0]],
        "output_layers": [["p", 0, 0], ["q", 0, 0]],
    }  # fmt: skip
    loss = build.from_logits(True, "BinaryCrossentropy")
    model = {"module": "keras", "class_name": "Functional", "config": config,
             "compile_config": build.compiled(loss)}  # fmt: skip
    data = build.keras_zip(model)
    put(tmp_path, {"m.keras": data})
    done = run("check", "--fix", "--show-fixes", "m.keras")
    assert done.status == 1
    assert (tmp_path / "m.keras").read_bytes() == data


def test_a_finding_names_the_call_that_made_the_model(tmp_path: Path, run: Run) -> None:
    put(tmp_path, {"m.keras": FAULTY, "train.py": SOURCE})
    found = json.loads(run("check", "--output-format", "json").out)["findings"]
    made = [item for item in found[0]["related"] if item["message"] == "compiled here"]
    assert [(item["path"], item["line"]) for item in made] == [("train.py", 3)]
    put(tmp_path, {"other.py": SOURCE})
    found = json.loads(run("check", "--output-format", "json").out)["findings"]
    assert not [item for item in found[0]["related"] if item["message"] == "compiled here"]


def test_behind_an_address(run: Run, server: Server) -> None:
    address = f"http://127.0.0.1:{server.server_port}/range/m.keras"
    done = run("check", "--output-format", "json", address)
    assert [(f["code"], f["path"]) for f in json.loads(done.out)["findings"]] == [
        ("XL101", address)
    ]
    assert run("inspect", address).status == 1
    fixed = run("check", "--fix", "--show-fixes", address)
    assert fixed.status == 1
    assert "an address is not edited" in fixed.err
    gone = run("check", f"http://127.0.0.1:{server.server_port}/missing/m.keras")
    assert gone.status == 2
