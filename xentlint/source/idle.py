"""Files with nothing to find: what the bytes show of a loss stands in comments, or is no loss.

Only for checks: an audit has a line for each ``compile``, whatever its loss.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final

from xentlint.catalog.losses import NOT_CROSS_ENTROPY
from xentlint.source.logarithms import has_handwritten
from xentlint.source.triage import holds_logarithm, spelled

_MATTERS: Final = re.compile(rb"softmax|sigmoid|from_logits")
"""What may be wrong without a cross-entropy: an activation twice, an argument misplaced."""
_SUPPRESSES: Final = re.compile(rb"(?i)xentlint:|noqa")
"""A comment that may be about what a file without findings holds all the same."""
_COMPILE: Final = b".compile("
_COMMENT: Final = re.compile(rb"[ \t]*#")


def is_idle(tree: ast.Module, text: str, is_own: Callable[[str], bool]) -> bool:
    """Whether the code itself names no loss, no activation, and compiles no model with one.

    ``is_own``: whether a dotted name is a module of the project.
    """
    data = text.encode("utf-8", "replace")
    if data.count(b"\r") != data.count(b"\r\n") or _SUPPRESSES.search(data):
        return False  # lines are counted by their line feeds below
    starts = [0, *(found.end() for found in re.finditer(rb"\n", data))]
    documents: set[int] = set()
    code: set[int] = set()
    for one in _statements(tree.body):
        if not hasattr(one, "body"):
            (documents if _is_document(one) else code).update(_lines(one))
    compiled: set[int] = set()
    for at in (*spelled(data), *(found.start() for found in _MATTERS.finditer(data))):
        line = bisect_right(starts, at)
        if (line in documents and line not in code) or _COMMENT.match(data, starts[line - 1]):
            continue
        if not data.startswith(_COMPILE, at):
            return False
        compiled.add(line)
    calling = (one for one in tree.body if not compiled.isdisjoint(_lines(one)))
    if holds_logarithm(data) and has_handwritten(tree, is_own):
        return False
    return all(map(_is_harmless, calling))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        for field in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, field, []))
        for inner in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from _statements(inner.body)


def _is_document(statement: ast.stmt) -> bool:
    """A string that stands alone."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _lines(statement: ast.stmt) -> range:
    """The lines of a statement, with those of its decorators."""
    parts = (statement, *getattr(statement, "decorator_list", ()))
    first = min(part.lineno for part in parts)
    return range(first, (statement.end_lineno or statement.lineno) + 1)


def _is_harmless(statement: ast.stmt) -> bool:
    """Whether what a statement compiles has no loss, or one that takes any scale; no metrics."""
    return all(
        _has_no_loss(node)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "compile"
    )


def _has_no_loss(call: ast.Call) -> bool:
    keywords = {one.arg: one.value for one in call.keywords}
    if not keywords.keys().isdisjoint((None, "metrics", "weighted_metrics")):
        return False
    if len(call.args) > 2 or any(isinstance(one, ast.Starred) for one in call.args):
        return False
    loss = keywords.get("loss", call.args[1] if len(call.args) > 1 else None)
    if loss is None:
        return True
    return isinstance(loss, ast.Constant) and (
        loss.value is None or loss.value in NOT_CROSS_ENTROPY
    )
