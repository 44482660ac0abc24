"""Files as modules: reading, parsing once, and finding the project's own modules by name."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xentlint.facts import Problem
from xentlint.source import limits
from xentlint.source.roots import Roots

if TYPE_CHECKING:
    import libcst as cst


@dataclass(eq=False)
class Source:
    """One Python file of the project."""

    path: str
    name: str = "__main__"
    data: bytes = b""
    tree: cst.Module | None = None
    outline: ast.Module | None = None
    text: str = ""
    lines: list[str] = field(default_factory=list)
    problem: Problem | None = None
    ranges: dict[int, tuple[int, int, int, int]] | None = None
    """Where each node stands, once :mod:`~xentlint.source.positions` was asked."""

    def parse(self) -> bool:
        """Parse the data; on failure ``problem`` says why."""
        if self.tree is not None or self.problem is not None:
            return self.tree is not None
        self.problem = self.decode() or self.outlined() or self._build()
        return self.problem is None

    def decode(self) -> Problem | None:
        import io
        import tokenize

        if self.text:
            return None
        if len(self.data) > limits.SIZE:
            message = (
                f"{len(self.data):,} bytes are more than the {limits.SIZE:,} that are followed"
            )
            return Problem(self.path, None, "too-large", message)
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(self.data).readline)
            self.text = self.data.decode(encoding)
        except (SyntaxError, LookupError, UnicodeDecodeError) as error:
            if self.data.startswith((b"\xff\xfe", b"\xfe\xff")):
                return Problem(
                    self.path, 1, "encoding", "UTF-16 is not an encoding of Python source"
                )
            line = 1
            if isinstance(error, UnicodeDecodeError):
                line = self.data.count(b"\n", 0, error.start) + 1
            return Problem(self.path, line, "encoding", _one_line(error))
        if "\0" in self.text:
            line = self.text.count("\n", 0, self.text.index("\0")) + 1
            return Problem(self.path, line, "syntax", "source text holds a NUL character")
        self.lines = self.text.splitlines()
        return None

    def outlined(self) -> Problem | None:
        """Let ``ast`` go first: it is ten times faster, and LibCST has no limit of its own."""
        import warnings

        if self.outline is not None:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self.outline = ast.parse(self.data)
            except (RecursionError, MemoryError):
                return self._too_deep()
            except (SyntaxError, ValueError) as error:
                return self._syntax(error)
        return self._too_deep() if _nested_deeply(self.outline) else None

    def _too_deep(self) -> Problem:
        message = f"the code is nested more than {limits.NESTING} deep"
        return Problem(self.path, None, "too-deep", message)

    def _syntax(self, error: Exception) -> Problem:
        line = getattr(error, "lineno", None)
        message = getattr(error, "msg", None) or _one_line(error)
        if "too many nested" in message:
            return self._too_deep()
        return Problem(self.path, line, "syntax", message)

    def _build(self) -> Problem | None:
        import libcst as cst

        from xentlint.source.trees import parse_module

        try:
            self.tree = parse_module(self.data)
        except cst.ParserSyntaxError as error:
            return Problem(self.path, error.raw_line, "syntax", error.message.split("\n")[0])
        except RecursionError:
            return self._too_deep()
        return None


def _one_line(error: Exception) -> str:
    return str(error).split("\n")[0]


def _nested_deeply(tree: ast.Module) -> bool:
    """Whether blocks or an expression are nested beyond the limit.

    Only statements that span many bytes can hold a deep expression: the rest is not walked.
    """
    level: list[ast.stmt] = list(tree.body)
    for _ in range(limits.NESTING):
        inner: list[ast.stmt] = []
        for node in level:
            blocks = [getattr(node, name, None) for name in ("body", "orelse", "finalbody")]
            for block in (*blocks, *(h.body for h in getattr(node, "handlers", ()))):
                if block:
                    inner += block
            if not any(blocks) and _long(node) and _depth(node) > limits.NESTING:
                return True
        level = inner
        if not level:
            return False
    return True


def _long(node: ast.stmt) -> bool:
    """Whether a statement has room for a deep expression."""
    lines = (node.end_lineno or node.lineno) - node.lineno
    return lines > 20 or (node.end_col_offset or 0) > 2 * limits.NESTING


def _depth(node: ast.AST) -> int:
    """Depth of a tree, level by level."""
    level = [node]
    depth = 0
    while level and depth <= limits.NESTING:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth


class Project:
    """Finds and keeps the modules of the projects that the checked files belong to."""

    def __init__(self, src: tuple[str, ...] = ()) -> None:
        self._roots = Roots(src)
        self._sources: dict[str, Source] = {}
        self._found: dict[tuple[str, str], str | None] = {}

    def source(self, path: str, data: bytes | None = None, name: str = "__main__") -> Source:
        """The file at a path, read (not parsed) once."""
        key = os.path.abspath(path)
        known = self._sources.get(key)
        if known is not None and (data is None or known.data == data):
            return known
        if data is None:
            try:
                with open(path, "rb") as file:
                    data = file.read()
            except OSError as error:
                data = b""
                failed = Source(path, name, data)
                failed.problem = Problem(path, None, "unreadable", error.strerror or str(error))
                self._sources[key] = failed
                return failed
        source = self._sources[key] = Source(path, name, data)
        return source

    def full(self) -> bool:
        """Whether so many files are kept that it is better to start over."""
        return len(self._sources) > limits.SOURCES

    def find(self, dotted: str, origin: Source, level: int = 0) -> Source | None:
        """The file of a module imported by a file; ``None`` if the project has none."""
        folder = os.path.dirname(os.path.abspath(origin.path))
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        key = (f"{'.' * level}{dotted}", folder)
        if key not in self._found:
            self._found[key] = self._search(dotted, folder, level)
        path = self._found[key]
        return None if path is None else self.source(path, name=dotted)

    def _search(self, dotted: str, folder: str, level: int) -> str | None:
        relative = dotted.replace(".", os.sep)
        bases = [folder] if level else self._roots.bases(folder, dotted)
        for base in bases:
            stem = os.path.join(base, relative) if relative else base
            for candidate in (f"{stem}.py", os.path.join(stem, "__init__.py")):
                if os.path.isfile(candidate):
                    return _near(candidate)
        return None


def _near(path: str) -> str:
    """A path as users write it: relative to the working folder if it lies in it."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
