"""Opens what a path names, if it is a regular file: never a FIFO, a device or a folder."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

LARGEST_SOURCE: Final = 64 * 1024 * 1024
"""Bytes of a source file. A parse needs about a hundred times as much memory."""

# O_NONBLOCK: opening a FIFO without a writer would wait for ever; the kind is only known after
# opening, because a name may change its meaning between a look and an open.
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOCTTY", 0)
)


class NotAFileError(OSError):
    """The path names something that is no regular file."""


class TooLargeError(OSError):
    """The file is larger than the reader may take."""


def read(path: str, limit: int | None = None) -> bytes:
    """All bytes of a regular file, or its first ``limit`` ones."""
    handle = os.open(path, _FLAGS)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFileError(f"is {_kind(status.st_mode)}, not a regular file")
        if limit is None and status.st_size > LARGEST_SOURCE:
            raise TooLargeError(f"has {status.st_size} bytes; at most {LARGEST_SOURCE} are read")
        # The size is a hint: a file may grow, and some file systems say 0.
        with os.fdopen(os.dup(handle), "rb", buffering=0) as file:
            return _upto(file, LARGEST_SOURCE + 1 if limit is None else limit)
    finally:
        os.close(handle)


def _upto(file: object, limit: int) -> bytes:
    parts, left = [], limit
    while left > 0:
        part = file.read(min(left, 1 << 20))  # type: ignore[attr-defined]
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _kind(mode: int) -> str:
    names = {stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFDIR: "a folder"}
    return names.get(stat.S_IFMT(mode), "a device")


def reason(error: OSError) -> str:
    """What went wrong, in words and without the path, which the report prints itself."""
    return error.strerror or str(error)
