"""A progress bar for runs that take long: only on a terminal, never in CI or under a hook."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

PATIENCE = 1.0
"""Seconds before a bar is shown at all."""
WIDTH = 24
_EVERY = 0.1


class Bar:
    """Draws itself over one line of a terminal."""

    def __init__(self, write: Callable[[str], object], now: Callable[[], float]) -> None:
        self._write = write
        self._now = now
        self._next = now() + PATIENCE
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """So many of all files are read."""
        if self._now() < self._next:
            return
        self._next = self._now() + _EVERY
        self._shown = True
        full = WIDTH * done // max(total, 1)
        self._write(f"\r{'█' * full}{'░' * (WIDTH - full)} {done}/{total} files")

    def close(self) -> None:
        """Leave the line as it was."""
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = False


def bar() -> Bar | None:
    """A bar on stderr, where somebody looks at it."""
    environment = os.environ
    if environment.get("CI") or environment.get("PRE_COMMIT") or environment.get("TERM") == "dumb":
        return None
    if not sys.stderr.isatty() or "utf" not in (sys.stderr.encoding or "").lower():
        return None
    return Bar(lambda text: (sys.stderr.write(text), sys.stderr.flush()), time.monotonic)
