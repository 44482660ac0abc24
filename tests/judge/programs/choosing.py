"""Chooses a head and a loss that agree, or that break one rule."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from ..verdicts import judge_activation, judge_loss
from .base import Choices
from .dialects import Names
from .heads import FORMS, GIVES, Head
from .losses import CALLED, EXPECTS, FAMILIES, OBJECTS, Loss, exists

CODES = ("ok", "XL101", "XL102", "XL103", "XL104", "XL106")
_WEIGHTED = ("ok",) * 5 + ("XL101", "XL101", "XL102", "XL102", "XL103", "XL104", "XL106")


@dataclass(frozen=True)
class Pair:
    """A head, a loss, and what is wrong with them."""

    head: Head
    loss: Loss
    codes: frozenset[str]


def codes_of(head: Head, loss: Loss) -> frozenset[str]:
    found = {judge_loss(head.gives, loss.expects, loss.family, loss.applies, head.units)}
    if head.activation == "softmax":
        found.add(judge_activation("logits", "softmax", head.units))
    return frozenset(found - {"ok"})


@functools.cache
def pairs() -> tuple[Pair, ...]:
    """All that a program might combine on purpose or by mistake."""
    found = []
    for activation in GIVES:
        for units in (1, 3, 5, 10):
            for family in FAMILIES:
                for expects in EXPECTS:
                    head, loss = Head(activation, units), Loss(family, expects)
                    if _plausible(head, loss):
                        found.append(Pair(head, loss, codes_of(head, loss)))
    return tuple(found)


def _plausible(head: Head, loss: Loss) -> bool:
    """A class index wants several units, save where one unit is the fault."""
    if head.units == 1 and head.activation in ("log_softmax", "leaky_relu", "elu"):
        return False  # of one unit no numbers tell a leaky relu from chance
    if loss.family == "binary" or head.units > 1:
        return True
    return head.activation in ("softmax", "linear") and (head.activation == "softmax" or loss.flag)


def choose(
    c: Choices,
    names: Names,
    forms: tuple[str, ...] = tuple(OBJECTS),
    keep: Callable[[Pair], bool] = lambda pair: True,
) -> Pair:
    """A pair whose loss can be written in one of ``forms``."""
    wanted = c.forced.get("activation")
    per_form = {
        form: [pair for pair in _written_as(form) if _can_carry(pair, wanted) and keep(pair)]
        for form in forms
        if exists(form, names)
    }
    form = c.pick("loss", [form for form, found in per_form.items() if found])
    possible = per_form[form]
    code = c.some([w for w in _WEIGHTED if any(_main(pair) == w for pair in possible)])
    pair = c.some([pair for pair in possible if _main(pair) == code])
    c.tag(f"verdict: {code}")
    loss = Loss(pair.loss.family, pair.loss.expects, form)
    return Pair(pair.head, loss, pair.codes)


def _written_as(form: str) -> list[Pair]:
    """The pairs whose loss has this form."""
    families, expects = {**OBJECTS, **CALLED}[form]
    return [
        pair
        for pair in pairs()
        if pair.loss.family in families
        and pair.loss.expects in expects
        and not (form.startswith("hand-written") and not _written_out(pair))
        and not (form == "KLDivergence" and pair.head.activation == "sigmoid")
    ]


def _can_carry(pair: Pair, activation: str | None) -> bool:
    """Whether the head can be written in the form that is forced, if one is."""
    return activation is None or pair.head.activation in FORMS[activation]


def _main(pair: Pair) -> str:
    for code in ("XL103", "XL101", "XL102", "XL104", "XL106"):
        if code in pair.codes:
            return code
    return "ok"


def _written_out(pair: Pair) -> bool:
    """Sums of logarithms say little of a family: only heads that fit or are no probabilities."""
    if pair.head.activation == "softmax":
        return pair.loss.family == "categorical" and pair.head.units > 1
    if pair.head.activation == "sigmoid":
        return pair.loss.family == "binary"
    return pair.head.activation in ("linear", "relu")
