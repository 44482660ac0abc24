"""The front ends of notebooks and documents: their code as a module for the Python front end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from xentlint import documents, lexing, notebook
from xentlint.cells import Module
from xentlint.facts import Edit, FileFacts, Place, Problem, Related, Use

NOTEBOOK: Final = "notebook"


class PythonFiles(Protocol):
    """The front end of Python source."""

    def keeps(self, path: str, data: bytes) -> bool: ...
    def read(self, path: str, data: bytes) -> FileFacts: ...
    def locate(self, use: Use) -> Use: ...
    def lines(self, place: Place) -> list[str] | None: ...
    def edits(
        self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()
    ) -> tuple[Edit, ...] | str: ...
    def left(
        self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()
    ) -> tuple[Related, ...]: ...
    def splice(self, path: str, data: bytes, edits: Sequence[Edit]) -> bytes: ...


class _Opened(NamedTuple):
    """A file that holds pieces of Python, as a module."""

    data: bytes
    module: Module
    document: documents.Document | None

    def place(self, of: Place) -> Place:
        return self.document.place(of) if self.document else self.module.place(of)

    def in_one_piece(self, of: Place) -> Place:
        """A range up to the start of the next piece as one up to the end of its own."""
        line = of.end_line or 0
        start, end = self.module.row(of.line), self.module.row(line)
        before = self.module.row(line - 1)
        same = start is not None and end is not None and end.cell == start.cell
        if same or of.end_column != 1 or line == of.line or before is None:
            return of
        return of._replace(end_line=line - 1, end_column=len(before.shown) + 1)

    def is_original(self, of: Place) -> bool:
        """Whether a range of the module is one piece of the file, and no magic made neutral."""
        rows = lexing.lines(self.module.text)
        found = [self.module.row(line) for line in range(of.line or 0, (of.end_line or 0) + 1)]
        cells = {row.cell if row else 0 for row in found}
        if len(cells) != 1 or 0 in cells:
            return False
        insertion = (of.line, of.column) == (of.end_line, of.end_column)
        for line, row in enumerate(found, of.line or 0):
            begin = (of.column or 1) - 1 if line == of.line and not insertion else 0
            end = (of.end_column or 1) - 1 if line == of.end_line and not insertion else None
            text = rows[line - 1].rstrip("\r\n")
            if row is None or text[begin:end] != row.shown[begin:end]:
                return False
        return True


class EmbeddedFiles:
    """Notebooks or documents."""

    def __init__(self, source: PythonFiles, kind: str, magics: tuple[str, ...] = ()) -> None:
        self._source = source
        self._kind = kind
        self._magics = magics
        self._opened: dict[str, _Opened] = {}

    def keeps(self, path: str, data: bytes) -> bool:
        """Whether the module may hold a use: in the JSON of a notebook words are not words."""
        module = self._open(path, data).module
        # As it stands there: what a piece that was left out may hold is to be named.
        text = "\n".join(row.shown for row in module.rows if row is not None)
        return any(problem.fatal for problem in module.problems) or self._source.keeps(
            path, text.encode("utf-8", "surrogatepass")
        )

    def read(self, path: str, data: bytes) -> FileFacts:
        """All uses; a piece that only the second parser refuses is left out as well."""
        left_out: set[int] = set()
        while True:
            opened = self._open(path, data, left_out)
            module = opened.module
            if any(problem.fatal for problem in module.problems):
                return FileFacts(path, (), module.problems)
            facts = self._source.read(path, module.text.encode("utf-8", "surrogatepass"))
            bad = {self._cell(module, problem) for problem in facts.problems} - left_out - {0}
            if not bad:
                mapped = tuple(self._problem(opened, problem) for problem in facts.problems)
                return FileFacts(path, facts.uses, (*module.problems, *mapped))
            left_out |= bad

    def locate(self, use: Use) -> Use:
        use = self._source.locate(use)
        head = use.head._replace(place=self._place(use.head.place))
        consumer = use.consumer._replace(place=self._place(use.consumer.place))
        related = tuple(item._replace(place=self._place(item.place)) for item in use.related)
        return use._replace(head=head, consumer=consumer, related=related)

    def lines(self, place: Place) -> list[str] | None:
        opened = self._opened.get(place.path)
        if opened is None:
            return self._source.lines(place)
        if place.cell is not None:
            return opened.module.lines(place.cell)
        text = opened.data.decode("utf-8-sig")
        return [row.rstrip("\r\n") for row in lexing.lines(text)]

    def edits(
        self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()
    ) -> tuple[Edit, ...] | str:
        """The edits of a fix in the file's own lines, or why there are none."""
        made = self._source.edits(use, steps, same)
        if isinstance(made, str):
            return made
        out = []
        for edit in made:
            opened = self._opened.get(edit.place.path)
            if opened is None:
                out.append(edit)
                continue
            place = opened.in_one_piece(edit.place)
            if not opened.is_original(place):
                return "the text to change is no Python of one cell"
            out.append(edit._replace(place=opened.place(place)))
        return tuple(out)

    def left(self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()) -> tuple[Related, ...]:
        """What these edits leave to do, in the file's own lines."""
        made = self._source.left(use, steps, same)
        return tuple(item._replace(place=self._place(item.place)) for item in made)

    def splice(self, path: str, data: bytes, edits: Sequence[Edit]) -> bytes:
        """The file with these edits made."""
        if path not in self._opened:
            return self._source.splice(path, data, edits)
        if self._kind == NOTEBOOK:
            return notebook.splice(data, edits)
        return documents.splice(path, data, edits)

    def _open(
        self, path: str, data: bytes, left_out: set[int] | frozenset[int] = frozenset()
    ) -> _Opened:
        known = self._opened.get(path)
        if known is not None and known.data == data and not left_out:
            return known
        if self._kind == NOTEBOOK:
            module = notebook.to_module(path, data, self._magics, left_out)
            opened = _Opened(data, module, None)
        else:
            document = documents.to_module(path, data, self._magics, left_out)
            opened = _Opened(data, document.module, document)
        self._opened[path] = opened
        return opened

    @staticmethod
    def _cell(module: Module, problem: Problem) -> int:
        """The piece at fault; 0 if it is not one."""
        row = module.row(problem.line)
        return row.cell if row and problem.kind == "syntax" else 0

    @staticmethod
    def _problem(opened: _Opened, problem: Problem) -> Problem:
        if opened.module.row(problem.line) is None:
            return problem._replace(line=None)
        place = opened.place(Place(problem.path, problem.line, 1, problem.line, 1))
        where = "" if place.cell is None else f"cell {place.cell}, line {place.line}: "
        line = place.line if place.cell is None else None
        return problem._replace(line=line, message=where + problem.message)

    def _place(self, place: object) -> Place | None:
        if not isinstance(place, Place):
            return None
        opened = self._opened.get(place.path)
        return place if opened is None else opened.place(place)
