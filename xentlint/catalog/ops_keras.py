"""Keras' functions on tensors: ``keras.ops`` and ``keras.backend``, and the functional layers."""

from __future__ import annotations

from typing import Final

_OPS = "Keras 3.15.1 keras/src/ops"
_BACKEND = "tf_keras 2.21.0 tf_keras/src/backend.py"
_ACT = "Keras 3.15.1 keras/src/activations/activations.py; tf_keras 2.21.0"
_MERGING = "Keras 3.15.1 keras/src/layers/merging; tf_keras 2.21.0 tf_keras/src/layers/merging"
_CORE = "Keras 3.15.1 keras/src/layers/core; tf_keras 2.21.0 tf_keras/src/engine/input_layer.py"

TABLES: Final = (
    ("input", _CORE, "keras.Input shape batch_size"),
    ("input", _BACKEND, "keras.backend.placeholder shape ndim dtype"),
    (
        "activation",
        _ACT,
        """
keras.activations.softmax x axis !softmax
keras.activations.sigmoid x !sigmoid
keras.activations.linear x !linear
keras.activations.hard_sigmoid x !hard_sigmoid
keras.activations.relu x negative_slope max_value threshold !relu alpha=negative_slope
keras.activations.elu x alpha !elu
keras.activations.selu x !selu
keras.activations.gelu x approximate !gelu
keras.activations.swish x !swish
keras.activations.mish x !mish
keras.activations.tanh x !tanh
keras.activations.softplus x !softplus
keras.activations.softsign x !softsign
keras.activations.exponential x !exponential
""",
    ),
    (
        "activation",
        "Keras 3.15.1 keras/src/activations/activations.py",
        """
keras.activations.log_softmax x axis !log_softmax
keras.activations.leaky_relu x negative_slope !leaky_relu
keras.activations.relu6 x !relu6
keras.activations.silu x !silu
keras.activations.celu x alpha !celu
keras.activations.glu x axis !glu
keras.activations.hard_shrink x threshold !hard_shrink
keras.activations.hard_silu x !hard_silu
keras.activations.hard_swish x !hard_swish
keras.activations.hard_tanh x !hard_tanh
keras.activations.log_sigmoid x !log_sigmoid
keras.activations.soft_shrink x threshold !soft_shrink
keras.activations.sparse_plus x !sparse_plus
keras.activations.sparse_sigmoid x !sparse_sigmoid
keras.activations.sparsemax x axis !sparsemax
keras.activations.squareplus x b !squareplus
keras.activations.tanh_shrink x !tanh_shrink
keras.activations.threshold x threshold default_value !threshold
""",
    ),
    (
        "activation",
        _OPS + "/nn.py",
        """
keras.ops.softmax x axis !softmax
keras.ops.sigmoid x !sigmoid
keras.ops.hard_sigmoid x !hard_sigmoid
keras.ops.log_softmax x axis !log_softmax
keras.ops.log_sigmoid x !log_sigmoid
keras.ops.sparsemax x axis !sparsemax
keras.ops.sparse_sigmoid x !sparse_sigmoid
keras.ops.relu x !relu
keras.ops.relu6 x !relu6
keras.ops.leaky_relu x negative_slope !leaky_relu
keras.ops.elu x alpha !elu
keras.ops.selu x !selu
keras.ops.celu x alpha !celu
keras.ops.gelu x approximate !gelu
keras.ops.glu x axis !glu
keras.ops.silu x !silu
keras.ops.swish x !swish
keras.ops.hard_silu x !hard_silu
keras.ops.hard_swish x !hard_swish
keras.ops.hard_tanh x !hard_tanh
keras.ops.hard_shrink x threshold !hard_shrink
keras.ops.soft_shrink x threshold !soft_shrink
keras.ops.tanh_shrink x !tanh_shrink
keras.ops.softplus x !softplus
keras.ops.softsign x !softsign
keras.ops.sparse_plus x !sparse_plus
keras.ops.squareplus x b !squareplus
keras.ops.threshold x threshold default_value !threshold
keras.ops.tanh x !tanh
""",
    ),
    (
        "activation",
        _BACKEND,
        """
keras.backend.softmax x axis !softmax
keras.backend.sigmoid x !sigmoid
keras.backend.hard_sigmoid x !hard_sigmoid
keras.backend.relu x alpha max_value threshold !relu
keras.backend.elu x alpha !elu
keras.backend.tanh x !tanh
keras.backend.softplus x !softplus
keras.backend.softsign x !softsign
""",
    ),
    (
        "merge",
        _MERGING,
        """
keras.layers.add inputs
keras.layers.subtract inputs
keras.layers.multiply inputs
keras.layers.maximum inputs
keras.layers.minimum inputs
keras.layers.dot inputs axes
""",
    ),
    ("average", _MERGING, "keras.layers.average inputs"),
    ("concat", _MERGING, "keras.layers.concatenate inputs axis"),
    ("opaque", "Keras 1.2.2 keras/engine/topology.py", "keras.layers.merge inputs mode"),
    (
        "keep",
        _OPS,
        """
keras.ops.cast x dtype
keras.ops.saturate_cast x dtype
keras.ops.copy x
keras.ops.convert_to_tensor x dtype
keras.ops.convert_to_numpy x
keras.ops.reshape x newshape
keras.ops.rearrange tensor pattern
keras.ops.squeeze x axis
keras.ops.expand_dims x axis
keras.ops.transpose x axes
keras.ops.swapaxes x axis1 axis2
keras.ops.moveaxis x source destination
keras.ops.ravel x
keras.ops.tile x repeats
keras.ops.repeat x repeats axis
keras.ops.broadcast_to x shape
keras.ops.flip x axis
keras.ops.fliplr x
keras.ops.flipud x
keras.ops.rot90 array k axes
keras.ops.roll x shift axis
keras.ops.average_pool inputs pool_size strides padding
keras.ops.depth_to_space x block_size data_format
keras.ops.space_to_depth x block_size data_format
keras.ops.nan_to_num x nan
""",
    ),
    (
        "keep",
        _BACKEND,
        """
keras.backend.cast x dtype
keras.backend.cast_to_floatx x
keras.backend.reshape x shape
keras.backend.flatten x
keras.backend.batch_flatten x
keras.backend.squeeze x axis
keras.backend.expand_dims x axis dim=axis
keras.backend.permute_dimensions x pattern
keras.backend.transpose x
keras.backend.tile x n
keras.backend.repeat x n
keras.backend.repeat_elements x rep axis
keras.backend.reverse x axes
keras.backend.resize_images x height_factor width_factor
keras.backend.resize_volumes x depth_factor height_factor
keras.backend.dropout x level noise_shape seed
keras.backend.print_tensor x message
keras.backend.to_dense tensor
keras.backend.eval x
keras.backend.get_value x
""",
    ),
    ("keep", "TensorFlow 1.15.5 tensorflow/python/keras/backend.py", "keras.backend.identity x"),
    ("stop", _OPS, "keras.ops.stop_gradient variable"),
    ("stop", _BACKEND, "keras.backend.stop_gradient variables"),
    (
        "keep-values",
        _OPS,
        """
keras.ops.take x indices axis
keras.ops.take_along_axis x indices axis
keras.ops.get_item x key
keras.ops.slice inputs start_indices shape
keras.ops.pad x pad_width mode
keras.ops.sort x axis
keras.ops.max x axis keepdims
keras.ops.min x axis keepdims
keras.ops.amax x axis keepdims
keras.ops.amin x axis keepdims
keras.ops.max_pool inputs pool_size strides padding
""",
    ),
    (
        "keep-values",
        _BACKEND,
        """
keras.backend.gather reference indices
keras.backend.max x axis keepdims
keras.backend.min x axis keepdims
keras.backend.temporal_padding x padding
keras.backend.spatial_2d_padding x padding
keras.backend.spatial_3d_padding x padding
""",
    ),
    (
        "linear",
        _OPS,
        """
keras.ops.conv inputs kernel strides padding
keras.ops.conv_transpose inputs kernel strides padding
keras.ops.depthwise_conv inputs kernel strides padding
keras.ops.separable_conv inputs depthwise_kernel pointwise_kernel
keras.ops.batch_normalization x mean variance axis
keras.ops.layer_normalization x gamma beta
keras.ops.rms_normalization x scale
""",
    ),
    (
        "linear",
        _BACKEND,
        """
keras.backend.bias_add x bias data_format
keras.backend.conv1d x kernel strides padding
keras.backend.conv2d x kernel strides padding
keras.backend.conv3d x kernel strides padding
keras.backend.conv2d_transpose x kernel output_shape
keras.backend.depthwise_conv2d x depthwise_kernel
keras.backend.separable_conv2d x depthwise_kernel pointwise_kernel
keras.backend.local_conv1d inputs kernel
keras.backend.local_conv2d inputs kernel
keras.backend.batch_normalization x mean var beta gamma
""",
    ),
    (
        "matmul",
        _OPS,
        """
keras.ops.matmul x1 x2
keras.ops.dot x1 x2
keras.ops.tensordot x1 x2 axes
keras.ops.einsum subscripts
keras.ops.inner x1 x2
keras.ops.vdot x1 x2
keras.ops.outer x1 x2
""",
    ),
    ("matmul", _BACKEND, "keras.backend.dot x y\nkeras.backend.batch_dot x y axes"),
    ("add", _OPS, "keras.ops.add x1 x2"),
    ("multiply", _OPS, "keras.ops.multiply x1 x2"),
    ("subtract", _OPS, "keras.ops.subtract x1 x2"),
    (
        "divide",
        _OPS,
        """
keras.ops.divide x1 x2
keras.ops.true_divide x1 x2
keras.ops.divide_no_nan x1 x2
""",
    ),
    ("negate", _OPS, "keras.ops.negative x"),
    ("log", _OPS, "keras.ops.log x"),
    ("log", _BACKEND, "keras.backend.log x"),
    ("log1p", _OPS, "keras.ops.log1p x"),
    ("exp", _OPS, "keras.ops.exp x"),
    ("exp", _BACKEND, "keras.backend.exp x"),
    ("clip", _OPS, "keras.ops.clip x x_min x_max"),
    ("clip", _BACKEND, "keras.backend.clip x min_value max_value"),
    (
        "maximum",
        _OPS,
        """
keras.ops.maximum x1 x2
keras.ops.minimum x1 x2
keras.ops.fmax x1 x2
keras.ops.fmin x1 x2
""",
    ),
    ("maximum", _BACKEND, "keras.backend.maximum x y\nkeras.backend.minimum x y"),
    ("sum", _OPS, "keras.ops.sum x axis keepdims\nkeras.ops.nansum x axis keepdims"),
    ("sum", _BACKEND, "keras.backend.sum x axis keepdims"),
    (
        "mean",
        _OPS,
        """
keras.ops.mean x axis keepdims
keras.ops.average x axis weights
keras.ops.nanmean x axis keepdims
""",
    ),
    ("mean", _BACKEND, "keras.backend.mean x axis keepdims"),
    (
        "argmax",
        _OPS,
        """
keras.ops.argmax x axis keepdims
keras.ops.argmin x axis keepdims
keras.ops.nanargmax x axis keepdims
keras.ops.nanargmin x axis keepdims
""",
    ),
    ("argmax", _BACKEND, "keras.backend.argmax x axis\nkeras.backend.argmin x axis"),
    (
        "one-hot",
        _OPS,
        """
keras.ops.one_hot x num_classes axis
keras.ops.multi_hot inputs num_classes axis
""",
    ),
    ("one-hot", _BACKEND, "keras.backend.one_hot indices num_classes"),
    (
        "one-hot",
        "Keras 3.15.1 keras/src/utils/numerical_utils.py; tf_keras 2.21.0; Keras 1.2.2: y",
        "keras.utils.to_categorical x num_classes y=x nb_classes=num_classes",
    ),
    (
        "round",
        _OPS,
        "keras.ops.round x decimals\nkeras.ops.floor x\nkeras.ops.ceil x\nkeras.ops.trunc x",
    ),
    ("round", _BACKEND, "keras.backend.round x"),
    (
        "greater",
        _OPS,
        """
keras.ops.greater x1 x2
keras.ops.greater_equal x1 x2
keras.ops.less x1 x2
keras.ops.less_equal x1 x2
""",
    ),
    (
        "greater",
        _BACKEND,
        """
keras.backend.greater x y
keras.backend.greater_equal x y
keras.backend.less x y
keras.backend.less_equal x y
""",
    ),
    ("where", _OPS, "keras.ops.where condition x1 x2"),
    ("where", _BACKEND, "keras.backend.switch condition then_expression else_expression"),
    ("cond", _OPS, "keras.ops.cond pred true_fn false_fn"),
    ("phase", _BACKEND, "keras.backend.in_train_phase x alt training"),
    ("phase", _BACKEND + "; x out of training", "keras.backend.in_test_phase x alt training"),
    (
        "concat",
        _OPS,
        """
keras.ops.concatenate xs axis
keras.ops.hstack xs
keras.ops.vstack xs
keras.ops.dstack xs
""",
    ),
    ("concat", _BACKEND, "keras.backend.concatenate tensors axis"),
    ("stack", _OPS, "keras.ops.stack x axis"),
    ("stack", _BACKEND, "keras.backend.stack x axis"),
    (
        "split",
        _OPS,
        """
keras.ops.split x indices_or_sections axis
keras.ops.array_split x indices_or_sections axis
keras.ops.unstack x num axis
keras.ops.hsplit x indices_or_sections
keras.ops.vsplit x indices_or_sections
keras.ops.dsplit x indices_or_sections
""",
    ),
    (
        "variable",
        _OPS,
        """
keras.Variable initializer shape
keras.ops.zeros shape dtype
keras.ops.ones shape dtype
keras.ops.full shape fill_value dtype
keras.ops.empty shape dtype
keras.ops.eye N M
keras.ops.zeros_like x dtype
keras.ops.ones_like x dtype
keras.ops.full_like x fill_value
keras.ops.empty_like x dtype
keras.ops.identity n dtype
keras.ops.arange start stop step
keras.ops.array x dtype
keras.ops.linspace start stop num
""",
    ),
    (
        "variable",
        _BACKEND,
        """
keras.backend.variable value dtype name
keras.backend.constant value dtype shape name
keras.backend.zeros shape dtype name
keras.backend.ones shape dtype name
keras.backend.eye size dtype name
keras.backend.zeros_like x dtype name
keras.backend.ones_like x dtype name
keras.backend.arange start stop step
keras.backend.random_normal_variable shape mean scale
keras.backend.random_uniform_variable shape low high
""",
    ),
    (
        "random",
        "Keras 3.15.1 keras/src/random/random.py",
        """
keras.random.normal shape mean stddev
keras.random.uniform shape minval maxval
keras.random.truncated_normal shape mean stddev
""",
    ),
    (
        "random",
        _BACKEND,
        """
keras.backend.random_normal shape mean stddev
keras.backend.random_uniform shape minval maxval
keras.backend.random_binomial shape p
keras.backend.random_bernoulli shape p
keras.backend.truncated_normal shape mean stddev
""",
    ),
    (
        "opaque",
        _BACKEND,
        """
keras.backend.abs x
keras.backend.square x
keras.backend.sqrt x
keras.backend.pow x a
keras.backend.sign x
keras.backend.prod x axis
keras.backend.var x axis
keras.backend.std x axis
keras.backend.any x axis
keras.backend.all x axis
keras.backend.cumsum x axis
keras.backend.cumprod x axis
keras.backend.equal x y
keras.backend.not_equal x y
keras.backend.epsilon
keras.backend.shape x
keras.backend.int_shape x
keras.backend.ndim x
keras.backend.l2_normalize x axis
keras.backend.map_fn fn elems
keras.backend.foldl fn elems
keras.backend.foldr fn elems
keras.backend.rnn step_function inputs initial_states
keras.backend.function inputs outputs
keras.backend.in_top_k predictions targets k
keras.backend.pool2d x pool_size
keras.backend.pool3d x pool_size
keras.backend.gradients loss variables
""",
    ),
    (
        "opaque",
        "TensorFlow 1.15.5 tensorflow/python/keras/backend.py",
        """
keras.backend.logsumexp x axis
""",
    ),
    (
        "opaque",
        _OPS,
        """
keras.ops.abs x
keras.ops.absolute x
keras.ops.square x
keras.ops.sqrt x
keras.ops.rsqrt x
keras.ops.power x1 x2
keras.ops.sign x
keras.ops.reciprocal x
keras.ops.prod x axis
keras.ops.var x axis
keras.ops.std x axis
keras.ops.any x axis
keras.ops.all x axis
keras.ops.cumsum x axis
keras.ops.cumprod x axis
keras.ops.equal x1 x2
keras.ops.not_equal x1 x2
keras.ops.logical_and x1 x2
keras.ops.logical_or x1 x2
keras.ops.logical_not x
keras.ops.shape x
keras.ops.size x
keras.ops.ndim x
keras.ops.norm x ord
keras.ops.normalize x axis
keras.ops.moments x axes
keras.ops.logsumexp x axis
keras.ops.expm1 x
keras.ops.erf x
keras.ops.top_k x k
keras.ops.in_top_k targets predictions k
keras.ops.dot_product_attention query key value
keras.ops.map f xs
keras.ops.scan f init
keras.ops.while_loop cond body
keras.ops.vectorized_map function elements
keras.ops.tril x
keras.ops.triu x
""",
    ),
)
