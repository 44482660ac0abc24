"""The front ends of notebooks and documents: their code as a module for the Python front end."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from xentlint import documents, lexing, notebook
from xentlint.cells import Module
from xentlint.facts import FileFacts, Place, Problem, Use

NOTEBOOK: Final = "notebook"


class PythonFiles(Protocol):
    """The front end of Python source."""

    def keeps(self, path: str, data: bytes) -> bool: ...
    def read(self, path: str, data: bytes) -> FileFacts: ...
    def locate(self, use: Use) -> Use: ...
    def lines(self, place: Place) -> list[str] | None: ...


class _Opened(NamedTuple):
    """A file that holds pieces of Python, as a module."""

    data: bytes
    module: Module
    document: documents.Document | None

    def place(self, of: Place) -> Place:
        return self.document.place(of) if self.document else self.module.place(of)


class EmbeddedFiles:
    """Notebooks or documents."""

    def __init__(self, source: PythonFiles, kind: str, magics: tuple[str, ...] = ()) -> None:
        self._source = source
        self._kind = kind
        self._magics = magics
        self._opened: dict[str, _Opened] = {}

    def keeps(self, path: str, data: bytes) -> bool:
        """Whether the module may hold a use: in the JSON of a notebook words are not words."""
        opened = self._open(path, data)
        text = opened.module.text.encode("utf-8", "surrogatepass")
        return any(p.fatal for p in opened.module.problems) or self._source.keeps(path, text)

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
