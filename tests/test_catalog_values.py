"""What the rows claim, read off numbers: real losses, activations and layers are evaluated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from catalog_objects import LIBRARIES, keras, real, tensorflow_objects, tf_keras

from xentlint.catalog.activations import ACTIVATIONS
from xentlint.catalog.losses import LOSSES
from xentlint.catalog.metrics import METRICS

RNG = np.random.default_rng(7)
ROWS, UNITS = 64, 6
LOGITS = RNG.normal(0, 3, (ROWS, UNITS)).astype("float32")
CLASSES = RNG.integers(0, UNITS, ROWS)
ONE_HOT = np.eye(UNITS, dtype="float32")[CLASSES]
MULTI_HOT = RNG.integers(0, 2, (ROWS, UNITS)).astype("float32")


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


SQUASH = {"softmax": softmax, "sigmoid": sigmoid}
LABELS = {"binary": MULTI_HOT, "categorical": ONE_HOT, "sparse": CLASSES, "none": ONE_HOT}


def reference(family: str, p: np.ndarray) -> float:
    """The cross-entropy of a family from probabilities, averaged over the rows."""
    if family == "binary":
        return float(-np.mean(MULTI_HOT * np.log(p) + (1 - MULTI_HOT) * np.log(1 - p)))
    return float(-np.mean(np.sum(ONE_HOT * np.log(p), -1)))


OTHER_FORMULAS = {
    "kl_divergence": lambda p: float(-np.mean(np.sum(ONE_HOT * np.log(p), -1))),
    "dice": lambda p: float(1 - 2 * np.sum(ONE_HOT * p) / (np.sum(ONE_HOT) + np.sum(p))),
    "tversky": lambda p: float(1 - np.sum(ONE_HOT * p) / (0.5 * np.sum(ONE_HOT) + 0.5 * np.sum(p))),
    "generalized": lambda p: float(np.mean((1 - np.sum(ONE_HOT * p, -1) ** 0.5) / 0.5)),
}


def formula(name: str) -> Any:
    low = name.rpartition(".")[2].lower().replace("_", "")
    if low in ("kld", "kldivergence", "kullbackleiblerdivergence"):
        return OTHER_FORMULAS["kl_divergence"]
    if "generalized" in low:
        return OTHER_FORMULAS["generalized"]
    return OTHER_FORMULAS.get(low)


def evaluate(row: Any, thing: Any, predictions: Any, **settings: Any) -> float:
    labels = LABELS[row.family]
    if "generalized" in row.name and row.style == "function":
        settings["q"] = 0.5
    if row.style == "class":
        result = thing(**settings)(labels, predictions)
    else:
        # TF 1's losses want their labels in the dtype of the logits.
        result = thing(**{row.labels: labels, row.predictions: predictions}, **settings)
    return float(np.mean(np.asarray(result)))


def losses() -> list[tuple[str, str]]:
    """Each Keras loss on each library that has it."""
    return [
        (name, mark)
        for name, row in LOSSES.items()
        for mark, library in LIBRARIES.items()
        if mark in row.checked and name.startswith("keras.") and real(name, library)
    ]


@pytest.mark.parametrize(("name", "mark"), losses())
def test_keras_losses_expect_what_their_rows_say(name: str, mark: str) -> None:
    row = LOSSES[name]
    thing = real(name, LIBRARIES[mark])
    assert row.expects == "probabilities"
    squash = SQUASH.get(row.applies, softmax)
    p = squash(LOGITS).clip(1e-6, 1 - 1e-6)
    plain = evaluate(row, thing, p)
    if row.switch:
        switched = evaluate(row, thing, LOGITS, **{row.switch: True})
        assert plain == pytest.approx(switched, rel=1e-3)
        assert plain == pytest.approx(evaluate(row, thing, p, **{row.switch: row.default}))
        if "ocal" not in name:
            assert plain == pytest.approx(reference(row.family, p), rel=1e-3)
    else:
        assert plain == pytest.approx(formula(name)(p), rel=1e-3)


@pytest.mark.parametrize(
    ("name", "mark"), [(name, mark) for name, mark in losses() if LOSSES[name].switch]
)
def test_recovery_of_the_logits_behind_an_activation(name: str, mark: str) -> None:
    """On TensorFlow a loss on logits that meets a softmax takes the logits behind it, or not."""
    row = LOSSES[name]
    library = LIBRARIES[mark]
    activated = getattr(library.activations, row.applies)(library_tensor(LOGITS))
    met = evaluate(row, real(name, library), activated, **{row.switch: True})
    right = evaluate(row, real(name, library), LOGITS, **{row.switch: True})
    generation = 3 if mark == "Keras 3." else 2
    assert (row.recovers or row.recovers_in == generation) == (
        met == pytest.approx(right, rel=1e-4)
    )


def library_tensor(values: np.ndarray) -> Any:
    return tf.constant(values)


RAW = [
    name
    for name, row in LOSSES.items()
    if name.startswith("tf.") and "TensorFlow 2." in row.checked
]


@pytest.mark.parametrize("name", RAW)
def test_raw_losses_expect_what_their_rows_say(name: str) -> None:
    row = LOSSES[name]
    squash = SQUASH["sigmoid" if row.family == "binary" else "softmax"]
    p = squash(LOGITS).clip(1e-6, 1 - 1e-6)
    given = LOGITS if row.expects == "logits" else p
    settings = {"pos_weight": 1.0} if "pos_weight" in row.parameters else {}
    for thing in tensorflow_objects(name):
        found = evaluate(row, thing, given, **settings)
        assert found == pytest.approx(reference(row.family, p), rel=1e-3)


def scale_of(values: np.ndarray) -> set[str]:
    """The scales whose promise these values keep."""
    kept = set()
    inside = values.min() >= 0 and values.max() <= 1 + 1e-6
    sums = np.allclose(values.sum(-1), 1, atol=1e-4)
    if inside:
        kept.add("independent")
    if inside and sums:
        kept.add("simplex")
    if values.max() <= 1e-6:
        kept.add("log-probabilities")
    if not inside:
        kept.add("other")
    if values.min() < -4 and values.max() > 4:
        kept.add("logits")
    return kept


def activations() -> list[tuple[str, str]]:
    """Each activation on each library that knows the string."""
    found = []
    for name in ACTIVATIONS:
        for mark, library in LIBRARIES.items():
            try:
                library.activations.get(name)
            except (ValueError, TypeError):
                continue
            found.append((name, mark))
    return found


@pytest.mark.parametrize(("name", "mark"), activations())
def test_activations_give_the_scale_of_their_rows(name: str, mark: str) -> None:
    row = ACTIVATIONS[name]
    if row.gives == "unknown":
        assert name in ("exponential", "threshold", "sparsemax")
        return
    call = LIBRARIES[mark].activations.get(name)
    values = np.asarray(call(library_tensor(2 * LOGITS)))
    assert row.gives in scale_of(values)
    if row.gives == "independent":
        assert "simplex" not in scale_of(values)
    if row.gives == "log-probabilities":
        sums = np.exp(values).sum(-1)
        assert np.allclose(sums, 1, atol=1e-4) == (row.applies == "softmax")
    if row.applies != "none":
        # A consumer of logits: probabilities come out squashed once more.
        assert not np.allclose(np.asarray(call(library_tensor(softmax(LOGITS)))), softmax(LOGITS))


@pytest.mark.parametrize(("name", "mark"), activations())
def test_what_activations_do_to_numbers_of_any_size(name: str, mark: str) -> None:
    row = ACTIVATIONS[name]
    if row.gives != "other":
        assert row.does == "changes"
        return
    numbers = np.linspace(-50, 50, 1001, dtype="float32").reshape(-1, 1)
    # glu takes pairs: a number and its gate.
    given = np.concatenate([numbers, np.full_like(numbers, 3)], -1) if name == "glu" else numbers
    values = np.asarray(LIBRARIES[mark].activations.get(name)(library_tensor(given)))
    is_large, is_negative = np.abs(values).max() > 40, values.min() < 0
    expected = "bounds" if not is_large else "bends" if is_negative else "cuts"
    if name == "PReLU":  # a layer as well: its slope is trained, and begins at 0
        expected = "bends"
    assert row.does == expected


def metrics() -> list[tuple[str, str]]:
    return [
        (name, mark)
        for name, row in METRICS.items()
        for mark, library in LIBRARIES.items()
        if row.family != "none"
        and mark in row.checked
        and name.startswith("keras.")
        and real(name, library)
    ]


METRIC_ARGUMENTS = {
    "num_classes": UNITS,
    "target_class_ids": [0],
    "recall": 0.5,
    "precision": 0.5,
    "specificity": 0.5,
    "sensitivity": 0.5,
    "k": 2,
    "sparse_y_pred": False,
}


def measure(row: Any, thing: Any, predictions: np.ndarray) -> np.ndarray:
    if row.style == "function":
        return np.asarray(thing(LABELS[row.family], predictions))
    takes_sparse = {"sparse_y_pred"} if "IoU" in row.name and "Binary" not in row.name else set()
    names = set(row.parameters) | takes_sparse
    required = {
        key: value
        for key, value in METRIC_ARGUMENTS.items()
        if key in names and (key != "target_class_ids" or "Binary" not in row.name)
    }
    metric = thing(**required)
    metric.update_state(LABELS[row.family], predictions)
    return np.asarray(metric.result())


@pytest.mark.parametrize(("name", "mark"), metrics())
def test_metrics_read_the_scale_of_their_rows(name: str, mark: str) -> None:
    """A metric on ``any`` scale gives one value for logits and probabilities; others do not."""
    row = METRICS[name]
    thing = real(name, LIBRARIES[mark])
    # Many logits between 0 and 0.5, where a threshold on probabilities is wrong.
    logits = LOGITS / 4
    p = sigmoid(logits) if row.family == "binary" else softmax(logits)
    of_probabilities = measure(row, thing, p)
    try:
        of_logits = measure(row, thing, logits)
    except tf.errors.InvalidArgumentError:
        # Keras 2 refuses predictions beyond [0, 1].
        assert row.expects == "probabilities"
        return
    same = bool(np.allclose(of_logits, of_probabilities, equal_nan=True))
    assert same == (row.expects == "any"), (of_logits, of_probabilities)


def test_both_libraries_are_real() -> None:
    assert keras.__version__.startswith("3.")
    assert tf_keras.__version__.startswith("2.")
