"""Elements between brackets: taken out, put in, with their commas, lines and comments."""

from __future__ import annotations

import ast
from typing import NamedTuple

from xentlint.source.edits_text import ImpossibleError, Piece, Span, Text


class Bracket(NamedTuple):
    """Arguments of a call or elements of a list, between their brackets."""

    open: int
    """Behind the opening bracket."""
    close: int
    """Before the closing one."""
    items: tuple[Span, ...]
    """With the parentheses that enclose one of them."""


def arguments(text: Text, call: ast.Call) -> Bracket:
    """The arguments of a call, in the order of the text."""
    opened = text.skip(text.span(call.func).end, also=")") + 1
    nodes = [*call.args, *call.keywords]
    return _bracket(text, opened, text.span(call).end - 1, [text.span(node) for node in nodes])


def elements(text: Text, node: ast.List) -> Bracket:
    span = text.span(node)
    return _bracket(text, span.start + 1, span.end - 1, [text.span(item) for item in node.elts])


def _bracket(text: Text, opened: int, close: int, spans: list[Span]) -> Bracket:
    spans.sort()
    found: list[Span] = []
    for i, span in enumerate(spans):
        low = found[-1].end if found else opened
        high = spans[i + 1].start if i + 1 < len(spans) else close
        found.append(_with_parentheses(text, span, low, high))
    return Bracket(opened, close, tuple(found))


def _with_parentheses(text: Text, span: Span, low: int, high: int) -> Span:
    while True:
        before = text.text[low : span.start].rstrip()
        after = text.skip(span.end)
        if not before.endswith("(") or after >= high or text.text[after] != ")":
            return span
        span = Span(low + len(before) - 1, after + 1)


def removed(text: Text, bracket: Bracket, node: ast.AST) -> Piece:
    """The element that holds a node, taken out with its comma."""
    inner = text.span(node)
    number = next(i for i, item in enumerate(bracket.items) if item.start <= inner.start < item.end)
    item, last = bracket.items[number], number == len(bracket.items) - 1
    comma = text.skip(item.end)
    after = comma + 1 if text.text[comma] == "," else item.end
    if _owns_its_lines(text, item, after):
        # A last element without a comma takes the comma of the one before it along.
        before = bracket.items[number - 1].end if last and number and after == item.end else None
        if before is None or "#" in text.text[before : item.start]:
            return Piece(Span(text.line_start(item.start), text.next_line(after)), "")
        return Piece(Span(before, text.line_end(after)), "")
    if last and number:
        before = bracket.items[number - 1].end
        start = item.start if "#" in text.text[before : item.start] else before
        return Piece(Span(start, item.end), "")
    if last:  # the only one
        return Piece(Span(item.start, after), "")
    if text.begins_line(item.start) or number == 0:
        following = bracket.items[number + 1].start
        if "\n" not in text.text[after:following] and "\r" not in text.text[after:following]:
            after = following
        return Piece(Span(item.start, after), "")
    comma = text.skip(bracket.items[number - 1].end) + 1
    start = item.start if "#" in text.text[comma : item.start] else comma
    return Piece(Span(start, after), "")


def _owns_its_lines(text: Text, item: Span, after: int) -> bool:
    rest = text.text[after : text.line_end(after)].strip()
    return text.begins_line(item.start) and (not rest or rest.startswith("#"))


def appended(text: Text, bracket: Bracket, new: str) -> list[Piece]:
    """An element put in at the end, in the style of the last one."""
    if not bracket.items:
        return [Piece(Span(bracket.open, bracket.open), new)]
    last = bracket.items[-1]
    comma = text.skip(last.end)
    trailing = text.text[comma] == ","
    end = comma + 1 if trailing else last.end
    line_end = text.line_end(end)
    own_line = text.begins_line(last.start) and text.skip(end) > line_end
    if not own_line:
        return [Piece(Span(last.end, last.end), f", {new}")]
    line = f"\n{text.indent(last.start)}{new}"
    if trailing:
        return [Piece(Span(line_end, line_end), f"{line},")]
    if line_end == last.end:
        return [Piece(Span(last.end, last.end), f",{line}")]
    return [Piece(Span(last.end, last.end), ","), Piece(Span(line_end, line_end), line)]


def replaced(text: Text, node: ast.AST, new: str) -> Piece:
    return Piece(text.span(node), new)


def open_ended(call: ast.Call) -> bool:
    """Whether a ``*`` or ``**`` may hold any argument."""
    return any(isinstance(arg, ast.Starred) for arg in call.args) or any(
        keyword.arg is None for keyword in call.keywords
    )


def without_statement(text: Text, statement: ast.stmt) -> Piece:
    """A statement taken out with its line; ``pass`` where the block would be empty.

    An ``if`` that held nothing else goes with it, where its test only looks at something.
    """
    around = text.parent(statement)
    if isinstance(around, ast.If) and _only_for(text, around, statement):
        return without_statement(text, around)
    span = text.span(statement)
    begin, end = text.line_start(span.start), text.next_line(span.end)
    rest = text.text[span.end : text.line_end(span.end)].strip()
    before = text.text[begin : span.start].rstrip(" \t")
    if before.endswith(";") and (not rest or rest.startswith("#")):
        return Piece(Span(begin + len(before) - 1, span.end), "")
    if not text.begins_line(span.start) or (rest and not rest.startswith("#")):
        raise ImpossibleError("several statements stand on its line")
    holder = text.parent(statement)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(holder, name, None)
        if block == [statement] and not isinstance(holder, ast.Module):
            return Piece(span, "pass")
    return Piece(Span(begin, end), "")


def _only_for(text: Text, holder: ast.If, statement: ast.stmt) -> bool:
    """Whether an ``if`` is of no use without a statement."""
    alone = holder.body == [statement] and not holder.orelse
    return alone and text.code(holder).startswith("if") and _only_looks(holder.test)


def _only_looks(test: ast.expr) -> bool:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _only_looks(test.operand)
    return isinstance(test, ast.Name) or (
        isinstance(test, ast.Attribute) and _only_looks(test.value)
    )
