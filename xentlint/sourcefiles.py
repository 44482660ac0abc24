"""The front end of Python source: its screens, its session and its editor, each made late."""

from __future__ import annotations

from collections.abc import Sequence

from xentlint.facts import Edit, FileFacts, Place, Related, Use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xentlint.catalog.rows import OwnRow
    from xentlint.source import Session
    from xentlint.source.editor import Editor


class SourceFiles:
    """Python source. LibCST is imported only with the first file that may hold a use."""

    def __init__(
        self,
        screens: bool,
        src: tuple[str, ...] = (),
        audit: bool = False,
        own: tuple[OwnRow, ...] = (),
    ) -> None:
        from xentlint.source.own import Own
        from xentlint.source.triage import Screen

        self._src = src
        self._audit = audit
        self._own = own
        self._screen = Screen(own=Own(own), src=src) if screens else None
        self._session: Session | None = None
        self._editor: Editor | None = None

    def keeps(self, path: str, data: bytes) -> bool:
        return self._screen is None or self._screen.keeps(path, data)

    def read(self, path: str, data: bytes) -> FileFacts:
        return self._open().read(path, data)

    def locate(self, use: Use) -> Use:
        return self._open().locate(use)

    def lines(self, place: Place) -> list[str] | None:
        return self._open().source_lines(place.path)

    def edits(
        self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()
    ) -> tuple[Edit, ...] | str:
        return self._edit().edits(use, steps, same)

    def left(self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()) -> tuple[Related, ...]:
        return self._edit().left(use, steps, same)

    def _edit(self) -> Editor:
        if self._editor is None:
            from xentlint.source.editor import Editor

            self._editor = Editor()
        return self._editor

    def splice(self, path: str, data: bytes, edits: Sequence[Edit]) -> bytes:
        from xentlint import comments
        from xentlint.edits import applied

        text = comments.decoded(data)
        if text is None:
            raise ValueError("is not in the encoding that it names")
        return comments.encoded(applied(text, edits), data)

    def overlay(self, path: str, data: bytes) -> None:
        """A module that has this content, whatever stands on the disk."""
        self._open().project.source(path, data)

    def _open(self) -> Session:
        if self._session is None:
            from xentlint.source import Session

            self._session = Session(self._src, self._audit, self._own, self._screen)
        return self._session
