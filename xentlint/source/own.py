"""Which rows of the project's settings speak of a name, a definition or a text."""

from __future__ import annotations

import os
from collections.abc import Iterable

from xentlint.catalog.rows import OwnRow


class Own:
    """The settings' rows on the project's own names. They win over what its code shows."""

    def __init__(self, rows: Iterable[OwnRow] = ()) -> None:
        self._rows = {row.name: row for row in rows}
        self._by_end: dict[str, list[OwnRow]] = {}
        for row in self._rows.values():
            self._by_end.setdefault(row.name.rpartition(".")[2], []).append(row)
        self._losses = tuple(
            row.name.rpartition(".")[2].encode() for row in self._rows.values() if row.expects
        )

    def named(self, dotted: str) -> OwnRow | None:
        """The row of a name as it is imported."""
        return self._rows.get(dotted)

    def defined(self, path: str, name: str) -> OwnRow | None:
        """The row of a name that a file of the project binds: ``lib.net.Head`` in lib/net.py."""
        rows = self._by_end.get(name)
        if rows is None:
            return None
        module = os.path.splitext(os.path.abspath(path))[0].split(os.sep)
        if module[-1] == "__init__":
            module.pop()
        dotted = ".".join(("", *module, name))
        return next((row for row in rows if dotted.endswith(f".{row.name}")), None)

    def is_consumed(self, data: bytes) -> bool:
        """Whether a text names a loss of the project."""
        return any(name in data for name in self._losses)
