"""What all pieces of a composed program share: choices, text in sections, the program itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Program:
    """A program, what it is made of, and the codes that its composer expects."""

    files: tuple[tuple[str, str], ...]
    """Path and text; the first is the script."""
    constructs: frozenset[str]
    expected: frozenset[str]
    environs: tuple[tuple[tuple[str, str], ...], ...] = ((),)
    """Settings under which it runs: what the program cannot know of itself."""
    undecidable: bool = False
    """It hangs on decisions that nothing ties together, or on what only numbers tell."""

    def show(self) -> str:
        return "\n".join(f"# ---- {path}\n{text}" for path, text in self.files)


class Choices:
    """Draws from hypothesis; what is forced is taken, what is drawn is noted."""

    def __init__(self, draw: Callable[[Sequence[Any]], Any], forced: dict[str, str]) -> None:
        self._draw = draw
        self.forced = forced
        self.constructs: set[str] = set()

    def pick(self, axis: str, options: Sequence[str]) -> str:
        """One option of an axis whose options are constructs."""
        wanted = self.forced.get(axis)
        option = wanted if wanted in options else self._draw(list(options))
        self.constructs.add(f"{axis}: {option}")
        return str(option)

    def some(self, options: Sequence[T]) -> T:
        """One of several that make no difference to what is tested."""
        found: T = self._draw(list(options))
        return found

    def flag(self) -> bool:
        return self.some([False, True])

    def tag(self, construct: str) -> None:
        self.constructs.add(construct)


@dataclass
class Script:
    """The text of one file, in sections."""

    imports: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    main: list[str] = field(default_factory=list)
    _names: dict[str, int] = field(default_factory=dict)

    def fresh(self, name: str) -> str:
        """The name, or the name with a number where it is taken."""
        count = self._names[name] = self._names.get(name, 0) + 1
        return name if count == 1 else f"{name}_{count}"

    def need(self, line: str) -> None:
        if line not in self.imports:
            self.imports.append(line)

    def define(self, *lines: str) -> None:
        self.definitions += ["", *lines]

    def render(self) -> str:
        parts = [self.imports, self.constants, self.definitions, self.main]
        return "\n\n".join("\n".join(part).strip("\n") for part in parts if part) + "\n"


def indent(lines: Sequence[str], by: int = 1) -> list[str]:
    return ["    " * by + line if line else line for line in lines]
