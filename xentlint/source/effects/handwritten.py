"""Hand-written cross-entropy: ``-sum(y * log(p))`` and its kin, a consumer like any other.

The parts travel as :class:`Logarithms`. They become a use when a sum or mean, a minus sign and
either labels beside the logarithm or both ``log(p)`` and ``log(1 - p)`` have been seen: one of
them alone (an entropy, a Gaussian's ``log(sigma)``) is no cross-entropy.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xentlint.facts import Consumer
from xentlint.source.handles import Handle
from xentlint.source.joins import alternatives, pairs
from xentlint.source.run import Run
from xentlint.source.terms import is_negative, term_of
from xentlint.source.uses import meet
from xentlint.source.values import Const, Logarithms, Spot, Tensor, Unknown, Value

_POSITIVE: Final = ("softplus", "exponential", "exp")
"""Activations whose logarithm is taken in other losses (rates, variances)."""


def logarithm(run: Run, value: Value, spot: Spot) -> Value:
    """``log(value)``."""
    return alternatives((guard, _logarithm(run, plain, spot)) for guard, (plain,) in pairs(value))


def _logarithm(run: Run, value: Value, spot: Spot) -> Value:
    if type(value) is Tensor:
        if value.activation in _POSITIVE:
            return run.fresh(f"the logarithm of {value.activation}")
        return Logarithms(((value, value.complement),), False, False, False, spot)
    if type(value) is Unknown and not value.data:
        return Logarithms(((value, False),), False, False, False, spot)
    return run.fresh("a logarithm of data", data=True)


def negate(run: Run, value: Logarithms) -> Value:
    return _emit(run, replace(value, negated=not value.negated))


def reduce(run: Run, value: Logarithms) -> Value:
    return _emit(run, replace(value, reduced=True))


def combine(run: Run, operator: str, left: Value, right: Value) -> Value:
    """Arithmetic with a logarithm on a side."""
    if type(left) is Logarithms and type(right) is Logarithms:
        if operator in ("Add", "Subtract"):
            return _sum(run, operator, left, right)
        return run.fresh("a product of logarithms")
    first = type(left) is Logarithms
    value, other = (left, right) if first else (right, left)
    number = other.value if type(other) is Const and isinstance(other.value, (int, float)) else None
    if operator == "Multiply" or (operator == "Divide" and first):
        weighted = value.weighted or (operator == "Multiply" and number is None)
        negated = value.negated != is_negative(term_of(other))
        return _emit(run, replace(value, weighted=weighted, negated=negated))
    if number == 0 and operator == "Subtract" and not first:
        return negate(run, value)
    if operator in ("Add", "Subtract") and (value.weighted or (number is not None and first)):
        # One term of a sum: the others (a regulariser, a half without a logarithm) change nothing.
        return value if first or operator == "Add" else negate(run, value)
    return run.fresh("arithmetic on a logarithm")


def _sum(run: Run, operator: str, left: Logarithms, right: Logarithms) -> Value:
    sign = right.negated != (operator == "Subtract")
    if sign != left.negated:
        return run.fresh("a difference of logarithms")
    joined = replace(
        left,
        tensors=left.tensors + right.tensors,
        weighted=left.weighted and right.weighted,
        reduced=left.reduced or right.reduced,
    )
    return _emit(run, joined)


def _emit(run: Run, value: Logarithms) -> Logarithms:
    """Record the use once all parts of a cross-entropy have been seen."""
    both = {complement for _, complement in value.tensors} == {True, False}
    if value.negated and value.reduced and (value.weighted or both) and value.spot is not None:
        consumer = Consumer(
            "loss",
            "hand-written cross-entropy",
            "probabilities",
            "none",
            "none",
            "plain",
            "a hand-written cross-entropy",
            None,
            value.spot,
            "none",
        )
        for tensor, _ in value.tensors[:1]:
            handle = Handle(value.spot, fits=_fits(value))
            meet(run, consumer, tensor, at=value.spot, handle=handle)
    return value


def _fits(value: Logarithms) -> str | None:
    """The activation that makes its tensor what the logarithms are taken of.

    A term of ``1 - p`` or a single unit asks for a probability of its own; several units whose
    logarithms are weighted alone ask for one distribution.
    """
    tensor = value.tensors[0][0]
    units = tensor.units if type(tensor) is Tensor else None
    if units == 1 or any(complement for _, complement in value.tensors):
        return "sigmoid"
    return "softmax" if units is not None else None


__all__ = ["Spot", "combine", "logarithm", "negate", "reduce"]
