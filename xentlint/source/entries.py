"""Which functions run by themselves: those that no call reached and that may hold a use."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from typing import Any, Final, NamedTuple

import libcst as cst

from xentlint.source.effects.models import is_model
from xentlint.source.joins import choices_of
from xentlint.source.modules import Source
from xentlint.source.own import Own
from xentlint.source.run import Run
from xentlint.source.triage import consumers
from xentlint.source.values import Deferred, ModuleValue

_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_BOUND: Final = re.compile(r"^[ \t]*(?:self\.)?(\w+)[ \t]*=(?!=)", re.M)


class Entry(NamedTuple):
    """A function or method of the file, in the order of the text."""

    node: cst.FunctionDef
    owner: cst.ClassDef | None
    names: frozenset[str]
    """Every name in its text."""
    consumes: bool
    """Whether its text, or that of a function that it names, may hold a consumer."""
    direct: bool
    """Whether its own text may hold one."""


def outline(source: Source, imported: set[str], own: Own) -> list[Entry]:
    """The functions of a file with the names that each uses, from ``ast``'s positions.

    ``imported``: names from other modules of the project, which may do anything. ``own``: losses
    that the settings name.
    """
    assert source.tree is not None
    assert source.outline is not None
    nodes = _functions(source.tree.body, None)
    spans = _spans(source.outline.body)
    entries = []
    for (node, owner), (start, stop) in zip(nodes, spans, strict=False):
        text = "\n".join(source.lines[start - 1 : stop])
        entries.append((node, owner, frozenset(_WORD.findall(text))))
    lines = _consuming_lines(source, own)
    holding = {
        id(node): node.name.value
        for (node, _), (start, stop) in zip(nodes, spans, strict=False)
        if bisect_left(lines, start) < bisect_right(lines, stop)
    }
    direct = {*holding.values()}
    direct |= imported | _bound_to_consumers(source.lines, lines)
    reaching = _reaching(direct, entries)
    return [
        Entry(
            node,
            owner,
            names,
            bool(names & reaching) or node.name.value in reaching,
            id(node) in holding,
        )
        for node, owner, names in entries
    ]


def _consuming_lines(source: Source, own: Own) -> list[int]:
    """The numbers of the lines on which a consumer may be written."""
    data = source.text.encode("utf-8", "replace")
    numbers = []
    if own.is_consumed(data):
        rows = enumerate(source.lines, 1)
        numbers = [n for n, row in rows if own.is_consumed(row.encode("utf-8", "replace"))]
    line, at = 1, 0
    for start in consumers(data):
        line += data.count(b"\n", at, start)
        at = start
        numbers.append(line)
    return sorted(numbers)


def _bound_to_consumers(lines: list[str], numbers: list[int]) -> set[str]:
    """Variables and attributes bound on a line with a consumer: ``self.loss_fn = BCE()``."""
    texts = (lines[number - 1] for number in numbers if number <= len(lines))
    return {bound.group(1) for bound in map(_BOUND.match, texts) if bound is not None}


def _reaching(direct: set[str], entries: list[Any]) -> set[str]:
    """Functions that name one that consumes, and those that name them, and so on."""
    reaching = set(direct)
    while True:
        more = {
            node.name.value
            for node, _, names in entries
            if node.name.value not in reaching and names & reaching
        }
        if not more:
            return reaching
        reaching |= more


def _functions(body: Any, owner: cst.ClassDef | None) -> list[tuple[cst.FunctionDef, Any]]:
    """Module-level functions and methods, also inside of ``if`` and ``try``."""
    found: list[tuple[cst.FunctionDef, Any]] = []
    for node in body:
        if isinstance(node, cst.FunctionDef):
            found.append((node, owner))
        elif isinstance(node, cst.ClassDef):
            found += _functions(node.body.body, node)
        else:
            for inner in _blocks(node):
                found += _functions(inner, owner)
    return found


def _blocks(node: Any) -> list[Any]:
    blocks = []
    while node is not None:
        if isinstance(node, (cst.If, cst.Try, cst.With, cst.Else, cst.For, cst.While)):
            blocks.append(node.body.body)
        if isinstance(node, cst.Try):
            blocks += [handler.body.body for handler in node.handlers]
        node = getattr(node, "orelse", None)
    return blocks


def _spans(body: Any) -> list[tuple[int, int]]:
    """First and last line of the same functions in the same order."""
    import ast

    found: list[tuple[int, int]] = []
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append((node.lineno, node.end_lineno or node.lineno))
        elif isinstance(node, ast.ClassDef):
            found += _spans(node.body)
        elif isinstance(node, (ast.If, ast.For, ast.While)):
            found += _spans(node.body) + _spans(node.orelse)
        elif isinstance(node, ast.Try):
            found += _spans(node.body)
            for handler in node.handlers:
                found += _spans(handler.body)
            found += _spans(node.orelse)
        elif isinstance(node, ast.With):
            found += _spans(node.body)
    return found


def candidates(run: Run, source: Source) -> list[Entry]:
    """The functions of a file that has run, in the order in which they are tried.

    Each after those that name it: what they call is then reached with better arguments.
    """
    models = _models(run, source)
    found = outline(source, _imported(run, source), run.world.own)
    return _callers_first([entry for entry in found if entry.consumes or entry.names & models])


def _callers_first(left: list[Entry]) -> list[Entry]:
    """In the order of the text, but for that; of a circle the first goes first."""
    found: list[Entry] = []
    named = Counter(name for entry in left for name in entry.names)
    while left:
        free = [entry for entry in left if _is_root(entry, named)] or left[:1]
        for entry in free:
            named.subtract(entry.names)
        found += free
        placed = {id(entry.node) for entry in free}
        left = [entry for entry in left if id(entry.node) not in placed]
    return found


def _models(run: Run, source: Source) -> set[str]:
    """The file's own names for models: what reads their predictions may be a decoding."""
    frame = run.frames[source]
    values = {name: run.store.get(frame.id, name) for name in frame.names}
    return {
        name
        for name, value in values.items()
        if any(is_model(plain) for _, plain in choices_of(value))
    }


def _is_root(entry: Entry, named: Counter[str]) -> bool:
    name = entry.node.name.value
    return name == "__init__" or named[name] <= 1  # its own text names it once


def _imported(run: Run, source: Source) -> set[str]:
    frame = run.frames[source]
    names = list(frame.names)
    return {
        name for name in names if type(run.store.get(frame.id, name)) in (Deferred, ModuleValue)
    }
