"""Who is called what: variables and fields of objects, in layers that fork and merge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from xentlint.source.conditions import EVERYWHERE, Path, shared
from xentlint.source.joins import alternatives
from xentlint.source.values import Unknown, Value

Key: TypeAlias = tuple[int, str]
Writes: TypeAlias = dict[Key, Value]


class Exit(NamedTuple):
    """A state that leaves a block: by its end, a ``return``, a ``break`` …"""

    path: Path
    writes: Writes
    value: Value = None


class Store:
    """A stack of layers of writes. A key is (id of a frame or object, name).

    The lowest layer is shared by all runs of a session: what importing a module leaves behind.
    """

    def __init__(self, shared: Writes, ids: Iterator[int]) -> None:
        self.layers: list[Writes] = [shared, {}]
        self._ids = ids
        self.last = 0

    def new_id(self) -> int:
        self.last = next(self._ids)
        return self.last

    def get(self, owner: int, name: str) -> Value:
        """The value of a name, or ``None`` if it is not bound."""
        key = (owner, name)
        for layer in reversed(self.layers):
            if key in layer:
                return layer[key]
        return None

    def set(self, owner: int, name: str, value: Value) -> None:
        self.layers[-1][owner, name] = value

    def push(self) -> int:
        """Start a fork; gives the depth below it."""
        self.layers.append({})
        return len(self.layers) - 1

    def flatten(self, depth: int) -> Writes:
        """All writes above a depth, as one layer."""
        if len(self.layers) == depth + 1:
            return dict(self.layers[depth])
        writes: Writes = {}
        for layer in self.layers[depth:]:
            writes.update(layer)
        return writes

    def pop(self, depth: int) -> Writes:
        """End a fork: take all layers above a depth away."""
        writes = self.layers[depth] if len(self.layers) == depth + 1 else self.flatten(depth)
        del self.layers[depth:]
        return writes

    def apply(self, writes: Writes) -> None:
        self.layers[-1].update(writes)

    def merge(
        self,
        base: Path,
        exits: list[Exit],
        mark: int,
        read: Callable[[Value], Value],
        forget: Callable[[list[Value]], Value],
    ) -> None:
        """Join the states that reach one point into the top layer.

        What one state alone wrote of an owner made after ``mark`` exists in it only: it is
        copied.
        A name that one state leaves unbound keeps the guard of the others.
        """
        if len(exits) == 1:
            self.apply(exits[0].writes)
            return
        top = self.layers[-1]
        common = shared(base)
        guards = [[way - common for way in exit.path] for exit in exits]
        keys = dict.fromkeys(key for exit in exits for key in exit.writes)
        for key in keys:
            if key[0] > mark:
                writers = [exit.writes[key] for exit in exits if key in exit.writes]
                if len(writers) == 1:
                    top[key] = writers[0]
                    continue
            before = self.get(*key)
            values = [exit.writes.get(key, before) for exit in exits]
            if all(value is values[0] for value in values):
                top[key] = values[0]
            elif all(type(value) is Unknown for value in values):
                # Which of two unknowns it is tells nobody anything.
                top[key] = forget(values)
            else:
                top[key] = read(
                    alternatives(
                        (way, value)
                        for value, ways in zip(values, guards, strict=True)
                        if value is not None
                        for way in ways
                    )
                )


__all__ = ["EVERYWHERE", "Exit", "Key", "Store", "Writes"]
