"""Pieces of Python in another document as one module, and the way back from its lines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from xentlint import ipython
from xentlint.facts import Place, Problem
from xentlint.lexing import lines


class Piece(NamedTuple):
    """A cell or a code block."""

    number: int
    """1-based position among all cells; what a note names."""
    text: str


class Line(NamedTuple):
    """Where a line of the module stands."""

    cell: int
    line: int
    """1-based, in the cell."""
    shown: str
    """The line as it stands there: what a code frame shows."""


class Module(NamedTuple):
    """All pieces as one program."""

    text: str
    rows: tuple[Line | None, ...]
    """For each line of the text; ``None`` for one that stands nowhere."""
    problems: tuple[Problem, ...] = ()
    unknown_names: tuple[str, ...] = ()
    """Names that pieces bind which were left out; the text binds them to an unknown."""

    def place(self, of: Place) -> Place:
        """A place in the module's text as a place in the document."""
        start, end = self.row(of.line), self.row(of.end_line)
        if start is None:
            return of._replace(line=None, column=None, end_line=None, end_column=None)
        if end is None or end.cell != start.cell:
            end = start
        return of._replace(cell=start.cell, line=start.line, end_line=end.line)

    def row(self, line: int | None) -> Line | None:
        """Where a line of the text stands."""
        return self.rows[line - 1] if line and line <= len(self.rows) else None

    def lines(self, cell: int) -> list[str]:
        """The lines of a cell."""
        return [row.shown for row in self.rows if row is not None and row.cell == cell]


def assemble(
    path: str,
    pieces: Sequence[Piece],
    magics: Collection[str] = (),
    without: Collection[int] = (),
    noun: str = "cell",
) -> Module:
    """Join the pieces. One that does not parse is left out and named, and so is what it binds.

    ``without`` leaves out more of them: those that another parser refuses.
    """
    made = [_python(piece, {*ipython.PYTHON_MAGICS, *magics}) for piece in pieces]
    modules: set[str] = set()
    for text, wrong in made:
        if wrong is None:
            modules |= ipython.imported_names(text)
    out: list[str] = []
    rows: list[Line | None] = []
    problems: list[Problem] = []
    unknown: set[str] = set()
    for piece, (text, wrong) in zip(pieces, made, strict=True):
        shown = [line.rstrip("\r\n") for line in lines(piece.text)]
        here: list[Line | None] = [Line(piece.number, i + 1, row) for i, row in enumerate(shown)]
        if wrong is None and piece.number in without:
            wrong = (1, "is not understood")
        if wrong is not None:
            names = () if wrong is FOREIGN else ipython.bound_names(piece.text, modules)
            unknown.update(names)
            text = "".join(f"{name} = " for name in names) + f"{ipython.UNKNOWN}"
            text += "\n" * max(1, len(shown))
            if wrong is not FOREIGN:
                problems.append(_skipped(path, piece.number, wrong, noun))
        elif text.startswith(_OPENED) and text != piece.text:
            here.insert(0, None)
        if text:
            out.append(text if text.endswith(("\n", "\r")) else text + "\n")
            rows += here
    return Module("".join(out), tuple(rows), tuple(problems), tuple(sorted(unknown)))


FOREIGN = (0, "")
"""Of a cell that holds no Python: nothing is wrong with it."""
_OPENED = "if 1:\n"


def _python(piece: Piece, magics: Collection[str]) -> tuple[str, tuple[int, str] | None]:
    """A piece as Python, and what is wrong with it."""
    text = piece.text
    wrong = ipython.error(text)
    if wrong is None:
        return text, None
    magic = ipython.cell_magic(text)
    if magic in ipython.FOREIGN_MAGICS and magic not in magics:
        return text, FOREIGN
    if magic is not None and magic not in magics:
        return text, (1, f"holds something else than Python by its magic %%{magic}")
    text = ipython.neutral(text)
    wrong = ipython.error(text)
    # IPython takes the indentation of a whole cell away.
    indented = wrong is not None and text.lstrip("\r\n")[:1] in (" ", "\t")
    if indented and ipython.parses(_OPENED + text):
        return _OPENED + text, None
    return text, wrong


def _skipped(path: str, number: int, wrong: tuple[int, str], noun: str) -> Problem:
    line, message = wrong
    text = f"{noun} {number} is left out: line {line}: {message}"
    return Problem(path, None, "syntax", text, fatal=False)
