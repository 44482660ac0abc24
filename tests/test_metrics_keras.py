"""Keras as judge: what XL201 to XL204 call wrong is wrong when it runs, and the fix is right.

Each program is text: xentlint reads it, Keras runs it. The model has one weight of 1, so that its
logits are its input.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from xentlint import engine

pytest.importorskip("tensorflow")

LOGITS = [0.2, 0.4, -1.0, 2.0, -0.3, 0.1, -0.2]
LABELS = [1, 1, 0, 1, 0, 0, 1]

MODEL = f"""
import numpy as np
import keras
from keras import metrics

x = np.array({LOGITS}, "float32")[:, None]
y = np.array({LABELS}, "float32")[:, None]


def compiled(activation, metric):
    model = keras.Sequential([
        keras.Input((1,)), keras.layers.Dense(1, activation, kernel_initializer="ones")])
    loss = keras.losses.BinaryCrossentropy(from_logits=activation is None)
    model.compile("sgd", loss, metrics=[metric])
    return model
"""

EVALUATED = """
model = compiled({activation!r}, {metric})
model.evaluate(x, y, verbose=0)
value = model.get_metrics_result()
value = [float(np.ravel(v)[0]) for k, v in value.items() if k != "loss"][0]
"""

METRICS = [
    ('"accuracy"', 'metrics.BinaryAccuracy(threshold=0.0, name="accuracy")'),
    ("metrics.BinaryAccuracy()", "metrics.BinaryAccuracy(threshold=0.0)"),
    ("metrics.Precision()", "metrics.Precision(thresholds=0.0)"),
    ("metrics.Recall()", "metrics.Recall(thresholds=0.0)"),
    ("metrics.FalseNegatives()", "metrics.FalseNegatives(thresholds=0.0)"),
    ("metrics.TruePositives()", "metrics.TruePositives(thresholds=0.0)"),
    ("metrics.AUC()", "metrics.AUC(from_logits=True)"),
    ("metrics.BinaryCrossentropy()", "metrics.BinaryCrossentropy(from_logits=True)"),
    ('"binary_crossentropy"', "metrics.BinaryCrossentropy(from_logits=True)"),
]
"""Wrong on logits, and what is right instead."""


def codes(text: str, folder: Path) -> list[str]:
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    outcome = engine.run([str(path)], engine.Settings(net=False))
    assert outcome.problems == ()
    return [finding.code for finding in outcome.findings]


def value(text: str) -> Any:
    names: dict[str, Any] = {}
    exec(compile(text, "program.py", "exec"), names)
    return names["value"]


@pytest.mark.parametrize(("metric", "mended"), METRICS)
def test_a_metric_on_logits(metric: str, mended: str, tmp_path: Path) -> None:
    wrong = MODEL + EVALUATED.format(activation=None, metric=metric)
    right = MODEL + EVALUATED.format(activation=None, metric=mended)
    truth = MODEL + EVALUATED.format(activation="sigmoid", metric=metric)
    assert codes(wrong, tmp_path) == ["XL201"]
    assert codes(right, tmp_path) == []
    assert codes(truth, tmp_path) == []
    assert value(wrong) != pytest.approx(value(truth), abs=1e-3)
    assert value(right) == pytest.approx(value(truth), abs=1e-5)


def test_the_accuracy_of_several_units_asks_for_the_largest(tmp_path: Path) -> None:
    text = """
import numpy as np
import keras

x = np.array([[1.0, 0.4, -2.0], [0.1, 0.2, 0.3], [-1.0, 3.0, 0.0]], "float32")
y = np.array([0, 2, 2])
model = keras.Sequential([
    keras.Input((3,)), keras.layers.Dense(3, {activation!r}, kernel_initializer="identity")])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits={switch})
model.compile("sgd", loss, metrics=["accuracy"])
value = model.evaluate(x, y, verbose=0)[1]
"""
    logits = text.format(activation=None, switch=True)
    softmax = text.format(activation="softmax", switch=False)
    assert codes(logits, tmp_path) == codes(softmax, tmp_path) == []
    assert value(logits) == pytest.approx(value(softmax)) == pytest.approx(2 / 3)


UPDATED = """
model = compiled({activation!r}, "mae")
metric = {metric}
metric.update_state(y, model(x))
value = float(metric.result())
"""


@pytest.mark.parametrize(("metric", "mended"), METRICS[1:4])
def test_a_metric_that_the_program_updates(metric: str, mended: str, tmp_path: Path) -> None:
    wrong, right = (MODEL + UPDATED.format(activation=None, metric=m) for m in (metric, mended))
    truth = MODEL + UPDATED.format(activation="sigmoid", metric=metric)
    assert codes(wrong, tmp_path) == ["XL201"]
    assert codes(right, tmp_path) == codes(truth, tmp_path) == []
    assert value(wrong) != pytest.approx(value(truth), abs=1e-3)
    assert value(right) == pytest.approx(value(truth), abs=1e-5)


DECODED = """
model = compiled({activation!r}, "mae")
p = model.predict(x, verbose=0)
value = [int(answer) for answer in np.ravel({decoding})]
"""


@pytest.mark.parametrize(
    "decoding", ["p > 0.5", "np.round(p)", "np.greater(p, 0.5)", "[round(float(q[0])) for q in p]"]
)
def test_a_decoding_of_logits(decoding: str, tmp_path: Path) -> None:
    decoding = decoding.replace("round(float(q[0]))", "round(q[0])")
    wrong = MODEL + DECODED.format(activation=None, decoding=decoding)
    right = MODEL + DECODED.format(activation=None, decoding="p > 0")
    truth = MODEL + DECODED.format(activation="sigmoid", decoding=decoding)
    assert codes(wrong, tmp_path) == ["XL202"]
    assert codes(right, tmp_path) == codes(truth, tmp_path) == []
    assert value(wrong) != value(truth)
    assert value(right) == value(truth) == [1, 1, 0, 1, 0, 1, 0]


def test_swapped_arguments_give_another_loss(tmp_path: Path) -> None:
    text = """
import numpy as np
import keras

x = np.array([[1.0, 0.4, -2.0], [0.1, 0.2, 0.3]], "float32")
y = keras.utils.to_categorical([0, 2], num_classes=3)
model = keras.Sequential([
    keras.Input((3,)), keras.layers.Dense(3, "softmax", kernel_initializer="identity")])
value = float(np.mean(keras.losses.categorical_crossentropy({order})))
"""
    swapped, right = text.format(order="model(x), y"), text.format(order="y, model(x)")
    assert codes(swapped, tmp_path) == ["XL203"]
    assert codes(right, tmp_path) == []
    exact = [-1.0 + 1.46835, -0.3 + 1.30194]  # -x[label] + log(sum(exp(x)))
    assert value(right) == pytest.approx(sum(exact) / 2, abs=1e-3)
    assert value(swapped) > 10 * value(right)


MISPLACED = [
    ('loss="binary_crossentropy", from_logits=True', TypeError),
    ('loss="binary_crossentropy(from_logits=True)"', ValueError),
    ("loss=keras.losses.binary_crossentropy(from_logits=True)", TypeError),
    ("loss=keras.losses.BinaryCrossentropy", TypeError),
]
TRAINED = """
import numpy as np
import {library} as keras

x = np.zeros((2, 3), "float32")
y = np.zeros((2, 1), "float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", {arguments})
model.fit(x, y, verbose=0)
value = None
"""


@pytest.mark.parametrize("library", ["keras", "tf_keras"])
@pytest.mark.parametrize(("arguments", "error"), MISPLACED)
def test_what_is_misplaced_fails(
    library: str, arguments: str, error: type[Exception], tmp_path: Path
) -> None:
    pytest.importorskip(library)
    text = TRAINED.format(library=library, arguments=arguments)
    if library == "keras" and arguments.endswith("BinaryCrossentropy"):
        assert value(text) is None  # Keras 3 makes the object itself
        assert "XL204" not in codes(text, tmp_path)
        return
    assert codes(text, tmp_path) == ["XL204"]
    with pytest.raises(error):
        value(text)
    right = "loss=keras.losses.BinaryCrossentropy(from_logits=True)"
    mended = TRAINED.format(library=library, arguments=right)
    assert codes(mended, tmp_path) == []
    assert value(mended) is None
