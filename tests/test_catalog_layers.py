"""What layers do to a scale, read off numbers: each layer is run on probabilities."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from catalog_objects import LIBRARIES, real

from xentlint.catalog.layers import LAYERS

RNG = np.random.default_rng()
# The shape of the input by the dimensions in the layer's name; the last axis is a simplex.
SHAPES = {"1D": (2, 8, 5), "2D": (2, 8, 8, 5), "3D": (2, 6, 6, 6, 5)}
OTHER_SHAPES = {
    "Dense": (4, 5),
    "EinsumDense": (4, 5),
    "Flatten": (4, 5),
    "RepeatVector": (4, 5),
    "ConvLSTM1D": (2, 3, 8, 5),
    "ConvLSTM2D": (2, 3, 8, 8, 5),
    "ConvLSTM3D": (2, 3, 6, 6, 6, 5),
    "LSTMCell": (16, 5),
    "GRUCell": (16, 5),
    "SimpleRNNCell": (16, 5),
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "Reshape": {"target_shape": (4, 2, 5)},
    "Permute": {"dims": (1, 2)},
    "RepeatVector": {"n": 3},
    "EinsumDense": {"equation": "ab,bc->ac", "output_shape": 7},
    "Embedding": {"input_dim": 9, "output_dim": 7},
    "ReversibleEmbedding": {"input_dim": 9, "output_dim": 7},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 3},
    "GroupQueryAttention": {"head_dim": 4, "num_query_heads": 2, "num_key_value_heads": 1},
    "GroupNormalization": {"groups": 5},
    "Dot": {"axes": -1},
    "Cropping2D": {"cropping": 1},
    "Cropping3D": {"cropping": 1},
    "ThresholdedReLU": {"theta": 0.1},
}
GENERAL = {
    "units": 7,
    "filters": 7,
    "kernel_size": 3,
    "pool_size": 2,
    "output_size": 2,
    "rate": 0.3,
    "stddev": 0.3,
}
NUMERIC_KINDS = ("affine", "recurrent", "fixed", "keep", "keep-values", "average", "linear")


@pytest.fixture(autouse=True)
def _numbers_of_its_own(request: pytest.FixtureRequest) -> None:
    """Each test draws the same numbers, whichever tests ran before it."""
    global RNG
    RNG = np.random.default_rng(zlib.crc32(request.node.name.encode()))


def simplex(shape: tuple[int, ...]) -> np.ndarray:
    raw = RNG.normal(0, 2, shape)
    e = np.exp(raw - raw.max(-1, keepdims=True))
    return (e / e.sum(-1, keepdims=True)).astype("float32")


def shape_of(name: str) -> tuple[int, ...]:
    if name in OTHER_SHAPES:
        return OTHER_SHAPES[name]
    return next((shape for mark, shape in SHAPES.items() if mark in name), (16, 8, 5))


def build(row: Any, thing: Any, **more: Any) -> Any:
    name = row.name.rpartition(".")[2]
    chosen = {key: GENERAL[key] for key in row.parameters if key in GENERAL}
    return thing(**{**chosen, **ARGUMENTS.get(name, {}), **more})


def run(layer: Any, *inputs: Any) -> np.ndarray:
    """The result with random weights of some size."""
    name = type(layer).__name__
    if name.endswith("Cell"):
        state = tf.zeros((16, 7))
        states = [state, state] if name == "LSTMCell" else [state]
        result = layer(inputs[0], states)
        randomize(layer)
        result = layer(inputs[0], states)
        return np.asarray(result[0])
    if "Attention" in name:
        inputs = (inputs[0], inputs[0])
    arguments = inputs if len(inputs) == 1 or "Attention" in name else (list(inputs),)
    layer(*arguments)
    randomize(layer)
    return np.asarray(layer(*arguments))


def randomize(layer: Any) -> None:
    for weight in layer.weights:
        # A variance stays as it is: it must not be negative.
        if "variance" not in weight.name and "seed" not in weight.name:
            weight.assign(RNG.normal(0, 5, weight.shape))


def cases(*kinds: str) -> list[tuple[str, str]]:
    return [
        (name, mark)
        for name, row in LAYERS.items()
        for mark, library in LIBRARIES.items()
        if row.kind in kinds and mark in row.checked and real(name, library) is not None
    ]


def inside(values: np.ndarray) -> bool:
    return bool(values.min() >= -1e-6 and values.max() <= 1 + 1e-6)


def sums_to_one(values: np.ndarray) -> bool:
    return bool(np.allclose(values.sum(-1), 1, atol=1e-3))


def result_of(name: str, mark: str, **more: Any) -> tuple[np.ndarray, np.ndarray]:
    row = LAYERS[name]
    given = simplex(shape_of(name.rpartition(".")[2]))
    inputs: Any = given
    if name.endswith("Embedding"):
        inputs = RNG.integers(0, 9, (4, 3))
    layer = build(row, real(name, LIBRARIES[mark]), **more)
    several = (given, given) if row.kind in ("merge", "concatenate") else (inputs,)
    if name.endswith("Average"):
        several = (given, simplex(given.shape))
    return given, run(layer, *several)


@pytest.mark.parametrize(("name", "mark"), cases("keep"))
def test_keep(name: str, mark: str) -> None:
    given, values = result_of(name, mark)
    assert inside(values)
    assert sums_to_one(values)
    # Each value is one of those given, none is new.
    assert name.endswith("UpSampling2D") or set(np.unique(values)) <= set(np.unique(given))


@pytest.mark.parametrize(("name", "mark"), cases("keep-values"))
def test_keep_values(name: str, mark: str) -> None:
    _, values = result_of(name, mark)
    assert inside(values)
    assert not sums_to_one(values)


@pytest.mark.parametrize(("name", "mark"), cases("average"))
def test_average(name: str, mark: str) -> None:
    _, values = result_of(name, mark)
    assert inside(values)
    assert sums_to_one(values)


@pytest.mark.parametrize(("name", "mark"), cases("linear"))
def test_linear_is_unbounded(name: str, mark: str) -> None:
    more: dict[str, Any] = (
        {"mean": 0.0, "variance": 1e-4} if name.endswith(".Normalization") else {}
    )
    values = np.concatenate([result_of(name, mark, **more)[1].ravel() for _ in range(4)])
    assert values.max() > 1.5
    assert values.min() < -1.5 or more


def test_a_reversed_embedding_is_unbounded() -> None:
    layer = LIBRARIES["Keras 3."].layers.ReversibleEmbedding(9, 7)
    layer(RNG.integers(0, 9, (4, 3)))
    randomize(layer)
    values = np.asarray(layer(simplex((4, 7)), reverse=True))
    assert values.max() > 1.5
    assert values.min() < -1.5


@pytest.mark.parametrize(("name", "mark"), cases("affine"))
def test_affine_without_an_activation_is_unbounded(name: str, mark: str) -> None:
    _, values = result_of(name, mark, activation=None)
    assert values.max() > 1.5
    assert values.min() < -1.5


@pytest.mark.parametrize(("name", "mark"), cases("affine"))
def test_affine_gives_its_activation(name: str, mark: str) -> None:
    _, values = result_of(name, mark, activation="softmax")
    assert inside(values)
    assert sums_to_one(values)


@pytest.mark.parametrize(("name", "mark"), cases("affine", "recurrent"))
def test_default_activation(name: str, mark: str) -> None:
    _, values = result_of(name, mark)
    bounded = bool(np.abs(values).max() <= 1)
    assert bounded == (LAYERS[name].activation == "tanh")


@pytest.mark.parametrize(("name", "mark"), cases("recurrent"))
def test_a_gated_softmax_is_in_range_but_no_simplex(name: str, mark: str) -> None:
    _, values = result_of(name, mark, activation="softmax")
    assert inside(values)
    assert not sums_to_one(values)


@pytest.mark.parametrize(("name", "mark"), cases("fixed"))
def test_fixed_activation(name: str, mark: str) -> None:
    row = LAYERS[name]
    library = LIBRARIES[mark]
    logits = RNG.normal(0, 4, (8, 5)).astype("float32")
    values = np.asarray(build(row, real(name, library))(logits))
    if row.activation == "softmax":
        assert inside(values)
        assert sums_to_one(values)
    else:
        # A rectifier: positive values stay, negative ones shrink.
        positive = logits > 0.1
        assert np.allclose(values[positive], logits[positive], atol=1e-5)
        assert np.all(np.abs(values[logits < -1e-3]) < np.abs(logits[logits < -1e-3]))


@pytest.mark.parametrize(("name", "mark"), cases("merge"))
def test_merging_logits_is_unbounded(name: str, mark: str) -> None:
    row = LAYERS[name]
    layer = build(row, real(name, LIBRARIES[mark]))
    logits = [RNG.normal(0, 4, (16, 5)).astype("float32") for _ in range(2)]
    values = np.asarray(layer(logits))
    assert values.min() < -2
    assert values.max() > 1.5


@pytest.mark.parametrize(("name", "mark"), cases("concatenate"))
def test_concatenation_keeps_the_range_alone(name: str, mark: str) -> None:
    _, values = result_of(name, mark)
    assert inside(values)
    assert not sums_to_one(values)


@pytest.mark.parametrize(("name", "mark"), cases("wrap"))
def test_wrappers_give_what_the_wrapped_layer_gives(name: str, mark: str) -> None:
    library = LIBRARIES[mark]
    short = name.rpartition(".")[2]
    if (short, mark) == ("SpectralNormalization", "tf_keras 2."):
        pytest.skip("beside Keras 3, tf_keras 2.21 builds it with the other Keras' InputSpec")
    wrapped = {
        "TimeDistributed": lambda: library.layers.Dense(7, activation="softmax"),
        "SpectralNormalization": lambda: library.layers.Dense(7, activation="softmax"),
        "RNN": lambda: library.layers.SimpleRNNCell(7, activation="softmax"),
        "Bidirectional": lambda: library.layers.SimpleRNN(7, activation="softmax"),
    }[short]()
    more = {"merge_mode": "ave"} if short == "Bidirectional" else {}
    values = np.asarray(real(name, library)(wrapped, **more)(simplex((2, 8, 5))))
    assert inside(values)
    assert sums_to_one(values)


@pytest.mark.parametrize(("name", "mark"), cases("activation"))
def test_activation_layer(name: str, mark: str) -> None:
    values = np.asarray(real(name, LIBRARIES[mark])("softmax")(simplex((3, 5)) * 9))
    assert sums_to_one(values)


@pytest.mark.parametrize(("name", "mark"), cases("lambda"))
def test_lambda_applies_its_first_argument(name: str, mark: str) -> None:
    values = np.asarray(real(name, LIBRARIES[mark])(lambda x: x * 0 + 3.0)(simplex((3, 5))))
    assert np.all(values == 3.0)
