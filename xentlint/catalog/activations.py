"""Activations by their Keras name: the scale that each gives."""

from __future__ import annotations

from xentlint.catalog.rows import ActivationRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_K3 = "Keras 3.15.1 keras/src/activations/activations.py"
_K23 = _K3 + "; tf_keras 2.21.0 tf_keras/src/activations.py"
_CNTK = "CNTK (commit 0265cb5) bindings/python/cntk/default_options.py"

# fmt: off
_ROWS: Final = (
    ActivationRow("linear", "logits", _K23),
    ActivationRow("sigmoid", "independent", _K23, "sigmoid"),
    ActivationRow("softmax", "simplex", _K23, "softmax"),
    # The name of tf.nn.softmax itself, which old models carry in their configuration.
    ActivationRow("softmax_v2", "simplex", "TensorFlow 2.21.0 tensorflow/python/ops/nn_ops.py",
                  "softmax"),
    ActivationRow("hard_sigmoid", "independent", _K23, "sigmoid"),
    # Meant to give a simplex, but Keras 3.15.1's rows sum to anything up to 25 on TensorFlow.
    ActivationRow("sparsemax", "unknown", _K3 + ", keras/src/backend/tensorflow/nn.py"),
    ActivationRow("sparse_sigmoid", "independent", _K3),
    ActivationRow("log_softmax", "log-probabilities", _K23, "softmax"),
    ActivationRow("log_sigmoid", "log-probabilities", _K3, "sigmoid"),
    ActivationRow("relu", "other", _K23, does="cuts"),
    ActivationRow("relu6", "other", _K23, does="bounds"),
    ActivationRow("leaky_relu", "other", _K23, does="bends"),
    ActivationRow("elu", "other", _K23, does="bends"),
    ActivationRow("celu", "other", _K3, does="bends"),
    ActivationRow("selu", "other", _K23, does="bends"),
    ActivationRow("gelu", "other", _K23, does="bends"),
    ActivationRow("glu", "other", _K3, does="bends"),
    ActivationRow("silu", "other", _K23, does="bends"),
    ActivationRow("swish", "other", _K23, does="bends"),
    ActivationRow("mish", "other", _K23, does="bends"),
    ActivationRow("hard_silu", "other", _K3, does="bends"),
    ActivationRow("hard_swish", "other", _K3, does="bends"),
    ActivationRow("tanh", "other", _K23, does="bounds"),
    ActivationRow("hard_tanh", "other", _K3, does="bounds"),
    ActivationRow("softsign", "other", _K23, does="bounds"),
    ActivationRow("softplus", "other", _K23, does="cuts"),
    ActivationRow("squareplus", "other", _K3, does="cuts"),
    ActivationRow("sparse_plus", "other", _K3, does="cuts"),
    ActivationRow("soft_shrink", "other", _K3, does="bends"),
    ActivationRow("hard_shrink", "other", _K3, does="bends"),
    ActivationRow("tanh_shrink", "other", _K3, does="bends"),
    # Depends on its arguments.
    ActivationRow("threshold", "unknown", _K3),
    # exp(x) divided by its sum, as categorical_crossentropy does, is a softmax.
    ActivationRow("exponential", "unknown", _K23),
    # CNTK's mark of a default that ``default_options`` may set to anything.
    ActivationRow("default_override_or", "unknown", _CNTK),
)
# fmt: on

ACTIVATIONS: Final[dict[str, ActivationRow]] = {row.name: row for row in _ROWS}

# Keras 2 takes the names of its activation layers as strings too.
for _layer, _name in (
    ("Softmax", "softmax"),
    ("ReLU", "relu"),
    ("LeakyReLU", "leaky_relu"),
    ("PReLU", "leaky_relu"),
    ("ELU", "elu"),
    ("ThresholdedReLU", "relu"),
):
    ACTIVATIONS[_layer] = ACTIVATIONS[_name]
