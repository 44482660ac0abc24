"""A code frame: the lines that a finding is about, with its places underlined."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from xentlint.facts import Place
from xentlint.records import NamedTuple
from xentlint.report.cells import Cell, cells, safe
from xentlint.report.links import Where
from xentlint.report.paint import Paint
from xentlint.report.places import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

Lines = Callable[[Place], "list[str] | None"]

LEAST: Final = 40
"""Columns of source shown, however narrow the terminal is."""


class Label(NamedTuple):
    """A place to underline and what to say there."""

    place: Place
    text: str
    primary: bool = False


class _Row(NamedTuple):
    """A line to print: its number (``None``: marks under it) and its text."""

    number: int | None
    text: str


def frame(
    labels: list[Label], lines: Lines, width: int, paint: Paint, where: Where = shown
) -> list[str]:
    """The frame of one finding; its first label is the primary one.

    Places that have no text (a saved model, a file that is gone) keep their line with path and
    label.
    """
    groups: dict[tuple[str, int | None, bool], list[Label]] = {}
    for label in labels:
        key = (label.place.path, label.place.cell, label.place.line is None)
        groups.setdefault(key, []).append(label)
    numbers = [label.place.line for label in labels if label.place.line is not None]
    gutter = len(str(max(numbers, default=0)))
    out: list[str] = []
    for group in groups.values():
        out += _group(group, lines, gutter, width, paint, where)
    return out


def _group(
    labels: list[Label], lines: Lines, gutter: int, width: int, paint: Paint, where: Where
) -> list[str]:
    """The part of a frame that lies in one file."""
    pad = " " * gutter
    source = lines(labels[0].place) if labels[0].place.line is not None else None
    if source is None:
        return [_bare(label, pad, paint, where) for label in labels]
    arrow = "-->" if labels[0].primary else ":::"
    out = [f"{pad}{paint('edge', arrow)} {where(labels[0].place)}", paint("edge", f"{pad} |")]
    before: int | None = None
    by_line = groupby(sorted(labels, key=lambda label: label.place.line or 0), _line)
    for number, group in by_line:
        if before is not None and number > before + 2:
            out.append(paint("edge", "..."))
        elif before is not None and number == before + 2:
            out.append(_numbered(before + 1, gutter, _text(source, before + 1, width), paint))
        out += _line_rows(source, number, list(group), gutter, width, paint)
        before = number
    return [*out, paint("edge", f"{pad} |")]


def _line(label: Label) -> int:
    return label.place.line or 0


def _bare(label: Label, pad: str, paint: Paint, where: Where) -> str:
    arrow = "-->" if label.primary else ":::"
    text = f": {safe(label.text)}" if label.text else ""
    return f"{pad}{paint('edge', arrow)} {where(label.place)}{text}"


def _numbered(number: int, gutter: int, text: str, paint: Paint) -> str:
    return f"{paint('edge', f'{number:>{gutter}} |')} {text}".rstrip()


def _text(source: list[str], number: int, width: int) -> str:
    row = cells(source[number - 1]) if 0 < number <= len(source) else []
    return _clip(row, 0, max(LEAST, width))[0]


def _line_rows(
    source: list[str], number: int, labels: list[Label], gutter: int, width: int, paint: Paint
) -> list[str]:
    """A line of source and, under it, a row of marks for each label on it."""
    row = cells(source[number - 1]) if 0 < number <= len(source) else []
    room = max(LEAST, width - gutter - 3)
    first = min(labels, key=lambda label: label.place.column or 1)
    text, left = _clip(row, _column(row, (first.place.column or 1) - 1), room)
    out = [_numbered(number, gutter, text, paint)]
    for label in sorted(labels, key=lambda label: -(label.place.column or 1)):
        out.append(
            f"{paint('edge', ' ' * gutter + ' |')} {_marks(row, label, left, room, paint)}".rstrip()
        )
    return out


def _marks(row: list[Cell], label: Label, left: int, room: int, paint: Paint) -> str:
    place = label.place
    start = (place.column or 1) - 1
    ends_here = place.end_line in (None, place.line)
    end = (place.end_column or start + 2) - 1 if ends_here else len(row)
    begin, stop = _column(row, start) - left, _column(row, max(end, start + 1)) - left
    begin = min(max(begin, 0), room)
    stop = min(max(stop, begin + 1), max(room, begin + 1))
    mark = "^" if label.primary else "-"
    text = mark * (stop - begin) + (f" {safe(label.text)}" if label.text else "")
    return " " * begin + paint("primary" if label.primary else "related", text)


def _column(row: list[Cell], index: int) -> int:
    """The column in which a character of the line is printed."""
    return sum(cell.width for cell in row[:index]) + max(0, index - len(row))


def _clip(row: list[Cell], focus: int, room: int) -> tuple[str, int]:
    """What of a line fits, with the column ``focus`` in it; and the first column printed."""
    total = sum(cell.width for cell in row)
    if total <= room:
        return "".join(cell.shown for cell in row), 0
    left = 0 if focus < room * 2 // 3 else focus - room // 3
    out, column = [], 0
    for cell in row:
        if column >= left and column + cell.width <= left + room:
            out.append((column, cell))
        column += cell.width
    return _with_dots(out, left, room, total)


def _with_dots(kept: list[tuple[int, Cell]], left: int, room: int, total: int) -> tuple[str, int]:
    """``…`` in the place of the first and last column where something was cut."""
    first = kept[0][0] if kept else left
    shown_cells = [cell for _, cell in kept]
    text = "".join(cell.shown for cell in shown_cells)
    if first > 0 and shown_cells:
        text = "…" + " " * (shown_cells[0].width - 1) + text[len(shown_cells[0].shown) :]
    last = kept[-1][0] + kept[-1][1].width if kept else left
    if last < total and shown_cells:
        text = text[: len(text) - len(shown_cells[-1].shown)] + "…"
    return text, first
