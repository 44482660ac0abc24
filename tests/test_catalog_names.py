"""Canonical names: one for every spelling of Keras and TensorFlow."""

from __future__ import annotations

import pytest

from xentlint.catalog.layers import LAYERS
from xentlint.catalog.losses import LOSSES, NOT_CROSS_ENTROPY
from xentlint.catalog.metrics import METRICS
from xentlint.catalog.models import MODELS
from xentlint.catalog.names import canonical, flavour
from xentlint.catalog.ops import OPS

SPELLINGS = {
    "keras.layers.Dense": """
        tensorflow.keras.layers.Dense tensorflow.python.keras.layers.Dense
        tensorflow.python.keras.layers.core.Dense tensorflow.compat.v1.keras.layers.Dense
        tensorflow.compat.v2.keras.layers.Dense tensorflow.contrib.keras.layers.Dense
        tensorflow.contrib.keras.python.keras.layers.Dense tf_keras.layers.Dense
        tf_keras.src.layers.core.dense.Dense keras.api.layers.Dense keras.src.layers.Dense
        keras.api._v2.keras.layers.Dense keras.layers.core.Dense keras._tf_keras.keras.layers.Dense
        tensorflow._api.v2.v2.keras.layers.Dense tensorflow.layers.Dense keras_core.layers.Dense
        tensorflow_core.python.keras.layers.Dense tensorflow.python.keras._impl.keras.layers.Dense
    """,
    "keras.layers.Conv2D": "keras.layers.convolutional.Conv2D",
    "keras.layers.Rescaling": "tensorflow.keras.layers.experimental.preprocessing.Rescaling",
    "keras.layers.LeakyReLU": "keras.layers.advanced_activations.LeakyReLU",
    "keras.layers.concatenate": "keras.layers.merge.concatenate",
    "keras.layers.Layer": """
        tensorflow.keras.layers.Layer keras.Layer keras.engine.Layer keras.engine.topology.Layer
        keras.engine.base_layer.Layer
    """,
    "keras.Model": """
        tensorflow.keras.Model tensorflow.keras.models.Model keras.models.Model keras.engine.Model
        keras.engine.training.Model tensorflow.python.keras.engine.training.Model
    """,
    "keras.Sequential": "tensorflow.keras.models.Sequential keras.engine.sequential.Sequential",
    "keras.Input": "tensorflow.keras.layers.Input keras.layers.Input keras.engine.topology.Input",
    "keras.losses.binary_crossentropy": """
        keras.objectives.binary_crossentropy tensorflow.keras.losses.binary_crossentropy
        keras.src.losses.losses.binary_crossentropy tensorflow.losses.binary_crossentropy
    """,
    "keras.losses.BinaryCrossentropy": "tensorflow.losses.BinaryCrossentropy",
    "keras.losses.Reduction.SUM": "tensorflow.keras.losses.Reduction.SUM",
    "keras.metrics.AUC": "tensorflow.keras.metrics.AUC tensorflow.metrics.AUC",
    "tf.metrics.auc": "tensorflow.metrics.auc tensorflow.compat.v1.metrics.auc",
    "keras.backend.log": """
        tensorflow.keras.backend.log keras.backend.tensorflow_backend.log keras.backend.log
        tensorflow.python.keras.backend.log
    """,
    "keras.ops.log": "keras.ops.numpy.log keras.src.ops.numpy.log",
    "keras.ops.softmax": "keras.ops.nn.softmax",
    "keras.applications.VGG16": "tensorflow.keras.applications.vgg16.VGG16",
    "keras.utils.to_categorical": "keras.utils.np_utils.to_categorical",
    "keras.models.load_model": "keras.saving.load_model tensorflow.keras.models.load_model",
    "tf.nn.softmax": """
        tensorflow.nn.softmax tensorflow.math.softmax tensorflow.compat.v1.nn.softmax
        tensorflow.compat.v2.nn.softmax tensorflow.python.ops.nn_ops.softmax
    """,
    "tf.log": "tensorflow.log tensorflow.math.log tensorflow.compat.v1.math.log",
    "tf.matmul": "tensorflow.linalg.matmul tensorflow.python.ops.math_ops.matmul",
    "tf.losses.softmax_cross_entropy": """
        tensorflow.losses.softmax_cross_entropy tensorflow.compat.v1.losses.softmax_cross_entropy
        tensorflow.python.ops.losses.losses.softmax_cross_entropy
    """,
    "tf.layers.dense": "tensorflow.layers.dense tensorflow.compat.v1.layers.dense",
    "tf.contrib.layers.conv2d": """
        tensorflow.contrib.slim.conv2d tensorflow.contrib.layers.conv2d tf_slim.conv2d
        tensorflow.contrib.layers.python.layers.layers.conv2d tf_slim.layers.conv2d
    """,
    "tf.contrib.losses.log_loss": """
        tensorflow.contrib.slim.losses.log_loss tensorflow.contrib.losses.log_loss
        tf_slim.losses.log_loss
    """,
    "tf.nn.sparse_softmax_cross_entropy_with_logits": """
        tensorflow.compat.v1.nn.sparse_softmax_cross_entropy_with_logits
    """,
    "tf.contrib.legacy_seq2seq.sequence_loss": "tensorflow.nn.seq2seq.sequence_loss",
    "numpy.log": "jax.numpy.log tensorflow.experimental.numpy.log",
    "jax.nn.softmax": "jax.nn.softmax",
    "theano.tensor.nnet.softmax": "theano.tensor.nnet.nnet.softmax",
    "theano.tensor.log": "theano.tensor.log",
    "cntk.binary_cross_entropy": "cntk.losses.binary_cross_entropy",
    "tfa.losses.SigmoidFocalCrossEntropy": """
        tensorflow_addons.losses.SigmoidFocalCrossEntropy
        tensorflow_addons.losses.focal_loss.SigmoidFocalCrossEntropy
    """,
    "keras_hub.models.BertClassifier": "keras_nlp.models.BertClassifier",
    "keras": "tensorflow.keras keras tf_keras",
    "tf": "tensorflow",
    "somewhere.else.Thing": "somewhere.else.Thing",
}
PAIRS = [(spelling, name) for name, text in SPELLINGS.items() for spelling in text.split()]


@pytest.mark.parametrize(("spelling", "name"), PAIRS)
def test_spellings(spelling: str, name: str) -> None:
    assert canonical(spelling) == name


def test_every_row_stands_under_a_canonical_name() -> None:
    for table in (LAYERS, LOSSES, METRICS, MODELS, OPS, NOT_CROSS_ENTROPY):
        for name in table:
            if "." in name:
                assert canonical(name) == name


FLAVOURS = {
    "tensorflow.keras.layers.Dense": ("tf.keras", "tensorflow", None),
    "tensorflow.python.keras.layers.Dense": ("tf.keras", "tensorflow", 2),
    "tensorflow.contrib.keras.layers.Dense": ("tf.keras", "tensorflow", 2),
    "tensorflow.nn.softmax": ("tensorflow", "tensorflow", None),
    "tf_keras.layers.Dense": ("tf_keras", "tensorflow", 2),
    "keras.layers.Dense": ("keras", None, None),
    "keras.ops.softmax": ("keras", None, 3),
    "keras_core.layers.Dense": ("keras", None, 3),
    "keras.layers.core.Dense": ("keras", None, 2),
    "keras.objectives.binary_crossentropy": ("keras", None, 2),
    "keras.engine.topology.Layer": ("keras", None, 2),
    "keras.backend.log": ("keras", None, 2),
    "keras.backend.floatx": ("keras", None, None),
    "keras.backend.tensorflow_backend.log": ("keras", "tensorflow", 2),
    "jax.nn.softmax": ("jax", None, None),
}


@pytest.mark.parametrize("name", FLAVOURS)
def test_flavours(name: str) -> None:
    assert flavour(name) == FLAVOURS[name]
