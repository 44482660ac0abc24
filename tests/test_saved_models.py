"""The walk through a serialized model, loss and metric forms, formats by content, reports."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from saved import build, fuzz

import xentlint
from xentlint import rules, saved
from xentlint.facts import Consumer, Head, Place, Use
from xentlint.saved import inspection, kinds, origin

RULES = tuple(rule for rule in rules.load() if rule.code != "XL301")


def write(tmp_path: Path, model: Any) -> str:
    path = tmp_path / "m.json"
    path.write_text(json.dumps(model))
    return str(path)


def judged(path: str, **options: Any) -> list[tuple[str, str, str]]:
    """Kind, consumer and verdict of each use."""
    return [
        (use.consumer.kind, use.consumer.shown, rules.judge(use, RULES).code)
        for use in saved.read(path, **options).uses
    ]


def two_outputs(loss: Any, metrics: Any = None, keyed: bool = False, module: bool = True) -> Any:
    """``z`` is one unit of logits, ``a`` a softmax over three."""
    layers = [
        {"class_name": "InputLayer", "config": {"name": "i"}, "name": "i", "inbound_nodes": []},
        {**build.dense(1, name="z"), "name": "z", "inbound_nodes": [[["i", 0, 0, {}]]]},
        {**build.dense(3, "softmax", "a"), "name": "a", "inbound_nodes": [[["i", 0, 0, {}]]]},
    ]
    outputs: Any = [["z", 0, 0], ["a", 0, 0]]
    body = {
        "layers": layers,
        "input_layers": [["i", 0, 0]],
        "output_layers": {"zz": outputs[0], "aa": outputs[1]} if keyed else outputs,
    }
    version = "3.15.1" if module else "2.15.0"
    settings = build.compiled(loss, metrics)
    return {"class_name": "Functional", "config": body, "compile_config": settings,
            "keras_version": version}  # fmt: skip


LOGITS = build.from_logits(True, "BinaryCrossentropy")
SPARSE = "sparse_categorical_crossentropy"


@pytest.mark.parametrize(
    ("loss", "keyed", "expected"),
    [
        ([LOGITS, SPARSE], False, ["ok", "ok"]),
        ({"a": SPARSE, "z": LOGITS}, False, ["ok", "ok"]),
        ({"a": SPARSE, "z": None}, False, ["ok"]),
        ({"z": "bce"}, False, ["XL102"]),
        ([None, SPARSE], False, ["ok"]),
        ([["bce"], [SPARSE]], False, ["XL102", "ok"]),
        ("bce", False, ["XL102", "XL104"]),
        # A list meets a dict's outputs in the order of the sorted keys: aa, zz.
        ([SPARSE, LOGITS], True, ["ok", "ok"]),
        ([LOGITS, SPARSE], True, ["XL101", "XL102"]),
        ({"zz": LOGITS, "aa": SPARSE}, True, ["ok", "ok"]),
        ({"nobody": "bce"}, False, ["undecided"]),
    ],
)
def test_losses_meet_their_outputs(
    loss: Any, keyed: bool, expected: list[str], tmp_path: Path
) -> None:
    found = judged(write(tmp_path, two_outputs(loss, keyed=keyed)))
    assert [verdict for _, _, verdict in found] == expected


def test_metrics_by_output_and_generation(tmp_path: Path) -> None:
    losses = {"z": LOGITS, "a": SPARSE}
    by_name = judged(write(tmp_path, two_outputs(losses, {"z": ["accuracy"], "a": ["accuracy"]})))
    assert [v for kind, _, v in by_name if kind == "metric"] == ["XL201", "ok"]
    # Keras 3 takes a list of as many entries as outputs one by one, Keras 2 all for all.
    for module, expected in ((True, ["XL201", "ok"]), (False, ["XL201", "XL201", "ok", "ok"])):
        path = write(tmp_path, two_outputs(losses, ["AUC", "accuracy"], module=module))
        found = [v for kind, _, v in judged(path) if kind == "metric"]
        assert sorted(found) == sorted(expected), module


@pytest.mark.parametrize(
    ("metric", "verdict"),
    [
        ("accuracy", "XL201"),
        ("AUC", "XL201"),
        ({"class_name": "AUC", "config": {"from_logits": True}}, "ok"),
        ({"class_name": "BinaryAccuracy", "config": {"threshold": 0.0}}, "ok"),
        ({"class_name": "BinaryAccuracy", "config": {"threshold": 0.3}}, "XL201"),
        ({"class_name": "Precision", "config": {"thresholds": None}}, "XL201"),
        ({"class_name": "Recall", "config": {"thresholds": [0.0]}}, "ok"),
        ({"class_name": "F1Score", "config": {"threshold": None}}, "ok"),
        ({"class_name": "MeanMetricWrapper", "config": {"fn": "binary_accuracy"}}, "XL201"),
        ({"class_name": "MeanMetricWrapper", "config": {"fn": "mae"}}, "ok"),
        ({"class_name": "Custom>Own", "config": {}}, "undecided"),
    ],
)
def test_metric_forms(metric: Any, verdict: str, tmp_path: Path) -> None:
    model = build.sequential(build.dense(1), compile_config=build.compiled(LOGITS, [metric]))
    found = judged(write(tmp_path, model))
    assert [v for kind, _, v in found if kind == "metric"] == [verdict]


@pytest.mark.parametrize(
    ("loss", "verdict"),
    [
        ({"class_name": "Custom>BinaryCrossentropy", "config": {}}, "undecided"),
        ({"module": "mine", "class_name": "BinaryCrossentropy", "config": {}}, "undecided"),
        ({"class_name": "__lambda__", "config": {"value": []}}, "undecided"),
        ({"class_name": "LossFunctionWrapper", "config": {"fn": "bce"}}, "XL102"),
        ({"class_name": "LossFunctionWrapper", "config": {"fn": "bce", "from_logits": True}}, "ok"),
        ("mse", "ok"),
        ("mine", "undecided"),
        ("crossentropy", "XL102"),
        ({"class_name": "BinaryCrossentropy", "config": {"from_logits": "False"}}, "ok"),
        ({"class_name": "BinaryCrossentropy", "config": {"from_logits": 0}}, "XL102"),
    ],
)
def test_loss_forms(loss: Any, verdict: str, tmp_path: Path) -> None:
    model = build.sequential(build.dense(1), compile_config=build.compiled(loss))
    assert [v for _, _, v in judged(write(tmp_path, model))] == [verdict]


def test_a_model_without_a_loss_is_no_clean_model(tmp_path: Path) -> None:
    path = write(tmp_path, build.sequential(build.dense(3, "softmax")))
    facts = saved.read(path)
    assert [problem.kind for problem in facts.problems] == ["no-loss"]
    assert xentlint.inspect_model(path).verdict == "no-loss"
    assert judged(path, expect="probabilities")[0][2] == "ok"
    assert judged(path, expect="logits")[0][2] == "XL101"


def test_places_are_keys(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    path.write_bytes(build.keras_zip(build.faulty()))
    (use,) = saved.read(str(path)).uses
    place = use.consumer.place
    assert place == Place(str(path), pointer="config.json: compile_config.loss.config.from_logits")
    assert use.head.place.pointer == "config.json: config.layers[0].config.activation"


def test_effect_by_backend(tmp_path: Path) -> None:
    """Keras on TensorFlow takes the logits from behind a softmax; JAX and torch do not."""
    from saved import hdf5_build

    for backend, version, effect in (
        (b"tensorflow", b"3.5.0", "recovered"),
        (b"tensorflow", b"2.3.0", None),
        (b"jax", b"3.5.0", "silent"),
    ):
        path = tmp_path / "m.h5"
        path.write_bytes(
            hdf5_build.attributes(
                model_config=json.dumps(build.sequential(build.dense(3, "softmax"))).encode(),
                training_config=json.dumps({"loss": build.from_logits()}).encode(),
                backend=backend,
                keras_version=version,
            )
        )
        (use,) = saved.read(str(path)).uses
        assert use.effect == effect


@pytest.mark.parametrize(("version", "effect"), [("2.15.0", "recovered"), ("3.5.0", None)])
def test_keras_2_needs_not_say_its_backend(version: str, effect: str, tmp_path: Path) -> None:
    """Its ``.keras`` files name none, and it has TensorFlow only."""
    members = [
        (b"metadata.json", json.dumps({"keras_version": version}).encode()),
        (b"config.json", json.dumps(build.faulty()).encode()),
    ]
    (tmp_path / "m.keras").write_bytes(build.raw_zip(members))
    for name, data in members:
        (tmp_path / name.decode()).write_bytes(data)
    for path in (tmp_path / "m.keras", tmp_path):
        (use,) = saved.read(str(path)).uses
        assert use.effect == effect


def test_long_chains_are_stepped_over_where_nobody_asks(tmp_path: Path) -> None:
    """A softmax between plain layers is judged; a layer of another form stops all."""
    plain = [build.dense(4, "relu", f"d{index}") for index in range(5)]
    twice = [build.dense(3, "softmax", "a"), build.dense(1, "softmax", "b")]
    model = build.sequential(*plain, *twice, *plain, build.dense(1),
                             compile_config=build.compiled("bce"))  # fmt: skip
    assert {v for _, _, v in judged(write(tmp_path, model))} == {"XL103", "XL102"}
    broken = build.sequential(*plain, {"class_name": "Dense"}, *plain,
                              compile_config=build.compiled("bce"))  # fmt: skip
    assert [v for _, _, v in judged(write(tmp_path, broken))] == ["undecided"]


def test_integers_have_a_limit_wherever_they_stand() -> None:
    from xentlint.saved import jsontext
    from xentlint.saved.errors import ReadError

    for start in range(0, 420, 7):
        for digits in (400, 401):
            text = b'{"a": "' + b"x" * start + b'", "b": ' + b"9" * digits + b"}"
            if digits > 400:
                with pytest.raises(ReadError, match="an integer of 401 digits"):
                    jsontext.load(text, "it", 1 << 20, [])
            else:
                assert jsontext.load(text, "it", 1 << 20, [])["b"] > 0


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("m.bin", b"PK\x03\x04" + bytes(22) + b"\x0b\0\0\0config.json", "keras"),
        ("m.docx", b"PK\x03\x04" + bytes(22) + b"\x0b\0\0\0word/x.json", None),
        ("m.bin", b"\x89HDF\r\n\x1a\n", "hdf5"),
        ("m.h5", bytes(512) + b"\x89HDF\r\n\x1a\n", "hdf5"),
        ("m.bin", b"\x1c\0\0\0TFL3", "tflite"),
        ("x.json", b' {"class_name": "Sequential", "config": {', "json"),
        ("x.json", b'{"name": "class_name"}', None),
        ("model.json", b'{"anything": 1}', None),
        ("saved_model.pb", b"", "saved_model"),
        ("x.pb", b"\x0a\x05\x0a\x01x\x12", "graphdef"),
        ("x.pb", b"hello", "unknown"),
        ("x.pbtxt", b'node {\n  name: "x"\n  op: "Relu"\n}', "graphdef_text"),
        ("x.pbtxt", b'node {\n  calculator: "X"\n}', None),
        ("x.pbtxt", b'item { name: "x" op: "y" }', None),
        ("x.py", b"import keras", None),
        ("x.h5", b"version https://git-lfs.github.com/spec/v1", "lfs-pointer"),
        ("x.keras", b"<!doctype HTML>", "html"),
    ],
)
def test_kinds_by_content(name: str, head: bytes, kind: str | None) -> None:
    assert kinds.kind_of(name, head) == kind


def test_a_report_in_text(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    path.write_bytes(build.keras_zip(build.faulty()))
    found = xentlint.inspect_model(str(path))
    assert (found.verdict, found.format, found.class_name) == (
        "findings",
        "Keras zip",
        "Sequential",
    )
    text = inspection.render(found)
    for part in ("keras_version 3.15.1", "simplex (softmax), 3 units", "from_logits=True", "XL101"):
        assert part in text


def use(name: str, line: int, scale: str = "simplex", units: int | None = 3) -> Use:
    consumer = Consumer("loss", name, "logits", place=Place("train.py", line))
    return Use(Head(scale, "softmax", units), consumer)


def test_the_compile_call_that_made_a_model(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    path.write_bytes(build.keras_zip(build.faulty()))
    (model,) = saved.read(str(path)).uses
    name = "keras.losses.SparseCategoricalCrossentropy"
    fits, other = use(name, 5), use("keras.losses.BinaryCrossentropy", 9)
    assert origin.made_by(model, [fits, other]) == fits
    assert origin.made_by(model, [other]) is None
    assert origin.made_by(model, [fits, use(name, 7)]) is None, "two fit: none is named"
    assert origin.made_by(model, [fits, use(name, 7, units=10)]) == fits
    assert origin.with_origin(model, [fits]).related[-1].place == Place("train.py", 5)


LITE = {"linear": 9, "sigmoid": 14, "softmax": 25, "reshape": 22, "concat": 2, "tanh": 28}


@pytest.mark.parametrize(
    ("operators", "wanted", "again"),
    [
        # Two heads of a detector, reshaped and put one behind the other.
        ("linear 0, reshape 1, linear 0, reshape 3, concat 2 4", ("logits", "ok"), False),
        ("linear 0, sigmoid 1, linear 0, sigmoid 3, concat 2 4", ("independent", "XL101"), False),
        ("linear 0, concat 1, reshape 2", ("logits", "ok"), False),
        ("linear 0, softmax 1, concat 2", ("simplex", "XL101"), False),
        # Rows of two simplexes need not sum to one; other mixtures say nothing either.
        ("linear 0, softmax 1, linear 0, softmax 3, concat 2 4", ("unknown", "undecided"), False),
        ("linear 0, linear 0, sigmoid 2, concat 1 3", ("unknown", "undecided"), False),
        ("linear 0, concat 0 1", ("unknown", "undecided"), False),
        ("linear 0, tanh 1, linear 0, tanh 3, concat 2 4", ("unknown", "undecided"), False),
        # One inside the other, and a sigmoid on sigmoids.
        ("linear 0, linear 0, concat 1 2, linear 0, concat 3 4", ("logits", "ok"), False),
        ("linear 0, sigmoid 1, linear 0, sigmoid 3, concat 2 4, sigmoid 5",
         ("independent", "XL101"), True),
        ("linear 0, sigmoid 1, sigmoid 2, linear 0, sigmoid 4, concat 3 5",
         ("independent", "XL101"), True),
    ],
)  # fmt: skip
def test_concatenated_heads_of_tflite(
    tmp_path: Path, operators: str, wanted: tuple[str, str], again: bool
) -> None:
    words = [item.split() for item in operators.split(", ")]
    made = fuzz.tflite(*((LITE[name], tuple(map(int, given))) for name, *given in words))
    path = tmp_path / "m.tflite"
    path.write_bytes(made)
    report = inspection.inspect_model(str(path), expect="logits")
    (loss,) = report.losses
    assert (report.heads[0].scale, loss.verdict) == wanted
    assert report.heads[0].units == 3
    assert {item.verdict for item in report.activations} == ({"XL105"} if again else set())


def test_a_cycle_of_concatenations_ends(tmp_path: Path) -> None:
    for operators in ([(2, (1, 1))], [(2, (0, 0)), *((2, (n, n)) for n in range(1, 30))]):
        path = tmp_path / "m.tflite"
        path.write_bytes(fuzz.tflite(*operators))
        started = time.process_time()
        (problem,) = saved.read(str(path)).problems
        assert problem.kind == "too-large"
        assert time.process_time() - started < 1
