"""Where an absolute import of the project looks: folders, from the nearest to the last resort."""

from __future__ import annotations

import os
import sys
from typing import Final

_MARKS: Final = (".git", "pyproject.toml", "setup.py", "setup.cfg", ".hg")


class Roots:
    """The folders that files import from, looked up once for each folder."""

    def __init__(self, src: tuple[str, ...] = ()) -> None:
        self._src = src
        self._known: dict[str, tuple[list[str], list[str], list[str]]] = {}

    def bases(self, folder: str, dotted: str) -> list[str]:
        """Beside the file, above its package, at the root; then in the folders between.

        Scripts reach the latter by ``sys.path`` or ``PYTHONPATH``. A name of Python's own
        library means that library there, and inside of packages.
        """
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = self._look(folder)
        packages, near, between = known
        if dotted.partition(".")[0] in sys.stdlib_module_names:
            return near
        return [*packages, *near, *between]

    def _look(self, folder: str) -> tuple[list[str], list[str], list[str]]:
        packages = []
        above = folder
        while os.path.isfile(os.path.join(above, "__init__.py")):
            packages.append(above)
            above = os.path.dirname(above)
        between, root = _upwards(folder)
        near = [above, root, *(os.path.join(root, src) for src in ("src", *self._src))]
        near = [base for base in dict.fromkeys(near) if base not in packages]
        return packages, near, [base for base in between if base not in (*packages, *near)]


def _upwards(folder: str) -> tuple[list[str], str]:
    """The folders above one, and the project's: the nearest one upwards with a mark of one."""
    passed = []
    here = folder
    while not any(os.path.exists(os.path.join(here, mark)) for mark in _MARKS):
        above = os.path.dirname(here)
        if above == here:
            return [], folder
        passed.append(here)
        here = above
    return passed, here
