"""A file's text for the editor: from the interpreter's nodes to offsets and ``ast`` nodes.

Edits are ranges of text, so that all that they do not touch stays as it is. The nodes of ``ast``
have exact ranges and parents are cheap; LibCST's nodes lead to them by their positions.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from typing import NamedTuple, TypeVar

from xentlint.facts import Edit, Place
from xentlint.source.modules import Source
from xentlint.source.positions import ranges
from xentlint.source.values import Spot

N = TypeVar("N", bound=ast.AST)


class ImpossibleError(Exception):
    """Why an intent has no edit in this text; never leaves the editor."""


class Span(NamedTuple):
    """Offsets in characters."""

    start: int
    end: int


class Piece(NamedTuple):
    """An edit by offsets."""

    span: Span
    new: str


class Text:
    """One file: its text, its syntax tree with parents, and where each node stands."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.starts = [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", self.text))]
        self.newline = "\r\n" if "\r\n" in self.text else "\n"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tree = source.outline or ast.parse(source.data)
        self._parents: dict[ast.AST, ast.AST] = {}
        self._at: dict[Span, ast.expr] = {}
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                self._parents[child] = node
            if isinstance(node, ast.expr):
                self._at.setdefault(self.span(node), node)

    def node(self, spot: Spot | None) -> ast.expr:
        """The expression at a spot."""
        if spot is None or spot.source is not self.source:
            raise ImpossibleError("it is written in another file")
        found = ranges(self.source).get(id(spot.node))
        if found is not None:
            line, column, end_line, end_column = found
            start, end = self.starts[line - 1] + column, self.starts[end_line - 1] + end_column
            if Span(start, end) in self._at:
                return self._at[Span(start, end)]
        raise ImpossibleError("its text was not found")

    def span(self, node: ast.AST) -> Span:
        """Offsets of an ``ast`` node, whose columns count UTF-8 bytes."""
        return Span(
            self._offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self._offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def _offset(self, line: int, column: int) -> int:
        start = self.starts[line - 1]
        # The first bytes of a line hold at most as many characters.
        head = self.text[start : start + column]
        if head.isascii():
            return start + column
        return start + len(head.encode("utf-8")[:column].decode("utf-8", "ignore"))

    def code(self, node: ast.AST) -> str:
        span = self.span(node)
        return self.text[span.start : span.end]

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self._parents.get(node)

    def above(self, node: ast.AST, kind: type[N] | tuple[type[N], ...]) -> N | None:
        """The nearest node of a kind that holds this one."""
        here = self._parents.get(node)
        while here is not None and not isinstance(here, kind):
            here = self._parents.get(here)
        return here

    def line_start(self, offset: int) -> int:
        return self.starts[bisect_right(self.starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its line break."""
        found = re.compile(r"[\r\n]").search(self.text, offset)
        return found.start() if found else len(self.text)

    def next_line(self, offset: int) -> int:
        """Where the line after the one of an offset begins."""
        number = bisect_right(self.starts, offset)
        return self.starts[number] if number < len(self.starts) else len(self.text)

    def begins_line(self, offset: int) -> bool:
        return not self.text[self.line_start(offset) : offset].strip()

    def indent(self, offset: int) -> str:
        """The white space that the line of an offset begins with."""
        start = self.line_start(offset)
        found = re.compile(r"[ \t]*").match(self.text, start)
        return found.group() if found else ""

    def skip(self, offset: int, also: str = "") -> int:
        """The first offset from here that is no white space, comment, or one of ``also``."""
        wanted = re.compile(rf"(?:[\s\\{re.escape(also)}]|#[^\r\n]*)*")
        found = wanted.match(self.text, offset)
        return found.end() if found else offset

    def edit(self, piece: Piece) -> Edit:
        """An edit by lines and columns, as findings carry it."""
        start, end = self._place(piece.span.start), self._place(piece.span.end)
        new = piece.new.replace("\n", self.newline)
        return Edit(Place(self.source.path, *start, *end), new)

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1
