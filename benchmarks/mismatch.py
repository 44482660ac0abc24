"""Measures under real Keras what each mismatch costs: the figures of README.md and rules/*.md.

Run once for each backend; it prints Markdown::

    KERAS_BACKEND=tensorflow python benchmarks/mismatch.py
    KERAS_BACKEND=jax python benchmarks/mismatch.py

Names of sections (saturation, metrics, cost, training) run these alone. Everything is made here
from fixed seeds: no download, about ten minutes on one core.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

SEEDS = range(5)
FEATURES, CLASSES, ROWS, EPOCHS = 20, 5, 2000, 15
BCE = keras.losses.BinaryCrossentropy
CCE = keras.losses.CategoricalCrossentropy
SCCE = keras.losses.SparseCategoricalCrossentropy


def table(title: str, header: list[str], rows: Iterable[list[str]]) -> None:
    print(f"\n## {title}\n\n| {' | '.join(header)} |\n|{' --- |' * len(header)}", flush=True)
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def data(classes: int, seed: int) -> tuple[Any, Any, Any, Any]:
    """A teacher with one hidden layer, a tenth of the labels drawn anew."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(2 * ROWS, FEATURES)).astype("float32")
    teacher = np.tanh(x @ random.normal(size=(FEATURES, 16))) @ random.normal(size=(16, classes))
    y = teacher.argmax(-1)
    noisy = random.random(len(y)) < 0.1
    y[noisy] = random.integers(0, classes, noisy.sum())
    return x[:ROWS], y[:ROWS], x[ROWS:], y[ROWS:]


def train(
    head: list[Any], loss: Any, classes: int, labels: str, seed: int
) -> tuple[float, float, Any]:
    """Train; on fresh data the share of right answers, the log loss, and the outputs."""
    keras.utils.set_random_seed(seed)
    x, y, fresh, truth = data(classes, seed)
    target = np.eye(classes)[y] if labels == "one-hot" else y.astype("float32")
    model = keras.Sequential([keras.Input((FEATURES,)), keras.layers.Dense(32, "relu"), *head])
    model.compile("adam", loss)
    model.fit(x, target, epochs=EPOCHS, batch_size=32, verbose=0)
    out = model.predict(fresh, verbose=0).reshape(len(fresh), -1)
    p = probabilities(out.astype("float64"), head[0].get_config()["activation"])
    sure = np.clip(p[np.arange(len(p)), truth], 1e-7, 1.0)
    return float((p.argmax(-1) == truth).mean()), float(-np.log(sure).mean()), out


def probabilities(out: Any, activation: str) -> Any:
    """The outputs as a reader of the head takes them, a column for each class."""
    if out.shape[1] == 1:
        one = 1 / (1 + np.exp(-out)) if activation == "linear" else np.clip(out, 0, 1)
        return np.concatenate([1 - one, one], -1)
    if activation in ("linear", "relu", "tanh"):
        out = np.exp(out - out.max(-1, keepdims=True))
    return out / out.sum(-1, keepdims=True)


def dense(units: int, activation: str | None = None) -> Any:
    return keras.layers.Dense(units, activation)


def pairs() -> list[tuple[str, str, Any, Any, int, str]]:
    """Rule, words, head, loss, classes, labels; made anew for each seed."""
    n = CLASSES
    behind = lambda units: keras.layers.Reshape((units,))  # noqa: E731
    return [
        ("right", "linear → sparse, from_logits=True", lambda: [dense(n)], SCCE(True), n, "int"),
        ("right", "softmax → sparse", lambda: [dense(n, "softmax")], SCCE(), n, "int"),
        (
            "XL101",
            "softmax → sparse, from_logits=True",
            lambda: [dense(n, "softmax")],
            SCCE(True),
            n,
            "int",
        ),
        (
            "XL101",
            "softmax, Reshape → sparse, from_logits=True",
            lambda: [dense(n, "softmax"), behind(n)],
            SCCE(True),
            n,
            "int",
        ),
        ("XL102", "linear → sparse", lambda: [dense(n)], SCCE(), n, "int"),
        ("XL102", "linear → categorical", lambda: [dense(n)], CCE(), n, "one-hot"),
        (
            "XL104",
            "softmax → binary, one-hot labels",
            lambda: [dense(n, "softmax")],
            BCE(),
            n,
            "one-hot",
        ),
        ("XL104", "sigmoid → sparse", lambda: [dense(n, "sigmoid")], SCCE(), n, "int"),
        (
            "XL105",
            "softmax, softmax → sparse",
            lambda: [dense(n, "softmax"), keras.layers.Softmax()],
            SCCE(),
            n,
            "int",
        ),
        ("XL106", "relu → sparse", lambda: [dense(n, "relu")], SCCE(), n, "int"),
        ("XL106", "tanh → sparse", lambda: [dense(n, "tanh")], SCCE(), n, "int"),
        (
            "XL106",
            "relu → sparse, from_logits=True",
            lambda: [dense(n, "relu")],
            SCCE(True),
            n,
            "int",
        ),
        ("right", "linear → binary, from_logits=True", lambda: [dense(1)], BCE(True), 2, "int"),
        ("right", "sigmoid → binary", lambda: [dense(1, "sigmoid")], BCE(), 2, "int"),
        (
            "XL101",
            "sigmoid, Reshape → binary, from_logits=True",
            lambda: [dense(1, "sigmoid"), behind(1)],
            BCE(True),
            2,
            "int",
        ),
        ("XL102", "linear → binary", lambda: [dense(1)], BCE(), 2, "int"),
        ("XL103", "softmax over one unit → binary", lambda: [dense(1, "softmax")], BCE(), 2, "int"),
        (
            "XL103",
            "linear, one unit → categorical, from_logits=True",
            lambda: [dense(1)],
            lambda y, p: CCE(True)(keras.ops.reshape(y, (-1, 1)), p),
            2,
            "int",
        ),
        (
            "XL104",
            "sigmoid over one unit → categorical",
            lambda: [dense(1, "sigmoid")],
            lambda y, p: CCE()(keras.ops.reshape(y, (-1, 1)), p),
            2,
            "int",
        ),
        ("XL106", "relu → binary", lambda: [dense(1, "relu")], BCE(), 2, "int"),
        (
            "XL203",
            "sigmoid → binary, arguments swapped",
            lambda: [dense(1, "sigmoid")],
            lambda y, p: BCE()(p, keras.ops.reshape(y, keras.ops.shape(p))),
            2,
            "int",
        ),
        (
            "XL203",
            "linear → binary, from_logits=True, arguments swapped",
            lambda: [dense(1)],
            lambda y, p: BCE(True)(p, keras.ops.reshape(y, keras.ops.shape(p))),
            2,
            "int",
        ),
        (
            "XL203",
            "softmax → categorical, arguments swapped",
            lambda: [dense(n, "softmax")],
            lambda y, p: CCE()(p, y),
            n,
            "one-hot",
        ),
    ]


def training() -> None:
    table(
        f"On fresh data after {EPOCHS} epochs, mean (range) of {len(SEEDS)} seeds",
        ["", "head → loss", "accuracy", "log loss"],
        trained(),
    )


def trained() -> Iterator[list[str]]:
    for code, words, head, loss, classes, labels in pairs():
        got = [train(head(), loss, classes, labels, seed)[:2] for seed in SEEDS]
        hits, losses = zip(*got, strict=True)
        yield [code, words, spread(hits), spread(losses)]


def spread(values: tuple[float, ...]) -> str:
    return f"{statistics.mean(values):.3f} ({min(values):.3f}-{max(values):.3f})"


def metrics() -> None:
    """XL201 and XL202: the same trained logits, decoded at 0.5 and at 0."""
    rows = []
    for seed in SEEDS:
        right, _, logits = train([dense(1)], BCE(True), 2, "int", seed)
        truth = data(2, seed)[3].astype("float32").reshape(-1, 1)
        accuracy = keras.metrics.BinaryAccuracy()
        accuracy.update_state(truth, logits)
        recall, at_zero = keras.metrics.Recall(), keras.metrics.Recall(thresholds=0.0)
        at_zero.update_state(truth, logits)
        try:
            recall.update_state(truth, logits)
            missed = f"{float(recall.result()):.3f}"
        except Exception as error:
            missed = f"raises {type(error).__name__}"
        rows.append([str(seed), f"{right:.3f}", f"{float(accuracy.result()):.3f}",
                     f"{float(at_zero.result()):.3f}", missed])  # fmt: skip
    table("One model that outputs logits, its metrics at two thresholds",
          ["seed", "accuracy at 0", "accuracy as reported (0.5)", "recall at 0",
           "recall as reported (0.5)"], rows)  # fmt: skip


def gradient(loss: Any, head: Any, z: float) -> tuple[float, float]:
    """Loss and its derivative by the logit, for a label of 1."""
    y = np.ones((1, 1), "float32")
    start = np.array([[z]], "float32")
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        x = tf.Variable(start)
        with tf.GradientTape() as tape:
            value = loss(y, head(x))
        return float(value), float(tape.gradient(value, x)[0, 0])
    import jax

    value, slope = jax.value_and_grad(lambda x: loss(y, head(x)))(start)
    return float(value), float(slope[0, 0])


def saturation() -> None:
    """A wrong answer given with certainty: how much of the gradient is left to mend it?"""
    sigmoid, reshape = keras.activations.sigmoid, keras.ops.reshape
    forms: list[tuple[str, Any, Any]] = [
        ("logits, from_logits=True", BCE(True), lambda x: x),
        ("sigmoid, probabilities", BCE(), sigmoid),
        ("sigmoid and a Reshape, probabilities", BCE(), lambda x: reshape(sigmoid(x), (1, 1))),
    ]
    rows = []
    for z in (-2.0, -10.0, -15.0, -17.0, -30.0, -90.0):
        row = [f"{z:.0f}"]
        for _, loss, head in forms:
            value, slope = gradient(loss, head, z)
            row.append(f"{value:.3f} / {slope:.3f}")
        rows.append(row)
    table("Loss / gradient by the logit, label 1", ["logit", *(name for name, *_ in forms)], rows)


def cost() -> None:
    """Processor time of a step with many classes: rounds in turn, the best of each form."""
    units, batch, rounds = 30000, 64, 15
    x = np.random.default_rng(0).normal(size=(batch * 4, 64)).astype("float32")
    y = np.random.default_rng(1).integers(0, units, batch * 4)
    forms = {
        "linear, from_logits=True": ([dense(units)], SCCE(True)),
        "softmax, probabilities": ([dense(units, "softmax")], SCCE()),
        "softmax and a Reshape, probabilities": (
            [dense(units, "softmax"), keras.layers.Reshape((units,))],
            SCCE(),
        ),
    }
    models, times = {}, {name: float("inf") for name in forms}
    for name, (head, loss) in forms.items():
        models[name] = keras.Sequential([keras.Input((64,)), *head])
        models[name].compile("sgd", loss)
        models[name].fit(x, y, batch_size=batch, verbose=0)
    for _ in range(rounds):
        for name, model in models.items():
            start = time.process_time()
            model.fit(x, y, batch_size=batch, verbose=0)
            times[name] = min(times[name], (time.process_time() - start) / 4)
    table(
        f"Processor time of a step, {units} classes, batch of {batch}, best of {rounds}",
        ["head", "time"],
        ([name, f"{seconds * 1000:.0f} ms"] for name, seconds in times.items()),
    )


SECTIONS = {"saturation": saturation, "metrics": metrics, "cost": cost, "training": training}


def main(names: list[str]) -> int:
    print(f"# Keras {keras.__version__} on {keras.backend.backend()}")
    for name in names or SECTIONS:
        SECTIONS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
