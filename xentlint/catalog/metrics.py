"""Metrics: which of them read probabilities by default, and what moves them to logits."""

from __future__ import annotations

from xentlint.catalog.rows import MetricRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_K23 = "Keras 3.15.1 keras/src/metrics; tf_keras 2.21.0 tf_keras/src/metrics"
_K3 = "Keras 3.15.1 keras/src/metrics"
_K2 = "tf_keras 2.21.0 tf_keras/src/metrics"
_CONFUSION = _K23 + "; thresholds=None is 0.5"
_TF1 = "TensorFlow 2.21.0 tensorflow/python/ops/metrics_impl.py (compat.v1)"

_ND = ("name", "dtype")
_YX = ("y_true", "y_pred")
_THRESHOLDS = ("thresholds", "top_k", "class_id", "name", "dtype")
_COUNTS = ("thresholds", "name", "dtype")
_CURVE = ("num_thresholds", "class_id", "name", "dtype")
_IOU = ("ignore_class", "sparse_y_true", "sparse_y_pred", "axis")

# fmt: off
_PROBABILITIES: Final = (
    MetricRow("keras.metrics.BinaryAccuracy", "class", "binary", (*_ND, "threshold"), _K23,
              "threshold", 0.5, "probabilities"),
    MetricRow("keras.metrics.Precision", "class", "binary", _THRESHOLDS, _CONFUSION,
              "thresholds", None, "probabilities"),
    MetricRow("keras.metrics.Recall", "class", "binary", _THRESHOLDS, _CONFUSION,
              "thresholds", None, "probabilities"),
    MetricRow("keras.metrics.TruePositives", "class", "binary", _COUNTS, _CONFUSION,
              "thresholds", None, "probabilities"),
    MetricRow("keras.metrics.TrueNegatives", "class", "binary", _COUNTS, _CONFUSION,
              "thresholds", None, "probabilities"),
    MetricRow("keras.metrics.FalsePositives", "class", "binary", _COUNTS, _CONFUSION,
              "thresholds", None, "probabilities"),
    MetricRow("keras.metrics.FalseNegatives", "class", "binary", _COUNTS, _CONFUSION,
              "thresholds", None, "probabilities"),
    MetricRow("keras.metrics.AUC", "class", "binary",
              ("num_thresholds", "curve", "summation_method", "name", "dtype", "thresholds",
               "multi_label", "num_labels", "label_weights", "from_logits"),
              _K23 + "; Keras 2.3.1: no from_logits", "from_logits", False, "probabilities"),
    MetricRow("keras.metrics.BinaryIoU", "class", "binary",
              ("target_class_ids", "threshold", *_ND), _K23, "threshold", 0.5, "probabilities"),
    MetricRow("keras.metrics.PrecisionAtRecall", "class", "binary", ("recall", *_CURVE), _K23,
              expects="probabilities"),
    MetricRow("keras.metrics.RecallAtPrecision", "class", "binary", ("precision", *_CURVE), _K23,
              expects="probabilities"),
    MetricRow("keras.metrics.SensitivityAtSpecificity", "class", "binary",
              ("specificity", *_CURVE), _K23, expects="probabilities"),
    MetricRow("keras.metrics.SpecificityAtSensitivity", "class", "binary",
              ("sensitivity", *_CURVE), _K23, expects="probabilities"),
    MetricRow("keras.metrics.BinaryCrossentropy", "class", "binary",
              (*_ND, "from_logits", "label_smoothing"), _K23,
              "from_logits", False, "probabilities"),
    MetricRow("keras.metrics.CategoricalCrossentropy", "class", "categorical",
              (*_ND, "from_logits", "label_smoothing", "axis"), _K23,
              "from_logits", False, "probabilities"),
    MetricRow("keras.metrics.SparseCategoricalCrossentropy", "class", "sparse",
              (*_ND, "from_logits"), _K23, "from_logits", False, "probabilities"),
    MetricRow("keras.metrics.KLDivergence", "class", "none", _ND, _K23,
              expects="probabilities"),
    MetricRow("keras.metrics.binary_accuracy", "function", "binary", (*_YX, "threshold"), _K23,
              "threshold", 0.5, "probabilities"),
    MetricRow("keras.metrics.binary_crossentropy", "function", "binary", (*_YX, "from_logits"),
              _K23, "from_logits", False, "probabilities"),
    MetricRow("keras.metrics.categorical_crossentropy", "function", "categorical",
              (*_YX, "from_logits"), _K23, "from_logits", False, "probabilities"),
    MetricRow("keras.metrics.sparse_categorical_crossentropy", "function", "sparse",
              (*_YX, "from_logits"), _K23, "from_logits", False, "probabilities"),
    MetricRow("keras.metrics.binary_focal_crossentropy", "function", "binary",
              (*_YX, "apply_class_balancing", "alpha", "gamma", "from_logits"), _K23,
              "from_logits", False, "probabilities"),
    MetricRow("keras.metrics.categorical_focal_crossentropy", "function", "categorical",
              (*_YX, "alpha", "gamma", "from_logits"), _K23,
              "from_logits", False, "probabilities"),
    MetricRow("keras.metrics.kl_divergence", "function", "none", _YX, _K23,
              expects="probabilities"),
    MetricRow("tf.metrics.auc", "function", "binary",
              ("labels", "predictions", "weights", "num_thresholds", "metrics_collections",
               "updates_collections", "curve", "name", "summation_method", "thresholds"), _TF1,
              "thresholds", None, "probabilities"),
)

# A threshold of None means argmax; a number is on the scale of probabilities by custom.
_ARGMAX: Final = (
    MetricRow("keras.metrics.F1Score", "class", "categorical", ("average", "threshold", *_ND),
              _K23, "threshold", None, "any"),
    MetricRow("keras.metrics.FBetaScore", "class", "categorical",
              ("average", "beta", "threshold", *_ND), _K23, "threshold", None, "any"),
    MetricRow("keras.metrics.CategoricalAccuracy", "class", "categorical", _ND, _K23),
    MetricRow("keras.metrics.SparseCategoricalAccuracy", "class", "sparse", _ND, _K23),
    MetricRow("keras.metrics.TopKCategoricalAccuracy", "class", "categorical", ("k", *_ND), _K23),
    MetricRow("keras.metrics.SparseTopKCategoricalAccuracy", "class", "sparse", ("k", *_ND),
              _K23),
    MetricRow("keras.metrics.OneHotIoU", "class", "categorical",
              ("num_classes", "target_class_ids", *_ND), _K23),
    MetricRow("keras.metrics.OneHotMeanIoU", "class", "categorical", ("num_classes", *_ND), _K23),
    MetricRow("keras.metrics.IoU", "class", "sparse",
              ("num_classes", "target_class_ids", *_ND, *_IOU), _K23),
    MetricRow("keras.metrics.MeanIoU", "class", "sparse", ("num_classes", *_ND, *_IOU), _K23),
    MetricRow("keras.metrics.categorical_accuracy", "function", "categorical", _YX, _K23),
    MetricRow("keras.metrics.sparse_categorical_accuracy", "function", "sparse", _YX, _K23),
    MetricRow("keras.metrics.top_k_categorical_accuracy", "function", "categorical",
              (*_YX, "k"), _K23),
    MetricRow("keras.metrics.sparse_top_k_categorical_accuracy", "function", "sparse",
              (*_YX, "k"), _K23),
)
# fmt: on

# Not about classes, or (Accuracy) for predictions that are classes already.
_NEUTRAL_CLASSES: Final = (
    (
        _K23,
        "Accuracy CategoricalHinge CosineSimilarity Hinge LogCoshError Mean MeanAbsoluteError "
        "MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Metric Poisson "
        "RootMeanSquaredError SquaredHinge Sum",
    ),
)
_NEUTRAL_FUNCTIONS: Final = (
    (
        _K23,
        "hinge log_cosh mean_absolute_error "
        "mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error "
        "poisson squared_hinge",
    ),
    ("Keras 2.3.1 keras/metrics.py", "cosine_similarity"),
    (_K3, "categorical_hinge concordance_correlation huber pearson_correlation"),
    (_K2, "MAE MAPE MSE MSLE logcosh mae mape mse msle"),
)
_NEUTRAL_OTHER: Final = (
    MetricRow("keras.metrics.MeanMetricWrapper", "class", "none", ("fn", *_ND), _K23),
    MetricRow(
        "keras.metrics.R2Score", "class", "none", ("class_aggregation", "num_regressors"), _K23
    ),
    MetricRow("keras.metrics.ConcordanceCorrelation", "class", "none", (*_ND, "axis"), _K3),
    MetricRow("keras.metrics.PearsonCorrelation", "class", "none", (*_ND, "axis"), _K3),
    MetricRow("keras.metrics.MeanRelativeError", "class", "none", ("normalizer", *_ND), _K2),
    MetricRow("keras.metrics.MeanTensor", "class", "none", _ND, _K2),
)


def _neutral() -> list[MetricRow]:
    rows = list(_NEUTRAL_OTHER)
    for style, parameters, tables in (
        ("class", (), _NEUTRAL_CLASSES),
        ("function", _YX, _NEUTRAL_FUNCTIONS),
    ):
        for checked, names in tables:
            for name in names.split():
                rows.append(MetricRow("keras.metrics." + name, style, "none", parameters, checked))
    return rows


METRICS: Final[dict[str, MetricRow]] = {
    row.name: row for rows in (_PROBABILITIES, _ARGMAX, _neutral()) for row in rows
}

BY_SHAPE_STRINGS: Final[frozenset[str]] = frozenset(("accuracy", "acc", "crossentropy", "ce"))
"""Strings of ``compile`` that pick a metric by the shapes: with one unit ``accuracy`` is
``BinaryAccuracy(threshold=0.5)``, ``crossentropy`` the binary one; with several units they
are the sparse or the categorical one by the labels (Keras 3.15.1
keras/src/trainers/compile_utils.py; tf_keras 2.21.0 tf_keras/src/engine/compile_utils.py).
Before TensorFlow 2.4 and in Keras 2.3.1 a binary loss made it binary whatever the units."""

_SHORT: Final = {
    "bce": "keras.metrics.binary_crossentropy",
    "BCE": "keras.metrics.binary_crossentropy",
    "kullback_leibler_divergence": "keras.metrics.kl_divergence",
    "mae": "keras.metrics.mean_absolute_error",
    "MAE": "keras.metrics.mean_absolute_error",
    "mape": "keras.metrics.mean_absolute_percentage_error",
    "MAPE": "keras.metrics.mean_absolute_percentage_error",
    "mse": "keras.metrics.mean_squared_error",
    "MSE": "keras.metrics.mean_squared_error",
    "msle": "keras.metrics.mean_squared_logarithmic_error",
    "MSLE": "keras.metrics.mean_squared_logarithmic_error",
    "auc": "keras.metrics.AUC",
    "precision": "keras.metrics.Precision",
    "recall": "keras.metrics.Recall",
}
# No string makes these: they need arguments, or Keras' table of names lacks them.
_NO_STRING: Final = frozenset(
    ("num_classes", "recall", "precision", "specificity", "sensitivity", "fn", "normalizer")
)
_NO_STRING_FUNCTIONS: Final = frozenset(
    ("binary_focal_crossentropy", "categorical_focal_crossentropy", "huber", "Metric")
)


def _strings() -> dict[str, str]:
    """Most Keras metrics answer to their own name; a few have short ones."""
    prefix = len("keras.metrics.")
    names = {}
    for name, row in METRICS.items():
        short = name[prefix:]
        needs_more = row.style == "class" and row.parameters and row.parameters[0] in _NO_STRING
        if name.startswith("keras.") and not needs_more and short not in _NO_STRING_FUNCTIONS:
            names[short] = name
    return names | _SHORT


METRIC_STRINGS: Final[dict[str, str]] = _strings()
"""In Keras 3 a function's name makes the metric class of that name, with the same defaults."""
