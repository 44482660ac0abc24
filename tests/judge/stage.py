"""The stage on which a program runs: eager, without network, with large random weights.

Versions differ in what exists; names that an installed library dropped but still has inside
(``tf.compat.v1.layers``, ``keras.backend`` as ``K``, ``keras.api``) are put back in place.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from .watch import Patches, module

_GAIN = 2.5
_LARGEST = 300_000


@contextlib.contextmanager
def staged(patches: Patches, seed: int) -> Iterator[None]:
    """Set the scene, and clear it away."""
    import keras
    import tensorflow as tf

    tf.autograph.set_verbosity(0)
    _dropped_names(patches)
    _directories(patches)
    with contextlib.ExitStack() as stack:
        _graph_on_request(patches, stack)
        _one_device(patches)
        modules = _absent_modules()
        sys.modules.update(modules)
        tf.config.run_functions_eagerly(True)
        keras.utils.set_random_seed(seed)
        stack.enter_context(tf.variable_creator_scope(_large_random))
        try:
            yield
        finally:
            tf.config.run_functions_eagerly(False)
            for generation in ("keras", "tf_keras"):
                found = module(generation)
                found.mixed_precision.set_global_policy("float32")
                found.backend.set_floatx("float32")
                found.backend.set_image_data_format("channels_last")
            for name in modules:
                sys.modules.pop(name, None)


def _large_random(next_creator: Any, **kwargs: Any) -> Any:
    """Weights of a new layer: large, random, of both signs; what starts as one stays."""
    import tensorflow as tf

    variable = next_creator(**kwargs)
    if tf.executing_eagerly() and kwargs.get("trainable", True) is not False:
        randomise([variable])
    return variable


def randomise(variables: Any) -> None:
    """Other large weights, biases too; scales of a normalisation (all ones) stay as they are."""
    for variable in variables:
        value = np.asarray(variable)
        floats = value.dtype.kind == "f" or "bfloat" in str(value.dtype)
        if floats and value.ndim >= 1 and value.size <= _LARGEST and not (value == 1).all():
            variable.assign(large(value.shape).astype(value.dtype))


def large(shape: Any) -> np.ndarray:
    """Values of both signs, so large that an activation on them shows."""
    fan_in = int(np.prod(shape[:-1])) if len(shape) > 1 else 1
    return np.asarray(np.random.normal(size=shape) * _GAIN / np.sqrt(max(fan_in, 1)))


def _dropped_names(patches: Patches) -> None:
    import tensorflow as tf

    new, old = module("keras.backend"), module("keras._tf_keras.keras.backend")
    for name in vars(old):
        if not name.startswith("_") and not hasattr(new, name):
            patches.set(new, name, getattr(old, name))
    legacy = types.SimpleNamespace()
    for part in ("core", "convolutional", "pooling", "normalization"):
        for name, value in vars(module(f"tf_keras.src.legacy_tf_layers.{part}")).items():
            if isinstance(value, types.FunctionType):
                setattr(legacy, name, value)
    patches.set(tf.compat.v1, "layers", legacy)


def _graph_on_request(patches: Patches, stack: contextlib.ExitStack) -> None:
    """``disable_eager_execution`` cannot be undone in a process: a graph does the same."""
    import tensorflow as tf

    def graph_mode() -> None:
        if tf.executing_eagerly():
            stack.enter_context(tf.Graph().as_default())

    for owner in (tf.compat.v1,):
        for name in ("disable_eager_execution", "disable_v2_behavior"):
            patches.set(owner, name, graph_mode)
        for name in ("reset_default_graph", "enable_eager_execution"):
            patches.set(owner, name, lambda *args, **kwargs: None)


def _one_device(patches: Patches) -> None:
    """A strategy over devices is the default one here."""
    import tensorflow as tf

    class OneDevice:
        num_replicas_in_sync = 1

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            pass

        def scope(self) -> Any:
            return contextlib.nullcontext(self)

        def run(self, function: Any, args: Any = (), kwargs: Any = None) -> Any:
            return function(*args, **(kwargs or {}))

        def reduce(self, how: Any, value: Any, axis: Any = None) -> Any:
            return value

        def experimental_distribute_dataset(self, dataset: Any) -> Any:
            return dataset

    for name in ("MirroredStrategy", "OneDeviceStrategy", "MultiWorkerMirroredStrategy"):
        patches.set(tf.distribute, name, OneDevice)


def _directories(patches: Patches) -> None:
    """Images in directories that are not there: random ones, labelled as ``class_mode`` says."""

    def flow(
        self: Any,
        directory: Any,
        target_size: Any = (256, 256),
        class_mode: str = "categorical",
        batch_size: int = 32,
        **rest: Any,
    ) -> Any:
        x = np.random.normal(size=(batch_size, *target_size, 3)).astype("float32")
        y = np.random.randint(0, 2 if class_mode == "binary" else 4, batch_size)
        return iter([(x, np.eye(4)[y] if class_mode == "categorical" else y)])

    for prefix in ("keras._tf_keras.keras", "tf_keras"):
        found = module(prefix + ".preprocessing.image")
        patches.set(found.ImageDataGenerator, "flow_from_directory", flow)


def _absent_modules() -> dict[str, Any]:
    import keras

    from . import tuner

    found: dict[str, Any] = {"keras_tuner": tuner, "kerastuner": tuner}
    if "keras.api" not in sys.modules:
        found["keras.api"] = keras
        for part in ("layers", "models", "losses", "activations", "optimizers", "utils", "ops"):
            found[f"keras.api.{part}"] = importlib.import_module(f"keras.{part}")
    return found
