"""Turns a fix's intent into changes of JSON: which value becomes what, under which key."""

from __future__ import annotations

import json

from xentlint.catalog.losses import LOSS_STRINGS, LOSSES
from xentlint.facts import Use
from xentlint.records import NamedTuple

from .compiled import Handle
from .jsontext import Steps
from .names import function_name, is_object, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Change(NamedTuple):
    """Set the value under these keys; where the last key is missing, add it."""

    member: str
    steps: Steps
    value: Any


class ImpossibleError(Exception):
    """Why an intent has no edit in this file; never leaves the editor."""


INTENTS = (
    "set-from-logits",
    "remove-from-logits",
    "set-activation",
    "remove-activation",
    "set-threshold",
)


def changes(use: Use, intent: str, root: Any) -> list[Change]:
    """The changes of one intent. ``root(member)`` gives a member's parsed JSON."""
    handle = use.handle
    if not isinstance(handle, Handle) or handle.kind not in ("keras", "hdf5", "json"):
        raise ImpossibleError("the file's format is not edited: change it where the model is made")
    if intent in ("set-from-logits", "remove-from-logits", "set-threshold"):
        if not handle.consumer:
            raise ImpossibleError("the file holds no loss that could be changed")
        value = find(root(handle.consumer_member), handle.consumer)
        switch = "from_logits" if intent != "set-threshold" else None
        return [_consumer(use, handle, value, switch, intent == "set-from-logits")]
    if intent == "set-activation":
        name = _fitting(use)
        return [_activation(use, handle, root(handle.member), name)]
    if intent == "remove-activation":
        return [_removed(use, handle, root(handle.member))]
    raise ImpossibleError(f"{intent} has no edit in a saved model")


def find(value: Any, steps: Steps) -> Any:
    """The value under these keys, ``None`` where there is none."""
    for step in steps:
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                return None
            value = value[step]
        else:
            if not isinstance(value, dict) or step not in value:
                return None
            value = value[step]
    return value


def _consumer(use: Use, handle: Handle, value: Any, switch: str | None, on: bool) -> Change:
    """``from_logits`` or a threshold of a loss or metric, in whichever form it is written."""
    key, wanted = (switch, on) if switch is not None else _threshold(use)
    plain = function_name(value) is not None
    if not plain and is_object(value) and isinstance(value.get("config"), dict):
        return Change(handle.consumer_member, (*handle.consumer, "config", key), wanted)
    name = function_name(value)
    if name is None:
        raise ImpossibleError("the loss or metric is written in a form that is not edited")
    new = _serialized(use, handle, name, {key: wanted})
    return Change(handle.consumer_member, handle.consumer, new)


def _threshold(use: Use) -> tuple[str, Any]:
    switch = use.consumer.switch
    if switch not in ("threshold", "thresholds"):
        raise ImpossibleError(f"{use.consumer.shown} has no threshold")
    return switch, 0.0


def _serialized(use: Use, handle: Handle, name: str, config: dict[str, Any]) -> dict[str, Any]:
    """A string or function becomes an object, which can hold a setting."""
    if use.consumer.kind == "loss":
        full = use.consumer.name
        package = "keras.losses"
        if full.startswith("keras.losses.") and full[13:].islower():
            full = _class_of(full)
        if LOSSES.get(full) is None or LOSSES[full].switch is None:
            raise ImpossibleError(f"{use.consumer.shown} has no from_logits")
        config = {"name": _function_of(full), **config}
    else:
        full, package = use.consumer.name, "keras.metrics"
        full = _METRIC_CLASSES.get(full, full)
        if not full.startswith("keras.metrics.") or full[14:15].islower():
            raise ImpossibleError(f"{use.consumer.shown} has no class with that setting")
        # The name stays: logs and callbacks go by it.
        config = {"name": name, **config}
    class_name = full.rpartition(".")[2]
    if handle.kind == "hdf5":
        return {"class_name": class_name, "config": config}
    return {
        "module": package, "class_name": class_name, "config": config, "registered_name": None
    }  # fmt: skip


_METRIC_CLASSES = {
    "keras.metrics.binary_accuracy": "keras.metrics.BinaryAccuracy",
    "keras.metrics.binary_crossentropy": "keras.metrics.BinaryCrossentropy",
    "keras.metrics.categorical_crossentropy": "keras.metrics.CategoricalCrossentropy",
    "keras.metrics.sparse_categorical_crossentropy": "keras.metrics.SparseCategoricalCrossentropy",
}


def _class_of(function: str) -> str:
    """``keras.losses.binary_crossentropy`` is the function of ``BinaryCrossentropy``."""
    plain = function.rpartition(".")[2].replace("_", "")
    for full in LOSS_STRINGS.values():
        if full.rpartition(".")[2].lower() == plain and not full.rpartition(".")[2].islower():
            return full
    raise ImpossibleError(f"{function} has no class with from_logits")


def _function_of(full: str) -> str:
    plain = full.rpartition(".")[2].lower()
    for name in LOSS_STRINGS.values():
        function = name.rpartition(".")[2]
        if function.islower() and function.replace("_", "") == plain:
            return function
    return plain


def _fitting(use: Use) -> str:
    """The activation that the consumer wants to see."""
    family = use.consumer.family
    if family == "binary":
        return "sigmoid"
    if family in ("categorical", "sparse"):
        return "softmax"
    raise ImpossibleError("which activation fits is not known from the loss")


def _activation(use: Use, handle: Handle, root: Any, name: str) -> Change:
    """The head's layer gets an activation, where it has such a setting."""
    layer = find(root, handle.layer)
    if not is_object(layer) or not isinstance(layer.get("config"), dict):
        raise ImpossibleError("the last layer has no activation that could be set")
    from xentlint.catalog.layers import LAYERS

    found = named(layer)
    row = LAYERS.get("keras.layers." + found.name) if found.own else None
    if row is None or row.kind not in ("affine", "activation"):
        raise ImpossibleError(f"the last layer {found.name} has no activation that could be set")
    return Change(handle.member, (*handle.layer, "config", "activation"), name)


def _removed(use: Use, handle: Handle, root: Any) -> Change:
    """The head's activation, or a second one, becomes linear."""
    steps = handle.activation if use.consumer.kind != "activation" else handle.consumer
    if steps and steps[-1] == "activation":
        return Change(handle.member, steps, "linear")
    layer = find(root, steps)
    if not is_object(layer) or named(layer).name != "Softmax" or not named(layer).own:
        raise ImpossibleError("the activation is an operation of its own, which is not edited")
    # A layer without weights: another class under its name leaves the weights as they are.
    config = layer["config"] if isinstance(layer["config"], dict) else {}
    kept = {key: value for key, value in config.items() if key in ("name", "trainable")}
    new = {**layer, "class_name": "Activation", "config": {**kept, "activation": "linear"}}
    return Change(handle.member, steps, new)


def dump(value: Any) -> bytes:
    """JSON as Keras writes it."""
    return json.dumps(value).encode()
