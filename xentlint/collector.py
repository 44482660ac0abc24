"""Garbage collection stands still while a tree of objects is built."""

from __future__ import annotations

import gc


class Paused:
    """No garbage collection inside: it would look through all trees again, for next to nothing."""

    def __enter__(self) -> None:
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *error: object) -> None:
        if self._was_on:
            gc.enable()


def collect() -> None:
    """Collect after all, where a large part was let go of: little is left to look through."""
    gc.collect()
