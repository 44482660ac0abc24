"""What a fix would change in a saved model, as keys and values: for reports, nothing is written."""

from __future__ import annotations

import json
from collections.abc import Sequence

from xentlint.facts import Edit, Place, Use

from . import jsontext, limits
from .compiled import Handle
from .errors import ReadError, printable
from .intents import Change, ImpossibleError, changes
from .members import Members, texts
from .windows import Budget, open_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

MOST: Final = 512
"""Findings of one file whose changes are worked out; a report of more is not read."""


class Suggestions:
    """The changes that fixes stand for; a file is parsed once for all of its findings."""

    def __init__(self, max_config_size: int = limits.CONFIG_SIZE) -> None:
        self._limit = max_config_size
        self._path = ""
        self._asked = 0
        self._members: Members | str = ""

    def edits(self, use: Use, steps: Sequence[str]) -> tuple[Edit, ...] | str:
        """A key and its new value for each change, or why there is none."""
        handle = use.handle
        if not isinstance(handle, Handle):
            return "a saved model without a configuration is changed where it is made"
        if "://" in handle.path:
            return "a file behind an address is not edited"
        if handle.path != self._path:
            self._path, self._asked, self._members = handle.path, 0, self._open(handle)
        self._asked += 1
        members = self._members
        if isinstance(members, str):
            return members
        if self._asked > MOST:
            return "the file has too many findings"
        try:
            found = [item for step in steps for item in changes(use, step, members.root)]
        except (ImpossibleError, ReadError) as error:
            return str(error)
        edits = [
            Edit(Place(handle.path, pointer=_pointer(item)), json.dumps(item.value))
            for item in found
        ]
        return tuple(dict.fromkeys(edits))

    def _open(self, handle: Handle) -> Members | str:
        try:
            window = open_file(handle.path, Budget(self._limit))
            try:
                return Members(texts(handle.kind, window), self._limit)
            finally:
                window.close()
        except (ReadError, ImpossibleError) as error:
            return str(error)


def _pointer(item: Change) -> str:
    return printable(jsontext.pointer(item.member, item.steps))
