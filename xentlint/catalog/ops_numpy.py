"""NumPy, JAX, Theano and CNTK functions that stand between a model and what reads its output."""

from __future__ import annotations

from typing import Final

_NP = "NumPy 2 (inspected); jax.numpy has the same names and order"
_JAX = "JAX 0.10 jax/_src/nn/functions.py"
_SCIPY = "SciPy 1.17.1 scipy/special; without an axis softmax is over all elements"
_THEANO = "Theano 1.0.5 theano/tensor/nnet/nnet.py, sigm.py"
_THEANO_T = "Theano 1.0.5 theano/tensor/basic.py"
_THEANO_S = "Theano (commit 06136de) theano/compile/sharedvalue.py"
_CNTK = "CNTK 2.x bindings/python/cntk/ops/__init__.py"

TABLES: Final = (
    ("round", "NumPy 1.26 numpy/core/fromnumeric.py", "numpy.round_ a decimals"),
    (
        "activation",
        _JAX,
        """
jax.nn.softmax x axis !softmax
jax.nn.sigmoid x !sigmoid
jax.nn.log_softmax x axis !log_softmax
jax.nn.log_sigmoid x !log_sigmoid
jax.nn.relu x !relu
jax.nn.relu6 x !relu6
jax.nn.leaky_relu x negative_slope !leaky_relu
jax.nn.elu x alpha !elu
jax.nn.selu x !selu
jax.nn.gelu x approximate !gelu
jax.nn.silu x !silu
jax.nn.swish x !swish
jax.nn.softplus x !softplus
jax.nn.tanh x !tanh
jax.nn.hard_sigmoid x !hard_sigmoid
numpy.tanh x !tanh
""",
    ),
    ("one-hot", _JAX, "jax.nn.one_hot x num_classes"),
    ("stop", _JAX, "jax.lax.stop_gradient x"),
    (
        "activation",
        _SCIPY,
        """
scipy.special.softmax x axis !softmax
scipy.special.log_softmax x axis !log_softmax
scipy.special.expit x !sigmoid
""",
    ),
    ("xlogy", _SCIPY, "scipy.special.xlogy x y"),
    (
        "activation",
        _THEANO,
        """
theano.tensor.nnet.softmax c !softmax
theano.tensor.nnet.logsoftmax c !log_softmax
theano.tensor.nnet.sigmoid x !sigmoid
theano.tensor.nnet.ultra_fast_sigmoid x !sigmoid
theano.tensor.nnet.hard_sigmoid x !hard_sigmoid
theano.tensor.nnet.softplus x !softplus
theano.tensor.nnet.relu x alpha !relu
theano.tensor.nnet.elu x alpha !elu
theano.tensor.tanh x !tanh
""",
    ),
    ("log", _THEANO_T, "theano.tensor.log x"),
    ("exp", _THEANO_T, "theano.tensor.exp x"),
    ("sum", _THEANO_T, "theano.tensor.sum input axis dtype keepdims"),
    ("mean", _THEANO_T, "theano.tensor.mean input axis dtype op keepdims"),
    ("clip", _THEANO_T, "theano.tensor.clip x min max"),
    ("matmul", _THEANO_T, "theano.tensor.dot l r"),
    ("argmax", _THEANO_T, "theano.tensor.argmax x axis keepdims"),
    ("greater", _THEANO_T, "theano.tensor.gt a b\ntheano.tensor.ge a b"),
    ("round", _THEANO_T, "theano.tensor.round a mode"),
    ("variable", _THEANO_S, "theano.shared value name"),
    (
        "activation",
        _CNTK,
        """
cntk.softmax x axis !softmax
cntk.log_softmax x axis !log_softmax
cntk.sigmoid x !sigmoid
cntk.relu x !relu
cntk.tanh x !tanh
""",
    ),
    ("matmul", _CNTK, "cntk.times left right output_rank"),
    ("log", _NP, "numpy.log x"),
    ("log1p", _NP, "numpy.log1p x"),
    ("exp", _NP, "numpy.exp x"),
    ("clip", _NP, "numpy.clip a a_min a_max"),
    ("maximum", _NP, "numpy.maximum x1 x2\nnumpy.minimum x1 x2"),
    ("sum", _NP, "numpy.sum a axis\nnumpy.nansum a axis"),
    ("mean", _NP, "numpy.mean a axis\nnumpy.average a axis weights\nnumpy.nanmean a axis"),
    ("argmax", _NP, "numpy.argmax a axis\nnumpy.argmin a axis"),
    (
        "round",
        _NP,
        """
numpy.round a decimals
numpy.around a decimals
numpy.rint x
numpy.floor x
numpy.ceil x
""",
    ),
    (
        "greater",
        _NP,
        """
numpy.greater x1 x2
numpy.greater_equal x1 x2
numpy.less x1 x2
numpy.less_equal x1 x2
""",
    ),
    ("where", _NP, "numpy.where condition x y"),
    ("add", _NP, "numpy.add x1 x2"),
    ("multiply", _NP, "numpy.multiply x1 x2"),
    ("subtract", _NP, "numpy.subtract x1 x2"),
    ("divide", _NP, "numpy.divide x1 x2\nnumpy.true_divide x1 x2"),
    ("negate", _NP, "numpy.negative x"),
    (
        "matmul",
        _NP,
        "numpy.dot a b\nnumpy.matmul x1 x2\nnumpy.einsum\nnumpy.tensordot a b axes",
    ),
    (
        "keep",
        _NP,
        """
numpy.array object dtype
numpy.asarray a dtype
numpy.ascontiguousarray a dtype
numpy.copy a
numpy.squeeze a axis
numpy.expand_dims a axis
numpy.reshape a shape
numpy.ravel a
numpy.transpose a axes
numpy.swapaxes a axis1 axis2
numpy.moveaxis a source destination
numpy.repeat a repeats axis
numpy.tile A reps
numpy.flip m axis
numpy.nan_to_num x
""",
    ),
    (
        "keep-values",
        _NP,
        """
numpy.max a axis
numpy.min a axis
numpy.amax a axis
numpy.amin a axis
numpy.sort a axis
numpy.take a indices axis
numpy.pad array pad_width
""",
    ),
    ("concat", _NP, "numpy.concatenate arrays axis\nnumpy.vstack tup\nnumpy.hstack tup"),
    ("stack", _NP, "numpy.stack arrays axis"),
    ("split", _NP, "numpy.split ary indices_or_sections axis"),
    (
        "variable",
        _NP,
        """
numpy.zeros shape
numpy.ones shape
numpy.full shape fill_value
numpy.empty shape
numpy.eye N
numpy.zeros_like a
numpy.ones_like a
numpy.arange
numpy.linspace start stop num
""",
    ),
    (
        "random",
        _NP,
        """
numpy.random.rand
numpy.random.randn
numpy.random.random size
numpy.random.randint low high
numpy.random.normal loc scale
numpy.random.uniform low high
""",
    ),
    (
        "opaque",
        _NP,
        """
numpy.abs x
numpy.square x
numpy.sqrt x
numpy.power x1 x2
numpy.argsort a axis
numpy.argpartition a kth
numpy.prod a axis
numpy.std a axis
numpy.var a axis
numpy.median a axis
numpy.percentile a q
numpy.equal x1 x2
numpy.array_equal a1 a2
numpy.unique ar
numpy.cumsum a axis
""",
    ),
)
