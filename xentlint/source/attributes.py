"""Attributes: ``value.name`` for each kind of value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from xentlint.catalog.names import canonical
from xentlint.source.effects import models
from xentlint.source.joins import alternatives, choices_of
from xentlint.source.objects import (
    bind,
    class_attribute,
    has_unknown_base,
    instance_attribute,
    library_base,
    unknown_attribute,
)
from xentlint.source.run import LIBRARY, Run
from xentlint.source.sequences import shape_of_tensor
from xentlint.source.values import (
    Alternatives,
    Api,
    Bound,
    ClassValue,
    Const,
    Deferred,
    Function,
    Items,
    Loss,
    Metric,
    ModuleValue,
    Ref,
    Spot,
    Super,
    Tensor,
    Unknown,
    Value,
)


def attribute(run: Run, value: Value, name: str, spot: Spot) -> Value:
    handler = HANDLERS.get(type(value))
    if handler is None:
        return run.fresh(f"`.{name}` of something that is not followed")
    return handler(run, value, name, spot)


def _alternatives(run: Run, value: Alternatives, name: str, spot: Spot) -> Value:
    found = []
    for guard, plain in choices_of(value):
        with run.under(guard):
            found.append((guard, run.attribute(run, plain, name, spot)))
    return _one_api([value for _, value in found]) or alternatives(found)


def _one_api(values: list[Value]) -> Api | None:
    """One name where all of them mean the same row: ``keras`` or ``tf.keras``, whichever is there.

    The one that shows least of the backend stands for the others.
    """
    apis = [value for value in values if type(value) is Api]
    if len(apis) < len(values) or len({canonical(api.name) for api in apis}) != 1:
        return None
    return min(apis, key=lambda api: not api.name.startswith("keras."))


def _api(run: Run, value: Api, name: str, spot: Spot) -> Value:
    known = run.store.get(LIBRARY, f"{value.name}.{name}")
    return Api(f"{value.name}.{name}") if known is None else run.read(known)


def _module(run: Run, value: ModuleValue, name: str, spot: Spot) -> Value:
    return run.load(Deferred(value.source, name))


def _ref(run: Run, value: Ref, name: str, spot: Spot) -> Value:
    if value.kind == "instance":
        found = instance_attribute(run, value, name, spot)
        if found is not None:
            return found
        base = library_base(value.maker)
        if base is None:
            return unknown_attribute(value, name)
        known = models.attribute(run, value, name, spot)
        if known is not None:
            return known
        if has_unknown_base(value.maker):
            return unknown_attribute(value, name)
        return Bound(value, name) if name in models.METHODS else unknown_attribute(value, name)
    own = run.get(value, name) if value.kind != "dict" else None
    if own is not None and name not in ("items", "entries"):
        return own
    if value.kind == "layer" and name in _WEIGHTS:
        term = (".", ("self", value.id), name)
        return Unknown(term, "the weights of a layer", data=True, weights=True)
    known = models.attribute(run, value, name, spot)
    return Bound(value, name) if known is None else known


_WEIGHTS: Final = ("kernel", "embeddings", "weights", "trainable_weights")


def _class(run: Run, value: ClassValue, name: str, spot: Spot) -> Value:
    found = class_attribute(run, value, name)
    if found is None:
        base = library_base(value)
        return (
            run.fresh(f"`{value.name}.{name}` is not followed")
            if base is None
            else Api(f"{base}.{name}")
        )
    if type(found) is Function and found.kind == "classmethod":
        return bind(run, found, value, spot)
    return found


def _super(run: Run, value: Super, name: str, spot: Spot) -> Value:
    receiver = value.receiver
    cls = receiver.maker if type(receiver) is Ref else receiver
    if type(cls) is ClassValue:
        found = class_attribute(run, cls, name, after=value.owner)
        if found is not None:
            return bind(run, found, receiver, spot)
    return Bound(value, name)


def _unknown(run: Run, value: Unknown, name: str, spot: Spot) -> Value:
    # The static shape of a tensor may hold None; that of labels made in the file does not.
    data = value.data and (name != "shape" or value.labels is not None)
    return Unknown((".", value.term, name), value.reason, data=data)


def _plain(run: Run, value: Value, name: str, spot: Spot) -> Value:
    return Bound(value, name)


def _constant(run: Run, value: Const, name: str, spot: Spot) -> Value:
    if name == "value" and isinstance(value.value, int):  # a dimension of TensorFlow 1
        return value
    return Bound(value, name)


def _tensor(run: Run, value: Tensor, name: str, spot: Spot) -> Value:
    if name == "shape":
        return shape_of_tensor(run, value)
    if name in ("logits", "rnn_output"):  # of the output object of a Hugging Face model, a decoder
        return value
    return Bound(value, name)


def _function(run: Run, value: Function, name: str, spot: Spot) -> Value:
    return Const(value.name) if name == "__name__" else Bound(value, name)


HANDLERS: Final[dict[type, Callable[[Run, Any, str, Spot], Value]]] = {
    Alternatives: _alternatives,
    Api: _api,
    ModuleValue: _module,
    Ref: _ref,
    ClassValue: _class,
    Super: _super,
    Unknown: _unknown,
    Tensor: _tensor,
    Function: _function,
    Const: _constant,
    Items: _plain,
    Loss: _plain,
    Metric: _plain,
}
