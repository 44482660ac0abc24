"""What a layer makes of a tensor's scale: the catalog's kinds, applied to a configuration."""

from __future__ import annotations

from xentlint.catalog.activations import ACTIVATIONS
from xentlint.catalog.layers import LAYERS
from xentlint.catalog.rows import ActivationRow, LayerRow
from xentlint.records import NamedTuple

from .errors import printable
from .jsontext import Steps
from .names import Named, function_name, in_keras, is_lambda, is_object, named, snake

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PROBABILITIES = ("simplex", "independent")


class Tensor(NamedTuple):
    """A tensor in a saved model, as far as a consumer asks."""

    scale: str
    activation: str | None = None
    units: int | None = None
    steps: Steps = ()
    """Where its activation is written; where its layer is, if it has none."""
    layer: Steps = ()
    """The layer that made it."""
    made: str = ""
    """How, for what Keras recovers: ``named`` (a layer's own activation), ``kept`` (something
    stands behind it), or nothing."""
    reason: str | None = None
    """Why its scale is unknown."""


class Stacked(NamedTuple):
    """An activation inside the model that meets what a rule may reject."""

    given: Tensor
    row: ActivationRow
    size: int | None
    steps: Steps


class Applied(NamedTuple):
    """What a layer gives, and the activation in it that is worth a use."""

    tensor: Tensor
    stacked: Stacked | None = None


class ActivationOf(NamedTuple):
    """A layer's activation: its row, or why it has none."""

    row: ActivationRow | None
    shown: str | None
    axis: object = -1
    reason: str | None = None


LINEAR = ACTIVATIONS["linear"]


def activation_of(value: Any) -> ActivationOf:
    """The activation in a configuration: a name, a function, a layer as an object, code."""
    if value is None:
        return ActivationOf(LINEAR, None)
    if is_lambda(value):
        return ActivationOf(None, None, reason="its activation is a lambda")
    name = function_name(value)
    if name is not None:
        module = value.get("module") if isinstance(value, dict) else None
        if isinstance(module, str) and not _known_module(module):
            name = f"{module}.{name}"
        return _by_name(name)
    if is_object(value):
        found = named(value)
        row = LAYERS.get("keras.layers." + found.name) if found.own else None
        config = found.config if isinstance(found.config, dict) else {}
        if row is not None and row.kind == "fixed" and row.activation:
            return _by_name(row.activation)._replace(axis=config.get("axis", -1))
        if row is not None and row.kind == "activation":
            inner = function_name(config.get("activation"))
            return _by_name(inner) if inner else ActivationOf(None, None, reason=_CUSTOM)
        return ActivationOf(None, None, reason=f"its activation is {printable(found.name)}")
    return ActivationOf(None, None, reason="its activation is not understood")


def _known_module(module: str) -> bool:
    return in_keras(module) or module == "builtins" or module.startswith("tensorflow.")


_CUSTOM = "its activation is custom"


def _by_name(name: str) -> ActivationOf:
    row = ACTIVATIONS.get(name)
    if row is None:
        shown = printable(name)
        return ActivationOf(None, shown, reason=f"its activation {shown!r} is not one of Keras")
    # "softmax_v2" is how TensorFlow writes tf.nn.softmax; it is softmax.
    given = None if row.name == "linear" else row.name.removesuffix("_v2")
    return ActivationOf(row, given)


def integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def layer_row(found: Named) -> LayerRow | None:
    if found.own:
        return LAYERS.get("keras.layers." + found.name)
    if found.module.startswith("tensorflow_addons"):
        return LAYERS.get("tfa.layers." + found.name)
    return None


def activated(
    given: Tensor, found: ActivationOf, steps: Steps, layer: Steps, made: str, plain: bool
) -> Applied:
    """A tensor behind an activation. ``plain``: the activation takes the last axis."""
    if found.row is None:
        return Applied(Tensor("unknown", found.shown, given.units, steps, layer, "", found.reason))
    row = found.row
    if row.name == "linear":
        return Applied(given)
    size = given.units if plain else None
    stacked = None
    over_one = row.applies == "softmax" and size == 1
    if row.applies != "none" and (given.scale in PROBABILITIES or over_one):
        stacked = Stacked(given, row, size, steps)
    reason = f"what {row.name} gives depends on its arguments" if row.gives == "unknown" else None
    return Applied(Tensor(row.gives, found.shown, given.units, steps, layer, made, reason), stacked)


def apply_layer(found: Named, steps: Steps, inputs: list[Tensor]) -> Applied:
    """The result of one layer that is neither a model nor a wrapper."""
    config = found.config if isinstance(found.config, dict) else {}
    given = inputs[0] if inputs else Tensor("unknown", reason="a layer without an input")
    row = layer_row(found)
    if row is None:
        if found.own and ".ops" in found.module:
            return _operation(found, config, steps, inputs)
        return Applied(_not_followed(found, steps))
    handler = _KINDS.get(row.kind)
    if handler is None:
        if found.name in ("TFOpLambda", "TensorFlowOpLayer", "SlicingOpLambda"):
            return _tf_operation(found, config, steps, inputs)
        return Applied(_not_followed(found, steps))
    return handler(row, found, config, steps, given, inputs)


def _not_followed(found: Named, steps: Steps) -> Tensor:
    what = "custom layer" if not found.own or layer_row(found) is None else "layer"
    reason = f"the {what} {printable(found.name)} is not followed"
    return Tensor("unknown", None, None, steps, steps, "", reason)


def _last_axis(axis: object) -> bool:
    return axis in (-1, [-1])


def _affine(
    row: LayerRow, found: Named, config: dict[str, Any], steps: Steps, given: Tensor,
    inputs: list[Tensor],
) -> Applied:  # fmt: skip
    units = integer(config.get(row.units)) if row.units else None
    for alias in row.aliases:
        old, _, new = alias.partition("=")
        if units is None and new == row.units:
            units = integer(config.get(old))
    plain = config.get("data_format") not in ("channels_first", "channelsFirst")
    tensor = Tensor("logits", None, units if plain else None, steps, steps)
    if "activation" not in config and row.activation not in (None, "linear"):
        inner = activation_of(row.activation)
    else:
        inner = activation_of(config.get("activation"))
    return activated(tensor, inner, (*steps, "config", "activation"), steps, "named", plain)


def _recurrent(
    row: LayerRow, found: Named, config: dict[str, Any], steps: Steps, given: Tensor,
    inputs: list[Tensor],
) -> Applied:  # fmt: skip
    units = integer(config.get(row.units)) if row.units else None
    inner = activation_of(config.get("activation", row.activation))
    where = (*steps, "config", "activation")
    if inner.row is None or inner.row.gives == "simplex":
        # A gate multiplies the result: rows of a softmax no longer sum to one.
        reason = inner.reason or f"a gate of {found.name} stands behind its activation"
        return Applied(Tensor("unknown", inner.shown, units, where, steps, "", reason))
    return Applied(Tensor(inner.row.gives, inner.shown, units, where, steps))


def _activation(
    row: LayerRow, found: Named, config: dict[str, Any], steps: Steps, given: Tensor,
    inputs: list[Tensor],
) -> Applied:  # fmt: skip
    inner = activation_of(config.get("activation"))
    where = (*steps, "config", "activation")
    return activated(given, inner, where, steps, "named", True)


def _fixed(
    row: LayerRow, found: Named, config: dict[str, Any], steps: Steps, given: Tensor,
    inputs: list[Tensor],
) -> Applied:  # fmt: skip
    inner = activation_of(row.activation)
    return activated(given, inner, steps, steps, "", _last_axis(config.get("axis", -1)))


def _keep(
    row: LayerRow, found: Named, config: dict[str, Any], steps: Steps, given: Tensor,
    inputs: list[Tensor],
) -> Applied:  # fmt: skip
    units = given.units
    if found.name == "Reshape":
        shape = config.get("target_shape")
        units = integer(shape[-1]) if isinstance(shape, list) and shape else None
    elif found.name in ("Flatten", "Permute"):
        units = None
    made = given.made if found.name == "Identity" else "kept"
    return Applied(given._replace(units=units, made=made))


def _keep_values(
    row: LayerRow, found: Named, config: dict[str, Any], steps: Steps, given: Tensor,
    inputs: list[Tensor],
) -> Applied:  # fmt: skip
    if given.scale == "simplex":
        reason = f"rows behind {found.name} need not sum to one"
        return Applied(Tensor("unknown", None, given.units, steps, steps, "", reason))
    return Applied(given._replace(made="kept"))


def _average(
    row: LayerRow, found: Named, config: dict[str, Any], steps: Steps, given: Tensor,
    inputs: list[Tensor],
) -> Applied:  # fmt: skip
    if all(tensor.scale == given.scale for tensor in inputs):
        return Applied(given._replace(made="kept"))
    return Applied(_mixed(found, steps))


def _linear(
    row: LayerRow, found: Named, config: dict[str, Any], steps: Steps, given: Tensor,
    inputs: list[Tensor],
) -> Applied:  # fmt: skip
    units = integer(config.get(row.units)) if row.units else given.units
    if found.name in ("MultiHeadAttention", "GroupQueryAttention"):
        units = None
    return Applied(Tensor("logits", None, units, steps, steps))


def _merge(
    row: LayerRow, found: Named, config: dict[str, Any], steps: Steps, given: Tensor,
    inputs: list[Tensor],
) -> Applied:  # fmt: skip
    sums = found.name in ("Add", "Subtract")
    if sums and inputs and all(tensor.scale == "logits" for tensor in inputs):
        return Applied(Tensor("logits", None, given.units, steps, steps))
    return Applied(_mixed(found, steps))


def _concatenate(
    row: LayerRow, found: Named, config: dict[str, Any], steps: Steps, given: Tensor,
    inputs: list[Tensor],
) -> Applied:  # fmt: skip
    same = all(tensor.scale == given.scale for tensor in inputs)
    if same and given.scale in ("logits", "independent"):
        return Applied(given._replace(units=None, made="kept"))
    return Applied(_mixed(found, steps))


def _input(
    row: LayerRow, found: Named, config: dict[str, Any], steps: Steps, given: Tensor,
    inputs: list[Tensor],
) -> Applied:  # fmt: skip
    return Applied(given)


def _mixed(found: Named, steps: Steps) -> Tensor:
    reason = f"{printable(found.name)} mixes its inputs"
    return Tensor("unknown", None, None, steps, steps, "", reason)


_KINDS = {
    "affine": _affine,
    "recurrent": _recurrent,
    "activation": _activation,
    "fixed": _fixed,
    "keep": _keep,
    "keep-values": _keep_values,
    "average": _average,
    "linear": _linear,
    "merge": _merge,
    "concatenate": _concatenate,
    "input": _input,
}


def _operation(found: Named, config: dict[str, Any], steps: Steps, inputs: list[Tensor]) -> Applied:
    """An operation of Keras 3 that stands in a functional model as a layer."""
    return _by_operation("keras.ops." + snake(found.name), config, steps, inputs)


def _tf_operation(
    found: Named, config: dict[str, Any], steps: Steps, inputs: list[Tensor]
) -> Applied:
    """A TensorFlow op that Keras 2 wrapped into a layer: by name, or by its NodeDef."""
    function = config.get("function")
    if found.name == "SlicingOpLambda":
        function = "__operators__.getitem"
    elif not isinstance(function, str):
        op = _node_op(config.get("node_def"))
        function = {"StridedSlice": "__operators__.getitem"}.get(op, snake(op))
    return _by_operation("tf." + function, config, steps, inputs)


def _node_op(value: object) -> str:
    """The op of a NodeDef, as JSON or as text: ``op: "Softmax"``."""
    if isinstance(value, dict):
        value = value.get("op")
        return value if isinstance(value, str) else ""
    if not isinstance(value, str):
        return ""
    key = '"op"' if value.lstrip().startswith("{") else "op:"
    parts = value.partition(key)[2].split('"', 2)
    return parts[1] if len(parts) == 3 else ""


_GETITEM = ("tf.__operators__.getitem", "keras.ops.get_item")


def _by_operation(name: str, config: dict[str, Any], steps: Steps, inputs: list[Tensor]) -> Applied:
    # Late: few models hold operations, and the tables are long.
    from xentlint.catalog.names import canonical
    from xentlint.catalog.ops import OPS

    given = inputs[0] if inputs else Tensor("unknown", reason="an operation without an input")
    row = OPS.get(name if name.startswith("keras.") else canonical(name))
    kind = row.kind if row is not None else None
    if row is not None and kind == "activation" and row.activation:
        found = activation_of(row.activation)
        return activated(given, found, steps, steps, "", _last_axis(config.get("axis", -1)))
    if kind in ("stop", "keep") or name in _GETITEM:
        same = name.rpartition(".")[2] in ("identity", "stop_gradient", "cast")
        return Applied(given._replace(units=given.units if same else None, made="kept"))
    if kind == "linear":
        return Applied(Tensor("logits", None, None, steps, steps))
    added = kind in ("add", "subtract") or name == "tf.__operators__.add"
    if added and inputs and all(tensor.scale == "logits" for tensor in inputs):
        return Applied(Tensor("logits", None, given.units, steps, steps))
    reason = f"the operation {printable(name.rpartition('.')[2])} is not followed"
    return Applied(Tensor("unknown", None, None, steps, steps, "", reason))
