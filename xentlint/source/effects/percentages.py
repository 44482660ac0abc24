"""Percentages: a value that a text shows with a percent sign, however the text is put together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from string import Formatter
from typing import Final

import libcst as cst

from xentlint.source.effects import decodings
from xentlint.source.joins import alternatives, pairs
from xentlint.source.run import Run
from xentlint.source.values import Args, Const, Items, Rest, Spot, Tensor, Value

_SIGN: Final = re.compile(r" ?(?:%|percent\b)")
"""What follows a number that is a percentage."""
_PLACE: Final = re.compile(
    r"%(?P<key>\(\w*\))?[-#0 +]*(?P<star>\*|\d*)(?:\.(?:(?P<stars>\*)|\d*))?[hlL]?"
    r"(?P<kind>[diouxXeEfFgGcrsa%])(?P<after> ?(?:%%|percent\b))?"
)
"""One place of a text for the operator ``%``, and whether a percent sign follows it."""


def formatted(
    run: Run,
    value: Value,
    spec: Sequence[cst.CSTNode],
    after: cst.CSTNode | None,
    spot: Spot,
) -> None:
    """``f"{p:.1%}"`` and ``f"{p * 100:.1f}%"``; ``spec`` is what follows the colon."""
    last = spec[-1] if spec else None
    if isinstance(last, cst.FormattedStringText) and last.value.endswith("%"):
        decodings.percentage(run, value, spot)
    elif isinstance(after, cst.FormattedStringText) and _SIGN.match(after.value):
        _hundredfold(run, value, spot)


def filled(run: Run, text: Value, values: Value, spot: Spot) -> None:
    """``"%.1f%%" % (p * 100)``; ``spot`` is the whole of it."""
    if type(text) is not Const or not isinstance(text.value, str):
        return
    given = values.values if type(values) is Items else (values,)
    if any(type(value) is Rest for value in given):
        return
    spots = _written(spot, len(given))
    for number, shown in enumerate(_places(text.value)[: len(given)]):
        if shown:
            _hundredfold(run, given[number], spots[number])


def _written(spot: Spot, count: int) -> list[Spot]:
    """Where each of the values for the operator ``%`` is written."""
    right = spot.node.right if isinstance(spot.node, cst.BinaryOperation) else spot.node
    nodes = [e.value for e in right.elements] if isinstance(right, cst.Tuple) else [right]
    return [Spot(spot.source, node) for node in nodes] if len(nodes) == count else [spot] * count


def _places(text: str) -> list[bool]:
    """For each value that a text takes in turn: whether it is followed by a percent sign."""
    found = [match for match in _PLACE.finditer(text) if match["kind"] != "%"]
    if any(match["key"] or match["star"] == "*" or match["stars"] for match in found):
        return []  # by name, or with widths among the values
    return [match["after"] is not None for match in found]


def put(run: Run, text: str, args: Args, spot: Spot) -> None:
    """``"{:.1f}%".format(p * 100)`` and ``"{:.1%}".format(p)``."""
    for name, spec, is_followed in () if args.open else _fields(text):
        arg = args.keywords.get(name)
        if arg is None and name.isdecimal() and int(name) < len(args.positional):
            arg = args.positional[int(name)]
        if arg is None:
            continue
        if spec.endswith("%"):
            decodings.percentage(run, arg.value, arg.spot or spot)
        elif is_followed:
            _hundredfold(run, arg.value, arg.spot or spot)


def _fields(text: str) -> Iterator[tuple[str, str, bool]]:
    """The fields of a text for ``format``: name or number, format, whether a sign follows."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return
    following = [part[0] for part in parts[1:]] + [""]
    number = 0
    for (_, name, spec, _), after in zip(parts, following, strict=True):
        if name is None:
            continue
        if "{" in (spec or ""):
            return  # a width among the values
        if not name:
            name, number = str(number), number + 1
        yield name, spec or "", _SIGN.match(after) is not None


def said(run: Run, args: Args, spot: Spot) -> None:
    """``print(p * 100, "%")``."""
    for arg, after in pairwise(args.positional):
        text = after.value.value if type(after.value) is Const else None
        if isinstance(text, str) and _SIGN.match(text):
            _hundredfold(run, arg.value, arg.spot or spot)


def _hundredfold(run: Run, value: Value, spot: Spot) -> None:
    """What was multiplied by 100 to be shown as a percentage."""
    parts = [
        (guard, replace(plain, steps=plain.steps - 1, percent=None))
        for guard, (plain,) in pairs(value)
        if type(plain) is Tensor and plain.percent == plain.steps
    ]
    if parts:
        decodings.percentage(run, alternatives(parts), spot)
