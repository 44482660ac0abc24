"""Operators on values: constants are computed, tensors keep or lose their scale."""

from __future__ import annotations

import operator as python
from collections.abc import Callable
from typing import Any, Final

from xentlint.source.effects import arithmetic, own_losses
from xentlint.source.joins import alternatives, pairs
from xentlint.source.run import Run
from xentlint.source.scopes import Frame
from xentlint.source.sequences import content, make_list
from xentlint.source.terms import OBJECT, constant, term_of
from xentlint.source.truth import outcomes
from xentlint.source.values import (
    Alternatives,
    Const,
    Items,
    Logarithms,
    Loss,
    LossSum,
    Ref,
    Spot,
    Super,
    Tensor,
    Unknown,
    Value,
)

_COMPUTE: Final[dict[str, tuple[str, Callable[[Any, Any], Any]]]] = {
    "Add": ("+", python.add),
    "Subtract": ("-", python.sub),
    "Multiply": ("*", python.mul),
    "Divide": ("/", python.truediv),
    "FloorDivide": ("//", python.floordiv),
    "Modulo": ("%", python.mod),
    "Power": ("**", python.pow),
    "BitAnd": ("&", python.and_),
    "BitOr": ("|", python.or_),
    "BitXor": ("^", python.xor),
}
_LARGE: Final = 1_000_000


def unary(run: Run, operator: str, value: Value, spot: Spot) -> Value:
    if operator == "Not":
        return (
            alternatives((guard, Const(not result)) for guard, result in outcomes(run, value))
            if type(value) is not Unknown
            else Unknown(("not", value.term), value.reason)
        )
    return alternatives(
        (guard, _unary(run, operator, plain, spot)) for guard, (plain,) in pairs(value)
    )


def _unary(run: Run, operator: str, value: Value, spot: Spot) -> Value:
    if type(value) is Const and isinstance(value.value, (int, float)):
        if operator == "Minus":
            return Const(-value.value)
        if operator == "Plus":
            return value
        return run.fresh("a number")
    if operator == "Minus":
        return arithmetic.negate(run, value, spot)
    if operator == "Plus" or type(value) is not Unknown:
        return value
    return Unknown(("op", operator, value.term, ""), value.reason, data=value.data)


def binary(run: Run, operator: str, left: Value, right: Value, spot: Spot) -> Value:
    if type(left) is not Alternatives and type(right) is not Alternatives:
        return _binary(run, operator, left, right, spot)
    return alternatives(
        (guard, _binary(run, operator, a, b, spot)) for guard, (a, b) in pairs(left, right)
    )


def _binary(run: Run, operator: str, left: Value, right: Value, spot: Spot) -> Value:
    if operator == "Divide":
        own_losses.mark_division(run, right)
    kinds = (type(left), type(right))
    if kinds == (Const, Const):
        return _constants(run, operator, left.value, right.value)
    if Tensor in kinds or Logarithms in kinds or operator == "MatrixMultiply":
        return arithmetic.combine(run, operator, left, right, spot)
    if Loss in kinds or LossSum in kinds:
        parts = [p for side in (left, right) for p in getattr(side, "parts", (side,))]
        return LossSum(tuple(part for part in parts if type(part) is not Const))
    if operator == "Add" and Unknown not in kinds:
        first, second = content(run, left), content(run, right)
        if first is not None and second is not None:
            values = first.values + second.values
            return Items(values) if kinds == (Items, Items) else make_list(run, values)
    if operator == "Multiply":
        repeated = _repeat(run, left, right)
        if repeated is not None:
            return repeated
    return _symbolic(run, operator, left, right)


def _symbolic(run: Run, operator: str, left: Value, right: Value) -> Unknown:
    first, second = term_of(left), term_of(right)
    data = all(getattr(side, "data", type(side) is Const) for side in (left, right))
    reason = next(
        (side.reason for side in (left, right) if type(side) is Unknown), "a computed value"
    )
    if first is None or second is None or operator not in _COMPUTE:
        return run.fresh(reason, data=data)
    return Unknown(("op", _COMPUTE[operator][0], first, second), reason, data=data)


def _constants(run: Run, operator: str, left: Any, right: Any) -> Value:
    compute = _COMPUTE.get(operator)
    sizes = [
        abs(v) if isinstance(v, (int, float)) else len(v) if isinstance(v, str) else _LARGE
        for v in (left, right)
    ]
    limit = 64 if operator == "Power" else _LARGE
    if compute is None or max(sizes) > limit or (isinstance(left, str) and operator == "Multiply"):
        return run.fresh("a computed value")
    try:
        return Const(compute[1](left, right))
    except (TypeError, ValueError, ArithmeticError, KeyError):
        return run.fresh("a computed value")


def _repeat(run: Run, left: Value, right: Value) -> Value | None:
    for sequence, times in ((left, right), (right, left)):
        items = content(run, sequence) if type(sequence) in (Items, Ref) else None
        if items is not None and type(times) is Const and isinstance(times.value, int):
            if len(items.values) * times.value > 100:
                return None
            values = items.values * times.value
            return Items(values) if type(sequence) is Items else make_list(run, values)
    return None


_NORMAL: Final = {
    "Equal": ("==", True),
    "NotEqual": ("==", False),
    "Is": ("==", True),
    "IsNot": ("==", False),
    "LessThan": ("<", True),
    "GreaterThanEqual": ("<", False),
    "GreaterThan": (">", True),
    "LessThanEqual": (">", False),
    "In": ("in", True),
    "NotIn": ("in", False),
}
_MIRROR: Final = {"==": "==", "<": ">", ">": "<"}
_OBJECTS: Final = (Const, Unknown, Alternatives)


def compare(run: Run, operator: str, left: Value, right: Value, spot: Spot) -> Value:
    """A comparison as a constant, or as an unknown whose term says what was compared."""
    normal, sign = _NORMAL[operator]
    found = []
    for guard, (a, b) in pairs(left, right):
        with run.under(guard):  # a comparison of a tensor is a use
            found.append((guard, _signed(_compare(run, normal, a, b, operator, spot), sign)))
    return alternatives(found)


def _signed(value: Value, sign: bool) -> Value:
    if sign:
        return value
    if type(value) is Const:
        return Const(not value.value)
    if type(value) is Unknown:
        return Unknown(("not", value.term), value.reason, data=value.data)
    return value


def _compare(run: Run, normal: str, left: Value, right: Value, name: str, spot: Spot) -> Value:
    if type(left) is Tensor or type(right) is Tensor:
        return arithmetic.compared(run, name, left, right, spot)
    if normal == "in":
        return _contained(run, left, right)
    if type(left) is Const and type(right) is Const:
        return _compare_constants(run, normal, left.value, right.value)
    for side, other in ((left, right), (right, left)):
        if side == Const(None) and type(other) not in _OBJECTS:
            return Const(False)
    if type(left) is Const and type(right) is Unknown:
        left, right, normal = right, left, _MIRROR[normal]
    if right == Const(None) and type(left) is Unknown and _is_something(left):
        return Const(False)
    reason = next((s.reason for s in (left, right) if type(s) is Unknown), "a comparison")
    if type(left) is Unknown and type(right) is Const and constant(right) is not None:
        return Unknown(("compare", normal, left.term, right.value), reason)
    first, second = term_of(left), term_of(right)
    if normal == "==" and first is not None and first == second:
        return Const(True)
    if first is None or second is None:
        return run.fresh(reason)
    return Unknown(("op", normal, first, second), reason)


def _is_something(value: Unknown) -> bool:
    """A computed number or an object is not ``None``; a parameter, attribute or entry may be."""
    return value.data or not isinstance(value.term, tuple) or value.term[0] in ("op", OBJECT)


def _compare_constants(run: Run, normal: str, left: Any, right: Any) -> Value:
    try:
        if normal == "==":
            return Const(bool(left == right))
        return Const(bool(left < right if normal == "<" else left > right))
    except TypeError:
        return run.fresh("a comparison of different types")


def _contained(run: Run, left: Value, right: Value) -> Value:
    if type(left) is Const and type(right) is Const:
        try:
            return Const(left.value in right.value)
        except TypeError:
            return run.fresh("a comparison of different types")
    items = content(run, right)
    if items is None:
        first, second = term_of(left), term_of(right)
        if first is None or second is None:
            return run.fresh("whether something is among values that are not known")
        return Unknown(("op", "in", first, second), "whether it is among values that are not known")
    constants = [constant(value) for value in items.values]
    if type(left) is Const:
        if constant(left) in constants:
            return Const(True)
        return Const(False) if None not in constants else run.fresh("an element is not known")
    if type(left) is Unknown and None not in constants:
        return Unknown(
            ("compare", "in", left.term, tuple(c[1] for c in constants if c)), left.reason
        )
    return run.fresh("whether something is among values that are not known")


def zero_argument_super(run: Run, frame: Frame) -> Value:
    """``super()``: the class of the running method, and its first parameter."""
    owner = frame.owner
    scope: Frame | None = frame
    while scope is not None and scope.receiver is None:
        scope = scope.parent
    if owner is None or scope is None:
        return run.fresh("super() outside of a method")
    return Super(owner, scope.receiver)
