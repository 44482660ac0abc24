"""Stands in for keras_tuner, which is not installed: builds a model for each choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class HyperParameters:
    """Gives the ``turn``-th value of each choice."""

    def __init__(self, turn: int = 0) -> None:
        self.turn = turn

    def Choice(self, name: str, values: list[Any], default: Any = None) -> Any:  # noqa: N802
        return values[self.turn % len(values)]

    def Boolean(self, name: str, default: bool = False) -> bool:  # noqa: N802
        return self.turn % 2 == 1

    def Int(self, name: str, min_value: int, max_value: int, **_: Any) -> int:  # noqa: N802
        return min_value if self.turn % 2 == 0 else max_value

    def Float(self, name: str, min_value: float, max_value: float, **_: Any) -> float:  # noqa: N802
        return min_value


class HyperModel:
    """A user's builder as a class."""


class RandomSearch:
    """Builds and fits once for each turn."""

    turns = 2

    def __init__(self, hypermodel: Any, *args: Any, **kwargs: Any) -> None:
        self.build: Callable[..., Any] = getattr(hypermodel, "build", hypermodel)
        self.models: list[Any] = []

    def search(self, x: Any, y: Any = None, **kwargs: Any) -> None:
        for turn in range(self.turns):
            self.models.append(self.build(HyperParameters(turn)))
            self.models[-1].fit(x, y)

    def get_best_models(self, num_models: int = 1) -> list[Any]:
        return self.models[:num_models]


Hyperband = BayesianOptimization = GridSearch = RandomSearch
