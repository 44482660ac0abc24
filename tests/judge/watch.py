"""Replaces what a program calls by recording twins, for as long as it runs, then puts all back.

Only calls that stand in the program's own files are recorded: what Keras calls inside of
itself is its own affair.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

LABEL_NAMES = ("y_true", "labels", "target", "targets", "multi_class_labels", "onehot_labels")
PREDICTION_NAMES = ("y_pred", "logits", "output", "predictions")
TF_KERAS = ("keras._tf_keras.keras", "tensorflow.keras")
"""Both are Keras 3: the second is loaded from the files of the first, as modules of its own."""
GENERATIONS = ("keras", *TF_KERAS, "tf_keras", "tensorflow.python.keras")


class Listener(Protocol):
    """What the twins tell."""

    def in_program(self, frame: types.FrameType | None) -> bool: ...
    def called(self, loss: Any, labels: Any, predictions: Any) -> None: ...
    def logged(self, tensor: Any) -> None: ...
    def activated(self, kind: str, tensor: Any) -> None: ...
    def compiled(self, model: Any, loss: Any) -> None: ...
    def fitted(self, model: Any, x: Any, y: Any) -> Any: ...
    def constructed(self, thing: Any) -> None: ...


class Patches:
    """Attributes replaced, with what stood there."""

    def __init__(self) -> None:
        self._old: list[tuple[Any, str, Any]] = []

    def set(self, owner: Any, name: str, value: Any) -> None:
        old = (
            owner.__dict__.get(name, _ABSENT)
            if isinstance(owner, type)
            else getattr(owner, name, _ABSENT)
        )
        self._old.append((owner, name, old))
        setattr(owner, name, value)

    def undo(self) -> None:
        for owner, name, old in reversed(self._old):
            if old is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, old)


_ABSENT = object()


@contextlib.contextmanager
def watched(listener: Listener) -> Iterator[Patches]:
    """Tell ``listener`` of all that the code inside does."""
    patches = Patches()
    try:
        _losses(patches, listener)
        _logs_and_clips(patches, listener)
        _activations(patches, listener)
        _classes(patches, listener)
        yield patches
    finally:
        patches.undo()


def module(name: str) -> Any:
    """An imported module, or ``None`` where this version has none of that name."""
    with contextlib.suppress(ImportError):
        __import__(name)
    return sys.modules.get(name)


def twin(listener: Listener, loss: Callable[..., Any]) -> Callable[..., Any]:
    """A loss function that tells of its calls from the program."""
    parameters = _parameters(loss)
    first = next((p for p in parameters if p in LABEL_NAMES), "labels")
    second = next((p for p in parameters if p in PREDICTION_NAMES), "logits")

    @functools.wraps(loss)
    def recorded_loss(*args: Any, **kwargs: Any) -> Any:
        if listener.in_program(sys._getframe(1)):
            bound = dict(zip(parameters, args, strict=False)) | kwargs
            labels, predictions = bound.pop(first, None), bound.pop(second, None)

            def again(y: Any, p: Any) -> Any:
                return loss(**{first: y, second: p}, **_eager(bound))

            listener.called(again, labels, predictions)
        return loss(*args, **kwargs)

    recorded_loss.__judge_twin__ = loss  # type: ignore[attr-defined]
    return recorded_loss


@functools.cache
def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def _eager(bound: dict[str, Any]) -> dict[str, Any]:
    """Arguments that live in a graph are replaced: only their presence matters."""
    return {name: 2.0 if _symbolic(value) else value for name, value in bound.items()}


def _symbolic(value: Any) -> bool:
    return hasattr(value, "shape") and hasattr(value, "dtype") and not hasattr(value, "numpy")


def _losses(patches: Patches, listener: Listener) -> None:
    for owner, name, function in _loss_functions():
        patches.set(owner, name, twin(listener, function))
    for prefix in GENERATIONS:
        losses = module(prefix + ".losses")
        for name in ("get", "deserialize"):
            patches.set(losses, name, _found_twin(listener, getattr(losses, name)))


def _found_twin(listener: Listener, find: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(find)
    def recorded_find(*args: Any, **kwargs: Any) -> Any:
        found = find(*args, **kwargs)
        if listener.in_program(sys._getframe(1)):
            if inspect.isfunction(found) and "y_pred" in _parameters(found):
                return twin(listener, found)
            if not inspect.isfunction(found):
                listener.constructed(found)
        return found

    return recorded_find


@functools.cache
def _loss_functions() -> list[tuple[Any, str, Callable[..., Any]]]:
    found: list[tuple[Any, str, Callable[..., Any]]] = []
    for prefix in GENERATIONS:
        for part in ("losses", "metrics"):
            owner = module(f"{prefix}.{part}")
            for name, value in vars(owner).items() if owner else ():
                if inspect.isfunction(value) and "y_pred" in _parameters(value):
                    found.append((owner, name, value))
        for part in ("backend", "ops", "ops.nn"):
            found += _named(module(f"{prefix}.{part}"), "_crossentropy")
    for owner in _tensorflows("nn"):
        found += _named(owner, "cross_entropy")
    for owner in _tensorflows("compat.v1.losses"):
        found += _named(owner, "cross_entropy") + _named(owner, "log_loss")
    return found


def _tensorflows(part: str) -> list[Any]:
    """This part of each of TensorFlow's faces: ``tf.compat.v2`` has a ``compat.v1`` of its own."""
    found = []
    for face in ("", "compat.v1.", "compat.v2.", "compat.v2.compat.v1.", "compat.v1.compat.v2."):
        owner = module("tensorflow")
        for name in f"{face}{part}".split(".") if part else face.split(".")[:-1]:
            owner = getattr(owner, name, None)
        found.append(owner)
    return [owner for owner in dict.fromkeys(found) if owner is not None]


def _named(owner: Any, part: str) -> list[tuple[Any, str, Callable[..., Any]]]:
    names = [name for name in dir(owner) if part in name] if owner else []
    return [(owner, name, getattr(owner, name)) for name in names if callable(getattr(owner, name))]


def _logs_and_clips(patches: Patches, listener: Listener) -> None:
    import tensorflow as tf

    owners = [*_tensorflows(""), *_tensorflows("math"), np, tf.experimental.numpy]
    owners += [
        module(f"{p}.{part}") for p in GENERATIONS for part in ("backend", "ops", "ops.numpy")
    ]
    for owner in filter(None, dict.fromkeys(owners)):
        if callable(getattr(owner, "log", None)):
            patches.set(owner, "log", _log_twin(listener, owner.log))
        for name in ("clip_by_value", "clip"):
            if callable(getattr(owner, name, None)) and owner is not np:
                patches.set(owner, name, _clip_twin(getattr(owner, name)))


def _log_twin(listener: Listener, log: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(log)
    def recorded_log(*args: Any, **kwargs: Any) -> Any:
        if args and listener.in_program(sys._getframe(1)):
            listener.logged(args[0])
        return log(*args, **kwargs)

    return recorded_log


def _clip_twin(clip: Callable[..., Any]) -> Callable[..., Any]:
    """Clipping hides what stood before it: the result remembers its source."""

    @functools.wraps(clip)
    def recorded_clip(*args: Any, **kwargs: Any) -> Any:
        result = clip(*args, **kwargs)
        if args:
            with contextlib.suppress(AttributeError):
                result.judge_source = source(args[0])
        return result

    return recorded_clip


def source(tensor: Any) -> Any:
    """The tensor before it was clipped."""
    return getattr(tensor, "judge_source", tensor)


def _activations(patches: Patches, listener: Listener) -> None:
    """At the lowest point that all softmaxes and sigmoids pass."""
    from tensorflow.python.ops import gen_math_ops, gen_nn_ops

    for owner, name in ((gen_nn_ops, "softmax"), (gen_math_ops, "sigmoid")):
        patches.set(owner, name, _activation_twin(listener, name, getattr(owner, name)))


def _activation_twin(
    listener: Listener, kind: str, function: Callable[..., Any]
) -> Callable[..., Any]:
    @functools.wraps(function)
    def recorded_activation(*args: Any, **kwargs: Any) -> Any:
        if args:
            listener.activated(kind, args[0])
        return function(*args, **kwargs)

    return recorded_activation


def _classes(patches: Patches, listener: Listener) -> None:
    for prefix in ("keras", "tf_keras", "tensorflow.python.keras"):
        keras = module(prefix)
        models, layers, losses = (module(f"{prefix}.{p}") for p in ("models", "layers", "losses"))
        model = models.Model
        patches.set(model, "compile", _compile_twin(listener, model.compile))
        for name in ("fit", "fit_generator", "train_on_batch"):
            patches.set(model, name, _fit_twin(listener))
        patches.set(model, "predict", _predict)
        patches.set(model, "evaluate", lambda self, *a, **k: [0.0, 0.0])
        for name in ("summary", "save", "save_weights", "load_weights"):
            patches.set(model, name, lambda self, *a, **k: None)
        patches.set(layers.Layer, "__init__", _constructed_twin(listener, layers.Layer.__init__))
        patches.set(losses.Loss, "__init__", _constructed_twin(listener, losses.Loss.__init__))
        patches.set(losses.Loss, "__call__", _loss_call_twin(listener, losses.Loss.__call__))
        patches.set(layers.Layer, "__call__", _layer_call_twin(layers.Layer.__call__))
        _pretrained_without_weights(patches, module(f"{prefix}.applications") or keras)
    for prefix in TF_KERAS:
        _pretrained_without_weights(patches, module(prefix + ".applications"))


def _compile_twin(listener: Listener, compile_: Callable[..., Any]) -> Callable[..., Any]:
    names = _parameters(compile_)[1:]

    @functools.wraps(compile_)
    def recorded_compile(self: Any, *args: Any, **kwargs: Any) -> Any:
        bound = dict(zip(names, args, strict=False)) | kwargs
        if bound.get("loss") is not None:
            listener.compiled(self, bound["loss"])
        return compile_(self, *args, **kwargs)

    return recorded_compile


def _fit_twin(listener: Listener) -> Callable[..., Any]:
    def recorded_fit(self: Any, x: Any = None, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        return listener.fitted(self, x, y)

    return recorded_fit


def _predict(self: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    return tf.nest.map_structure(np.asarray, self(x, training=False))


def _constructed_twin(listener: Listener, init: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(init)
    def recorded_init(self: Any, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        listener.constructed(self)

    return recorded_init


def _loss_call_twin(listener: Listener, call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def recorded_loss(self: Any, y_true: Any, y_pred: Any, *args: Any, **kwargs: Any) -> Any:
        if listener.in_program(sys._getframe(1)):
            listener.called(self, y_true, y_pred)
        return call(self, y_true, y_pred, *args, **kwargs)

    return recorded_loss


def _layer_call_twin(call: Callable[..., Any]) -> Callable[..., Any]:
    """Changes nothing: its frame tells an activation which layer it runs in.

    What a model gives remembers the model, so that it can be asked again with other weights.
    """

    @functools.wraps(call)
    def recorded_layer(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = call(self, *args, **kwargs)
        if hasattr(self, "compile") and args and hasattr(args[0], "numpy"):
            parts = result if isinstance(result, (list, tuple)) else [result]
            for index, part in enumerate(parts):
                with contextlib.suppress(AttributeError):
                    part.judge_made = (self, args[0], index)
        return result

    return recorded_layer


def _pretrained_without_weights(patches: Patches, owner: Any) -> None:
    """No network in a judge: the weights are large and random anyway."""
    for name, value in list(vars(owner).items()):
        if name[:1].isupper() and inspect.isfunction(value):
            patches.set(owner, name, _weightless(value))


def _weightless(build: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(build)
    def recorded_application(*args: Any, **kwargs: Any) -> Any:
        return build(*args, **(kwargs | {"weights": None}))

    return recorded_application
