"""Models by canonical name: model classes, whole networks, pre-trained tasks."""

from __future__ import annotations

from typing import Final

from xentlint.catalog.rows import ModelRow

_K23 = "Keras 3.15.1 keras/src/applications; tf_keras 2.21.0 tf_keras/src/applications"
_K2 = "tf_keras 2.21.0 tf_keras/src/applications"
_MODELS = "Keras 3.15.1 keras/src/models; tf_keras 2.21.0 tf_keras/src/engine"

_HEAD = ("input_tensor", "input_shape", "pooling", "classes", "classifier_activation")
_PLAIN = ("include_top", "weights", *_HEAD)
_SMALL = ("include_top", "weights", "input_tensor", "pooling", "classes", "classifier_activation")

# Parameters up to classifier_activation; Keras before 2.4 had no such parameter: softmax.
# fmt: off
_APPLICATION_TABLES: Final = (
    (_K23, _PLAIN,
     "DenseNet121 DenseNet169 DenseNet201 EfficientNetB0 EfficientNetB1 EfficientNetB2 "
     "EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7 "
     "EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2L "
     "EfficientNetV2M EfficientNetV2S InceptionResNetV2 InceptionV3 ResNet101 ResNet101V2 "
     "ResNet152 ResNet152V2 ResNet50 ResNet50V2 VGG16 VGG19 Xception"),
    (_K23, ("input_shape", "alpha", "depth_multiplier", "dropout", *_SMALL), "MobileNet"),
    (_K23, ("input_shape", "alpha", *_SMALL), "MobileNetV2"),
    (_K23, ("input_shape", "alpha", "minimalistic", "include_top", "weights", "input_tensor",
            "classes", "pooling", "dropout_rate", "classifier_activation"),
     "MobileNetV3Large MobileNetV3Small"),
    (_K23, ("input_shape", *_SMALL), "NASNetLarge NASNetMobile"),
    (_K23 + "; there model_name comes first", ("include_top", "include_preprocessing", "weights",
                                               *_HEAD),
     "ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge"),
    (_K2, ("model_name", "include_top", "include_preprocessing", "weights", *_HEAD),
     "RegNetX002 RegNetX004 RegNetX006 RegNetX008 RegNetX016 RegNetX032 RegNetX040 RegNetX064 "
     "RegNetX080 RegNetX120 RegNetX160 RegNetX320 RegNetY002 RegNetY004 RegNetY006 RegNetY008 "
     "RegNetY016 RegNetY032 RegNetY040 RegNetY064 RegNetY080 RegNetY120 RegNetY160 RegNetY320"),
    (_K2, ("include_top", "weights", "classes", "input_shape", "input_tensor", "pooling",
           "classifier_activation"),
     "ResNetRS101 ResNetRS152 ResNetRS200 ResNetRS270 ResNetRS350 ResNetRS420 ResNetRS50"),
)
# fmt: on


def _applications() -> dict[str, ModelRow]:
    rows = {}
    for checked, parameters, names in _APPLICATION_TABLES:
        for name in names.split():
            full = "keras.applications." + name
            rows[full] = ModelRow(
                full,
                "application",
                parameters,
                checked,
                "softmax",
                "classifier_activation",
                "classes",
                1000,
                "include_top",
            )
    return rows


APPLICATIONS: Final[dict[str, ModelRow]] = _applications()

ANY: Final = "*"
"""Stands for a name that is chosen when the program runs: ``getattr(applications, name)``."""
ANY_OF: Final = frozenset(("keras.applications",))
"""Packages whose functions that can be called all give one kind of model."""

# fmt: off
_CLASSES: Final = (
    ModelRow(f"keras.applications.{ANY}", "application", _PLAIN,
             _K23 + "; the keywords of every function, not their order",
             "softmax", "classifier_activation", "classes", 1000, "include_top"),
    ModelRow("keras.Model", "model", ("inputs", "outputs", "name"),
             _MODELS + "; Keras 1: input, output"),
    ModelRow("keras.Sequential", "sequential", ("layers", "name"), _MODELS),
    ModelRow("keras.models.load_model", "opaque", ("filepath", "custom_objects", "compile"),
             _MODELS),
    ModelRow("keras.models.clone_model", "copy", ("model",), _MODELS),
    ModelRow("keras.models.model_from_json", "opaque", ("json_string",), _MODELS),
    ModelRow("keras.models.model_from_config", "opaque", ("config",), _MODELS),
    ModelRow("keras.models.model_from_yaml", "opaque", ("yaml_string",), _MODELS),
    ModelRow("keras.experimental.LinearModel", "classifier", ("units", "activation"),
             "tf_keras 2.21.0 tf_keras/src/premade_models/linear.py", None, "activation",
             "units", 1),
)

_HUB: Final = "KerasHub 0.32.0.dev0 (commit 71453d0) keras_hub/src/models"
_CV: Final = "KerasCV 0.9.0 keras_cv/src/models"
_SM: Final = "segmentation_models 1.0.1 segmentation_models/models"
_TEXT: Final = ("backbone", "num_classes", "preprocessor", "activation")
_IMAGE: Final = ("backbone", "num_classes", "preprocessor", "pooling", "activation")
_UNET: Final = ("backbone_name", "input_shape", "classes", "activation")

# checked, package, parameters, default activation, parameter of the classes, their default, names
_CLASSIFIERS: Final[
    tuple[tuple[str, str, tuple[str, ...], str | None, str, int | None, str], ...]
] = (
    (_HUB, "keras_hub.models.", _TEXT, None, "num_classes", None,
     "TextClassifier AlbertTextClassifier AlbertClassifier BertTextClassifier BertClassifier "
     "DebertaV3TextClassifier DebertaV3Classifier DistilBertTextClassifier DistilBertClassifier "
     "ESMProteinClassifier FNetTextClassifier FNetClassifier RobertaTextClassifier "
     "RobertaClassifier RoformerV2TextClassifier XLMRobertaTextClassifier XLMRobertaClassifier "
     "SwinTransformerImageClassifier"),
    (_HUB, "keras_hub.models.", _IMAGE, None, "num_classes", None,
     "ImageClassifier CSPNetImageClassifier DeiTImageClassifier DenseNetImageClassifier "
     "EfficientNetImageClassifier MiTImageClassifier ResNetImageClassifier "
     "XceptionImageClassifier"),
    (_HUB, "keras_hub.models.",
     ("backbone", "num_classes", "preprocessor", "pooling", "pooling_hidden_dim", "activation"),
     None, "num_classes", None, "VGGImageClassifier"),
    (_HUB, "keras_hub.models.",
     ("backbone", "num_classes", "preprocessor", "pooling", "intermediate_dim", "activation"),
     None, "num_classes", None, "ViTImageClassifier"),
    (_HUB, "keras_hub.models.",
     ("backbone", "preprocessor", "num_classes", "head_filters", "pooling", "activation"),
     None, "num_classes", None, "HGNetV2ImageClassifier"),
    (_HUB, "keras_hub.models.", ("backbone", "num_classes", "activation"), None, "num_classes",
     None, "DeepLabV3ImageSegmenter"),
    (_CV, "keras_cv.models.", ("backbone", "num_classes", "pooling", "activation"), "softmax",
     "num_classes", None, "ImageClassifier"),
    (_SM, "segmentation_models.", _UNET, "sigmoid", "classes", 1, "Unet Linknet"),
    (_SM, "segmentation_models.", _UNET, "softmax", "classes", 21, "FPN PSPNet"),
)
# fmt: on


_MOT: Final = "Model Optimization (commit 6fbc2ce) python/core/"
_TREATED: Final = (
    ("sparsity/keras/prune.py", "copy", "to_prune", "prune_low_magnitude"),
    ("sparsity/keras/prune.py", "copy", "model", "strip_pruning"),
    ("clustering/keras/cluster.py", "copy", "to_cluster", "cluster_weights"),
    ("clustering/keras/cluster.py", "copy", "model", "strip_clustering"),
    ("quantization/keras/quantize.py", "copy", "to_annotate", "quantize_annotate_model"),
    ("quantization/keras/quantize.py", "copy", "to_annotate", "quantize_annotate_layer"),
    ("quantization/keras/quantize.py", "quantized", "to_quantize", "quantize_model"),
    ("quantization/keras/quantize.py", "quantized", "model", "quantize_apply"),
)
"""Models whose weights are treated: file, kind, parameter, name."""


def _treated() -> dict[str, ModelRow]:
    rows = (ModelRow("tfmot." + n, kind, (first,), _MOT + at) for at, kind, first, n in _TREATED)
    return {row.name: row for row in rows}


def _classifiers() -> dict[str, ModelRow]:
    rows = {}
    for checked, package, parameters, default, units, classes, names in _CLASSIFIERS:
        for name in names.split():
            rows[package + name] = ModelRow(
                package + name,
                "classifier",
                parameters,
                checked,
                default,
                "activation",
                units,
                classes,
            )
    return rows


TRAINED_WITH: Final = {
    "tff.learning.from_keras_model": ("keras_model", "loss"),
    "tff.learning.models.from_keras_model": ("keras_model", "loss"),
    "tff.learning.models.functional_model_from_keras": ("keras_model", "loss_fn"),
}
"""Functions that train a model with a loss, as ``compile`` does: their first two parameters.

TensorFlow Federated (commit 19114c5) python/learning/models/keras_utils.py, functional.py.
"""

MODELS: Final[dict[str, ModelRow]] = (
    {row.name: row for row in _CLASSES} | APPLICATIONS | _classifiers() | _treated()
)

_TASKS: Final = (
    "ForSequenceClassification",
    "ForTokenClassification",
    "ForMultipleChoice",
    "ForImageClassification",
    "ForSemanticSegmentation",
    "ForNextSentencePrediction",
    "ForMaskedLM",
    "ForCausalLM",
    "LMHeadModel",
)
_HUB_TASKS: Final = ("CausalLM", "MaskedLM", "Seq2SeqLM")
"""KerasHub's language models give logits: a reversed embedding, or a head without activation."""
_TRANSFORMERS: Final = "Transformers (commit 00c1ec8) src/transformers/modeling_tf_outputs.py"


def find(name: str) -> ModelRow | None:
    """The row of a model by canonical name; Hugging Face's classes are known by their endings."""
    row = MODELS.get(name)
    if row is None and name.startswith("transformers.") and name.endswith(_TASKS):
        if not name.rpartition(".")[2].startswith("TF"):
            return None
        row = ModelRow(name, "logits", (), _TRANSFORMERS)
    if row is None and name.startswith("keras_hub.models.") and name.endswith(_HUB_TASKS):
        row = ModelRow(name, "logits", (), _HUB)
    return row
