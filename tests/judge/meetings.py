"""What a run saw: tensors that met a consumer, at which statements, with their numbers."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Span(NamedTuple):
    """The lines of a statement (of its head, where it has a body)."""

    path: str
    first: int
    last: int

    def covers(self, path: str, line: int | None) -> bool:
        return path == self.path and line is not None and self.first <= line <= self.last


class Statements:
    """Line → statement, of one file."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self._spans: dict[int, Span] = {}
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.stmt):
                last = node.end_lineno or node.lineno
                body = getattr(node, "body", None)
                if isinstance(body, list) and body:
                    last = max(node.lineno, body[0].lineno - 1)
                for line in range(node.lineno, last + 1):
                    self._spans[line] = Span(path, node.lineno, last)

    def at(self, line: int) -> Span:
        return self._spans.get(line, Span(self.path, line, line))


@dataclass
class Event:
    """One consumer called on one tensor, perhaps many times; ``key`` says which calls are one."""

    kind: str
    """``loss``, ``log`` (of a hand-written cross-entropy), ``softmax`` or ``sigmoid``."""
    spans: tuple[Span, ...]
    """Statements where it stands: the call, the ``compile``, where the loss was made."""
    key: Any
    outer: tuple[Span, ...] = ()
    """Statements of the calls that led there."""
    loss: Any = None
    output: str | int | None = None
    values: list[Any] = field(default_factory=list)
    pending: list[Any] = field(default_factory=list)
    """Symbolic tensors: their numbers come when the program has ended."""
    made: Any = None
    """Model, input and index of the output: where more numbers can be had."""
    calls: set[int] = field(default_factory=set)
    """Places in the byte code: two logs in one statement are a binary cross-entropy."""
    fixed: bool = False
    """Sampled as often as is useful: running the program again adds nothing."""


@dataclass(frozen=True)
class Meeting:
    """What the judge says of one event."""

    kind: str
    spans: tuple[Span, ...]
    outer: tuple[Span, ...]
    output: str | int | None
    given: str
    size: int | None
    expects: str | None
    """``None`` for a loss that is no cross-entropy."""
    family: str
    applies: str
    code: str
    """The rule that it breaks, or ``ok``."""

    @property
    def faulty(self) -> bool:
        return self.code != "ok"

    def __str__(self) -> str:
        where = self.spans[0]
        return (
            f"{where.path.rsplit('/', 1)[-1]}:{where.first} {self.kind} {self.given}[{self.size}]"
            f" -> {self.expects} {self.family}: {self.code}"
        )
