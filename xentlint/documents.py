"""Python in Markdown and reStructuredText: a document's code blocks, in order, as one module."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from xentlint.cells import Module, Piece, assemble
from xentlint.edits import applied
from xentlint.facts import Edit, Place, Problem
from xentlint.lexing import lines

RST: Final = (".rst",)
_PYTHON: Final = ("python", "py", "python3", "ipython", "ipython3", "pycon", "pycon3", "doctest")
_DIRECTIVES: Final = ("code-cell", "code-block", "code", "sourcecode", "testcode", "doctest")
_FENCE: Final = re.compile(r"([ \t>]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?)(`{3,}|~{3,})[ \t]*([^`]*)$")
_MARGIN: Final = re.compile(r"[ \t>]*")
_DIRECTIVE: Final = re.compile(r"([ \t]*)\.\.[ \t]+([\w-]+)::[ \t]*(\S*)[ \t]*$")
_OPTION: Final = re.compile(r"[ \t]*:[\w-]+:")
_PROMPT: Final = re.compile(r"[ \t]*(?:>>>|\.\.\.)(?: |$)")


class Row(NamedTuple):
    """A line of a code block."""

    number: int
    """1-based line of the document."""
    margin: str
    """What stands before the code: indentation, ``> ``, a prompt."""
    code: str


class Document(NamedTuple):
    """The code of a document as a module, and the way back."""

    module: Module
    blocks: tuple[tuple[Row, ...], ...]

    def place(self, of: Place) -> Place:
        """A place in the module's text as a place in the document."""
        place = self.module.place(of)
        if place.cell is None or place.line is None:
            return place
        block = self.blocks[place.cell - 1]
        start, end = block[place.line - 1], block[(place.end_line or place.line) - 1]
        return place._replace(
            line=start.number,
            column=place.column and place.column + len(start.margin),
            end_line=end.number,
            end_column=place.end_column and place.end_column + len(end.margin),
            cell=None,
        )


def to_module(
    path: str, data: bytes, magics: Collection[str] = (), without: Collection[int] = ()
) -> Document:
    """All Python blocks of a document as one program."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = Problem(path, line, "encoding", "a document is UTF-8, this is not")
        return Document(Module("", (), (problem,)), ())
    found = tuple(blocks(path, text))
    pieces = [
        Piece(number, "".join(f"{row.code}\n" for row in block))
        for number, block in enumerate(found, 1)
    ]
    module = assemble(path, pieces, magics, without, "code block")
    return Document(module, found)


def blocks(path: str, text: str) -> Iterator[tuple[Row, ...]]:
    """The Python blocks of a document, by the ending of its name."""
    rows = [line.rstrip("\r\n") for line in lines(text)]
    found = _rst(rows) if path.lower().endswith(RST) else _markdown(rows)
    for block in found:
        made = _session(block) if any(_PROMPT.match(row.code) for row in block[:1]) else block
        if made:
            yield tuple(made)


def _markdown(rows: list[str]) -> Iterator[list[Row]]:
    at = 0
    while at < len(rows):
        fence = _FENCE.match(rows[at])
        at += 1
        if fence is None:
            continue
        block, close = [], re.compile(rf"[ \t>]*{re.escape(fence[2])}{fence[2][0]}*[ \t]*$")
        while at < len(rows) and not close.match(rows[at]):
            block.append(_inside(at + 1, rows[at], len(fence[1])))
            at += 1
        at += 1
        if _is_python(fence[3]):
            yield _without_options(block)


def _inside(number: int, row: str, width: int) -> Row:
    """A line of a fenced block, which gives up at most the margin of its fence."""
    margin = _MARGIN.match(row[:width])
    cut = margin.end() if margin else 0
    return Row(number, row[:cut], row[cut:])


def _is_python(info: str) -> bool:
    words = [word.lower() for word in re.findall(r"[\w-]+", info)]
    if words and words[0] in _DIRECTIVES:
        words = words[1:] or ["python"] * (words[0] == "code-cell")
    return bool(words) and words[0] in _PYTHON


def _without_options(block: list[Row]) -> list[Row]:
    """``:tags: [hide]`` at the head of a MyST cell is no code."""
    count = 0
    while count < len(block) and _OPTION.match(block[count].code):
        count += 1
    return block[count:]


def _rst(rows: list[str]) -> Iterator[list[Row]]:
    at = 0
    while at < len(rows):
        directive = _DIRECTIVE.match(rows[at])
        if directive and directive[2] in (*_DIRECTIVES, "jupyter-execute"):
            words = directive[3] or (
                "" if directive[2].startswith(("code", "source")) else "python"
            )
            start, at = at + 1, _body_end(rows, at + 1, len(directive[1]))
            if words.lower() in _PYTHON or directive[2] == "testcode":
                yield _body(rows, start, at)
        elif rows[at].lstrip().startswith(">>>"):
            start = at
            while at < len(rows) and rows[at].strip():
                at += 1
            margin = len(rows[start]) - len(rows[start].lstrip())
            yield [Row(i + 1, rows[i][:margin], rows[i][margin:]) for i in range(start, at)]
        else:
            at += 1


def _body_end(rows: list[str], at: int, indent: int) -> int:
    """Behind the last line that is blank or indented more than its directive."""
    while at < len(rows):
        row = rows[at]
        if row.strip() and len(row) - len(row.lstrip()) <= indent:
            break
        at += 1
    return at


def _body(rows: list[str], start: int, end: int) -> list[Row]:
    while start < end and _OPTION.match(rows[start]):
        start += 1
    widths = [len(row) - len(row.lstrip()) for row in rows[start:end] if row.strip()]
    margin = min(widths, default=0)
    return [Row(i + 1, rows[i][:margin], rows[i][margin:]) for i in range(start, end)]


def _session(block: list[Row]) -> list[Row]:
    """An interpreter session: only what was typed is code."""
    made = []
    for row in block:
        prompt = _PROMPT.match(row.code)
        cut = prompt.end() if prompt else len(row.code)
        made.append(Row(row.number, row.margin + row.code[:cut], row.code[cut:]))
    return made


def splice(path: str, data: bytes, edits: Iterable[Edit]) -> bytes:
    """The document with some of its code replaced; a new line gets its block's margin."""
    text = data.decode("utf-8")
    mark = text[: text.startswith("\ufeff")]
    body = text.removeprefix(mark)
    margins = {row.number: row.margin for block in blocks(path, body) for row in block}
    newline = "\r\n" if "\r\n" in text else "\n"
    made = [
        edit._replace(
            replacement=_with_margin(
                edit, margins[edit.place.line or 0].replace("...", ">>>"), newline
            )
        )
        for edit in edits
    ]
    return (mark + applied(body, made)).encode("utf-8")


def _with_margin(edit: Edit, margin: str, newline: str) -> str:
    """The replacement; its last line end leads to a line that has its margin already."""
    new = edit.replacement.replace("\r\n", "\n")
    whole_lines = new.endswith("\n") and (edit.place.column or 1) <= len(margin) + 1
    inner = new[:-1] if whole_lines else new
    inner = inner.replace("\n", newline + margin)
    return inner + (newline + margin if whole_lines else "")
