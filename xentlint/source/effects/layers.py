"""Layers: making one, and what each kind does to a tensor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from xentlint.catalog.rows import LayerRow
from xentlint.source.arguments import bind_row, value_of
from xentlint.source.effects import activations
from xentlint.source.joins import alternatives, choices_of, pairs
from xentlint.source.run import Run
from xentlint.source.sequences import content
from xentlint.source.values import (
    Arg,
    Args,
    Bindings,
    Const,
    Items,
    Ref,
    Spot,
    Tensor,
    Unknown,
    Value,
)


def make(run: Run, row: LayerRow, dotted: str, args: Args, spot: Spot) -> Ref | Value:
    """A layer object; its arguments stand in the store, since code may change them."""
    ref = run.new("layer", row, spot)
    bound = renamed(row.aliases, bind_row(row.parameters, args))
    if args.open:
        run.set(ref, "*open", Const(True))
    for name, arg in bound.items():
        run.set(ref, name, arg.value)
        run.memo["argument", ref.id, name] = arg.spot
    run.memo["flavour", ref.id] = dotted
    return ref


def renamed(aliases: tuple[str, ...], bound: Bindings) -> Bindings:
    """Arguments under the names of the row: ``output_dim=units``."""
    for alias in aliases:
        old, _, new = alias.partition("=")
        if old in bound:
            bound.setdefault(new, bound.pop(old))
    return bound


def apply(run: Run, layer: Ref, tensor: Value, spot: Spot) -> Value:
    """The result of a layer on a tensor (or a list of them)."""
    row: LayerRow = layer.maker
    handler = KINDS.get(row.kind)
    if handler is None:
        return run.fresh(f"`{row.name}` gives no known scale")
    return handler(run, layer, row, tensor, spot)


def argument(run: Run, layer: Ref, name: str) -> Arg | None:
    value = run.get(layer, name)
    if value is None:
        return None
    return Arg(value, run.memo.get(("argument", layer.id, name)))


def units_of(value: Value) -> int | None:
    """A number of units, where it is a constant."""
    if type(value) is Const and isinstance(value.value, int) and not isinstance(value.value, bool):
        return value.value
    return None


def activation_of(run: Run, layer: Ref, row: LayerRow) -> Arg:
    given = argument(run, layer, "activation")
    if given is not None:
        return given
    if run.get(layer, "*open") is not None:
        return Arg(run.fresh("the layer's arguments are not known"))
    return Arg(Const(row.activation))


def applies(run: Run, layer: Value) -> str | None:
    """The activation that a layer is, if it is nothing else."""
    if type(layer) is not Ref or layer.kind != "layer":
        return None
    row: LayerRow = layer.maker
    if row.kind == "fixed":
        return row.activation
    given = activation_of(run, layer, row).value if row.kind == "activation" else None
    return given.value if type(given) is Const else None


def _affine(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    width = run.get(layer, row.units) if row.units else None
    made = layer.spot or spot
    activation = activation_of(run, layer, row)
    found = []
    rank = _rank_of(run, layer, tensor)
    taken(run, tensor)
    for guard, (plain,) in pairs(width):
        linear = Tensor("logits", None, units_of(plain), made, rank=rank)
        with run.under(guard):
            result = activations.apply(run, activation.value, linear, activation.spot or made)
        found.append((guard, result))
    return alternatives(found)


def taken(run: Run, value: Value) -> None:
    """A tensor goes into a layer with weights: what made it is a hidden layer."""
    for _, plain in choices_of(value):
        if type(plain) is Tensor and plain.spot is not None:
            run.hidden.add(id(plain.spot.node))


def _rank_of(run: Run, layer: Ref, tensor: Value) -> int | None:
    """Axes of a layer's input: of the tensor, or by the layer's own ``input_shape``."""
    for name, batch in (("input_shape", 1), ("input_dim", 2)):
        given = run.get(layer, name)
        if given is not None:
            shape = content(run, given)
            return len(shape.values) + batch if shape is not None else batch
    return rank(tensor)


def rank(value: Value) -> int | None:
    if type(value) is Tensor:
        return value.rank
    return len(value.shape) if type(value) is Unknown and value.shape is not None else None


def _recurrent(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    """The gates bound the result, whatever the activation; ``None`` leaves it open."""
    activation = activation_of(run, layer, row)
    units = units_of(run.get(layer, row.units) if row.units else None)
    if type(activation.value) is Const:
        name = activation.value.value
        if isinstance(name, str) and name not in ("linear",):
            return Tensor("other", name, units, activation.spot or layer.spot)
    return run.fresh(f"`{row.name}` gives no known scale")


def _activation(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    activation = activation_of(run, layer, row)
    return activations.apply(run, activation.value, tensor, activation.spot or layer.spot or spot)


def _fixed(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    assert row.activation is not None
    axis = argument(run, layer, "axis")
    given = {"axis": axis} if axis is not None else {}
    return activations.apply_named(
        run, row.activation, tensor, layer.spot or spot, "keras", given, row.name.rpartition(".")[2]
    )


def _change(tensor: Value, scale: Callable[[Tensor], str | None], units: bool = False) -> Value:
    """A tensor with its scale mapped; ``None`` as the scale makes it unknown."""

    def one(value: Value) -> Value:
        if type(value) is not Tensor:
            return value
        kept = scale(value)
        if kept is None:
            return Unknown(
                ("lost", id(value)), f"what follows `{value.activation}` is not followed"
            )
        return replace(
            value,
            scale=kept,
            units=value.units if units else None,
            direct=None,
            rank=value.rank if units else None,
        )

    return alternatives((guard, one(plain)) for guard, (plain,) in pairs(tensor))


def _same_tensor(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    return tensor


_RETURN_THEIR_INPUT: Final = ("keras.layers.Identity",)
_KEEP_WIDTH: Final = (
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "GaussianNoise",
    "GaussianDropout",
    "AlphaDropout",
    "ActivityRegularization",
    "Masking",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "RepeatVector",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
)


def _keep(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    if row.name in _RETURN_THEIR_INPUT:
        return tensor
    short = row.name.rpartition(".")[2]
    if type(tensor) is Unknown:
        return _keep_unknown(run, tensor, short)
    if short == "Flatten" and rank(tensor) == 2:
        return replace(tensor, direct=None)
    kept = _change(tensor, lambda t: t.scale, short in _KEEP_WIDTH)
    if short == "Reshape" and type(kept) is Tensor:
        shape = content(run, run.get(layer, "target_shape"))
        last = units_of(shape.values[-1]) if shape is not None and shape.values else None
        # Reshape((n,)) joins all axes: what a softmax worked on is no longer the last one.
        if last is not None and last > 0:
            return replace(kept, units=last, rank=len(shape.values) + 1 if shape else None)
    if short == "Flatten" and type(kept) is Tensor:
        return replace(kept, rank=2)
    return kept


def _keep_unknown(run: Run, tensor: Unknown, short: str) -> Unknown:
    """Data through a layer that keeps its values: only its shape is of interest."""
    if short in _KEEP_WIDTH:
        return tensor
    shape = (None, None) if short == "Flatten" else None
    return replace(tensor, term=(short, tensor.term), shape=shape)


def _keep_values(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    return _change(tensor, lambda t: None if t.scale == "simplex" else t.scale)


def _average(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    parts = content(run, tensor)
    if parts is None:
        return _change(tensor, lambda t: t.scale, True)
    return same_scale(run, parts.values, f"`{row.name}` of different scales")


def same_scale(run: Run, values: tuple[Value, ...], reason: str) -> Value:
    """The common scale of several tensors."""
    tensors = [value for value in values if type(value) is Tensor]
    scales = {tensor.scale for tensor in tensors}
    if len(tensors) != len(values) or len(scales) != 1:
        return run.fresh(reason)
    first = tensors[-1]
    units = {tensor.units for tensor in tensors}
    return Tensor(
        first.scale,
        first.activation,
        units.pop() if len(units) == 1 else None,
        first.spot,
        None,
        None,
        first.applied,
    )


def _linear(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    units = tensor.units if type(tensor) is Tensor else None
    return Tensor("logits", None, units, layer.spot or spot, rank=rank(tensor))


def _merge(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    parts = content(run, tensor)
    reason = f"`{row.name}` of what is not all logits"
    if parts is None:
        return run.fresh(reason)
    result = same_scale(run, parts.values, reason)
    if type(result) is Tensor and result.scale == "logits":
        return Tensor("logits", None, result.units, layer.spot or spot)
    return run.fresh(reason)


def _concatenate(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    parts = content(run, tensor)
    if parts is None:
        return run.fresh("a concatenation of what is not followed")
    return joined(run, parts.values)


def joined(run: Run, values: tuple[Value, ...]) -> Value:
    """Tensors side by side: on their common scale, but rows no longer sum to one."""
    result = same_scale(run, values, "a concatenation of different scales")
    if type(result) is Tensor:
        if result.scale == "simplex":
            return run.fresh("a concatenation of softmaxes")
        return Tensor(
            result.scale, result.activation, None, result.spot, None, None, result.applied
        )
    return result


def _wrap(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    inner = argument(run, layer, row.parameters[0]) if row.parameters else None
    if inner is None:
        return run.fresh(f"`{row.name}` of a layer that is not known")
    result = run.call(run, inner.value, Args((Arg(tensor, spot),)), spot)
    if row.name == "keras.layers.Bidirectional":
        mode = run.get(layer, "merge_mode")
        if mode != Const("ave"):
            return _change(result, lambda t: None if t.scale == "simplex" else t.scale)
    return _change(result, lambda t: t.scale, True)


def _lambda(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    inner = argument(run, layer, row.parameters[0]) if row.parameters else None
    if inner is None:
        return run.fresh("a Lambda without a function")
    return activations.apply(run, inner.value, tensor, inner.spot or layer.spot or spot)


def _decoder(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    """The outputs, as ``rnn_output`` of them, then a state and lengths."""
    outputs: Value = run.fresh("the output of the decoder's cell")
    last = argument(run, layer, "output_layer")
    if last is not None and last.value != Const(None):
        outputs = run.call(run, last.value, Args((Arg(outputs, spot),)), spot)
    rest = (run.fresh(words, data=True) for words in ("the decoder's state", "lengths"))
    return Items((outputs, *rest))


def _input(run: Run, layer: Ref, row: LayerRow, tensor: Value, spot: Spot) -> Value:
    return tensor


KINDS: Final[dict[str, Callable[[Run, Ref, LayerRow, Any, Spot], Value]]] = {
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
    "wrap": _wrap,
    "lambda": _lambda,
    "decoder": _decoder,
    "input": _input,
}

__all__ = ["Items", "apply", "bind_row", "make", "value_of"]
