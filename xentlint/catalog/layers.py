"""Layer classes by canonical name: what each does to a scale."""

from __future__ import annotations

from xentlint.catalog.rows import LayerRow
from xentlint.catalog.table import lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_K23 = "Keras 3.15.1 keras/src/layers; tf_keras 2.21.0 tf_keras/src/layers"
_K3 = "Keras 3.15.1 keras/src/layers"
_K2 = "tf_keras 2.21.0 tf_keras/src/layers"
_K231 = "Keras 2.3.1 keras/layers"
_K1 = "Keras 1.2.2 keras/layers; Keras 2.0.8 keras/legacy/layers.py"
_TFA = "TensorFlow Addons 0.23.0 tensorflow_addons/layers"
_HUB = "KerasHub 0.32.0.dev0 (commit 71453d0) keras_hub/src/layers/modeling"
_CNTK = "CNTK (commit 0265cb5) bindings/python/cntk/layers/layers.py"

# Keras before 2.2 had no data_format and 2.3 no groups: there a positional activation stood
# at another place (Conv2D: 5 to 7), and in Keras 1 second of Dense was init.
_AFFINE = """
Dense *units activation use_bias output_dim=units
EinsumDense equation output_shape activation bias_axes
Conv1D,Conv2D,Conv3D,Convolution1D,Convolution2D,Convolution3D *filters kernel_size strides \
padding data_format dilation_rate groups activation nb_filter=filters
Conv1DTranspose,Conv2DTranspose,Convolution1DTranspose,Convolution2DTranspose *filters \
kernel_size strides padding output_padding data_format dilation_rate activation
SeparableConv1D,SeparableConv2D,SeparableConvolution1D,SeparableConvolution2D *filters \
kernel_size strides padding data_format dilation_rate depth_multiplier activation
DepthwiseConv1D,DepthwiseConv2D kernel_size strides padding depth_multiplier data_format \
dilation_rate activation
"""
# Keras 3 puts data_format before output_padding, tf_keras behind it: the activation is 8th in both.
_AFFINE_3D = """
Conv3DTranspose,Convolution3DTranspose *filters kernel_size strides padding data_format \
output_padding dilation_rate activation
"""
# What a simple recurrent cell gives is its activation of a weighted sum.
_SIMPLE_RNN = """
SimpleRNN *units activation=tanh use_bias output_dim=units
SimpleRNNCell *units activation=tanh use_bias output_dim=units
"""
_AFFINE_K2 = """
LocallyConnected1D,LocallyConnected2D *filters kernel_size strides padding data_format activation
"""
_AFFINE_K1 = """
Deconvolution2D,Deconvolution3D *filters kernel_size nb_filter=filters
Deconv2D,Deconv3D *filters kernel_size nb_filter=filters
AtrousConvolution1D *nb_filter filter_length init activation
AtrousConvolution2D *nb_filter nb_row nb_col init activation
AtrousConv1D *nb_filter filter_length init activation
AtrousConv2D *nb_filter nb_row nb_col init activation
TimeDistributedDense *output_dim init activation
"""
_RECURRENT = """
LSTM *units activation=tanh recurrent_activation use_bias output_dim=units
GRU *units activation=tanh recurrent_activation use_bias output_dim=units
LSTMCell *units activation=tanh recurrent_activation use_bias
GRUCell *units activation=tanh recurrent_activation use_bias
ConvLSTM1D,ConvLSTM2D,ConvLSTM3D *filters kernel_size strides padding data_format \
dilation_rate activation=tanh recurrent_activation
"""
_RECURRENT_K2 = """
CuDNNLSTM *units !tanh
CuDNNGRU *units !tanh
"""
_FIXED = """
Softmax axis !softmax
ReLU max_value negative_slope threshold !relu
LeakyReLU negative_slope alpha=negative_slope !leaky_relu
PReLU alpha_initializer alpha_regularizer alpha_constraint shared_axes !leaky_relu
ELU alpha !elu
"""
_KEEP = """
Dropout rate noise_shape seed p=rate
SpatialDropout1D rate p=rate
SpatialDropout2D,SpatialDropout3D rate data_format p=rate
AlphaDropout rate noise_shape seed
GaussianNoise stddev sigma=stddev
GaussianDropout rate p=rate
ActivityRegularization l1 l2
Masking mask_value
Reshape target_shape
Flatten data_format
Permute dims
RepeatVector n
Cropping1D cropping
Cropping2D,Cropping3D cropping data_format
UpSampling1D size length=size
UpSampling2D size data_format interpolation
UpSampling3D size data_format
Identity
"""
_KEEP_VALUES = """
ZeroPadding1D padding
ZeroPadding2D,ZeroPadding3D padding data_format
MaxPooling1D,MaxPooling2D,MaxPooling3D pool_size strides padding
MaxPool1D,MaxPool2D,MaxPool3D pool_size strides padding
GlobalMaxPooling1D,GlobalMaxPooling2D,GlobalMaxPooling3D data_format keepdims
GlobalMaxPool1D,GlobalMaxPool2D,GlobalMaxPool3D data_format keepdims
"""
_ADAPTIVE_MAX = """
AdaptiveMaxPooling1D,AdaptiveMaxPooling2D,AdaptiveMaxPooling3D output_size data_format
"""
_AVERAGE = """
Average
AveragePooling1D,AveragePooling2D,AveragePooling3D pool_size strides padding
AvgPool1D,AvgPool2D,AvgPool3D pool_size strides padding
GlobalAveragePooling1D data_format
GlobalAveragePooling2D,GlobalAveragePooling3D data_format keepdims
GlobalAvgPool1D data_format
GlobalAvgPool2D,GlobalAvgPool3D data_format keepdims
"""
_ADAPTIVE_AVERAGE = """
AdaptiveAveragePooling1D,AdaptiveAveragePooling2D,AdaptiveAveragePooling3D output_size data_format
"""
_LINEAR = """
BatchNormalization axis momentum epsilon
LayerNormalization axis epsilon
GroupNormalization groups axis epsilon
Embedding input_dim *output_dim
MultiHeadAttention num_heads key_dim value_dim dropout use_bias output_shape
Normalization axis mean variance invert
"""
_LINEAR_K3 = """
GroupQueryAttention head_dim num_query_heads num_key_value_heads
ReversibleEmbedding input_dim output_dim
RMSNormalization axis epsilon
"""
# Dot of two probabilities stays a probability, of weights and logits it is unbounded.
_MERGE = """
Add
Subtract
Multiply
Maximum
Minimum
Dot axes normalize
"""
_WRAP = """
TimeDistributed layer
Bidirectional layer merge_mode
RNN cell return_sequences return_state
"""
_OPAQUE = """
AdditiveAttention use_scale
Attention use_scale
CategoryEncoding num_tokens output_mode
CenterCrop height width
Discretization bin_boundaries num_bins
HashedCrossing num_bins
Hashing num_bins
IntegerLookup max_tokens
Layer
RandomBrightness factor
RandomContrast factor
RandomCrop height width
RandomFlip mode
RandomRotation factor
RandomTranslation height_factor width_factor
RandomZoom height_factor width_factor
Rescaling scale offset
Resizing height width
StackedRNNCells cells
StringLookup max_tokens
TextVectorization max_tokens
UnitNormalization axis
Wrapper layer
InputSpec
"""
_OPAQUE_K3 = """
AugMix value_range
AutoContrast value_range
ContrastLimitedAdaptiveHistogramEqualization value_range
CutMix factor
Equalization value_range
FlaxLayer module
JaxLayer call_fn
MaxNumBoundingBoxes max_number
MelSpectrogram fft_length
MixUp alpha
Pipeline layers
RandAugment value_range
RandomColorDegeneration factor
RandomColorJitter value_range
RandomElasticTransform factor
RandomErasing factor
RandomGaussianBlur factor
RandomGrayscale factor
RandomHue factor
RandomInvert factor
RandomPerspective factor
RandomPosterization factor
RandomSaturation factor
RandomSharpness factor
RandomShear x_factor
STFTSpectrogram mode
Solarization addition_factor
TFSMLayer filepath
TorchModuleWrapper module
"""
_OPAQUE_K2 = """
AbstractRNNCell trainable
DenseFeatures feature_columns
DynamicEmbedding input_dim output_dim
DynamicLookup vocabulary_size
PreprocessingLayer
RandomFourierFeatures output_dim
RandomHeight factor
RandomWidth factor
SequenceFeatures feature_columns
TFOpLambda function
TensorFlowOpLayer node_def
"""
_OPAQUE_K1 = """
GaussianDropConnect p
Highway
LambdaMerge layers function
MaxoutDense output_dim nb_feature init
Merge layers mode
Siamese layer inputs
GraphLayer
"""

_TABLES: Final = (
    ("affine", _K23, _AFFINE + _AFFINE_3D + _SIMPLE_RNN),
    ("affine", _K2, _AFFINE_K2),
    ("affine", _K1, _AFFINE_K1),
    ("recurrent", _K23, _RECURRENT),
    ("recurrent", _K231 + "/cudnn_recurrent.py", _RECURRENT_K2),
    ("recurrent", _K231 + "/convolutional_recurrent.py", "ConvLSTM2DCell filters !tanh"),
    ("activation", _K23, "Activation activation"),
    ("fixed", _K23, _FIXED),
    ("fixed", _K2, "ThresholdedReLU theta !relu"),
    ("fixed", _K1, "ParametricSoftplus !softplus\nSReLU !relu"),
    ("keep", _K23, _KEEP),
    ("keep-values", _K23, _KEEP_VALUES),
    ("keep-values", _K3, _ADAPTIVE_MAX),
    ("average", _K23, _AVERAGE),
    ("average", _K3, _ADAPTIVE_AVERAGE),
    ("linear", _K23, _LINEAR),
    ("linear", _K3, _LINEAR_K3),
    ("linear", _K2, "SyncBatchNormalization axis"),
    ("merge", _K23, _MERGE),
    ("concatenate", _K23, "Concatenate axis"),
    ("wrap", _K23, _WRAP + "SpectralNormalization layer"),
    ("lambda", _K23, "Lambda function output_shape mask arguments"),
    ("input", _K23, "InputLayer shape"),
    ("opaque", _K23, _OPAQUE),
    ("opaque", _K3, _OPAQUE_K3),
    ("opaque", _K2, _OPAQUE_K2),
    ("opaque", _K1, _OPAQUE_K1),
)
_OTHERS: Final = (
    (
        "wrap",
        _TFA,
        """
tfa.layers.WeightNormalization layer data_init
tfa.layers.SpectralNormalization layer power_iterations
""",
    ),
    (
        "linear",
        _TFA,
        """
tfa.layers.GroupNormalization groups axis
tfa.layers.InstanceNormalization
tfa.layers.FilterResponseNormalization
""",
    ),
    ("opaque", _TFA, "tfa.layers.Maxout num_units\ntfa.layers.GELU\ntfa.layers.Sparsemax"),
    ("linear", _HUB, "keras_hub.layers.ReversibleEmbedding input_dim output_dim"),
    (
        "affine",
        _HUB,
        "keras_hub.layers.MaskedLMHead *vocabulary_size token_embedding intermediate_activation "
        "activation",
    ),
    # ``default_options`` may set another default: only an activation that is given is known.
    ("affine", _CNTK, "cntk.Dense *shape activation=default_override_or"),
)


_DECODERS: Final = (
    (
        "tf.contrib.seq2seq.BasicDecoder",
        "TensorFlow 1.15.5 tensorflow/contrib/seq2seq/python/ops/basic_decoder.py",
        ("cell", "helper", "initial_state", "output_layer"),
    ),
    (
        "tfa.seq2seq.BasicDecoder",
        "TensorFlow Addons 0.23.0 tensorflow_addons/seq2seq/basic_decoder.py",
        ("cell", "sampler", "output_layer"),
    ),
)


def _rows() -> dict[str, LayerRow]:
    rows = {}
    for kind, checked, text in _TABLES:
        for name, parameters, activation, units, aliases in lines(text):
            full = "keras.layers." + name
            rows[full] = LayerRow(full, kind, parameters, checked, activation, units, aliases)
    for kind, checked, text in _OTHERS:
        for name, parameters, activation, units, aliases in lines(text):
            rows[name] = LayerRow(name, kind, parameters, checked, activation, units, aliases)
    for full, checked, parameters in _DECODERS:
        rows[full] = LayerRow(full, "decoder", parameters, checked)
    return rows


LAYERS: Final[dict[str, LayerRow]] = _rows()
