"""The suppression comments in the files of a run: found, applied, and reported when unused."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Sequence

from xentlint.facts import Finding, Place, Use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from xentlint.suppress import Suppression

# Compiled when they are first needed: a saved model has no comments, and that is 2 ms.
_NOQA: Final = rb"(?i:noqa)[^\n]*[A-Z]\d"
_WORDS: Final = r"(?i)softmax|sigmoid|activation|Dense|Conv|logits|entropy|loss|compile|predict"
"""What a line may be written with whose finding belongs to another file."""


class Comments:
    """Suppressions by file. Files without any cost one search of their bytes."""

    def __init__(self) -> None:
        self._marked: dict[str, tuple[str, bytes]] = {}
        self._consumed: list[Place] = []
        self._touched: list[Place] = []
        self._imported: dict[str, bool] = {}

    def add(self, path: str, kind: str, data: bytes) -> None:
        """Look for suppressions in a file that is checked."""
        if is_marked(data):
            self._marked[path] = (kind, data)

    def __bool__(self) -> bool:
        return bool(self._marked)

    def watches(self, path: str) -> bool:
        """Whether the places of all uses of a file matter, also of those that are right."""
        return path in self._marked

    def touch(self, use: Use) -> None:
        """A use was judged, with whatever verdict.

        An activation alone says nothing: it is a consumer itself, wherever its loss stands.
        """
        if self._marked and use.consumer.kind != "activation":
            from xentlint.suppress import places

            self._consumed.append(use.consumer.place)
            self._touched += places(use)

    def apply(
        self,
        findings: Sequence[Finding],
        selected: Callable[[str], Collection[str]],
        known: Collection[str],
    ) -> tuple[tuple[Finding, ...], int]:
        """What remains, with the findings on unused comments, and how many were silenced."""
        if not self._marked and all(finding.place.line is None for finding in findings):
            return tuple(findings), 0  # all in saved models, which hold no comments
        from xentlint import suppress

        checked = {
            path: list(_scan(path, kind, data, known))
            for path, (kind, data) in self._marked.items()
        }
        other = {
            place.path: place
            for finding in findings
            for place in suppress.places(finding.use)
            if place.path not in checked and place.line is not None
        }
        everything = [one for found in checked.values() for one in found]
        for path in other:
            everything += _scan_unchecked(path, known)
        if not everything:
            return tuple(findings), 0
        result = suppress.apply(findings, everything)
        reports = [
            report
            for path, found in checked.items()
            if suppress.UNUSED in selected(path)
            for one in found
            if self._is_sure(one)
            and (report := suppress.unused(one, result.used, selected(path), known))
        ]
        return (*result.kept, *reports), result.silent

    def silences(self, path: str, finding: Finding, known: Collection[str]) -> bool:
        """Whether a comment in a file that is not checked speaks for a finding."""
        from xentlint import suppress

        return not suppress.apply([finding], list(_scan_unchecked(path, known))).kept

    def _is_sure(self, one: Suppression) -> bool:
        """Whether a comment without a finding in this run is unused in every run.

        A finding belongs to the file of its loss. The activation's line may have to do with a
        loss in a file that was not given, if any file of the project imports this one.
        """
        from xentlint.suppress import speaks_for

        if any(speaks_for(one, place) for place in self._consumed) and not one.whole_file:
            return True
        if re.search(_WORDS, one.covered) is None:
            return True
        return any(speaks_for(one, place) for place in self._touched) and not self._is_imported(
            one.place.path
        )

    def _is_imported(self, path: str) -> bool:
        """Whether some file of the project has the name of this module in an import."""
        if path not in self._imported:
            self._imported[path] = _is_imported(os.path.abspath(path))
        return self._imported[path]


def _is_imported(path: str) -> bool:
    from xentlint import files
    from xentlint.discover import KINDS, discover
    from xentlint.fingerprint import root_of

    folder, name = os.path.split(path)
    stem, ending = os.path.splitext(name)
    if ending not in (".py", ".pyi"):
        return False
    stem = os.path.basename(folder) if stem == "__init__" else stem
    line = re.compile(rb"import[^\n]*\b%b\b|from[^\n]*\b%b\b" % ((re.escape(stem.encode()),) * 2))
    kinds = {ending: kind for ending, kind in KINDS.items() if kind != "model"}
    for file in discover([root_of(folder)], kinds=kinds).files:
        try:
            data = files.read(file.path)
        except OSError:
            continue
        if os.path.abspath(file.path) != path and line.search(data):
            return True
    return False


def _scan_unchecked(path: str, known: Collection[str]) -> Iterable[Suppression]:
    from xentlint import files
    from xentlint.discover import kind_of_name

    try:
        data = files.read(path)
    except OSError:
        return ()
    kind = kind_of_name(path) or "source"
    return _scan(path, kind, data, known) if is_marked(data) else ()


def is_marked(data: bytes) -> bool:
    """Whether a file may hold a suppression of ours."""
    if b"xentlint:" in data:
        return True
    return b"noqa" in data.lower() and re.search(_NOQA, data) is not None


def _scan(path: str, kind: str, data: bytes, known: Collection[str]) -> Iterable[Suppression]:
    if kind == "notebook":
        return _of_notebook(path, data, known)
    if kind == "document":
        return _of_document(path, data, known)
    from xentlint import suppress

    text = decoded(data)
    return () if text is None else suppress.scan(path, text, known)


def decoded(data: bytes) -> str | None:
    """Python source as text; ``None`` if its encoding is not what it says."""
    import io
    import tokenize

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeDecodeError):
        return None


def encoded(text: str, before: bytes) -> bytes:
    """The new text of a file in the encoding of the old one, with its byte-order mark."""
    import io
    import tokenize

    encoding, _ = tokenize.detect_encoding(io.BytesIO(before).readline)
    return text.encode(encoding)


def _of_notebook(path: str, data: bytes, known: Collection[str]) -> Iterable[Suppression]:
    from xentlint import notebook, suppress

    try:
        found = notebook.cells(data.decode("utf-8"))[1]
    except (ValueError, TypeError, RecursionError, AttributeError):
        return []
    return [
        one
        for cell in found
        if cell.is_code
        for one in suppress.scan(path, cell.text, known, cell.number)
    ]


def _of_document(path: str, data: bytes, known: Collection[str]) -> Iterable[Suppression]:
    from xentlint import documents, suppress

    out = []
    for block in documents.blocks(path, data.decode("utf-8-sig", "replace")):
        for one in suppress.scan(path, "".join(f"{row.code}\n" for row in block), known):
            row = block[(one.place.line or 1) - 1]
            place = one.place._replace(
                line=row.number,
                column=(one.place.column or 1) + len(row.margin),
                end_line=row.number,
                end_column=(one.place.end_column or 1) + len(row.margin),
            )
            first, last = block[one.first - 1].number, block[one.last - 1].number
            out.append(one._replace(place=place, first=first, last=last))
    return out
