"""Losses: what each cross-entropy expects, and the losses that are none.

A class lists the parameters of its constructor, a function or an op those of its call, up
to the last that matters. Where versions differ, only parameters behind ``from_logits`` moved
(``SparseCategoricalCrossentropy``'s ``ignore_class``, ``axis`` and ``reduction``).
"""

from __future__ import annotations

from xentlint.catalog.rows import LossRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_K3 = "Keras 3.15.1 keras/src/losses/losses.py"
_K2 = "tf_keras 2.21.0 tf_keras/src/losses.py"
_K23 = "Keras 3.15.1 keras/src/losses/losses.py; tf_keras 2.21.0 tf_keras/src/losses.py"
_BACKEND = "tf_keras 2.21.0 tf_keras/src/backend.py; Keras 2.3.1, 2.0.8: same order"
_OPS = "Keras 3.15.1 keras/src/ops/nn.py"
_NN = "TensorFlow 2.21.0 tensorflow/python/ops/nn_ops.py, nn_impl.py"
_TF1 = "TensorFlow 2.21.0 tensorflow/python/ops/losses/losses_impl.py (compat.v1)"
_CONTRIB = "TensorFlow 1.15.5 tensorflow/contrib/losses/python/losses/loss_ops.py"
_SEQ = "TensorFlow 1.15.5 tensorflow/contrib/seq2seq/python/ops/loss.py"
_LEGACY_SEQ = "TensorFlow 1.15.5 tensorflow/contrib/legacy_seq2seq/python/ops/seq2seq.py"
_TFA = "TensorFlow Addons 0.23.0 tensorflow_addons/losses/focal_loss.py"
_THEANO = "Theano 1.0.5 theano/tensor/nnet/nnet.py"
_CNTK = "CNTK (commit 025da90) bindings/python/cntk/losses/__init__.py"
_CV = "KerasCV 0.9.0 keras_cv/src/losses"
_SM = "segmentation_models 1.0.1 segmentation_models/losses.py"

_YX = ("y_true", "y_pred")
_BINARY = ("from_logits", "label_smoothing", "axis", "reduction", "name")
_BFOCAL = ("apply_class_balancing", "alpha", "gamma", "from_logits", "label_smoothing", "axis")
_CFOCAL = ("alpha", "gamma", "from_logits", "label_smoothing", "axis")

# fmt: off
_CLASSES: Final = (
    LossRow("keras.losses.BinaryCrossentropy", "class", "binary", _BINARY, _K23,
            applies="sigmoid", recovers=True),
    LossRow("keras.losses.CategoricalCrossentropy", "class", "categorical", _BINARY, _K23,
            applies="softmax", recovers=True),
    LossRow("keras.losses.SparseCategoricalCrossentropy", "class", "sparse",
            ("from_logits", "ignore_class"), _K23 + "; Keras 2.3.1: reduction is second",
            applies="softmax", recovers=True),
    LossRow("keras.losses.BinaryFocalCrossentropy", "class", "binary", _BFOCAL, _K23,
            applies="sigmoid"),
    LossRow("keras.losses.CategoricalFocalCrossentropy", "class", "categorical", _CFOCAL, _K23,
            applies="softmax", recovers_in=2),
    LossRow("keras.losses.CategoricalGeneralizedCrossEntropy", "class", "sparse",
            ("q", "reduction", "name"), _K3, switch=None),
    LossRow("keras.losses.KLDivergence", "class", "none", ("reduction", "name"), _K23,
            switch=None),
    LossRow("keras.losses.Dice", "class", "none", ("reduction", "name", "axis"), _K3,
            switch=None),
    LossRow("keras.losses.Tversky", "class", "none", ("alpha", "beta", "reduction", "name"), _K3,
            switch=None),
    LossRow("tfa.losses.SigmoidFocalCrossEntropy", "class", "binary",
            ("from_logits", "alpha", "gamma", "reduction", "name"), _TFA, applies="sigmoid"),
)

_FUNCTIONS: Final[tuple[tuple[str, str, tuple[str, ...], str, str, bool], ...]] = (
    ("binary_crossentropy", "binary", (*_YX, "from_logits", "label_smoothing", "axis"), _K23,
     "sigmoid", True),
    ("categorical_crossentropy", "categorical",
     (*_YX, "from_logits", "label_smoothing", "axis"), _K23, "softmax", True),
    # The fourth is ignore_class in Keras 3, axis in Keras 2: it has no place here.
    ("sparse_categorical_crossentropy", "sparse", (*_YX, "from_logits"), _K23, "softmax", True),
    ("binary_focal_crossentropy", "binary", (*_YX, *_BFOCAL), _K23, "sigmoid", False),
    ("categorical_focal_crossentropy", "categorical", (*_YX, *_CFOCAL), _K23, "softmax", False),
)

_DIVERGENCES: Final[tuple[tuple[str, str, tuple[str, ...], str], ...]] = (
    ("kl_divergence", "none", _YX, _K23),
    ("kld", "none", _YX, _K2),
    ("KLD", "none", _YX, _K2),
    ("kullback_leibler_divergence", "none", _YX, _K2),
)
# These stand under losses alone.
_OVERLAPS: Final[tuple[tuple[str, str, tuple[str, ...], str], ...]] = (
    ("categorical_generalized_cross_entropy", "sparse", (*_YX, "q"), _K3),
    ("dice", "none", (*_YX, "axis"), _K3),
    ("tversky", "none", (*_YX, "alpha", "beta", "axis"), _K3),
)

_TO = ("target", "output", "from_logits")
_BACKEND_ROWS: Final = (
    LossRow("keras.backend.binary_crossentropy", "op", "binary", _TO, _BACKEND,
            "target", "output", applies="sigmoid", recovers=True),
    LossRow("keras.backend.categorical_crossentropy", "op", "categorical", (*_TO, "axis"),
            _BACKEND, "target", "output", applies="softmax", recovers=True),
    LossRow("keras.backend.sparse_categorical_crossentropy", "op", "sparse", (*_TO, "axis"),
            _BACKEND, "target", "output", applies="softmax", recovers=True),
    LossRow("keras.backend.binary_focal_crossentropy", "op", "binary",
            ("target", "output", "apply_class_balancing", "alpha", "gamma", "from_logits"),
            "tf_keras 2.21.0 tf_keras/src/backend.py", "target", "output", applies="sigmoid"),
    LossRow("keras.backend.categorical_focal_crossentropy", "op", "categorical",
            ("target", "output", "alpha", "gamma", "from_logits", "axis"),
            "tf_keras 2.21.0 tf_keras/src/backend.py", "target", "output", applies="softmax",
            recovers_in=2),
    LossRow("keras.ops.binary_crossentropy", "op", "binary", _TO, _OPS,
            "target", "output", applies="sigmoid", recovers=True),
    LossRow("keras.ops.categorical_crossentropy", "op", "categorical", (*_TO, "axis"), _OPS,
            "target", "output", applies="softmax", recovers=True),
    LossRow("keras.ops.sparse_categorical_crossentropy", "op", "sparse", (*_TO, "axis"), _OPS,
            "target", "output", applies="softmax", recovers=True),
)


def _raw(name: str, family: str, parameters: str, checked: str, *aliases: str) -> LossRow:
    """A loss on logits whatever is said; its tensors are the first two parameters that fit."""
    names = tuple(parameters.split())
    logits = "logits" if "logits" in names else names[0]
    labels = names[1] if names[0] == logits else names[0]
    applies = "sigmoid" if family == "binary" else "softmax"
    return LossRow(name, "op", family, names, checked, labels, logits, None,
                   expects="logits", applies=applies, aliases=aliases)


_RAW: Final = (
    _raw("tf.nn.sigmoid_cross_entropy_with_logits", "binary", "labels logits name",
         _NN + "; TF 0.x: (logits, targets), 1.x refuses positional arguments",
         "targets=labels"),
    _raw("tf.nn.softmax_cross_entropy_with_logits", "categorical", "labels logits axis name",
         _NN + "; TF 0.x: (logits, labels), 1.x refuses positional arguments", "dim=axis"),
    _raw("tf.nn.softmax_cross_entropy_with_logits_v2", "categorical", "labels logits axis name",
         _NN, "dim=axis"),
    _raw("tf.nn.sparse_softmax_cross_entropy_with_logits", "sparse", "labels logits name",
         _NN + "; TF 0.x: (logits, labels), 1.x refuses positional arguments"),
    _raw("tf.nn.weighted_cross_entropy_with_logits", "binary", "labels logits pos_weight name",
         _NN + "; TF 0.x: (logits, targets, pos_weight)", "targets=labels"),
    _raw("tf.losses.softmax_cross_entropy", "categorical",
         "onehot_labels logits weights label_smoothing scope", _TF1),
    _raw("tf.losses.sparse_softmax_cross_entropy", "sparse", "labels logits weights scope", _TF1),
    _raw("tf.losses.sigmoid_cross_entropy", "binary",
         "multi_class_labels logits weights label_smoothing scope", _TF1),
    _raw("tf.contrib.losses.softmax_cross_entropy", "categorical",
         "logits onehot_labels weights label_smoothing scope", _CONTRIB),
    _raw("tf.contrib.losses.sparse_softmax_cross_entropy", "sparse",
         "logits labels weights scope", _CONTRIB),
    _raw("tf.contrib.losses.sigmoid_cross_entropy", "binary",
         "logits multi_class_labels weights label_smoothing scope", _CONTRIB),
    _raw("tf.contrib.seq2seq.sequence_loss", "sparse", "logits targets weights", _SEQ),
    _raw("tfa.seq2seq.sequence_loss", "sparse", "logits targets weights",
         "TensorFlow Addons 0.23.0 tensorflow_addons/seq2seq/loss.py"),
    _raw("tf.contrib.legacy_seq2seq.sequence_loss", "sparse", "logits targets weights",
         _LEGACY_SEQ),
    _raw("tf.contrib.legacy_seq2seq.sequence_loss_by_example", "sparse",
         "logits targets weights", _LEGACY_SEQ),
    _raw("cntk.cross_entropy_with_softmax", "categorical", "output_vector target_vector axis name",
         _CNTK),
    _raw("theano.tensor.nnet.sigmoid_binary_crossentropy", "binary", "output target", _THEANO),
    _raw("theano.tensor.nnet.crossentropy_softmax_1hot", "sparse", "x y_idx", _THEANO),
)

_PROBABILITIES: Final = (
    LossRow("tf.losses.log_loss", "op", "binary", ("labels", "predictions", "weights", "epsilon"),
            _TF1, "labels", "predictions", None),
    LossRow("tf.contrib.losses.log_loss", "op", "binary",
            ("predictions", "labels", "weights", "epsilon"), _CONTRIB,
            "labels", "predictions", None),
    LossRow("tfa.losses.sigmoid_focal_crossentropy", "function", "binary",
            (*_YX, "alpha", "gamma", "from_logits"), _TFA, applies="sigmoid"),
    LossRow("theano.tensor.nnet.binary_crossentropy", "op", "binary", ("output", "target"),
            _THEANO, "target", "output", None),
    LossRow("theano.tensor.nnet.categorical_crossentropy", "op", "categorical",
            ("coding_dist", "true_dist"), _THEANO, "true_dist", "coding_dist", None),
    LossRow("cntk.binary_cross_entropy", "op", "binary", ("output", "target", "name"),
            _CNTK, "target", "output", None),
    LossRow("cntk.weighted_binary_cross_entropy", "op", "binary",
            ("output", "target", "weight", "name"), _CNTK, "target", "output", None),
    LossRow("keras_cv.losses.FocalLoss", "class", "binary",
            ("alpha", "gamma", "from_logits", "label_smoothing"), _CV + "/focal.py",
            applies="sigmoid"),
    LossRow("keras_cv.losses.BinaryPenaltyReducedFocalCrossEntropy", "class", "binary",
            ("alpha", "beta", "from_logits"), _CV + "/penalty_reduced_focal_loss.py",
            applies="sigmoid"),
)

# The small names are objects made in that module, called with both tensors.
_SEGMENTATION: Final = (
    ("class", "none", "JaccardLoss DiceLoss"),
    ("class", "binary", "BinaryCELoss BinaryFocalLoss"),
    ("class", "categorical", "CategoricalCELoss CategoricalFocalLoss"),
    ("function", "none", "jaccard_loss dice_loss"),
    ("function", "binary", "binary_crossentropy binary_focal_loss bce_dice_loss bce_jaccard_loss "
                           "binary_focal_dice_loss binary_focal_jaccard_loss"),
    ("function", "categorical",
     "categorical_crossentropy categorical_focal_loss cce_dice_loss cce_jaccard_loss "
     "categorical_focal_dice_loss categorical_focal_jaccard_loss"),
)
# fmt: on


def _keras_functions() -> list[LossRow]:
    """The functions stand under ``losses`` and again under ``metrics``."""
    rows = []
    for package, fixed_functions in (
        ("keras.losses.", _DIVERGENCES + _OVERLAPS),
        ("keras.metrics.", _DIVERGENCES),
    ):
        for name, family, parameters, checked, applies, recovers in _FUNCTIONS:
            rows.append(
                LossRow(
                    package + name,
                    "function",
                    family,
                    parameters,
                    checked,
                    applies=applies,
                    recovers=recovers,
                    recovers_in=2 if name == "categorical_focal_crossentropy" else None,
                )
            )
        for name, family, fixed, checked in fixed_functions:
            rows.append(LossRow(package + name, "function", family, fixed, checked, switch=None))
    return rows


def _segmentation() -> list[LossRow]:
    rows = []
    for style, family, names in _SEGMENTATION:
        parameters = ("gt", "pr") if style == "function" else ()
        for name in names.split():
            full = "segmentation_models.losses." + name
            rows.append(LossRow(full, style, family, parameters, _SM, "gt", "pr", None))
    return rows


LOSSES: Final[dict[str, LossRow]] = {
    row.name: row
    for rows in (_CLASSES, _keras_functions(), _BACKEND_ROWS, _RAW, _PROBABILITIES, _segmentation())
    for row in rows
}

LOSS_STRINGS: Final[dict[str, str]] = {
    "binary_crossentropy": "keras.losses.binary_crossentropy",
    "bce": "keras.losses.binary_crossentropy",
    "BCE": "keras.losses.binary_crossentropy",
    "BinaryCrossentropy": "keras.losses.BinaryCrossentropy",
    "categorical_crossentropy": "keras.losses.categorical_crossentropy",
    "CategoricalCrossentropy": "keras.losses.CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "keras.losses.sparse_categorical_crossentropy",
    "SparseCategoricalCrossentropy": "keras.losses.SparseCategoricalCrossentropy",
    "binary_focal_crossentropy": "keras.losses.binary_focal_crossentropy",
    "BinaryFocalCrossentropy": "keras.losses.BinaryFocalCrossentropy",
    "categorical_focal_crossentropy": "keras.losses.categorical_focal_crossentropy",
    "CategoricalFocalCrossentropy": "keras.losses.CategoricalFocalCrossentropy",
    "kl_divergence": "keras.losses.kl_divergence",
    "kullback_leibler_divergence": "keras.losses.kl_divergence",
    "kld": "keras.losses.kl_divergence",
    "KLD": "keras.losses.kl_divergence",
    "KLDivergence": "keras.losses.KLDivergence",
    "dice": "keras.losses.dice",
    "Dice": "keras.losses.Dice",
    "tversky": "keras.losses.tversky",
    "Tversky": "keras.losses.Tversky",
}

BY_SHAPE_STRINGS: Final[frozenset[str]] = frozenset(("crossentropy", "ce"))
"""Strings of Keras 3's ``compile`` that pick binary, categorical or sparse by the shapes
(Keras 3.15.1 keras/src/trainers/compile_utils.py): one unit is binary; of several units,
integer labels are sparse, else categorical. Upper case counts as well; always
``from_logits=False``."""


def by_shape(units: int) -> LossRow:
    """The loss of such a string; a sparse one expects what a categorical one does."""
    family = "binary" if units == 1 else "categorical"
    return LOSSES[LOSS_STRINGS[f"{family}_crossentropy"]]


_OTHER_CLASSES = (
    "CTC CategoricalHinge Circle CosineSimilarity Hinge Huber LogCosh MeanAbsoluteError "
    "MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson "
    "SquaredHinge"
)
_OTHER_FUNCTIONS = (
    "MAE MAPE MSE MSLE categorical_hinge circle cosine cosine_proximity cosine_similarity ctc "
    "hinge huber huber_loss log_cosh logcosh mae mape mean_absolute_error "
    "mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error mse msle "
    "poisson squared_hinge rmse"
)
_OTHER_TF = (
    "tf.losses.absolute_difference tf.losses.cosine_distance tf.losses.hinge_loss "
    "tf.losses.huber_loss tf.losses.mean_pairwise_squared_error "
    "tf.contrib.losses.absolute_difference tf.contrib.losses.cosine_distance "
    "tf.contrib.losses.hinge_loss tf.contrib.losses.mean_pairwise_squared_error "
    "tf.contrib.losses.mean_squared_error tf.nn.l2_loss tf.nn.log_poisson_loss tf.nn.nce_loss "
    "tf.nn.sampled_softmax_loss tf.nn.ctc_loss tf.nn.ctc_loss_v2 keras.ops.ctc_loss "
    "keras.backend.ctc_batch_cost cntk.squared_error theano.tensor.nnet.h_softmax"
)

NOT_CROSS_ENTROPY: Final[frozenset[str]] = frozenset(
    [
        *(_OTHER_CLASSES.split()),
        *(_OTHER_FUNCTIONS.split()),
        *(_OTHER_TF.split()),
        *("keras.losses." + name for name in _OTHER_CLASSES.split()),
        *(
            package + name
            for package in ("keras.losses.", "keras.metrics.")
            for name in _OTHER_FUNCTIONS.split()
        ),
    ]
)
"""Losses that are no cross-entropy, by canonical name and by string: never a finding."""
