"""The one error of the readers, and how strings out of a file are made printable."""

from __future__ import annotations

from . import limits


class ReadError(Exception):
    """A file, or a part of it, that cannot be read: becomes a ``Problem`` at the door."""

    def __init__(self, reason: str, kind: str = "unreadable", offset: int | None = None) -> None:
        if offset is not None:
            reason = f"{reason} (at byte {offset})"
        super().__init__(reason)
        self.reason = reason
        self.kind = kind


def too_large(what: str, size: int, limit: int) -> ReadError:
    return ReadError(f"{what} has {size:,} bytes, the limit is {limit:,}", "too-large")


def printable(value: object, limit: int = limits.SHOWN) -> str:
    """A string out of a file on one line, without control characters and surrogates."""
    if not isinstance(value, str):
        return f"<{type(value).__name__}>"
    text = value[:limit]
    if not text.isprintable():
        # Ex) "\x1b[2J" and lone surrogates, which a terminal obeys and a printer dies of.
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text + "…" if len(value) > limit else text
