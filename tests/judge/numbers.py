"""Reads a scale from the values of a tensor, with large random weights behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

UNSURE = "unsure"
"""More samples are needed: so far the values fit more than one scale."""

_SLACK = 2e-3
"""Room for an epsilon inside of a log and for half precision."""

_LEAN = 1.2
"""Logarithm of the ratio of positive to negative values behind a leaky relu of slope 0.3, which
leans least of all that are no logits; a linear head does not lean."""
_NOISE = 1.1
"""Its deviation over n units with other weights each is this, divided by the root of n: measured
on 400 drawn networks of each kind, with one and five units, of depth one and three."""


class Patience(NamedTuple):
    """How much the judge looks at before it says something."""

    runs: int
    """So often a program is run again, with other weights, while its numbers fit two scales."""
    draws: int
    """The same for a compiled model, which is asked by itself."""
    deviations: float
    """So many standard deviations away a scale must be to be ruled out."""


QUICK = Patience(8, 24, 2.0)
LONG = Patience(40, 80, 4.5)
"""Where the quick look surprises."""


def rows(values: Sequence[np.ndarray]) -> np.ndarray:
    """All finite rows of the samples, one row per vector along the last axis."""
    widths = {np.shape(value)[-1] if np.ndim(value) > 1 else 1 for value in values}
    width = widths.pop() if len(widths) == 1 else 1
    stacked = np.concatenate([np.asarray(value, "float64").reshape(-1, width) for value in values])
    return np.asarray(stacked[np.isfinite(stacked).all(axis=1)])


def read_scale(values: Sequence[np.ndarray], last: bool = False, patience: Patience = QUICK) -> str:
    """The scale that the samples show; ``unsure`` where more of them would tell.

    ``last``: no more samples will come, so what was never contradicted counts.
    """
    table = rows(values)
    if table.size == 0:
        return "unknown"
    low, high = float(table.min()), float(table.max())
    if low >= -_SLACK and high <= 1 + _SLACK:
        return _within_unit(table, last)
    if high <= _SLACK and _sums_to_one(np.exp(table)):
        return "log-probabilities"
    if low >= -_SLACK or high <= _SLACK:
        # Only one sign so far: relu and its kin, or one unit of logits that chanced to agree.
        return "other" if last else UNSURE
    if low >= -1 - _SLACK and high <= 1 + _SLACK:
        return _within_one(table, last)
    return _unbounded(table, len(values) * (width(values) or 1), last, patience.deviations)


def _within_unit(table: np.ndarray, last: bool) -> str:
    if _sums_to_one(table):
        return "simplex"
    if np.ptp(table) < _SLACK:
        # A constant says nothing (a dead relu).
        return "other" if last else UNSURE
    return "independent"


def _within_one(table: np.ndarray, last: bool) -> str:
    """Values in [-1, 1]: tanh saturates at its ends, the logits of a deep body are small."""
    reach = float(np.abs(table).max())
    if float((np.abs(table) > 0.9).mean()) > 0.2:
        return "other" if last or table.size > 200 else UNSURE
    if reach < 0.5:
        return "logits"
    # Large weights never took it beyond one: a bounded output (a recurrent layer's tanh).
    return "other" if last else UNSURE


def _unbounded(table: np.ndarray, units: int, last: bool, deviations: float) -> str:
    """Both signs, beyond one: a linear head treats them alike, elu or leaky relu do not.

    One minus a leaky relu leans to the other side.
    """
    lean = abs(math.log(-table[table < 0].mean() / table[table > 0].mean()))
    room = deviations * _NOISE / math.sqrt(units)
    if last or lean + room < _LEAN:
        return "logits" if lean < _LEAN / 2 else "other"
    return UNSURE


def _sums_to_one(table: np.ndarray) -> bool:
    return bool(np.all(np.abs(table.sum(axis=1) - 1) < 5 * _SLACK))


def width(values: Sequence[np.ndarray]) -> int | None:
    """Length of the last axis."""
    return int(np.shape(values[0])[-1]) if values and np.ndim(values[0]) > 0 else None
