"""Nodes to lines and columns, only for files with something to report.

LibCST knows no positions: they come from generating the code again, through its private
``CodegenState``. This module alone depends on that; its test compares with ``ast``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from libcst import CSTNode, Module
from libcst._nodes.internal import CodegenState

from xentlint.facts import Place
from xentlint.source.modules import Source

Range = tuple[int, int, int, int]


class _Recorder(CodegenState):
    """Counts lines and columns while the code is generated; keeps the range of each node."""

    def __init__(self, module: Module) -> None:
        super().__init__(
            default_indent=module.default_indent, default_newline=module.default_newline
        )
        self.found: dict[int, Range] = {}
        self.line = 1
        self.column = 0
        self._starts: list[tuple[int, int]] = []

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self._advance(token)

    def add_token(self, value: str) -> None:
        self._advance(value)

    def _advance(self, value: str) -> None:
        if "\n" not in value and "\r" not in value:
            self.column += len(value)
            return
        parts = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.line += len(parts) - 1
        self.column = len(parts[-1])

    def before_codegen(self, node: CSTNode) -> None:
        self._starts.append((self.line, self.column))

    def after_codegen(self, node: CSTNode) -> None:
        start = self._starts.pop()
        self.found.setdefault(id(node), (*start, self.line, self.column))

    @contextmanager
    def record_syntactic_position(
        self, node: CSTNode, *, start_node: Any = None, end_node: Any = None
    ) -> Iterator[None]:
        start = (self.line, self.column)
        yield
        self.found[id(node)] = (*start, self.line, self.column)


def ranges(source: Source) -> dict[int, Range]:
    """Line, column, end line, end column (lines from 1, columns from 0) by ``id`` of the node."""
    if source.ranges is None:
        assert source.tree is not None
        recorder = _Recorder(source.tree)
        source.tree._codegen(recorder)
        source.ranges = recorder.found
    return source.ranges


def place(source: Source, node: CSTNode) -> Place:
    line, column, end_line, end_column = ranges(source)[id(node)]
    return Place(source.path, line, column + 1, end_line, end_column + 1)
