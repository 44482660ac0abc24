"""Numbers for tensors: draws of a model's weights, values of symbolic tensors, batches."""

from __future__ import annotations

import collections
import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from .meetings import Event
from .numbers import UNSURE, Patience, read_scale, width
from .stage import large, randomise

_ROWS = 24
_ENOUGH = 14
"""Units seen under so many draws, all of one sign: that is no chance any more."""
_ENOUGH_OF_BOTH = 60
"""The same for both signs, one much larger than the other."""


class History:
    """What ``fit`` returns when it is cut short."""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = collections.defaultdict(lambda: [0.0])
        self.epoch = [0]


def tensor(value: Any) -> Any:
    import tensorflow as tf

    return tf.convert_to_tensor(value)


def numbers(value: Any) -> Any:
    """The numbers of a concrete value; ``None`` for a symbolic one."""
    if value is None or _is_keras_tensor(value):
        return None
    import tensorflow as tf

    if isinstance(value, tf.Tensor) and not hasattr(value, "numpy"):
        return None
    with contextlib.suppress(Exception):
        found = np.asarray(value)
        if found.dtype == object:
            return None
        return found.astype("float64") if found.dtype.kind != "O" else None
    return None


def _is_keras_tensor(value: Any) -> bool:
    return type(value).__name__ == "KerasTensor"


def is_passing(value: Any) -> bool:
    """A tensor of a trace: Keras asks for shapes so, no numbers ever come."""
    from tensorflow.python.framework.func_graph import FuncGraph

    return not hasattr(value, "numpy") and isinstance(getattr(value, "graph", None), FuncGraph)


def first_batch(x: Any, y: Any) -> tuple[Any, Any]:
    """The first rows of what ``fit`` was given."""
    import tensorflow as tf

    if y is None and isinstance(x, (tf.data.Dataset, Iterator)):
        found = next(iter(x))
        x, y = found[:2] if isinstance(found, tuple) else (found, None)
    elif y is None and hasattr(x, "__getitem__") and hasattr(x, "__len__") and not _is_data(x):
        x, y = x[0][:2]
    return _head(x), _head(y)


def _is_data(x: Any) -> bool:
    return isinstance(x, (list, dict, tuple)) or hasattr(x, "shape")


def _head(data: Any) -> Any:
    import tensorflow as tf

    def cut(part: Any) -> Any:
        return part[: 2 * _ROWS] if np.ndim(part) else part

    return None if data is None else tf.nest.map_structure(cut, data)


def draws(model: Any, x: Any, patience: Patience) -> list[Any]:
    """Outputs of a model under several draws of large weights, until their scales are sure."""
    x = x if x is not None else _made_up(model)
    found: list[Any] = []
    for turn in range(patience.draws):
        if turn:
            with contextlib.suppress(Exception):
                randomise(model.trainable_variables)
        found.append(_outputs(model, x))
        _, columns = by_output(model, found)
        if turn >= 1 and all(_sure(column, patience) for column in columns):
            break
    return found


def _sure(values: list[Any], patience: Patience) -> bool:
    arrays = [np.asarray(value) for value in values]
    if read_scale(arrays, patience=patience) != UNSURE:
        return True
    signs = {bool(sign) for value in arrays for sign in np.unique(value > 0)}
    enough = _ENOUGH_OF_BOTH if len(signs) == 2 else _ENOUGH
    return len(values) * (width(arrays) or 1) >= enough


def infer(model: Any, x: Any) -> None:
    """Once as in inference: activations that only prediction meets are told too."""
    with contextlib.suppress(Exception):
        model(x if x is not None else _made_up(model), training=False)


def _outputs(model: Any, x: Any) -> Any:
    """As in training: that is what the loss sees."""
    # An embedding takes integers, in floats or not, and no negative ones.
    for values in (_noise, _as_it_is, _bits):
        with contextlib.suppress(Exception):
            return model(values(x), training=True)
    return model(x, training=True)


def _as_it_is(x: Any) -> Any:
    return x


def _bits(x: Any) -> Any:
    import tensorflow as tf

    return tf.nest.map_structure(lambda part: (np.asarray(part) > 0).astype(part.dtype), x)


def _noise(x: Any) -> Any:
    import tensorflow as tf

    def noisy(part: Any) -> Any:
        part = np.asarray(part)
        return (2 * np.random.normal(size=part.shape)).astype(part.dtype) if _floats(part) else part

    return tf.nest.map_structure(noisy, x)


def _floats(part: np.ndarray) -> bool:
    return part.dtype.kind == "f"


def _made_up(model: Any) -> Any:
    inputs = getattr(model, "inputs", None)
    if not inputs:
        return np.random.normal(size=(_ROWS, 8)).astype("float32")
    parts = []
    for one in inputs:
        shape = [_ROWS] + [size or 6 for size in tuple(one.shape)[1:]]
        integer = "int" in str(one.dtype)
        parts.append(np.random.randint(0, 2, shape) if integer else large(shape) * 2)
    parts = [p.astype("int32" if p.dtype.kind == "i" else "float32") for p in parts]
    struct = getattr(model, "_inputs_struct", None)
    if isinstance(struct, dict):
        return dict(zip(struct, parts, strict=True))
    return parts if len(parts) > 1 else parts[0]


def by_output(model: Any, outputs: list[Any]) -> tuple[list[Any], list[list[Any]]]:
    """Names of the outputs, and the values of each over the draws."""
    first = outputs[0]
    if isinstance(first, dict):
        return list(first), [[found[name] for found in outputs] for name in first]
    if isinstance(first, (list, tuple)):
        names = list(getattr(model, "output_names", None) or range(len(first)))
        if len(names) != len(first):
            names = list(range(len(first)))
        return names, [[found[i] for found in outputs] for i in range(len(first))]
    names = list(getattr(model, "output_names", None) or [0])
    return names[:1] or [0], [list(outputs)]


def loss_of_each(loss: Any, names: list[Any]) -> list[Any]:
    """As Keras pairs them: by name, by position, or one for all."""
    if isinstance(loss, dict):
        return [loss.get(name) for name in names]
    if isinstance(loss, (list, tuple)):
        return list(loss) + [None] * (len(names) - len(loss))
    return [loss] * len(names)


def labels_of_each(y: Any, names: list[Any]) -> list[Any]:
    if isinstance(y, dict):
        return [y.get(name) for name in names]
    if isinstance(y, (list, tuple)) and len(y) == len(names):
        return list(y)
    return [y if len(names) == 1 else None] * len(names)


def labels_that_may_fit(y: Any, value: Any) -> list[Any]:
    """The program's labels if there are any; else each form in turn."""
    shape = tuple(np.shape(value))
    dense = np.eye(shape[-1], dtype="float32")[np.random.randint(0, shape[-1], shape[:-1])]
    if shape[-1] == 1:
        dense = np.random.randint(0, 2, shape).astype("float32")
    index = np.random.randint(0, shape[-1], shape[:-1])
    made_up = [dense, index, index[..., None]]
    if y is not None and np.shape(y)[:1] == shape[:1]:
        made_up = [np.asarray(y), *made_up]
    return [tensor(labels) for labels in made_up]


def resolve(events: Iterable[Event], patience: Patience) -> None:
    """Numbers for the tensors of a graph and of a functional model under construction."""
    for event in events:
        if event.made is not None and read_scale(event.values, patience=patience) == UNSURE:
            event.values += _asked_again(*event.made, patience)
        graph = [t for t in event.pending if not _is_keras_tensor(t)]
        keras = [t for t in event.pending if _is_keras_tensor(t)]
        if graph and not event.values:
            event.values += _of_graph(graph[0], patience)
            event.fixed = True
        elif keras and not event.values:
            event.values += _of_keras_tensor(keras[0], patience)
            event.fixed = True


def _asked_again(model: Any, x: Any, index: int, patience: Patience) -> list[Any]:
    _, columns = by_output(model, draws(model, x, patience))
    return [np.asarray(value) for value in columns[index]]


def _of_keras_tensor(symbol: Any, patience: Patience) -> list[Any]:
    generation = __import__(type(symbol).__module__.split(".")[0])
    if type(symbol).__module__.startswith("tensorflow.python"):
        from tensorflow.python import keras as generation  # type: ignore[no-redef]
    utils = generation.utils
    inputs = (getattr(utils, "get_source_inputs", None) or utils.layer_utils.get_source_inputs)(
        symbol
    )
    model = generation.models.Model(inputs, symbol)
    return [np.asarray(found) for found in draws(model, None, patience)]


def _of_graph(symbol: Any, patience: Patience) -> list[Any]:
    """Run a session with random variables and random placeholders."""
    import tensorflow as tf

    v1 = tf.compat.v1
    found = []
    with symbol.graph.as_default(), v1.Session(graph=symbol.graph) as session:
        variables = symbol.graph.get_collection(v1.GraphKeys.GLOBAL_VARIABLES)
        for turn in range(patience.draws):
            for variable in variables:
                start = variable.initializer.inputs[1]
                shape = start.shape.as_list()
                plain = start.dtype.is_floating and shape and not variable.name.endswith(_KEPT)
                feed = {start: large(shape)} if plain else {}
                session.run(variable.initializer, feed)
            found.append(np.asarray(session.run(symbol, _fed(symbol.graph))))
            if turn >= 1 and read_scale(found, patience=patience) != UNSURE:
                break
    return found


_KEPT = ("gamma:0", "moving_variance:0")


def _fed(graph: Any) -> dict[Any, Any]:
    feed = {}
    for operation in graph.get_operations():
        if operation.type == "Placeholder":
            out = operation.outputs[0]
            shape = (
                [size or _ROWS for size in out.shape.as_list()]
                if out.shape.rank is not None
                else [_ROWS]
            )
            feed[out] = _random_for(out.dtype, shape)
    return feed


def _random_for(dtype: Any, shape: list[int]) -> Any:
    if dtype.is_bool:
        return np.ones(shape, bool)
    if dtype.is_integer:
        return np.random.randint(0, 2, shape)
    return np.random.normal(size=shape) * 2 if shape else 0.9
