"""Keras as judge: fixed programs against the hand-written right ones, number by number."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from xentlint import cli

pytest.importorskip("tensorflow")

START = """\
import numpy as np
import tensorflow as tf

tf.keras.backend.clear_session()
tf.keras.utils.set_random_seed(3)
x = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
binary = (x[:, :1] + x[:, 1:2] > 0).astype("float32")
classes = np.argmax(x[:, :3], axis=1)
onehot = np.eye(3, dtype="float32")[classes]
"""
FIT = "history = model.fit(x, {labels}, epochs=2, shuffle=False, verbose=0).history\n"


class Case(NamedTuple):
    """A wrong program; the right one by hand; whether outputs and training stay."""

    wrong: str
    right: str
    labels: str
    outputs: bool = True
    training: bool = False
    options: tuple[str, ...] = ()


def program(head: str, loss: str, metrics: str = "[]") -> str:
    return (
        f"model = tf.keras.Sequential([tf.keras.Input((5,)), {head}])\n"
        f"model.compile('adam', loss={loss}, metrics={metrics})\n"
    )


def dense(units: int, activation: str = "") -> str:
    given = f", activation='{activation}'" if activation else ""
    return f"tf.keras.layers.Dense({units}{given})"


L = "tf.keras.losses."
M = "tf.keras.metrics."
UNSAFE = ("--unsafe-fixes",)
BY_HAND = """\
def own(y, p):
    return -tf.reduce_sum(y * tf.math.log(p + 1e-7), axis=-1)


"""
BY_HAND_BINARY = """\
def own(y, p):
    p = tf.clip_by_value(p, 1e-6, 1.0 - 1e-6)
    return -tf.reduce_mean(y * tf.math.log(p) + (1.0 - y) * tf.math.log(1.0 - p), axis=-1)


"""
CASES = {
    "recovered softmax": Case(
        program(dense(3, "softmax"), f"{L}SparseCategoricalCrossentropy(from_logits=True)"),
        program(dense(3, "softmax"), f"{L}SparseCategoricalCrossentropy()"),
        "classes", training=True,
    ),
    "recovered sigmoid": Case(
        program(dense(1, "sigmoid"), f"{L}BinaryCrossentropy(from_logits=True)", "['accuracy']"),
        program(dense(1, "sigmoid"), f"{L}BinaryCrossentropy()", "['accuracy']"),
        "binary", training=True,
    ),
    "silent behind a layer": Case(
        program(f"{dense(3, 'softmax')}, tf.keras.layers.Reshape((3,))",
                f"{L}CategoricalCrossentropy(from_logits=True)"),
        program(f"{dense(3, 'softmax')}, tf.keras.layers.Reshape((3,))",
                f"{L}CategoricalCrossentropy()"),
        "onehot",
    ),
    "logits, sparse string": Case(
        program(dense(3), "'sparse_categorical_crossentropy'", "['accuracy']"),
        program(dense(3), f"{L}SparseCategoricalCrossentropy(from_logits=True)", "['accuracy']"),
        "classes",
    ),
    "logits, binary string and its metrics": Case(
        program(dense(1), "'binary_crossentropy'", f"['accuracy', {M}AUC(), {M}Recall()]"),
        program(dense(1), f"{L}BinaryCrossentropy(from_logits=True)",
                f"[{M}BinaryAccuracy(name='accuracy', threshold=0.0), {M}AUC(from_logits=True),"
                f" {M}Recall(thresholds=0.0)]"),
        "binary",
    ),
    "a smoothed loss object": Case(
        program(dense(3), f"{L}CategoricalCrossentropy(label_smoothing=0.2)"),
        program(dense(3), f"{L}CategoricalCrossentropy(True, 0.2)"),
        "onehot",
    ),
    "a metric of a logits model": Case(
        program(dense(1), f"{L}BinaryCrossentropy(from_logits=True)", "['acc']"),
        program(dense(1), f"{L}BinaryCrossentropy(from_logits=True)",
                f"[{M}BinaryAccuracy(name='acc', threshold=0.0)]"),
        "binary", training=True,
    ),
    "softmax over one unit": Case(
        program(dense(1, "softmax"), "'binary_crossentropy'"),
        program(dense(1, "sigmoid"), "'binary_crossentropy'"),
        "binary", outputs=False, options=UNSAFE,
    ),
    "softmax and binary": Case(
        program(dense(3, "softmax"), f"{L}BinaryCrossentropy(label_smoothing=0.1)"),
        program(dense(3, "softmax"), f"{L}CategoricalCrossentropy(label_smoothing=0.1)"),
        "onehot", options=UNSAFE,
    ),
    "stacked": Case(
        program(f"{dense(3, 'softmax')}, tf.keras.layers.Softmax()",
                "'sparse_categorical_crossentropy'"),
        program(dense(3, "softmax"), "'sparse_categorical_crossentropy'"),
        "classes", outputs=False, options=UNSAFE,
    ),
    "relu": Case(
        program(dense(1, "relu"), "'binary_crossentropy'"),
        program(dense(1, "sigmoid"), "'binary_crossentropy'"),
        "binary", outputs=False, options=UNSAFE,
    ),
    "a categorical loss by hand": Case(
        BY_HAND + program(dense(3), "own"), BY_HAND + program(dense(3, "softmax"), "own"),
        "onehot", outputs=False, options=UNSAFE,
    ),
    "a binary loss by hand": Case(
        BY_HAND_BINARY + program(dense(1), "own"),
        BY_HAND_BINARY + program(dense(1, "sigmoid"), "own"),
        "binary", outputs=False, options=UNSAFE,
    ),
    "to logits": Case(
        program(dense(1, "sigmoid"), "'binary_crossentropy'", "['accuracy']"),
        program(dense(1), f"{L}BinaryCrossentropy(from_logits=True)",
                f"[{M}BinaryAccuracy(name='accuracy', threshold=0.0)]"),
        "binary", outputs=False,
        options=(*UNSAFE, "--prefer", "logits", "--extend-select", "XL301"),
    ),
}  # fmt: skip


def execute(text: str) -> tuple[dict[str, Any], list[str]]:
    """Run a program; its names, and what Keras warned of."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exec(compile(text, "program.py", "exec"), names)
    said = [str(item.message) for item in caught]
    return names, [text for text in said if "from_logits" in text or "softmax" in text.lower()]


def mended(text: str, options: tuple[str, ...], folder: Path) -> str:
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    assert cli.main(["check", str(path), "--isolated", "-q", "--fix", *options]) == 0
    result = path.read_text(encoding="utf-8")
    assert result != text
    return result


@pytest.mark.parametrize("name", CASES)
def test_a_fixed_program_is_the_right_one(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    fit = FIT.format(labels=case.labels)
    fixed = mended(START + case.wrong + fit, case.options, tmp_path)
    was, _ = execute(START + case.wrong + fit)
    now, warned = execute(fixed)
    right, _ = execute(START + case.right + fit)
    assert warned == []
    assert list(now["history"]) == list(was["history"]), "names that logs read stay"
    for key, values in right["history"].items():
        np.testing.assert_allclose(now["history"][key], values, rtol=1e-5, err_msg=key)
    if case.training:
        np.testing.assert_allclose(was["history"]["loss"], now["history"]["loss"], rtol=1e-5)
    now["model"].set_weights(was["model"].get_weights())
    before, after = (names["model"].predict(was["x"], verbose=0) for names in (was, now))
    assert np.array_equal(before, after) == case.outputs


BINARY = program(dense(1, "sigmoid"), "'binary_crossentropy'", "['accuracy']")
CLASSES = program(dense(3, "softmax"), "'sparse_categorical_crossentropy'", "['accuracy']")
SHOUT = "def shout(p):\n    return [f'{q[0]:.4f}' for q in p]\n\n"
DECODED = {
    "a comparison": (BINARY, "out = (model.predict(x) > 0.5).astype(int)"),
    "a comparison of each": (BINARY, "p = model.predict(x)\nout = [0.5 <= q for q in p]"),
    "another threshold": (BINARY, "out = model.predict(x) >= 0.6"),
    "a threshold with a name": (BINARY, "T = 0.45\nout = model.predict(x) > T"),
    "np.round": (BINARY, "out = np.round(model.predict(x))"),
    "the method": (BINARY, "out = model.predict(x).round()"),
    "the builtin": (BINARY, "p = model.predict(x)\nout = [round(q) for q in p[:, 0]]"),
    "whole numbers": (BINARY, "out = (model.predict(x) + 0.5).astype(int)"),
    "a percentage": (BINARY, "p = model.predict(x)\nout = f'{p[3][0]:.1%}'"),
    "printed by hand": (BINARY, "p = model.predict(x)\nout = '%.2f %%' % (100 * p[0][0])"),
    "given to other code": (BINARY, SHOUT + "out = shout(model.predict(x))"),
    "probabilities": (CLASSES, "out = model.predict(x)"),
    "the best class": (CLASSES, "p = model.predict(x)\nout = np.argmax(p, axis=1)"),
    "the best and its share": (CLASSES, "p = model.predict(x)\nout = p.argmax(-1) + p.max(-1)"),
    "in a function": (CLASSES, "def sure(x):\n    return model.predict(x)[0].max() > 0.4\n\n\n"
                               "out = sure(x)"),
    "a function that nothing calls": (CLASSES, "def top(x):\n    return model.predict(x).max(1)"),
}  # fmt: skip
"""Programs, and what they do with predictions; the last one is called by the test."""


@pytest.mark.parametrize("name", DECODED)
def test_decodings_move_with_the_model(name: str, tmp_path: Path) -> None:
    made, decode = DECODED[name]
    labels = "binary" if made == BINARY else "classes"
    fit = FIT.format(labels=labels)
    fixed = mended(START + made + fit + decode + "\n", CASES["to logits"].options, tmp_path)
    was, _ = execute(START + made + fit + decode + "\n")
    # The same weights: what is compared is the decoding, not another training.
    body = fixed.split("history = ")[1].split("\n", 1)[1]
    names, warned = execute(fixed.split("history = ")[0])
    names["model"].set_weights(was["model"].get_weights())
    exec(body, names)
    if "out" not in was:
        was["out"], names["out"] = was["top"](was["x"]), names["top"](was["x"])
    assert warned == []
    assert np.unique(np.asarray(was["out"])).size > 1 or isinstance(was["out"], (str, np.bool_))
    if np.asarray(was["out"]).dtype.kind in "fi":
        np.testing.assert_allclose(names["out"], was["out"], rtol=1e-5)
    else:
        assert np.array_equal(names["out"], was["out"])
    logits = names["model"].predict(was["x"], verbose=0)
    assert logits.min() < 0, "the model gives logits now"


def test_what_applies_the_activation_again_is_right_on_logits(tmp_path: Path) -> None:
    text = START + CLASSES + FIT.format(labels="classes")
    decode = "out = tf.nn.softmax(model.predict(x))\n"
    assert mended(text + decode, CASES["to logits"].options, tmp_path).endswith(decode)


SERVED = {
    "a Sequential": "served = tf.keras.Sequential([model, tf.keras.layers.Softmax()])\n",
    "a layer on its result": (
        "given = tf.keras.Input((5,))\n"
        "served = tf.keras.Model(given, tf.keras.layers.Activation('softmax')(model(given)))\n"
    ),
}


@pytest.mark.parametrize("name", SERVED)
def test_a_softmax_that_serves_is_the_only_one_afterwards(name: str, tmp_path: Path) -> None:
    text = START + CLASSES + FIT.format(labels="classes")
    fixed = mended(text + SERVED[name], CASES["to logits"].options, tmp_path)
    assert fixed.endswith(SERVED[name])
    was, _ = execute(text)
    now, _ = execute(fixed)
    now["model"].set_weights(was["model"].get_weights())
    before = was["model"].predict(was["x"], verbose=0)
    after = now["served"].predict(was["x"], verbose=0)
    np.testing.assert_allclose(after, before, rtol=1e-5)


SUBCLASS = """\
class Scorer(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.out = tf.keras.layers.Dense(1, activation="sigmoid")

    def call(self, inputs):
        return self.out(inputs)


model = Scorer()
model.compile("adam", loss="binary_crossentropy")
"""


@pytest.mark.parametrize("decode", ["out = model(x) > 0.6", "p = model(x)\nout = p.numpy() < 0.5",
                                    "out = model.predict(x) > 0.6"])  # fmt: skip
def test_decodings_of_a_subclassed_model_move_with_it(decode: str, tmp_path: Path) -> None:
    fit = FIT.format(labels="binary")
    text = START + SUBCLASS + fit + decode + "\n"
    fixed = mended(text, CASES["to logits"].options, tmp_path)
    was, _ = execute(text)
    body = fixed.split(fit)[1]
    names, _ = execute(fixed.removesuffix(body))
    names["model"].set_weights(was["model"].get_weights())
    exec(body, names)
    assert np.unique(np.asarray(was["out"])).size > 1
    assert np.array_equal(names["out"], was["out"])
    assert names["model"].predict(was["x"], verbose=0).min() < 0


def test_decoded_predictions_stay_when_a_model_moves_to_logits(tmp_path: Path) -> None:
    decode = "labels = (model.predict(x, verbose=0) > 0.5).astype(int)\n"
    text = START + CASES["to logits"].wrong + FIT.format(labels="binary")
    fixed = mended(text + decode, CASES["to logits"].options, tmp_path)
    assert "> 0.0" in fixed
    was, _ = execute(text + decode)
    # The same weights: what is compared is the decoding, not another training.
    moved = fixed.replace("history = ", "history = None and ", 1)
    head, _, tail = moved.partition("labels = ")
    names, _ = execute(head)
    names["model"].set_weights(was["model"].get_weights())
    exec("labels = " + tail, names)
    assert 0 < was["labels"].sum() < was["labels"].size
    assert np.array_equal(names["labels"], was["labels"])
