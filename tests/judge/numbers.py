"""Reads a scale from the values of a tensor, with large random weights behind it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

UNSURE = "unsure"
"""More samples are needed: so far the values fit more than one scale."""

_SLACK = 2e-3
"""Room for an epsilon inside of a log and for half precision."""


def rows(values: Sequence[np.ndarray]) -> np.ndarray:
    """All finite rows of the samples, one row per vector along the last axis."""
    widths = {np.shape(value)[-1] if np.ndim(value) > 1 else 1 for value in values}
    width = widths.pop() if len(widths) == 1 else 1
    stacked = np.concatenate([np.asarray(value, "float64").reshape(-1, width) for value in values])
    return np.asarray(stacked[np.isfinite(stacked).all(axis=1)])


def read_scale(values: Sequence[np.ndarray], last: bool = False) -> str:
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
    return _unbounded(table, last)


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


def _unbounded(table: np.ndarray, last: bool) -> str:
    """Both signs, beyond one: a linear head treats the signs alike, elu or leaky relu do not."""
    ratio = float(-table[table < 0].mean() / table[table > 0].mean())
    shares = float((table < 0).mean())
    balanced = 0.6 < ratio < 1.67 and 0.15 < shares < 0.85 and table.size >= 32
    if balanced:
        return "logits"
    if not last:
        return UNSURE
    return "logits" if ratio > 0.42 else "other"


def _sums_to_one(table: np.ndarray) -> bool:
    return bool(np.all(np.abs(table.sum(axis=1) - 1) < 5 * _SLACK))


def width(values: Sequence[np.ndarray]) -> int | None:
    """Length of the last axis."""
    return int(np.shape(values[0])[-1]) if values and np.ndim(values[0]) > 0 else None
