"""The JSON texts of a file that fixes may change."""

from __future__ import annotations

from . import jsontext
from .errors import ReadError
from .intents import ImpossibleError
from .windows import File

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HDF5_TEXTS = ("model_config", "training_config")


class Members:
    """The JSON texts of a file, each parsed once."""

    def __init__(self, texts: dict[str, bytes], limit: int) -> None:
        self.texts = texts
        self._limit = limit
        self._roots: dict[str, Any] = {}

    def root(self, member: str) -> Any:
        if member not in self.texts:
            raise ImpossibleError("a model inside another file is not edited")
        if member not in self._roots:
            notes: list[str] = []
            self._roots[member] = jsontext.load(self.texts[member], member, self._limit, notes)
        return self._roots[member]


def texts(kind: str, window: File) -> dict[str, bytes]:
    """The JSON texts of a file that fixes may change, by member."""
    limit = window.budget.config_limit
    # Late: each format loads its own reader only.
    if kind == "keras":
        from . import zipfiles

        archive = zipfiles.open_archive(window)
        member = zipfiles.find_member(archive, b"config.json")
        if member is None:
            raise ImpossibleError("a model inside another file is not edited")
        return {"config.json": zipfiles.read_member(archive, member, limit)}
    if kind == "hdf5":
        from . import hdf5

        found = hdf5.string_attributes(hdf5.open_layout(window), HDF5_TEXTS)
        return {name: hdf5.content(text) for name, text in found.items()}
    if kind != "json":
        raise ImpossibleError("the file's format is not edited: change it where the model is made")
    if window.size > limit:
        raise ReadError("the file is too large to edit")
    return {"": window.read(0, window.size)}
