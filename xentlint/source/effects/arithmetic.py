"""Arithmetic on tensors: what keeps a scale, and the parts of a hand-written cross-entropy."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xentlint.source.effects import decodings, handwritten
from xentlint.source.run import Run
from xentlint.source.values import Const, Logarithms, Spot, Tensor, Unknown, Value

_EPSILON: Final = 0.02
"""A constant up to this size beside a probability is there against log(0)."""


def negate(run: Run, value: Value, spot: Spot) -> Value:
    if type(value) is Logarithms:
        return handwritten.negate(run, value)
    if type(value) is Tensor and value.scale == "logits":
        return replace(value, direct=None, steps=value.steps + 1)
    if type(value) is Unknown:
        return replace(value, term=("-", value.term), labels=None)
    return run.fresh("a negated value")


def combine(run: Run, operator: str, left: Value, right: Value, spot: Spot) -> Value:
    """``left operator right`` where a side is a tensor or a logarithm of one."""
    if type(left) is Logarithms or type(right) is Logarithms:
        return handwritten.combine(run, operator, left, right)
    if operator == "MatrixMultiply":
        return matmul(run, left, right, spot)
    handler = _HANDLERS.get(operator)
    result = handler(left, right) if handler is not None else None
    if result is None:
        tensor = left if type(left) is Tensor else right
        name = getattr(tensor, "activation", None) or "a tensor"
        return run.fresh(f"arithmetic on {name} gives no known scale")
    return result


def _number(value: Value) -> float | None:
    if type(value) is Const and isinstance(value.value, (int, float)):
        return float(value.value)
    return None


def _linear(left: Value, right: Value) -> Tensor | None:
    """Logits shifted or scaled are logits; two of them as well."""
    tensors = [value for value in (left, right) if type(value) is Tensor]
    if any(tensor.scale != "logits" for tensor in tensors):
        return None
    return replace(
        tensors[0],
        direct=None,
        complement=False,
        units=_broadcast(left, right),
        steps=tensors[0].steps + 1,
    )


def _broadcast(left: Value, right: Value) -> int | None:
    """Length of the last axis of two values combined: one gives way to the other."""
    widths = {_last(value) for value in (left, right)} - {1}
    if not widths:
        return 1
    return (
        widths.pop()
        if len(widths) == 1
        else max((width for width in widths if width is not None), default=None)
    )


def _last(value: Value) -> int | None:
    if type(value) is Const:
        return 1
    if type(value) is Unknown:
        return value.shape[-1] if value.shape else None
    return value.units if type(value) is Tensor else None


def _add(left: Value, right: Value) -> Tensor | None:
    for tensor, other in ((left, right), (right, left)):
        number = _number(other)
        if type(tensor) is Tensor and number is not None and abs(number) <= _EPSILON:
            return replace(tensor, direct=None)
    return _linear(left, right)


def _subtract(left: Value, right: Value) -> Tensor | None:
    if type(right) is Tensor:
        number = _number(left)
        if number is not None and abs(number - 1) <= _EPSILON and right.scale != "other":
            scale = "independent" if right.scale == "simplex" else right.scale
            if scale != "log-probabilities":
                return replace(
                    right,
                    scale=scale,
                    direct=None,
                    complement=not right.complement,
                    steps=right.steps + 1,
                )
    return _linear(left, right) or (_add(left, right) if _number(right) is not None else None)


def _multiply(left: Value, right: Value) -> Tensor | None:
    for tensor, other in ((left, right), (right, left)):
        if type(tensor) is Tensor and _number(other) == 1:
            return replace(tensor, direct=None)
        if type(tensor) is Tensor and getattr(other, "labels", None) == "one-hot":
            return replace(tensor, direct=None, chosen=True)
    if type(left) is Tensor and type(right) is Tensor:
        if left.scale == right.scale == "independent":
            return _within(left)
        return _gated(left, right)
    result = _linear(left, right)
    if result is not None and 100 in (_number(left), _number(right)):
        return replace(result, percent=result.steps)
    return result


def _within(tensor: Tensor) -> Tensor:
    """What lies between 0 and 1 stays there."""
    return replace(tensor, direct=None, complement=False, steps=tensor.steps + 1)


def _gated(left: Tensor, right: Tensor) -> Tensor | None:
    """Logits times probabilities (a gate, the weights of an attention) stay unbounded.

    Not so where the gate is made of the logits themselves: ``x * sigmoid(x)`` is a swish.
    """
    for tensor, gate in ((left, right), (right, left)):
        if tensor.scale == "logits" and gate.scale in ("independent", "simplex"):
            if gate.before == tensor:
                return None
            return replace(tensor, direct=None, units=_broadcast(left, right))
    return None


def _divide(left: Value, right: Value) -> Tensor | None:
    if type(left) is Tensor and type(right) is not Tensor:
        if _number(right) == 1:
            return replace(left, direct=None)
        return _linear(left, right)
    return None


def _power(left: Value, right: Value) -> Tensor | None:
    """A positive power of a probability is one."""
    if type(left) is not Tensor or left.scale not in ("independent", "simplex"):
        return None
    if (_number(right) or 0) <= 0:
        return None
    return replace(left, scale="independent", direct=None, steps=left.steps + 1)


_HANDLERS: Final = {
    "Add": _add,
    "Subtract": _subtract,
    "Multiply": _multiply,
    "Divide": _divide,
    "Power": _power,
}


def matmul(run: Run, left: Value, right: Value, spot: Spot) -> Value:
    """A product with weights is unbounded; of two computed tensors nothing is known."""
    if any(type(side) is Unknown and side.weights for side in (left, right)):
        shape = right.shape if type(right) is Unknown else None
        return Tensor("logits", None, shape[-1] if shape else None, spot)
    if all(type(side) is Tensor and side.scale == "logits" for side in (left, right)):
        return Tensor("logits", None, None, spot)
    return run.fresh("a matrix product of what is not known")


def reduce(run: Run, value: Value, kind: str, spot: Spot) -> Value:
    """A sum or mean over an axis."""
    if type(value) is Logarithms:
        return handwritten.reduce(run, value)
    if type(value) is Tensor:
        if value.scale == "logits":
            return replace(value, direct=None, units=None, steps=value.steps + 1)
        if value.chosen and kind == "sum":
            scale = "independent" if value.scale == "simplex" else value.scale
            return replace(value, scale=scale, direct=None, units=None, chosen=False)
        return run.fresh(f"a {kind} of {value.activation or 'a tensor'} gives no known scale")
    return run.fresh(getattr(value, "reason", f"a {kind}"), data=getattr(value, "data", False))


def compared(run: Run, operator: str, left: Value, right: Value, spot: Spot) -> Value:
    """A tensor compared with something: decisions, no scale."""
    decodings.compared(run, operator, left, right, spot)
    return run.fresh("a comparison of a tensor", "a comparison of a tensor", data=True)
