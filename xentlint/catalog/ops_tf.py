"""TensorFlow's functions on tensors; ``tf.math`` and ``tf.linalg`` stand under ``tf``."""

from __future__ import annotations

from typing import Final

_TF = "TensorFlow 2.21.0 tensorflow/python/ops"
_TF1 = "TensorFlow 2.21.0 tensorflow/python/ops (compat.v1)"
_TF0 = "TensorFlow 0.12.1 tensorflow/python/ops"
_LAYERS = "TensorFlow 1.15.5 tensorflow/python/layers"
_CONTRIB = "TensorFlow 1.15.5 tensorflow/contrib/layers/python/layers/layers.py"
_TFA = "TensorFlow Addons 0.23.0 tensorflow_addons/activations"

TABLES: Final = (
    (
        "activation",
        _TF,
        """
tf.sigmoid x name !sigmoid
tf.nn.sigmoid x name !sigmoid
tf.tanh x name !tanh
tf.nn.tanh x name !tanh
tf.nn.softmax logits axis name !softmax dim=axis
tf.nn.log_softmax logits axis name !log_softmax dim=axis
tf.nn.softplus features name !softplus
tf.nn.softsign features name !softsign
tf.nn.relu features name !relu
tf.nn.relu6 features name !relu6
tf.nn.leaky_relu features alpha name !leaky_relu
tf.nn.elu features name !elu
tf.nn.selu features name !selu
tf.nn.crelu features axis name !relu
tf.nn.gelu features approximate name !gelu
tf.nn.silu features beta !silu
tf.nn.swish features beta !swish
tf.log_sigmoid x name !log_sigmoid
""",
    ),
    (
        "activation",
        _TFA,
        """
tfa.activations.sparsemax logits axis !sparsemax
tfa.activations.gelu x approximate !gelu
tfa.activations.mish x !mish
tfa.activations.softshrink x lower upper !soft_shrink
tfa.activations.hardshrink x lower upper !hard_shrink
tfa.activations.tanhshrink x !tanh_shrink
""",
    ),
    (
        "keep",
        _TF,
        """
tf.identity input name
tf.cast x dtype name
tf.saturate_cast value dtype name
tf.reshape tensor shape name
tf.squeeze input axis name squeeze_dims=axis
tf.expand_dims input axis name dim=axis
tf.transpose a perm conjugate name
tf.tile input multiples name
tf.repeat input repeats axis name
tf.broadcast_to input shape name
tf.reverse tensor axis name
tf.reverse_sequence input seq_lengths seq_axis batch_axis name
tf.roll input shift axis name
tf.ensure_shape x shape name
tf.convert_to_tensor value dtype dtype_hint name
tf.grad_pass_through f
tf.guarantee_const input name
tf.debugging.check_numerics tensor message name
tf.nn.dropout x rate noise_shape seed name keep_prob=rate
tf.nn.avg_pool input ksize strides padding data_format name value=input
tf.nn.avg_pool1d input ksize strides padding data_format name
tf.nn.avg_pool2d input ksize strides padding data_format name value=input
tf.nn.avg_pool3d input ksize strides padding data_format name
tf.nn.depth_to_space input block_size data_format name
tf.nn.space_to_depth input block_size data_format name
tf.sparse.to_dense sp_input default_value
""",
    ),
    (
        "keep",
        _TF1,
        """
tf.to_float x name
tf.to_double x name
tf.to_bfloat16 x name
tf.check_numerics tensor message name
tf.placeholder_with_default input shape name
tf.Print input_ data message
tf.image.resize images size
tf.image.resize_images images size
tf.image.resize_bilinear images size
tf.image.resize_nearest_neighbor images size
""",
    ),
    ("stop", _TF, "tf.stop_gradient input name"),
    (
        "keep-values",
        _TF,
        """
tf.gather params indices validate_indices axis batch_dims name
tf.gather_nd params indices batch_dims name
tf.slice input_ begin size name
tf.strided_slice input_ begin end strides
tf.boolean_mask tensor mask axis name
tf.pad tensor paddings mode constant_values name
tf.sort values axis direction name
tf.reduce_max input_tensor axis keepdims name reduction_indices=axis keep_dims=keepdims
tf.reduce_min input_tensor axis keepdims name reduction_indices=axis keep_dims=keepdims
tf.nn.max_pool input ksize strides padding data_format name value=input
tf.nn.max_pool1d input ksize strides padding data_format name
tf.nn.max_pool2d input ksize strides padding data_format name value=input
tf.nn.max_pool3d input ksize strides padding data_format name
tf.nn.embedding_lookup params ids max_norm name
""",
    ),
    (
        "linear",
        _TF,
        """
tf.nn.conv1d input filters stride padding
tf.nn.conv2d input filters strides padding filter=filters
tf.nn.conv3d input filters strides padding filter=filters
tf.nn.conv1d_transpose input filters output_shape strides
tf.nn.conv2d_transpose input filters output_shape strides value=input filter=filters
tf.nn.conv3d_transpose input filters output_shape strides value=input filter=filters
tf.nn.atrous_conv2d value filters rate padding name
tf.nn.atrous_conv2d_transpose value filters output_shape rate padding name
tf.nn.convolution input filters strides padding filter=filters
tf.nn.depthwise_conv2d input filter strides padding
tf.nn.separable_conv2d input depthwise_filter pointwise_filter strides padding
tf.nn.bias_add value bias data_format name
tf.nn.batch_normalization x mean variance offset scale variance_epsilon name
""",
    ),
    (
        "linear",
        _TF1,
        """
tf.nn.xw_plus_b x weights biases name
tf.nn.fused_batch_norm x scale offset
tf.nn.depthwise_conv2d_native input filter strides padding
""",
    ),
    # A product of two probabilities (attention, mixtures) is no sum over weights.
    (
        "matmul",
        _TF,
        """
tf.matmul a b transpose_a transpose_b
tf.tensordot a b axes name
tf.einsum equation
tf.matvec a b
""",
    ),
    ("matmul", _TF0, "tf.batch_matmul x y adj_x adj_y name"),
    ("affine", _TF1, "tf.nn.relu_layer x weights biases name !relu"),
    (
        "affine",
        _LAYERS,
        """
tf.layers.dense inputs *units activation use_bias
tf.layers.conv1d inputs *filters kernel_size strides padding data_format dilation_rate activation
tf.layers.conv2d inputs *filters kernel_size strides padding data_format dilation_rate activation
tf.layers.conv3d inputs *filters kernel_size strides padding data_format dilation_rate activation
tf.layers.separable_conv1d inputs *filters kernel_size strides padding data_format dilation_rate \
depth_multiplier activation
tf.layers.separable_conv2d inputs *filters kernel_size strides padding data_format dilation_rate \
depth_multiplier activation
tf.layers.conv2d_transpose inputs *filters kernel_size strides padding data_format activation
tf.layers.conv3d_transpose inputs *filters kernel_size strides padding data_format activation
""",
    ),
    (
        "keep",
        _LAYERS,
        """
tf.layers.dropout inputs rate noise_shape seed training
tf.layers.flatten inputs name data_format
tf.layers.average_pooling1d inputs pool_size strides padding
tf.layers.average_pooling2d inputs pool_size strides padding
tf.layers.average_pooling3d inputs pool_size strides padding
""",
    ),
    (
        "keep-values",
        _LAYERS,
        """
tf.layers.max_pooling1d inputs pool_size strides padding
tf.layers.max_pooling2d inputs pool_size strides padding
tf.layers.max_pooling3d inputs pool_size strides padding
""",
    ),
    ("linear", _LAYERS, "tf.layers.batch_normalization inputs axis"),
    # An arg_scope around the call may set another activation_fn.
    (
        "affine",
        _CONTRIB,
        """
tf.contrib.layers.fully_connected inputs *num_outputs activation_fn=relu normalizer_fn
tf.contrib.layers.linear inputs *num_outputs activation_fn normalizer_fn
tf.contrib.layers.relu inputs *num_outputs activation_fn=relu normalizer_fn
tf.contrib.layers.elu inputs *num_outputs activation_fn=elu normalizer_fn
tf.contrib.layers.legacy_fully_connected x *num_output_units activation_fn
tf.contrib.layers.relu6 inputs *num_outputs activation_fn=relu6 normalizer_fn
tf.contrib.layers.conv1d,tf.contrib.layers.conv2d,tf.contrib.layers.conv3d,\
tf.contrib.layers.convolution,tf.contrib.layers.convolution1d,tf.contrib.layers.convolution2d,\
tf.contrib.layers.convolution3d inputs *num_outputs kernel_size stride padding data_format rate \
activation_fn=relu
tf.contrib.layers.conv2d_transpose,tf.contrib.layers.convolution2d_transpose,\
tf.contrib.layers.conv3d_transpose,tf.contrib.layers.convolution3d_transpose inputs *num_outputs \
kernel_size stride padding data_format activation_fn=relu
tf.contrib.layers.conv2d_in_plane inputs kernel_size stride padding activation_fn=relu
tf.contrib.layers.separable_conv2d,tf.contrib.layers.separable_convolution2d inputs *num_outputs \
kernel_size depth_multiplier stride padding data_format rate activation_fn=relu
""",
    ),
    (
        "affine",
        _CONTRIB + ", with activation_fn=None",
        """
tf.contrib.layers.batch_norm inputs decay center scale epsilon activation_fn
tf.contrib.layers.layer_norm inputs center scale activation_fn
tf.contrib.layers.instance_norm inputs center scale epsilon activation_fn
""",
    ),
    ("activation", _CONTRIB, "tf.contrib.layers.softmax logits scope !softmax"),
    ("one-hot", _CONTRIB, "tf.contrib.layers.one_hot_encoding labels num_classes"),
    (
        "keep",
        _CONTRIB,
        """
tf.contrib.layers.dropout inputs keep_prob noise_shape is_training
tf.contrib.layers.flatten inputs
tf.contrib.layers.avg_pool2d inputs kernel_size stride padding
tf.contrib.layers.avg_pool3d inputs kernel_size stride padding
""",
    ),
    (
        "keep-values",
        _CONTRIB,
        """
tf.contrib.layers.max_pool2d inputs kernel_size stride padding
tf.contrib.layers.max_pool3d inputs kernel_size stride padding
""",
    ),
    (
        "opaque",
        _CONTRIB,
        """
tf.contrib.layers.repeat inputs repetitions layer
tf.contrib.layers.stack inputs layer stack_args
tf.contrib.layers.embed_sequence ids
tf.contrib.layers.bias_add inputs activation_fn
tf.contrib.layers.maxout inputs num_units
tf.contrib.layers.unit_norm inputs dim
""",
    ),
    ("add", _TF, "tf.add x y name"),
    ("multiply", _TF, "tf.multiply x y name\ntf.multiply_no_nan x y name\ntf.scalar_mul scalar x"),
    ("multiply", _TF0, "tf.mul x y name"),
    ("subtract", _TF, "tf.subtract x y name"),
    ("subtract", _TF0, "tf.sub x y name"),
    (
        "divide",
        _TF,
        """
tf.divide x y name
tf.truediv x y name
tf.realdiv x y name
tf.divide_no_nan x y name
""",
    ),
    ("divide", _TF1, "tf.div x y name\ntf.div_no_nan x y name"),
    ("negate", _TF, "tf.negative x name"),
    ("negate", _TF0, "tf.neg x name"),
    ("merge", _TF, "tf.add_n inputs name\ntf.accumulate_n inputs"),
    ("log", _TF, "tf.log x name"),
    ("log1p", _TF, "tf.log1p x name"),
    ("xlogy", _TF, "tf.xlogy x y name"),
    ("exp", _TF, "tf.exp x name"),
    ("clip", _TF, "tf.clip_by_value t clip_value_min clip_value_max name"),
    ("maximum", _TF, "tf.maximum x y name\ntf.minimum x y name"),
    (
        "sum",
        _TF,
        """
tf.reduce_sum input_tensor axis keepdims name reduction_indices=axis keep_dims=keepdims
""",
    ),
    (
        "mean",
        _TF,
        """
tf.reduce_mean input_tensor axis keepdims name reduction_indices=axis keep_dims=keepdims
tf.nn.compute_average_loss per_example_loss sample_weight global_batch_size
""",
    ),
    ("argmax", _TF, "tf.argmax input axis output_type dimension=axis\ntf.argmin input axis"),
    ("argmax", _TF1, "tf.arg_max input dimension\ntf.arg_min input dimension"),
    ("one-hot", _TF, "tf.one_hot indices depth on_value off_value axis dtype name"),
    ("round", _TF, "tf.round x name\ntf.rint x name"),
    ("round", _TF + "; an integer part", "tf.floor x name\ntf.ceil x name"),
    (
        "greater",
        _TF,
        """
tf.greater x y name
tf.greater_equal x y name
tf.less x y name
tf.less_equal x y name
""",
    ),
    ("where", _TF, "tf.where condition x y name"),
    ("where", _TF0, "tf.select condition t e name"),
    ("cond", _TF, "tf.cond pred true_fn false_fn name fn1=true_fn fn2=false_fn"),
    ("concat", _TF + "; TF 0.x: (concat_dim, values)", "tf.concat values axis name"),
    ("stack", _TF, "tf.stack values axis name\ntf.parallel_stack values name"),
    ("stack", _TF0, "tf.pack values axis name"),
    (
        "split",
        _TF + "; TF 0.x: (split_dim, num_split, value)",
        "tf.split value num_or_size_splits axis num name",
    ),
    ("split", _TF, "tf.unstack value num axis name"),
    ("split", _TF0, "tf.unpack value num axis name"),
    (
        "input",
        _TF1,
        """
tf.placeholder dtype shape name
tf.sparse_placeholder dtype shape name
""",
    ),
    (
        "variable",
        _TF,
        """
tf.Variable,tf.contrib.eager.Variable initial_value trainable
tf.constant value dtype shape name
tf.zeros shape dtype name
tf.ones shape dtype name
tf.fill dims value name
tf.eye num_rows num_columns
tf.zeros_like input dtype name tensor=input
tf.ones_like input dtype name tensor=input
tf.range start limit delta
tf.linspace start stop num
""",
    ),
    (
        "variable",
        _TF1,
        """
tf.get_variable name shape dtype initializer
tf.get_local_variable name shape dtype
""",
    ),
    (
        "random",
        _TF,
        """
tf.random.normal shape mean stddev
tf.random.uniform shape minval maxval
tf.random.truncated_normal shape mean stddev
tf.random.shuffle value
""",
    ),
    (
        "random",
        _TF1,
        """
tf.random_normal shape mean stddev
tf.random_uniform shape minval maxval
tf.truncated_normal shape mean stddev
tf.random_shuffle value
""",
    ),
    (
        "opaque",
        _TF,
        """
tf.abs x
tf.square x
tf.squared_difference x y
tf.sqrt x
tf.rsqrt x
tf.pow x y
tf.sign x
tf.reciprocal x
tf.expm1 x
tf.erf x
tf.equal x y
tf.not_equal x y
tf.logical_and x y
tf.logical_or x y
tf.logical_not x
tf.logical_xor x y
tf.reduce_prod input_tensor axis
tf.reduce_all input_tensor axis
tf.reduce_any input_tensor axis
tf.reduce_logsumexp input_tensor axis
tf.reduce_std input_tensor axis
tf.reduce_variance input_tensor axis
tf.reduce_euclidean_norm input_tensor axis
tf.cumsum x axis
tf.cumprod x axis
tf.norm tensor ord axis
tf.shape input
tf.size input
tf.rank input
tf.clip_by_norm t clip_norm
tf.map_fn fn elems
tf.scan fn elems
tf.while_loop cond body loop_vars
tf.case pred_fn_pairs
tf.switch_case branch_index branch_fns
tf.py_function func inp Tout
tf.numpy_function func inp Tout
tf.nn.l2_normalize x axis
tf.nn.moments x axes
tf.nn.local_response_normalization input depth_radius
tf.nn.lrn input depth_radius
tf.nn.top_k input k
tf.nn.in_top_k targets predictions k
tf.nn.zero_fraction value
tf.nn.scale_regularization_loss regularization_loss
""",
    ),
    (
        "opaque",
        _TF1,
        """
tf.nn.dynamic_rnn cell inputs
tf.nn.static_rnn cell inputs
tf.nn.raw_rnn cell loop_fn
tf.nn.bidirectional_dynamic_rnn cell_fw cell_bw inputs
tf.nn.static_bidirectional_rnn cell_fw cell_bw inputs
tf.py_func func inp Tout
tf.to_int32 x name
tf.to_int64 x name
""",
    ),
)
