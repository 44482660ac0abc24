"""Whether a file can hold a use, by its bytes alone: a search of 10 ms for 13 MB."""

from __future__ import annotations

import os
import re
from typing import Final

CONSUMERS: Final = re.compile(
    rb"(?i:entropy)|(?<!\bre)\.compile\(|\blog(?:1p)?\(|(?i:kl_?d|kullback)|\bBCE\b|\bbce\b|"
    rb"\b(?:Dice|Tversky|log_loss|compiled_loss|compute_loss|xlogy)\b"
)
"""What a consumer is written with, in any of its spellings."""
_IMPORT: Final = re.compile(rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import|import[ \t]+([\w.]+))", re.M)
_FRAMEWORK: Final = re.compile(rb"keras|tensorflow|\btf\b|theano|cntk|model", re.I)


class Screen:
    """Sets files aside that hold no consumer and import no module of the project that does."""

    def __init__(self, on: bool = True) -> None:
        self.on = on
        self._known: dict[str, bool] = {}

    def keeps(self, path: str, data: bytes) -> bool:
        """Whether a file must be read. A project module counts where the file names it."""
        if not self.on or CONSUMERS.search(data):
            return True
        if not _FRAMEWORK.search(data):
            return False
        folder = os.path.dirname(os.path.abspath(path))
        return any(self._consumes(folder, a or b) for a, b in _IMPORT.findall(data))

    def _consumes(self, folder: str, name: bytes) -> bool:
        """Whether an imported module lies beside the file (or above its package) and consumes."""
        dotted = name.decode("ascii", "ignore")
        level = len(dotted) - len(dotted.lstrip("."))
        base = folder
        for _ in range(level - 1):
            base = os.path.dirname(base)
        relative = dotted.lstrip(".").replace(".", os.sep)
        bases = [base]
        while not level and os.path.isfile(os.path.join(bases[-1], "__init__.py")):
            bases.append(os.path.dirname(bases[-1]))
        for base in bases:
            stem = os.path.join(base, relative) if relative else base
            for candidate in (f"{stem}.py", os.path.join(stem, "__init__.py")):
                known = self._known.get(candidate)
                if known is None:
                    known = self._known[candidate] = _file_consumes(candidate)
                if known:
                    return True
        return False


def _file_consumes(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return CONSUMERS.search(file.read(8_000_000)) is not None
    except OSError:
        return False
