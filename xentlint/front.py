"""What a front end is. Nothing but types, imported for their checker alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from xentlint.facts import Edit, FileFacts, Place, Related, Use


class Editor(Protocol):
    """A front end, as far as fixes need it."""

    def edits(
        self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()
    ) -> tuple[Edit, ...] | str:
        """The edits of a fix, or why there are none."""

    def left(self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()) -> tuple[Related, ...]:
        """What these edits leave to do."""


class FrontEnd(Editor, Protocol):
    """What reads one kind of file."""

    def keeps(self, path: str, data: bytes) -> bool:
        """Whether these bytes may hold a use; must be cheap."""

    def read(self, path: str, data: bytes) -> FileFacts:
        """All uses in a file; their places may be handles of the front end's own."""

    def locate(self, use: Use) -> Use:
        """The same use with real places. Costly: only for what is reported."""

    def lines(self, place: Place) -> list[str] | None:
        """The text around a place."""

    def splice(self, path: str, data: bytes, edits: Sequence[Edit]) -> bytes:
        """A file with edits made; ValueError where it cannot take them."""
