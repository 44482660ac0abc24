"""Decodings: what a program does with predictions that only makes sense for probabilities.

A tensor alone does not tell: hidden units, masks and regressions are compared with 0.5 as well.
So a decoding waits until the whole file has run, and becomes a use only where a loss has shown
what the tensor is.
"""

from __future__ import annotations

import re
from typing import Any, Final

from xentlint.catalog.rows import OpRow
from xentlint.facts import Consumer
from xentlint.source.arguments import value_of
from xentlint.source.conditions import ALWAYS
from xentlint.source.joins import pairs
from xentlint.source.run import Run
from xentlint.source.uses import Meeting, here, meet
from xentlint.source.values import (
    NONE,
    Api,
    Args,
    Bindings,
    Const,
    Spot,
    Tensor,
    Unknown,
    Value,
)

SCALES: Final = ("logits", "log-probabilities", "simplex", "independent", "probabilities")
_ORDER: Final = frozenset(("GreaterThan", "GreaterThanEqual", "LessThan", "LessThanEqual"))
_ORDER_OPS: Final = frozenset(
    ("greater", "greater_equal", "less", "less_equal", "gt", "ge", "lt", "le")
)
_ROUND_OPS: Final = frozenset(("round", "rint", "around", "round_"))
_INTEGER: Final = re.compile(r"u?int\d*\Z")


def later(run: Run, consumer: Consumer, head: Value, at: Spot, **known: Any) -> None:
    """A tensor reaches a consumer that says little by itself: kept until :func:`trained`."""
    if type(head) is not Tensor or head.scale not in SCALES:
        return
    if here(run, consumer.place or at, at).source is not run.source:
        return  # it belongs to the file where it is written
    before = len(run.meetings)
    meet(run, consumer, head, at=at, **known)
    run.pending += run.meetings[before:]
    del run.meetings[before:]


def compared(run: Run, operator: str, left: Value, right: Value, spot: Spot) -> None:
    """``tensor > 0.5``."""
    if operator not in _ORDER:
        return
    for tensor, other in ((left, right), (right, left)):
        if type(tensor) is Tensor and type(other) is Const:
            _threshold(run, tensor, other.value, spot)


def _threshold(run: Run, tensor: Tensor, number: Any, spot: Spot) -> None:
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return
    if 0 < number < 1:
        shown = f"the comparison with {number:g}"
        consumer = Consumer(
            "decoding",
            "compare",
            "probabilities",
            shown=shown,
            threshold=float(number),
            place=spot,
            switch="threshold",
        )
        later(run, consumer, tensor, spot)
    elif number == 0:
        consumer = Consumer(
            "decoding",
            "compare",
            "logits",
            shown="the comparison with 0",
            threshold=0.0,
            place=spot,
            switch="threshold",
        )
        later(run, consumer, tensor, spot)


def _whole(run: Run, tensor: Value, what: str, spot: Spot, **known: Any) -> None:
    consumer = Consumer(
        "decoding", what, "probabilities", shown=_WORDS[what], place=spot, switch="none"
    )
    later(run, consumer, tensor, spot, **known)


_WORDS: Final = {
    "round": "rounding",
    "astype": "the conversion to whole numbers",
    "percent": "printing as a percentage",
}


def rounded(run: Run, value: Value, digits: Value, spot: Spot) -> None:
    """``round(p)``; with digits it is for reading only."""
    if digits not in (NONE, Const(0)):
        return
    for guard, (plain,) in pairs(value):
        _whole(run, plain, "round", spot, guards=(guard, ALWAYS))


def converted(run: Run, value: Value, dtype: Value, spot: Spot) -> None:
    """``p.astype(int)``, ``tf.cast(p, tf.int32)``."""
    name = dtype.name if type(dtype) is Api else dtype.value if type(dtype) is Const else None
    if not isinstance(name, str) or not _INTEGER.match(name.rpartition(".")[2]):
        return
    for guard, (plain,) in pairs(value):
        _whole(run, plain, "astype", spot, guards=(guard, ALWAYS))


def percentage(run: Run, value: Value, spot: Spot) -> None:
    """A value that is shown as a percentage."""
    for guard, (plain,) in pairs(value):
        _whole(run, plain, "percent", spot, guards=(guard, ALWAYS))


def round_op(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    """``tf.round(x)`` and the like; ``floor`` and ``ceil`` decide nothing."""
    if row.name.rpartition(".")[2] in _ROUND_OPS:
        rounded(run, value_of(bound, row.parameters[0]), value_of(bound, "decimals"), spot)
    return classes(run)


def greater_op(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    """``tf.greater(x, 0.5)`` and the like."""
    if row.name.rpartition(".")[2] in _ORDER_OPS and len(row.parameters) >= 2:
        left, right = (value_of(bound, name) for name in row.parameters[:2])
        for guard, (a, b) in pairs(left, right):
            with run.under(guard):
                compared(run, "GreaterThan", a, b, spot)
    return classes(run)


def classes(run: Run) -> Unknown:
    return run.fresh("class indices", "class indices", data=True)


def builtin_round(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    """``round(p)``."""
    if values:
        digits = values[1] if len(values) > 1 else value_of(args.keywords, "ndigits")
        rounded(run, values[0], digits, spot)


# -- when the file has run -----------------------------------------------------------------------


def tensor_of(meeting: Meeting) -> Tensor | None:
    """The tensor that met its consumer, if it is one that is followed."""
    handle = meeting.use.handle
    found = handle.tensor if handle is not None else None
    return found if type(found) is Tensor else None


def origin(tensor: Tensor | None) -> tuple[Any, ...]:
    """What is equal for a head wherever it comes from: a ``predict``, a call, the loss."""
    return (tensor.spot, tensor.scale, tensor.steps) if tensor is not None else ()


def trained(run: Run) -> None:
    """Keep what reached tensors of which the losses tell what they are; drop the rest."""
    losses: dict[Any, set[str]] = {}
    for meeting in run.meetings:
        use = meeting.use
        if use.consumer.kind == "loss" and tensor_of(meeting):  # where the labels belong as well
            losses.setdefault(origin(tensor_of(meeting)), set()).add(use.consumer.expects)
    decoded: dict[Any, set[str]] = {}
    for meeting in run.pending:
        use = meeting.use
        key = origin(tensor_of(meeting))
        if use.consumer.kind == "decoding":
            decoded.setdefault(key, set()).add(use.consumer.expects)
            if use.consumer.expects == "logits":
                continue  # right on logits; on probabilities it only tells how they are decoded
        if agreed(use.head.scale, losses.get(key, set())):
            run.meetings.append(meeting)
    run.pending.clear()
    if decoded:
        run.meetings[:] = [_with_decoding(meeting, decoded) for meeting in run.meetings]


def agreed(scale: str, expected: set[str]) -> bool:
    """Whether the losses of a head say that it is what its scale says."""
    if scale in ("logits", "log-probabilities"):
        return expected == {"logits"}
    return bool(expected) and expected <= {"logits", "probabilities"}


def _with_decoding(meeting: Meeting, decoded: dict[Any, set[str]]) -> Meeting:
    """A loss of a head whose predictions are decoded: it chooses between fixes."""
    if meeting.use.consumer.kind != "loss":
        return meeting
    found = decoded.get(origin(tensor_of(meeting)), set())
    if len(found) != 1:
        return meeting
    return meeting._replace(use=meeting.use._replace(decoded=next(iter(found))))
