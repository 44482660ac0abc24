"""What reports for other programs share: paths from the repository's root, lines of the file."""

from __future__ import annotations

import os
from functools import lru_cache

from xentlint.facts import Place
from xentlint.fingerprint import relative


def path_from(root: str, place: Place) -> str:
    """A path as services on the web expect it: from the root, with slashes."""
    return relative(place.path, root)


def uri(path: str) -> str:
    """A relative path as a URI reference, an absolute one as a file URI."""
    from urllib.parse import quote

    quoted = quote(os.fsencode(path))
    if os.path.isabs(path):  # on Windows with a drive: another one than the repository's
        return "file:///" + quote(os.fsencode(path.lstrip("/")), safe="/:")
    return quoted if ":" not in path.split("/", 1)[0] else "./" + quoted


def file_line(place: Place) -> int | None:
    """The line of the file: of a notebook, the one on which the cell's line is written."""
    if place.cell is None or place.line is None:
        return place.line
    return _notebook_line(place.path, place.cell, place.line)


@lru_cache(maxsize=1024)
def _notebook_line(path: str, cell: int, line: int) -> int | None:
    from xentlint import files, notebook

    try:
        return notebook.file_line(files.read(path), cell, line)
    except (OSError, ValueError, LookupError, RecursionError, TypeError):
        return None


def shown_cell(place: Place) -> str:
    """What a message adds where the line of the file says little: ``cell 4, line 2``."""
    return "" if place.cell is None else f"cell {place.cell}, line {place.line}"
