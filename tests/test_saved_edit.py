"""The config editor: the fix is in, nothing else moved, and twice is once."""

from __future__ import annotations

import io
import itertools
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from saved import build

from xentlint import rules, saved
from xentlint.facts import Problem, Use
from xentlint.saved import edit, json_edit
from xentlint.saved.intents import Change

RULES = tuple(rule for rule in rules.load() if rule.code != "XL301")
STEPS = {
    ("XL101", "safe"): "remove-from-logits",
    ("XL101", "unsafe"): "remove-activation",
    ("XL102", "safe"): "set-from-logits",
    ("XL102", "unsafe"): "set-activation",
    ("XL105", "unsafe"): "remove-activation",
}


def codes(path: Path) -> set[str]:
    verdicts = [rules.judge(use, RULES) for use in saved.read(str(path)).uses]
    return {verdict.code for verdict in verdicts if verdict.rule is not None}


def wanted(path: Path, way: str) -> list[tuple[Use, tuple[str, ...]]]:
    """What a fix run would ask for."""
    requests = []
    for use in saved.read(str(path)).uses:
        verdict = rules.judge(use, RULES)
        if verdict.rule is None:
            continue
        step = STEPS.get((verdict.code, way))
        if verdict.code == "XL201":
            step = "set-from-logits" if use.consumer.switch == "from_logits" else "set-threshold"
        if step is not None:
            requests.append((use, (step,)))
    return requests


def fix(path: Path, way: str = "safe", output: Path | None = None) -> None:
    planned = edit.plan(str(path), wanted(path, way))
    assert isinstance(planned, edit.Plan), planned
    assert edit.apply(planned, str(output) if output else None) is None


LOSSES: tuple[Any, ...] = (
    "binary_crossentropy",
    {
        "module": "builtins",
        "class_name": "function",
        "config": "bce",
        "registered_name": "function",
    },
    build.from_logits(False, "BinaryCrossentropy"),
    {"module": "keras.losses", "class_name": "BinaryCrossentropy", "config": {}},
)


@pytest.mark.parametrize(("loss", "method"), itertools.product(LOSSES, (0, 8)))
def test_zip_members_stay(loss: Any, method: int, tmp_path: Path) -> None:
    model = build.sequential(
        build.dense(1), compile_config=build.compiled(loss, ["accuracy", "AUC"])
    )
    path = tmp_path / "m.keras"
    more = {"assets/a.bin": os.urandom(5000), "b": b""}
    before = build.keras_zip(model, method, **more)
    path.write_bytes(before)
    assert codes(path) == {"XL102", "XL201"}
    fix(path)
    assert codes(path) == set()
    with zipfile.ZipFile(path) as new, zipfile.ZipFile(io.BytesIO(before)) as old:
        assert new.testzip() is None
        assert new.namelist() == old.namelist()
        for name in new.namelist():
            if name != "config.json":
                assert new.read(name) == old.read(name)
                assert new.getinfo(name).CRC == old.getinfo(name).CRC
        assert json.loads(new.read("config.json"))["config"] == model["config"]
    assert wanted(path, "safe") == [], "a second run has nothing to do"


def test_to_another_path(tmp_path: Path) -> None:
    path, output = tmp_path / "m.keras", tmp_path / "new.keras"
    path.write_bytes(build.keras_zip(build.faulty()))
    before = path.read_bytes()
    fix(path, output=output)
    assert path.read_bytes() == before
    assert (codes(path), codes(output)) == ({"XL101"}, set())
    assert sorted(os.listdir(tmp_path)) == ["m.keras", "new.keras"]


def test_a_file_with_descriptors(tmp_path: Path) -> None:
    """A zip that was streamed has sizes behind its members, not in their headers."""
    out = io.BytesIO()

    class Stream(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            return out.write(data)

    with zipfile.ZipFile(Stream(), "w") as archive:  # type: ignore[arg-type]
        archive.writestr("config.json", json.dumps(build.faulty()))
        archive.writestr("model.weights.h5", bytes(1000))
    path = tmp_path / "m.keras"
    path.write_bytes(out.getvalue())
    fix(path)
    assert codes(path) == set()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.read("model.weights.h5") == bytes(1000)


def test_unsafe_fixes(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    softmax = {
        "module": "keras.layers",
        "class_name": "Softmax",
        "config": {"name": "s", "axis": -1},
    }
    for layers in ([build.dense(3, "softmax")], [build.dense(3), softmax]):
        model = build.sequential(*layers, compile_config=build.compiled(build.from_logits()))
        path.write_bytes(build.keras_zip(model))
        assert codes(path) == {"XL101"}
        fix(path, "unsafe")
        assert codes(path) == set()
    model = build.sequential(build.dense(1), compile_config=build.compiled("bce"))
    path.write_bytes(build.keras_zip(model))
    fix(path, "unsafe")
    assert codes(path) == set()


def test_json(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps(build.faulty(), indent=2) + "\n")
    before = path.read_text()
    fix(path)
    assert codes(path) == set()
    assert path.read_text() == before.replace('"from_logits": true', '"from_logits": false')


@pytest.mark.parametrize("version", ["earliest", "v108", "v110", "latest"])
@pytest.mark.parametrize("kind", ["variable", "fixed"])
@pytest.mark.parametrize("loss", ["bce", build.from_logits(False, "BinaryCrossentropy")])
def test_hdf5(version: str, kind: str, loss: Any, tmp_path: Path) -> None:
    """In place where the text fits, else in a new heap; h5py must read all of it."""
    h5py, numpy = pytest.importorskip("h5py"), pytest.importorskip("numpy")
    path = tmp_path / "m.h5"
    model = json.dumps(build.sequential(build.dense(1)))
    training = json.dumps({"loss": loss, "metrics": None, "optimizer_config": {"a": "b"}})
    weights = numpy.arange(5000, dtype="float32")
    bounds = (version, "latest") if version != "latest" else "latest"
    for block, more in ((0, 0), (512, 30)):
        with h5py.File(path, "w", libver=bounds, userblock_size=block) as file:
            for index in range(more):
                file.attrs[f"a{index}"] = "x" * index
            for name, text in (("model_config", model), ("training_config", training)):
                file.attrs[name] = numpy.bytes_(text) if kind == "fixed" else text
            file["weights"] = weights
        assert codes(path) == {"XL102"}
        planned = edit.plan(str(path), wanted(path, "safe"))
        if isinstance(planned, Problem):
            assert kind == "fixed"
            assert "does not fit" in planned.message
            assert loss == "bce"
            continue
        assert edit.apply(planned) is None
        assert codes(path) == set()
        with h5py.File(path, "r+") as file:
            assert (file["weights"][:] == weights).all()
            assert json.loads(file.attrs["training_config"])["optimizer_config"] == {"a": "b"}
            assert json.loads(file.attrs["model_config"]) == json.loads(model)
            # The library must be able to write behind what was appended.
            file["more"] = weights
            file.attrs["another"] = "text" * 100
        with h5py.File(path) as file:
            assert (file["more"][:] == weights).all()
            assert (
                json.loads(file.attrs["training_config"])["loss"]["config"]["from_logits"] is True
            )


def test_a_file_that_changed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    path.write_bytes(build.keras_zip(build.faulty()))
    planned = edit.plan(str(path), wanted(path, "safe"))
    assert isinstance(planned, edit.Plan)
    newer = build.keras_zip(build.faulty(note="newer"))
    path.write_bytes(newer)
    assert edit.apply(planned) is not None
    assert edit.apply(planned, str(tmp_path / "other.keras")) is not None
    assert path.read_bytes() == newer
    assert os.listdir(tmp_path) == ["m.keras"]


def test_what_is_not_edited_says_so(tmp_path: Path) -> None:
    old = {**build.sequential(build.dense(1)), "training_config": {"loss": "bce"}}
    path = tmp_path / "saved_model.pb"
    path.write_bytes(build.saved_model(old))
    found = edit.plan(str(path), wanted(path, "safe"))
    assert isinstance(found, Problem)
    assert "is not edited" in found.message
    inner = tmp_path / "m.zip"
    inner.write_bytes(build.raw_zip([(b"x.keras", build.keras_zip(build.faulty()))]))
    assert isinstance(edit.plan(str(inner), wanted(inner, "safe")), Problem)


def test_json_edits_touch_one_value() -> None:
    text = b'{"a": [1, {"b" : "}\\"", "c":1e-07}], "d":{}}'
    changed = json_edit.edit(text, [Change("", ("a", 1, "c"), 2), Change("", ("d", "e"), None)])
    assert changed == b'{"a": [1, {"b" : "}\\"", "c":2}], "d":{"e": null}}'
    assert json_edit.compact(text) == b'{"a":[1,{"b":"}\\"","c":1e-07}],"d":{}}'
    twice = b'{"a": 1, "a": 2}'
    assert json_edit.edit(twice, [Change("", ("a",), 3)]) == b'{"a": 1, "a": 3}'
