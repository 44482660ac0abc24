"""The shapes of the catalog's rows: what an API name means, as data.

A row is found under its canonical name: every spelling of Keras (``tf.keras``, ``tf_keras``,
``tensorflow.python.keras``, ``keras.api`` …) becomes ``keras.…``, every spelling of TensorFlow
becomes ``tf.…`` (``tf.compat.v1.nn.softmax`` is ``tf.nn.softmax`` unless a row of its own
exists under ``tf.compat.v1.…``). ``checked`` cites library, version and file.
"""

from __future__ import annotations

from xentlint.records import NamedTuple


class LossRow(NamedTuple):
    """A loss class, function or raw op."""

    name: str
    style: str
    """``class`` (called later with two tensors), ``function`` or ``op`` (called with both)."""
    family: str
    parameters: tuple[str, ...]
    """In positional order: of the constructor for a class, of the call otherwise."""
    checked: str
    labels: str = "y_true"
    predictions: str = "y_pred"
    """Parameter names of the two tensors (of ``__call__`` for a class)."""
    switch: str | None = "from_logits"
    """The parameter that chooses what the loss expects; ``None``: ``expects`` is fixed."""
    default: bool = False
    expects: str = "probabilities"
    """What it expects with the switch off or absent: ``logits`` or ``probabilities``."""
    applies: str = "none"
    """What it applies when it expects logits: ``softmax`` or ``sigmoid``."""
    recovers: bool = False
    """Whether Keras on TensorFlow takes the logits behind a Softmax or Sigmoid op."""
    aliases: tuple[str, ...] = ()
    """Other keyword names: ``targets`` for ``labels``, written ``("targets=labels",)``."""
    recovers_in: int | None = None
    """The one Keras generation that recovers, where they differ (``recovers`` is then false)."""


class ActivationRow(NamedTuple):
    """An activation, by its Keras name."""

    name: str
    gives: str
    """The scale of its result: ``logits`` (linear), ``simplex``, ``independent``,
    ``log-probabilities``, ``other`` or ``unknown``."""
    checked: str
    applies: str = "none"
    """``softmax`` or ``sigmoid`` where it is a consumer that expects logits."""
    does: str = "changes"
    """What it does to numbers of any size: ``cuts`` (none below zero is left), ``bounds`` (to a
    range), ``bends`` (large ones stay large on one side at least, some are negative)."""


class LayerRow(NamedTuple):
    """A layer class."""

    name: str
    kind: str
    """What it does to a scale; one handler a kind in ``source/effects/``:

    ``affine``   weights, then its ``activation`` (Dense, Conv…): logits without one
    ``recurrent``  its ``activation`` bounds the result (LSTM: tanh)
    ``activation`` applies the activation of its ``activation`` parameter
    ``fixed``    applies the activation named in ``activation`` below (Softmax, ReLU …)
    ``keep``     the scale stays (Dropout, Reshape, Flatten …)
    ``keep-values``  values stay in range, rows no longer sum to one (ZeroPadding, pooling by max)
    ``average``  keeps the scale of equal inputs (Average, AveragePooling)
    ``linear``   any input gives unbounded values (BatchNormalization, Dot …): logits
    ``merge``    combines inputs; the scale of the sum of logits is logits, else unknown (Add …)
    ``concatenate``  equal scales keep range, simplex becomes unknown
    ``wrap``     applies the layer given as its first argument (TimeDistributed, Bidirectional)
    ``lambda``   applies the function given as its first argument
    ``decoder``  gives (outputs, state, lengths); the outputs are those of its ``output_layer``
    ``input``    makes a tensor of data
    ``opaque``   unknown result
    """
    parameters: tuple[str, ...]
    checked: str
    activation: str | None = None
    """Default of the ``activation`` parameter, or the fixed activation."""
    units: str | None = None
    """The parameter that holds the length of the last axis of the result."""
    aliases: tuple[str, ...] = ()
    """Other keyword names: Keras 1's ``output_dim`` is written ``("output_dim=units",)``."""


class OpRow(NamedTuple):
    """A function on tensors that is not a loss."""

    name: str
    kind: str
    """One handler a kind in ``source/effects/``:

    ``activation`` (of ``activation`` below) · ``keep`` · ``keep-values`` · ``linear`` (matmul,
    conv, bias_add: logits) · ``add`` (sum) · ``multiply`` · ``subtract`` · ``divide`` ·
    ``negate`` · ``log`` · ``exp`` · ``clip`` · ``sum`` · ``mean`` · ``argmax`` · ``one-hot`` ·
    ``round`` · ``greater`` · ``input`` (placeholder) · ``other`` (a result on no scale of ours) ·
    ``stop`` (stop_gradient: keep) · ``opaque``

    ``affine``   a layer as a function: weights, then the parameter ``activation`` or
    ``activation_fn``, whose default is ``activation`` below; ``units`` names its width
    ``matmul``   logits where an operand is weights or logits; unknown for two probabilities
    ``merge``    Add, Multiply … of a list, its first parameter, as the layers of that kind
    ``average``  the mean of a list: keeps an equal scale
    ``concat``   of a list · ``stack`` a list along a new axis: an equal scale stays
    ``split``    a list of parts: keep-values
    ``maximum``  of two values, either may be the tensor: a clip on one side
    ``log1p``    log(1 + x) · ``xlogy`` x · log(y)
    ``where``    condition, then two alternatives · ``cond`` the same with two functions
    ``phase``    two alternatives, in training and out of it
    ``variable`` weights or a constant: no head
    ``random``   drawn numbers: no head
    """
    parameters: tuple[str, ...]
    """May stop after the last one that matters; the order is real."""
    checked: str
    activation: str | None = None
    units: str | None = None
    """The parameter that holds the length of the last axis of the result."""
    aliases: tuple[str, ...] = ()
    """Other keyword names: ``dim`` for ``axis``, written ``("dim=axis",)``."""


class MetricRow(NamedTuple):
    """A metric class or function."""

    name: str
    style: str
    family: str
    parameters: tuple[str, ...]
    checked: str
    switch: str | None = None
    """What moves it to logits: ``from_logits`` or ``threshold`` (``thresholds``), if anything."""
    default: object = None
    expects: str = "any"
    """What it expects by default: ``probabilities`` or ``any`` (argmax metrics)."""


class ModelRow(NamedTuple):
    """A model class, or a function that gives a model."""

    name: str
    kind: str
    """
    ``model``        keras.Model: functional, or the base of a subclass
    ``sequential``   keras.Sequential
    ``application``  a whole network; with its top a classifier of ``classes`` units and the
                     activation of its parameter ``classifier_activation``
    ``classifier``   a pre-trained task whose parameter ``activation`` has a default
    ``logits``       its output, or the attribute ``logits`` of it, is logits
    ``copy``         another object with the outputs of the model (or layer) that its first
                     parameter is given
    ``quantized``    the same, with an op of its own behind each output
    ``opaque``       a model of unknown output (load_model …)
    """
    parameters: tuple[str, ...]
    checked: str
    activation: str | None = None
    """The default activation of the head."""
    switch: str | None = None
    """The parameter that sets the activation, where there is one."""
    units: str | None = None
    """The parameter that holds the number of classes."""
    classes: int | None = None
    """The default of ``units``."""
    top: str | None = None
    """The parameter that drops the head when false."""


class OwnRow(NamedTuple):
    """What a project's settings say of a function, layer, model or loss of its own."""

    name: str
    """Dotted, as it is imported."""
    gives: str | None = None
    """The scale of its result; ``probabilities`` where it is not said which."""
    expects: str | None = None
    """Of a loss: the scale of its predictions."""
    family: str = "none"
