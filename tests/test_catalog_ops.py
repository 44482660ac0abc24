"""What functions on tensors do, read off numbers: real ones against NumPy, kind by kind."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from catalog_objects import LIBRARIES, real, tensorflow_objects

from xentlint.catalog.activations import ACTIVATIONS
from xentlint.catalog.ops import OPS

RNG = np.random.default_rng(3)
LOGITS = RNG.normal(0, 4, (32, 6)).astype("float32")
RAISED = np.exp(LOGITS - LOGITS.max(-1, keepdims=True))
P = (RAISED / RAISED.sum(-1, keepdims=True)).astype("float32")
Q = P[::-1].copy()

FORMULAS: dict[str, Callable[..., Any]] = {
    "log": np.log,
    "log1p": np.log1p,
    "exp": np.exp,
    "negate": np.negative,
    "add": np.add,
    "multiply": np.multiply,
    "subtract": np.subtract,
    "divide": np.divide,
    "xlogy": lambda x, y: x * np.log(y),
    "stop": lambda x: x,
}
TWO = ("add", "multiply", "subtract", "divide", "xlogy", "greater", "maximum")
# Their first argument is a number.
SCALAR_FIRST = {"tf.scalar_mul"}


def objects(name: str) -> list[Any]:
    """The installed functions of a row, each on tensors of its own library."""
    tensors = tf.constant if name.startswith(("keras.", "tf.")) else np.asarray
    return [fed(one, tensors) for one in found_objects(name)]


def fed(function: Any, tensors: Callable[..., Any]) -> Any:
    def convert(value: Any) -> Any:
        if isinstance(value, list):
            return [convert(one) for one in value]
        return tensors(value) if isinstance(value, np.ndarray) else value

    return lambda *given, **named: function(*map(convert, given), **named)


def found_objects(name: str) -> list[Any]:
    """None for libraries that no longer install."""
    row = OPS[name]
    if name.startswith("tf."):
        current = "TensorFlow 2." in row.checked
        return [one for one in tensorflow_objects(name) if callable(one)] if current else []
    if name.startswith("keras."):
        found = [real(name, root) for mark, root in LIBRARIES.items() if mark in row.checked]
        return [one for one in found if one is not None]
    if name.startswith(("numpy.", "jax.", "scipy.")):
        package, _, short = name.rpartition(".")
        found = [getattr(importlib.import_module(package), short, None)]
        return [one for one in found if one is not None]
    return []


def cases(*kinds: str) -> list[str]:
    return [name for name, row in OPS.items() if row.kind in kinds and objects(name)]


def call(name: str, function: Any, *arguments: Any) -> np.ndarray:
    if name in SCALAR_FIRST:
        arguments = (np.float32(2.0), arguments[0])
    return np.asarray(function(*arguments))


@pytest.mark.parametrize("name", cases(*FORMULAS))
def test_elementwise_functions(name: str) -> None:
    kind = OPS[name].kind
    arguments = (P, Q) if kind in TWO else (P,)
    for function in objects(name):
        expected = FORMULAS[kind](*arguments)
        if name in SCALAR_FIRST:
            expected = 2 * P
        assert np.allclose(call(name, function, *arguments), expected, atol=1e-5)


@pytest.mark.parametrize("name", cases("activation"))
def test_activations_give_the_scale_of_their_activation(name: str) -> None:
    row = OPS[name]
    assert row.activation is not None
    gives = ACTIVATIONS[row.activation].gives
    for function in objects(name):
        extra = (0.0, 0.0) if row.activation == "threshold" else ()
        # SciPy's softmax runs over all elements unless an axis is given.
        named = {"axis": -1} if name.startswith("scipy.") and "axis" in row.parameters else {}
        values = np.asarray(function(2 * LOGITS, *extra, **named))
        if gives == "simplex":
            assert values.min() >= 0
            assert np.allclose(values.sum(-1), 1, atol=1e-4)
        elif gives == "independent":
            assert values.min() >= 0
            assert values.max() <= 1
            assert not np.allclose(values.sum(-1), 1, atol=1e-2)
        elif gives == "log-probabilities":
            assert values.max() <= 1e-6
        elif gives == "logits":
            assert np.array_equal(values, 2 * LOGITS)
        elif gives == "other":
            assert values.min() < 0 or values.max() > 1
        else:
            assert gives == "unknown"


# A shape, an axis, a size or a function goes with them.
NEED_MORE = set(
    """
    tf.cast tf.saturate_cast tf.reshape tf.expand_dims tf.tile tf.repeat tf.broadcast_to
    tf.reverse tf.reverse_sequence tf.roll tf.ensure_shape tf.grad_pass_through
    tf.debugging.check_numerics tf.nn.dropout tf.nn.avg_pool tf.nn.avg_pool1d tf.nn.avg_pool2d
    tf.nn.avg_pool3d tf.nn.depth_to_space tf.nn.space_to_depth tf.sparse.to_dense
    tf.check_numerics tf.placeholder_with_default tf.Print tf.image.resize
    tf.image.resize_images tf.image.resize_bilinear tf.image.resize_nearest_neighbor
    tf.to_bfloat16
    keras.ops.cast keras.ops.saturate_cast keras.ops.reshape keras.ops.rearrange
    keras.ops.expand_dims keras.ops.swapaxes keras.ops.moveaxis keras.ops.tile
    keras.ops.repeat keras.ops.broadcast_to keras.ops.roll keras.ops.average_pool
    keras.ops.depth_to_space keras.ops.space_to_depth
    keras.backend.cast keras.backend.reshape keras.backend.squeeze
    keras.backend.permute_dimensions keras.backend.tile keras.backend.repeat
    keras.backend.repeat_elements keras.backend.reverse keras.backend.resize_images
    keras.backend.resize_volumes keras.backend.dropout keras.backend.to_dense
    keras.backend.eval keras.backend.get_value
    numpy.expand_dims numpy.reshape numpy.swapaxes numpy.moveaxis numpy.repeat numpy.tile
    """.split()  # noqa: SIM905
)


def test_those_that_need_more_have_rows() -> None:
    assert set(OPS) >= NEED_MORE


@pytest.mark.parametrize("name", [one for one in cases("keep", "stop") if one not in NEED_MORE])
def test_keeping_functions_keep_the_values(name: str) -> None:
    for function in objects(name):
        values = np.asarray(function(P))
        assert np.array_equal(np.sort(values.ravel()), np.sort(P.ravel()))


@pytest.mark.parametrize("name", cases("sum", "mean"))
def test_sums_and_means(name: str) -> None:
    if name == "tf.nn.compute_average_loss":
        pytest.skip("sums and divides by the size of the batch: a mean over one axis")
    expected = P.sum() if OPS[name].kind == "sum" else P.mean()
    for function in objects(name):
        assert np.allclose(np.asarray(function(P)), expected, atol=1e-3)


@pytest.mark.parametrize("name", cases("round"))
def test_roundings_give_whole_numbers(name: str) -> None:
    for function in objects(name):
        values = np.asarray(function(LOGITS))
        assert np.array_equal(values, np.trunc(values))


@pytest.mark.parametrize("name", cases("greater"))
def test_comparisons_order_their_arguments(name: str) -> None:
    for function in objects(name):
        values = np.asarray(function(P, Q))
        assert values.dtype == bool
        greater = "greater" in name
        assert np.array_equal(values[P != Q], (P > Q if greater else P < Q)[P != Q])


@pytest.mark.parametrize("name", cases("argmax"))
def test_argmax_gives_indices(name: str) -> None:
    for function in objects(name):
        values = np.asarray(function(P, -1))
        assert np.issubdtype(values.dtype, np.integer)
        best = P.argmin(-1) if "min" in name else P.argmax(-1)
        assert np.array_equal(values, best)


@pytest.mark.parametrize("name", cases("clip", "maximum"))
def test_clips(name: str) -> None:
    for function in objects(name):
        if OPS[name].kind == "clip":
            assert np.allclose(np.asarray(function(P, 0.2, 0.5)), P.clip(0.2, 0.5))
        else:
            low = "min" in name
            expected = np.minimum(P, Q) if low else np.maximum(P, Q)
            assert np.allclose(np.asarray(function(P, Q)), expected)


@pytest.mark.parametrize("name", cases("where"))
def test_where_takes_the_condition_first(name: str) -> None:
    for function in objects(name):
        assert np.array_equal(np.asarray(function(P > Q, P, Q)), np.maximum(P, Q))


@pytest.mark.parametrize("name", cases("one-hot"))
def test_one_hot(name: str) -> None:
    labels = np.array([[0], [2], [1]]) if "multi_hot" in name else np.array([0, 2, 1])
    for function in objects(name):
        assert np.array_equal(np.asarray(function(labels, 3)), np.eye(3)[[0, 2, 1]])


MERGED: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "add_n": np.add,
    "accumulate_n": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "dot": lambda p, q: np.sum(p * q, -1, keepdims=True),
}


@pytest.mark.parametrize("name", cases("average", "merge", "concat", "stack"))
def test_lists_are_the_first_argument(name: str) -> None:
    row = OPS[name]
    if name == "tf.parallel_stack":
        pytest.skip("runs in graphs only")
    axis = {"axis": -1} if "axis" in row.parameters else {}
    for function in objects(name):
        values = np.asarray(
            function([P, Q], 1) if name.endswith(".dot") else function([P, Q], **axis)
        )
        if row.kind == "average":
            assert np.allclose(values, (P + Q) / 2)
        elif row.kind in ("concat", "stack"):
            assert values.size == P.size + Q.size
            assert np.array_equal(np.unique(values), np.unique(P))
        else:
            assert np.allclose(values, MERGED[name.rpartition(".")[2]](P, Q), atol=1e-5)


@pytest.mark.parametrize("name", cases("matmul"))
def test_products_of_probabilities_may_be_probabilities(name: str) -> None:
    """Why they are a kind of their own: mixing rows of a simplex gives a simplex."""
    square = P[:6]
    for function in objects(name):
        if name.endswith("einsum"):
            values = np.asarray(function("ij,jk->ik", square, square))
        elif name.endswith("tensordot"):
            values = np.asarray(function(square, square, 1))
        elif name.rpartition(".")[2] in ("dot", "matmul", "batch_dot"):
            if name.endswith("batch_dot"):
                continue
            values = np.asarray(function(square, square))
        else:
            continue
        assert np.allclose(values.sum(-1), 1, atol=1e-4)
