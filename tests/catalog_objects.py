"""Finds the real objects behind the catalog's canonical names, for the catalog's tests."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy
import tensorflow as tf
import tf_keras

LIBRARIES = {"Keras 3.": keras, "tf_keras 2.": tf_keras}
"""How a row's ``checked`` names an installed Keras."""


def real(name: str, root: Any) -> Any:
    """``keras.layers.Dense`` under one of the Keras libraries; ``None`` if it is not there."""
    paths = [
        name,
        name.replace("keras.ops.", "keras.ops.image."),
        name.replace("keras.layers.", "keras.layers.experimental."),
        name.replace("keras.layers.", "keras.layers.experimental.preprocessing."),
        name.replace("keras.layers.", "keras.experimental."),
        name.replace("keras.layers.", "keras.src.layers.core.tf_op_layer."),
        name.replace("keras.layers.", "keras.src.engine.base_layer."),
    ]
    for path in paths:
        found = root
        for part in path.split(".")[1:]:
            found = getattr(found, part, None)
            if found is None:
                break
        if found is not None:
            return found
    return None


def tensorflow_objects(name: str) -> list[Any]:
    """All that ``tf.log`` may be: ``tf.math.log``, ``tf.compat.v1.log`` …"""
    short = name.removeprefix("tf.")
    spellings = [short, "math." + short, "linalg." + short]
    found = []
    for spelling in [*spellings, *("compat.v1." + one for one in spellings)]:
        at: Any = tf
        for part in spelling.split("."):
            try:
                at = getattr(at, part)
            except (AttributeError, ImportError):
                at = None
                break
        if at is not None:
            found.append(at)
    return found


def claims(checked: str, name: str) -> list[tuple[str, Any]]:
    """Each installed object on which the row says it was checked."""
    if name.startswith("tf.") or "TensorFlow 2." in checked:
        return [("tensorflow", one) for one in tensorflow_objects(name)]
    if name.startswith("keras."):
        return [(mark, real(name, root)) for mark, root in LIBRARIES.items() if mark in checked]
    if name.startswith("numpy."):
        return [("numpy", real(name, numpy))]
    return []


def parameters(thing: Any) -> list[str] | None:
    """Positional parameters in order; ``None`` where Python cannot say (ufuncs, builtins)."""
    try:
        signature = inspect.signature(thing.__init__ if inspect.isclass(thing) else thing)
    except (TypeError, ValueError):
        return None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [one.name for one in signature.parameters.values() if one.kind in kinds]
    return names[1:] if names[:1] == ["self"] else names


def default(thing: Any, parameter: str) -> Any:
    """The default of a parameter; ``inspect.Parameter.empty`` if there is none."""
    signature = inspect.signature(thing.__init__ if inspect.isclass(thing) else thing)
    found = signature.parameters.get(parameter)
    return inspect.Parameter.empty if found is None else found.default


def renamed(names: list[str], aliases: tuple[str, ...]) -> list[str]:
    """The names with the row's aliases (``dim=axis``) undone."""
    table = dict(alias.split("=") for alias in aliases)
    return [table.get(name, name) for name in names]


def quietly(call: Callable[[], Any]) -> Any:
    """A result as a NumPy array."""
    return numpy.asarray(call())
