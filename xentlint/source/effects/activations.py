"""Activations: what one makes of a tensor, however it is given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from xentlint.catalog.activations import ACTIVATIONS
from xentlint.catalog.names import canonical
from xentlint.catalog.ops import OPS
from xentlint.facts import Consumer
from xentlint.source.arguments import value_of
from xentlint.source.conditions import ALWAYS
from xentlint.source.joins import alternatives, pairs
from xentlint.source.run import Run
from xentlint.source.tested import is_asked_about
from xentlint.source.uses import meet
from xentlint.source.values import (
    NONE,
    Api,
    Arg,
    Args,
    Bindings,
    Const,
    Function,
    Items,
    Method,
    Partial,
    Ref,
    Spot,
    Tensor,
    Unknown,
    Value,
)


def apply(run: Run, activation: Value, tensor: Value, spot: Spot) -> Value:
    """The tensor behind an activation given as a string, a function, a layer or nothing."""
    found = []
    for guard, (plain, inner) in pairs(activation, tensor):
        with run.under(guard):
            found.append((guard, _apply(run, plain, inner, spot)))
    return alternatives(found)


def _apply(run: Run, activation: Value, tensor: Value, spot: Spot) -> Value:
    kind = type(activation)
    if activation == NONE:
        return tensor
    if kind is Const and isinstance(activation.value, str):
        name = activation.value
        if name not in ACTIVATIONS:
            name = name.lower()
        if name not in ACTIVATIONS:
            return run.fresh(f"`{activation.value}` is an activation that is not in the catalog")
        return apply_named(run, name, tensor, spot, "keras", {})
    if kind is Api:
        return _apply_api(run, activation, tensor, spot)
    if kind in (Function, Method, Partial) or (
        kind is Ref and activation.kind in ("layer", "instance")
    ):
        return run.call(run, activation, Args((Arg(tensor, spot),)), spot)
    reason = getattr(activation, "reason", "the activation is not followed")
    return run.fresh(f"the activation is not known: {reason}")


def _apply_api(run: Run, activation: Api, tensor: Value, spot: Spot) -> Value:
    name = canonical(activation.name)
    if name.startswith("keras.activations.") and name[18:] in ACTIVATIONS:
        return apply_named(run, name[18:], tensor, spot, "keras", {})
    row = OPS.get(name)
    if row is not None and row.kind == "activation" and row.activation is not None:
        how = "keras" if name.startswith("keras.ops") else "op"
        return apply_named(run, row.activation, tensor, spot, how, {}, activation.name)
    result = run.call(run, activation, Args((Arg(tensor, spot),)), spot)
    if type(result) is Ref and result.kind == "layer":
        return run.fresh("a layer class as an activation")
    return result


def apply_named(
    run: Run,
    name: str,
    tensor: Value,
    spot: Spot,
    direct: str,
    args: Bindings,
    shown: str | None = None,
) -> Value:
    """The tensor behind an activation of the catalog. ``direct``: see :class:`Tensor`."""
    return alternatives(
        (guard, _named(run, name, plain, spot, direct, args, shown or name))
        for guard, (plain,) in pairs(tensor)
    )


def _named(
    run: Run, name: str, tensor: Value, spot: Spot, direct: str, args: Bindings, shown: str
) -> Value:
    row = ACTIVATIONS[name]
    if row.gives == "logits":
        return tensor
    if type(tensor) is Items:
        return Items(tuple(_named(run, name, v, spot, direct, args, shown) for v in tensor.values))
    before = tensor if type(tensor) is Tensor else None
    units = before.units if before else None
    shaped = type(tensor) is Unknown and tensor.shape is not None
    if shaped and tensor.shape:
        units = tensor.shape[-1]
    axis = value_of(args, "axis", Const(-1))
    last = axis == Const(-1) or axis == NONE
    if row.applies != "none":
        _consume(run, row.applies, tensor, units if last else None, spot, shown)
    if row.gives == "unknown":
        return run.fresh(f"what `{name}` gives is not in the catalog")
    rank = before.rank if before else len(tensor.shape) if shaped else None
    return Tensor(row.gives, shown, units, spot, before, direct, name, rank=rank)


def _consume(
    run: Run, applies: str, tensor: Value, units: int | None, spot: Spot, shown: str
) -> None:
    """An activation on probabilities, or a softmax on one unit, is a use of its own."""
    given = tensor.scale if type(tensor) is Tensor else "unknown"
    if given not in ("simplex", "independent", "probabilities") and not (
        applies == "softmax" and units == 1
    ):
        return
    if type(tensor) is Tensor and is_asked_about(run, tensor):
        return
    head: Any = tensor
    if type(tensor) is Tensor and units is None:
        head = replace(tensor, units=None, direct=None)
    if type(tensor) is Unknown:
        head = Unknown(tensor.term, tensor.reason, shape=(1,))
    meet(
        run,
        Consumer("activation", shown, "logits", "none", applies, "plain", shown, place=spot),
        head,
        at=spot,
        guards=(ALWAYS, ALWAYS),
    )


def resolve(run: Run, args: Bindings, default: str | None) -> Arg:
    """The ``activation`` argument of a layer, or its default."""
    for key in ("activation", "activation_fn"):
        if key in args:
            return args[key]
    return Arg(Const(default))
