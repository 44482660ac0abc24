"""Edits of lines and columns, applied to a text."""

from __future__ import annotations

from collections.abc import Iterable

from xentlint.facts import Edit
from xentlint.lexing import lines


def span(text_lines: list[str], edit: Edit) -> tuple[int, int]:
    """The offsets of an edit in the text that these lines are."""
    place = edit.place
    begin = _offset(text_lines, place.line, place.column)
    end = _offset(text_lines, place.end_line, place.end_column)
    if not 0 <= begin <= end <= sum(map(len, text_lines)):
        raise ValueError(f"an edit outside of the text: {place}")
    return begin, end


def _offset(text_lines: list[str], line: int | None, column: int | None) -> int:
    if line is None or column is None or not 0 < line <= len(text_lines) + 1 or column < 1:
        return -1
    return sum(map(len, text_lines[: line - 1])) + column - 1


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; of two insertions at one place the first comes first."""
    text_lines = lines(text)
    spans = [(*span(text_lines, edit), n, edit.replacement) for n, edit in enumerate(edits)]
    for begin, end, _, replacement in sorted(spans, reverse=True):
        text = text[:begin] + replacement + text[end:]
    return text
