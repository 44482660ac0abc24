"""Jupyter notebooks: their cells as one Python module, edits spliced into the original bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from xentlint.cells import Module, Piece, assemble
from xentlint.edits import span
from xentlint.facts import Edit, Problem
from xentlint.lexing import lines

_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[ \t\r\n]*")
_UNIT = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)
"""What stands for one character inside a JSON string."""


class Node(NamedTuple):
    """A JSON value and where it stands."""

    value: Any
    start: int
    end: int


class Cell(NamedTuple):
    """A cell: whether it holds code, and its source as it stands in the file."""

    number: int
    is_code: bool
    source: Node | None

    @property
    def text(self) -> str:
        value = self.source.value if self.source else ""
        return value if isinstance(value, str) else "".join(value)


def to_module(
    path: str, data: bytes, magics: Collection[str] = (), without: Collection[int] = ()
) -> Module:
    """The code cells, in order, as one program."""
    try:
        text = data.decode("utf-8")
        notebook, found = cells(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return _failed(path, line, "encoding", "a notebook is UTF-8, this is not")
    except json.JSONDecodeError as error:
        return _failed(path, error.lineno, "syntax", f"no JSON: {error.msg}")
    except RecursionError:
        return _failed(path, None, "too-deep", "the JSON is nested too deeply to follow")
    except (TypeError, ValueError, AttributeError) as error:
        return _failed(path, None, "syntax", f"no notebook: {error}")
    if not _is_python(notebook):
        return Module("", ())
    pieces = [Piece(cell.number, cell.text) for cell in found if cell.is_code]
    return assemble(path, pieces, magics, without)


def _failed(path: str, line: int | None, kind: str, message: str) -> Module:
    return Module("", (), (Problem(path, line, kind, message),))


def _is_python(notebook: dict[str, Any]) -> bool:
    """By the metadata; without any, Python is meant."""
    metadata = notebook.get("metadata")
    for key in ("kernelspec", "language_info"):
        part = metadata.get(key) if isinstance(metadata, dict) else None
        for field in ("language", "name"):
            name = part.get(field) if isinstance(part, dict) else None
            if isinstance(name, str) and (field == "language" or key == "language_info"):
                return name.lower().startswith(("python", "ipython"))
    return True


def cells(text: str) -> tuple[dict[str, Any], list[Cell]]:
    """The notebook as data, and its cells with the places of their sources."""
    start = 1 if text.startswith("\ufeff") else 0
    start = _skip(text, start)
    value, end = _DECODER.raw_decode(text, start)
    if _skip(text, end) != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    top = _last_members(text, Node(value, start, end))
    if "cells" in top:
        nodes = list(_elements(text, top["cells"]))
    else:  # notebook format 3
        sheets = _elements(text, top["worksheets"]) if "worksheets" in top else iter(())
        nodes = [
            cell
            for sheet in sheets
            for cell in _elements(text, _last_members(text, sheet).get("cells", sheet))
        ]
    return value, [_cell(text, number, node) for number, node in enumerate(nodes, 1)]


def _cell(text: str, number: int, node: Node) -> Cell:
    members = _last_members(text, node)
    kind = members.get("cell_type")
    source = members.get("source") or members.get("input")
    if source is not None and not _is_text(source.value):
        raise TypeError(f"the source of cell {number} is no text")
    return Cell(number, kind is not None and kind.value == "code", source)


def _is_text(value: Any) -> bool:
    items = value if isinstance(value, list) else [value]
    return all(isinstance(item, str) for item in items)


def _last_members(text: str, node: Node) -> dict[str, Node]:
    """The members of an object; of a key that comes twice, JSON readers take the last."""
    if not isinstance(node.value, dict):
        raise TypeError("an object is missing")
    found: dict[str, Node] = {}
    at = _skip(text, node.start + 1)
    while text[at] != "}":
        at = _skip(text, at + 1) if text[at] == "," else at
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        value, end = _DECODER.raw_decode(text, at)
        found[key] = Node(value, at, end)
        at = _skip(text, end)
    return found


def _elements(text: str, node: Node) -> Iterator[Node]:
    if not isinstance(node.value, list):
        raise TypeError("a list is missing")
    at = _skip(text, node.start + 1)
    while text[at] != "]":
        at = _skip(text, at + 1) if text[at] == "," else at
        value, end = _DECODER.raw_decode(text, at)
        yield Node(value, at, end)
        at = _skip(text, end)


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def splice(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The notebook with some text of its cells replaced, and no other byte changed."""
    text = data.decode("utf-8")
    by_number = {cell.number: cell for cell in cells(text)[1]}
    plain = text.isascii()
    spans = []
    for order, edit in enumerate(edits):
        cell = by_number[edit.place.cell or 0]
        if cell.source is None:
            raise ValueError(f"cell {cell.number} has no source")
        begin, end = span(lines(cell.text), edit)
        spans.append((cell.source.start, begin, end, order, edit.replacement))
    # From the end to the start, so that what is yet to come has not moved.
    for source, begin, end, _, replacement in sorted(spans, reverse=True):
        text = _replace(text, source, begin, end, replacement, plain)
    return text.encode("utf-8")


def _replace(text: str, source: int, begin: int, end: int, replacement: str, plain: bool) -> str:
    """Replace characters of the source whose JSON value starts at ``source``."""
    new = json.dumps(replacement, ensure_ascii=plain)[1:-1]
    value, stop = _DECODER.raw_decode(text, source)
    if isinstance(value, str):
        raw = text[source + 1 : stop - 1]
        raw = raw[: _raw_offset(raw, begin)] + new + raw[_raw_offset(raw, end) :]
        return text[: source + 1] + raw + text[stop - 1 :]
    items = list(_elements(text, Node(value, source, stop)))
    if not items:
        return text[:source] + (f'["{new}"]' if new else "[]") + text[stop:]
    return _in_list(text, source, items, begin, end, new)


def _in_list(text: str, source: int, items: list[Node], begin: int, end: int, new: str) -> str:
    """The same where the source is a list, by habit one string a line, and stays one."""
    first, head = _find(items, begin)
    last, tail = (first, head) if begin == end else _find(items, end - 1)
    tail += begin != end
    raws = [text[item.start + 1 : item.end - 1] for item in items]
    joined = raws[first][: _raw_offset(raws[first], head)] + new
    joined += raws[last][_raw_offset(raws[last], tail) :]
    touched = items[first : last + 1]
    if joined and last + 1 < len(items) and not _ends_line(joined):
        last += 1  # the line end is gone: the next line belongs to this one now
        joined += raws[last]
    if not joined:
        return _without(text, source, items, first, last)
    by_line = all("\n" not in item.value[:-1] for item in touched)
    literals = [f'"{raw}"' for raw in (_by_line(joined) if by_line else [joined])]
    between = _separator(text, source, items, first)
    return text[: items[first].start] + between.join(literals) + text[items[last].end :]


def _find(items: list[Node], offset: int) -> tuple[int, int]:
    """The item in which a character stands and its offset there; the last item has an end."""
    for index, item in enumerate(items):
        if offset < len(item.value) or index == len(items) - 1:
            break
        offset -= len(item.value)
    return index, offset


def _separator(text: str, source: int, items: list[Node], first: int) -> str:
    """What stands between two items; of one item alone, what stands before it."""
    if len(items) == 1:
        return "," + text[source + 1 : items[0].start]
    left = max(0, min(first, len(items) - 2))
    return text[items[left].end : items[left + 1].start]


def _without(text: str, source: int, items: list[Node], first: int, last: int) -> str:
    if last + 1 < len(items):
        return text[: items[first].start] + text[items[last + 1].start :]
    if first > 0:
        return text[: items[first - 1].end] + text[items[last].end :]
    return text[: source + 1] + text[text.index("]", items[last].end) :]


def _raw_offset(raw: str, offset: int) -> int:
    """Where a character of the decoded string stands in the literal."""
    if "\\" not in raw[: offset * 12]:
        return offset
    at = 0
    for _ in range(offset):
        unit = _UNIT.match(raw, at)
        at = unit.end() if unit else at
    return at


def _ends_line(raw: str) -> bool:
    return _is_line_end(_UNIT.findall(raw)[-1])


def _by_line(raw: str) -> list[str]:
    """The inside of a literal, cut behind each escaped line end."""
    rows = [""]
    for unit in _UNIT.findall(raw):
        rows[-1] += unit
        if _is_line_end(unit):
            rows.append("")
    return [row for row in rows if row]


def _is_line_end(unit: str) -> bool:
    return unit == "\\n" or unit.lower() == "\\u000a"


def file_line(data: bytes, cell: int, line: int) -> int:
    """The line of the file on which a line of a cell is written."""
    text = data.decode("utf-8")
    source = cells(text)[1][cell - 1].source
    if source is None:
        raise ValueError(f"cell {cell} has no source")
    at = source.start
    if isinstance(source.value, list):
        before = 1
        for item in _elements(text, source):
            at = item.start
            before += item.value.count("\n")
            if before > line or (before == line and not item.value.endswith("\n")):
                break
    return text.count("\n", 0, at) + 1
