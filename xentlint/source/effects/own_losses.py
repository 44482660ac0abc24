"""A loss that the project wrote itself: whether its body, run once, can be a cross-entropy.

While it runs, the interpreter leaves marks of what could hide one. A body without any of them
(a Wasserstein loss, a squared difference) is no cross-entropy and takes any scale.
"""

from __future__ import annotations

from typing import Any, Final

from xentlint.source.joins import choices_of
from xentlint.source.run import Run
from xentlint.source.values import Function, Method, Partial, Ref, Tensor, Value

UNFOLLOWED: Final = "it calls what is not followed"
LOGARITHM: Final = "it takes a logarithm, in no form of a cross-entropy that is known"
LOSS: Final = "it applies a loss that nothing here reaches"
RATIO: Final = "it divides by the predictions, as Dice does, which expects probabilities"
_LOGARITHMS: Final = ("log1p", "softplus", "log_sigmoid", "log_softmax", "logsumexp")


def mark_op(run: Run, name: str) -> None:
    """An op of the catalog: those of the logarithm's family may be half of a cross-entropy."""
    short = name.rpartition(".")[2]
    if short in _LOGARITHMS or short in ("log", "xlogy", "reduce_logsumexp"):
        run.marks.add(LOGARITHM)


def mark_handed(run: Run, values: list[Value]) -> None:
    """Functions handed to code that is not followed may run there."""
    if any(isinstance(value, (Function, Method, Partial)) for value in values):
        run.marks.add(UNFOLLOWED)


def mark_division(run: Run, divisor: Value) -> None:
    if type(divisor) is Tensor or not getattr(divisor, "data", True):
        run.marks.add(RATIO)


def watched(run: Run, action: Any) -> set[str]:
    """The marks that running ``action`` leaves."""
    saved, run.marks = run.marks, set()
    try:
        action()
        return run.marks
    finally:
        run.marks = saved | run.marks


def doubt(marks: set[str], head: Value) -> str | None:
    """Why a body that met no loss may be a cross-entropy all the same; ``None``: it is none."""
    for reason in (LOSS, UNFOLLOWED, LOGARITHM):
        if reason in marks:
            return reason
    scales = {getattr(plain, "scale", "unknown") for _, plain in choices_of(head)}
    return RATIO if RATIO in marks and scales - {"simplex", "independent"} else None


def name_of(spec: Value) -> str:
    """How an audit names the loss."""
    while type(spec) is Partial:
        spec = spec.function
    if type(spec) is Method:
        spec = spec.function
    if type(spec) is Ref:
        return str(spec.maker.name)
    return str(getattr(spec, "name", "a function"))
