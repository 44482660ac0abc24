"""Reads from numbers what a loss expects: logits or probabilities, and of which family.

A cross-entropy on logits grows linearly where the logit of the right class falls, and levels
off where it rises; one on probabilities grows as the logarithm where the probability falls.
Nothing else does either: squared errors, hinges and distances fall through to ``None``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Loss = Callable[[Any, Any], Any]


class Expectation(NamedTuple):
    """What a loss was seen to expect; ``expects`` is ``None`` where it is no cross-entropy."""

    expects: str | None
    family: str = "none"
    applies: str = "none"
    labels: str = "dense"
    """The form of labels that it took: ``dense``, ``index`` or ``column``."""


NOT_ONE = Expectation(None)


def read_expectation(loss: Loss, width: int = 3) -> Expectation:
    """Try each form of labels on three units, or on ``width`` where three do not fit."""
    for units in dict.fromkeys((3, max(width, 1))):
        for form in ("index", "column", "dense") if units > 1 else ("dense",):
            found = _Probe(loss, units, form).read()
            if found.expects:
                return found
    return NOT_ONE


class _Probe:
    def __init__(self, loss: Loss, units: int, form: str) -> None:
        self.loss, self.units, self.form = loss, units, form
        self.refused = False

    def at(self, values: list[float], right: int = 0) -> float:
        """The loss of one row of predictions (twice, so that means stay means)."""
        row = np.array([values, values], "float32")
        try:
            return float(np.mean(np.asarray(self.loss(self._labels(right), _tensor(row)))))
        except Exception:  # whatever a loss raises on labels of the wrong form
            self.refused = True
            return math.nan

    def _labels(self, right: int) -> Any:
        if self.form == "dense":
            hot = [1.0 if i == right else 0.0 for i in range(self.units)]
            return _tensor(np.array([hot, hot], "float32"))
        index = np.array([right, right], "int64")
        return _tensor(index if self.form == "index" else index[:, None])

    def read(self) -> Expectation:
        expects = self._expects()
        if expects is None:
            return NOT_ONE
        if self.form != "dense":
            if not self._follows_the_label(expects):
                return NOT_ONE
            applies = "softmax" if expects == "logits" else "none"
            return Expectation(expects, "sparse", applies, self.form)
        family = self._family(expects)
        applies = "none"
        if expects == "logits":
            applies = "sigmoid" if family == "binary" else "softmax"
        return Expectation(expects, family, applies)

    def _expects(self) -> str | None:
        rest = [0.0] * (self.units - 1)
        self.at([0.5, *rest])
        if self.refused:
            return None
        # Not below -14: focal losses clip the probability that they compute at 1e-7.
        f = {t: self.at([t, *rest]) for t in (-14.0, -11.0, -8.0, 1.05, 1.3, 11.0, 14.0)}
        grows, again = f[-14.0] - f[-11.0], f[-11.0] - f[-8.0]
        if again > 1e-4 and abs(grows - again) < 0.02 * again:
            levels = abs(f[11.0] - f[14.0]) < 0.3 * again
            falls = f[1.05] - f[1.3] > 1e-6 * again
            if levels and falls:
                return "logits"
        g = [self.at(self._with_share(10.0**-k)) for k in (3, 4, 5)]
        first, second = g[1] - g[0], g[2] - g[1]
        if first > 1e-4 and abs(first - second) < 0.05 * first:
            return "probabilities"
        return None

    def _with_share(self, share: float) -> list[float]:
        rest = self.units - 1
        return [share] + [(1 - share) / rest] * rest if rest else [share]

    def _follows_the_label(self, expects: str) -> bool:
        """Whether the index chooses the class: exchanging two classes changes nothing."""
        row = [0.2, 0.5, 0.3] + [0.1] * (self.units - 3) if self.units >= 3 else [0.3, 0.7]
        if expects == "logits":
            row = [4 * value for value in row]
        swapped = [row[-1], *row[1:-1], row[0]]
        here, there = self.at(row, 0), self.at(swapped, self.units - 1)
        other = self.at(row, self.units - 1)
        return abs(here - there) < 1e-5 and abs(here - other) > 1e-3

    def _family(self, expects: str) -> str:
        """Binary losses look at each unit alone, categorical ones at the row."""
        if self.units == 1:
            return "binary" if self._one_unit_matters(expects) else "categorical"
        base, a, b = (
            ([0.3, 0.2, 0.1], 1.0, 1.0) if expects == "logits" else ([0.5, 0.2, 0.3], 0.05, 0.07)
        )
        row = base[: self.units] + [0.1] * (self.units - 3)
        first, second = self._moved(row, 1, a), self._moved(row, self.units - 1, b)
        if self.units == 2:
            second = self._moved(row, 0, b)
        start = self.at(row)
        alone = self.at(first) - start
        if abs(alone) < 1e-6:
            return "none"  # only the right class counts: a divergence, or a sum of y * log(p)
        both = [x + y - z for x, y, z in zip(first, second, row, strict=True)]
        mixed = self.at(both) - self.at(first) - self.at(second) + start
        return "binary" if abs(mixed) < 1e-5 + 0.01 * abs(alone) else "categorical"

    def _one_unit_matters(self, expects: str) -> bool:
        low, high = (-1.0, 1.0) if expects == "logits" else (0.2, 0.8)
        return abs(self.at([low], right=1) - self.at([high], right=1)) > 1e-4

    @staticmethod
    def _moved(row: list[float], index: int, by: float) -> list[float]:
        return [value + by if i == index else value for i, value in enumerate(row)]


def _tensor(array: np.ndarray) -> Any:
    import tensorflow as tf

    return tf.constant(array)
