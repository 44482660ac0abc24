"""Canonical names: every spelling of Keras and TensorFlow becomes one.

``canonical`` expects the real dotted path, with imports and aliases resolved. It keeps what
it does not know, and gives back a canonical name unchanged.
"""

from __future__ import annotations

import re
from typing import Final


def _words(text: str) -> list[str]:
    """Long sets of names as text: three times shorter to read."""
    return text.split()


_KERAS_ROOTS: Final = frozenset(("keras", "tf_keras", "keras_core"))
_TF_ROOTS: Final = frozenset(("tensorflow", "tf", "tensorflow_core"))
# Packages that only lead to another package.
_NOISE: Final = frozenset(
    _words("api _api src _impl _tf_keras python keras tf_keras compat v1 v2 _v1 _v2 internal")
)
_OTHER_ROOTS: Final = {
    "np": "numpy",
    "tensorflow_addons": "tfa",
    "keras_applications": "keras.applications",
    "keras_nlp": "keras_hub",
    "tensorflow_model_optimization": "tfmot",
}
_FEDERATED: Final = re.compile(r"^python\.|(?<=models)\.(keras_utils|functional)(?=\.)")
_KERAS_PACKAGES: Final = {
    "objectives": "losses",
    "operations": "ops",
    "saving": "models",
    "legacy": "",
    "engine": "",
    "wrappers": "wrappers",
}
"""Packages of Keras under another name; an empty one is looked up by the last component."""

_KERAS_HOMES: Final = {
    "Model": "keras.Model",
    "Functional": "keras.Model",
    "Sequential": "keras.Sequential",
    "Input": "keras.Input",
    "Layer": "keras.layers.Layer",
    "InputSpec": "keras.layers.InputSpec",
    "InputLayer": "keras.layers.InputLayer",
    "merge": "keras.layers.merge",
    "Merge": "keras.layers.Merge",
    "Variable": "keras.Variable",
    "Loss": "keras.losses.Loss",
    "Metric": "keras.metrics.Metric",
    "Optimizer": "keras.optimizers.Optimizer",
    "load_model": "keras.models.load_model",
}
"""Names that Keras offers in several packages: where the row stands."""

_KERAS_MOVED: Final = {
    "keras.models.Model": "keras.Model",
    "keras.models.Sequential": "keras.Sequential",
    "keras.models.Functional": "keras.Model",
    "keras.layers.Input": "keras.Input",
    "keras.layers.Model": "keras.Model",
    "keras.layers.Sequential": "keras.Sequential",
    "keras.models.Input": "keras.Input",
    "keras.backend.Variable": "keras.Variable",
}

# Flat packages: what stands between package and name is a module, never part of the name.
PACKAGES: Final = frozenset(
    _words(
        "layers losses metrics activations applications backend ops models utils random "
        "optimizers callbacks initializers regularizers"
    )
)

_TF_HOMES: Final = {
    "python.ops.nn": "nn",
    "python.ops.nn_ops": "nn",
    "python.ops.nn_impl": "nn",
    "python.ops.gen_nn_ops": "nn",
    "python.ops.rnn": "nn",
    "python.ops.math_ops": "",
    "python.ops.gen_math_ops": "",
    "python.ops.array_ops": "",
    "python.ops.gen_array_ops": "",
    "python.ops.clip_ops": "",
    "python.ops.control_flow_ops": "",
    "python.ops.cond": "",
    "python.ops.variables": "",
    "python.ops.variable_scope": "",
    "python.ops.logging_ops": "",
    "python.ops.random_ops": "",
    "python.ops.special_math_ops": "",
    "python.ops.image_ops": "image",
    "python.ops.losses.losses": "losses",
    "python.ops.losses.losses_impl": "losses",
    "python.framework.ops": "",
    "python.framework.constant_op": "",
    "python.layers.layers": "layers",
    "python.layers.core": "layers",
    "python.layers.convolutional": "layers",
    "python.layers.pooling": "layers",
    "python.layers.normalization": "layers",
    "contrib.layers.python.layers": "contrib.layers",
    "contrib.layers.python.layers.layers": "contrib.layers",
    "contrib.slim": "contrib.layers",
    "contrib.slim.layers": "contrib.layers",
    "contrib.slim.losses": "contrib.losses",
    "contrib.losses.python.losses": "contrib.losses",
    "contrib.losses.python.losses.loss_ops": "contrib.losses",
    "contrib.layers.losses": "contrib.losses",
    "contrib.losses.losses": "contrib.losses",
    "nn.seq2seq": "contrib.legacy_seq2seq",
    "math": "",
    "linalg": "",
    "raw_ops": "raw_ops",
    "debugging": "debugging",
    "experimental.numpy": "numpy",
}
"""Packages of TensorFlow and the one whose rows they share."""

# tf.math repeats these of tf.nn.
_NN_IN_MATH: Final = frozenset(
    _words("softmax log_softmax softplus softsign top_k in_top_k l2_normalize zero_fraction")
)
_TF1_LOSSES: Final = frozenset(
    _words(
        "absolute_difference add_loss compute_weighted_loss cosine_distance get_losses "
        "get_regularization_loss get_regularization_losses get_total_loss hinge_loss "
        "huber_loss log_loss mean_pairwise_squared_error sigmoid_cross_entropy "
        "softmax_cross_entropy sparse_softmax_cross_entropy"
    )
)
_TF1_METRICS: Final = frozenset(
    _words(
        "accuracy auc average_precision_at_k false_negatives "
        "false_negatives_at_thresholds false_positives false_positives_at_thresholds mean "
        "mean_absolute_error mean_cosine_distance mean_iou mean_per_class_accuracy "
        "mean_relative_error mean_squared_error mean_tensor percentage_below precision "
        "precision_at_k precision_at_thresholds recall precision_at_top_k recall_at_k "
        "recall_at_thresholds recall_at_top_k root_mean_squared_error "
        "sensitivity_at_specificity sparse_average_precision_at_k sparse_precision_at_k "
        "specificity_at_sensitivity true_negatives true_negatives_at_thresholds "
        "true_positives true_positives_at_thresholds"
    )
)
_ONLY_KERAS2: Final = frozenset(
    ("objectives", "engine", "legacy", "preprocessing_layers", "applications_legacy")
)
# What keras.backend still offers in Keras 3; the rest of it is Keras 2.
_BACKEND_KERAS3: Final = frozenset(
    _words(
        "backend clear_session epsilon floatx get_uid image_data_format is_float_dtype "
        "is_int_dtype is_keras_tensor result_type set_epsilon set_floatx "
        "set_image_data_format standardize_dtype Variable"
    )
)


def canonical(dotted: str) -> str:
    """The name under which the catalog has this object's row, if it has one."""
    root, _, rest = dotted.partition(".")
    if root in _KERAS_ROOTS:
        return _keras(rest.split(".")) if rest else "keras"
    if root in _TF_ROOTS:
        return _tensorflow(rest.split(".")) if rest else "tf"
    if root == "tf_slim":
        return _tensorflow(["contrib", "slim", *rest.split(".")]) if rest else "tf.contrib.slim"
    if root == "jax" and (rest == "numpy" or rest.startswith("numpy.")):
        return rest
    if root in ("theano", "cntk", "tensorflow_addons", "tfa", "tensorflow_model_optimization"):
        return _older(root, rest)
    if root == "tensorflow_federated":
        return _join("tff", _FEDERATED.sub("", rest))
    if root in _OTHER_ROOTS:
        return _join(_OTHER_ROOTS[root], rest)
    return dotted


def flavour(dotted: str) -> tuple[str, str | None, int | None]:
    """Library, backend and Keras generation that this import alone shows."""
    parts = dotted.split(".")
    root = parts[0]
    if root in _TF_ROOTS:
        if "keras" not in parts:
            return ("tensorflow", "tensorflow", None)
        old = "contrib" in parts or "python" in parts
        return ("tf.keras", "tensorflow", 2 if old else None)
    if root == "tf_keras":
        return ("tf_keras", "tensorflow", 2)
    if root == "keras_core":
        return ("keras", None, 3)
    if root == "keras":
        return ("keras", _keras_backend(parts), _keras_generation(parts))
    return (root, None, None)


def _keras_backend(parts: list[str]) -> str | None:
    return "tensorflow" if "tensorflow_backend" in parts or "_tf_keras" in parts else None


def _keras_generation(parts: list[str]) -> int | None:
    """Only packages that one of the two generations has tell them apart."""
    names = [part for part in parts[1:] if part not in _NOISE]
    if not names:
        return None
    if names[0] in ("ops", "operations", "random", "distribution", "tree") or "_tf_keras" in parts:
        return 3
    if names[0] in _ONLY_KERAS2:
        return 2
    if "src" in parts or "api" in parts:
        return None
    if names[0] == "backend" and len(names) > 1:
        return None if names[-1] in _BACKEND_KERAS3 else 2
    # Submodules such as keras.layers.core are public in Keras 2 only.
    if names[0] == "layers" and len(names) > 2 and names[1][0].islower():
        return 2
    return None


def _keras(parts: list[str]) -> str:
    start = 0
    while start < len(parts) - 1 and parts[start] in _NOISE:
        start += 1
    parts = parts[start:]
    first = _KERAS_PACKAGES.get(parts[0], parts[0])
    if not first or len(parts) == 1:
        name = parts[-1]
        if name in _KERAS_HOMES:
            return _KERAS_HOMES[name]
        return _keras(parts[1:]) if not first and len(parts) > 1 else "keras." + ".".join(parts)
    if first == "estimator" or first not in PACKAGES:
        return "keras." + ".".join((first, *parts[1:]))
    rest = parts[1:]
    while len(rest) > 1 and (rest[0][0].islower() or rest[0][0] == "_"):
        rest = rest[1:]
    name = f"keras.{first}." + ".".join(rest)
    if len(rest) == 1 and first == "backend" and len(parts) == 2 and parts[1].endswith("_backend"):
        return "keras.backend"
    return _KERAS_MOVED.get(name, name)


def _tensorflow(parts: list[str]) -> str:
    if "keras" in parts:
        at = len(parts) - 1 - parts[::-1].index("keras")
        return _keras(parts[at + 1 :]) if at + 1 < len(parts) else "keras"
    start = 0
    while start < len(parts) - 1 and parts[start] in ("compat", "_api", "v1", "v2", "core"):
        start += 1
    parts = parts[start:]
    package, name = ".".join(parts[:-1]), parts[-1]
    if not package:
        return "tf." + name
    if package == "math" and name in _NN_IN_MATH:
        return "tf.nn." + name
    if package in _TF_HOMES:
        home = _TF_HOMES[package]
        if home == "numpy":
            return "numpy." + name
        package = home
    return _tf_row(package, name)


def _tf_row(package: str, name: str) -> str:
    """TensorFlow 2 has Keras' losses and metrics under ``tf`` too; TF 1 has its own there."""
    if package == "losses" and name not in _TF1_LOSSES:
        return "keras.losses." + name
    if package == "metrics" and name not in _TF1_METRICS:
        return "keras.metrics." + name
    if package == "layers" and name[0].isupper():
        return "keras.layers." + name
    return _join("tf", _join(package, name))


def _older(root: str, rest: str) -> str:
    """Theano, CNTK and TensorFlow's add-ons re-export what their modules define."""
    parts = rest.split(".")
    if root == "tensorflow_model_optimization":
        if "compat.keras." in rest:
            return _keras(rest.partition("compat.keras.")[2].split("."))
        return _join("tfmot", parts[-1])
    if root == "cntk":
        return "cntk." + parts[-1] if rest else "cntk"
    if root == "theano":
        if "nnet" in parts[:-1]:
            return "theano.tensor.nnet." + parts[-1]
        return _join("theano", rest)
    if len(parts) > 2 and parts[0] in ("losses", "layers", "metrics", "activations", "seq2seq"):
        parts = [parts[0], parts[-1]]
    return _join("tfa", ".".join(parts))


def _join(package: str, name: str) -> str:
    return f"{package}.{name}" if package and name else package or name
