"""Bytes to read from: a window of known size on a file, on memory or on a part of another.

A reader asks for ranges and never holds a file. Each window checks its bounds and charges
one budget of bytes, work and time, so that no file costs more than the limits say.
"""

from __future__ import annotations

import os
import stat
import time

from . import limits
from .errors import ReadError


class Budget:
    """What one file may cost: shared by all windows on it."""

    __slots__ = ("bytes_left", "bytes_read", "config_limit", "deadline", "work_left")

    def __init__(
        self,
        config_limit: int = limits.CONFIG_SIZE,
        read: int = limits.READ_BYTES,
        work: int = limits.WORK,
        seconds: float = limits.SECONDS,
    ) -> None:
        self.config_limit = config_limit
        self.bytes_left = read + config_limit
        self.bytes_read = 0
        self.work_left = work
        self.deadline = time.monotonic() + seconds

    def take(self, count: int) -> None:
        """Charge ``count`` bytes before they are read."""
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise ReadError("more bytes would have to be read than the limits allow", "too-large")
        self.bytes_read += count

    def work(self, count: int = 1) -> None:
        """Charge the visit of ``count`` nodes, fields or layers."""
        self.work_left -= count
        if self.work_left < 0:
            raise ReadError("the file asks for more work than the limits allow", "too-large")
        if self.work_left & 0xFFF < count and time.monotonic() > self.deadline:
            raise ReadError("the file takes longer than the limits allow", "too-large")


class Window:
    """``size`` bytes that can be read by range."""

    __slots__ = ("budget", "size")

    def __init__(self, size: int, budget: Budget) -> None:
        self.size = size
        self.budget = budget

    def read(self, offset: int, length: int) -> bytes:
        """Exactly these bytes, or a ``ReadError``."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise ReadError(f"a part of {length} bytes lies outside of the file", offset=offset)
        if not length:
            return b""
        data = self._fetch(offset, length)
        if len(data) != length:
            raise ReadError("the file became shorter while it was read", offset=offset)
        return data

    def upto(self, offset: int, length: int) -> bytes:
        """These bytes, fewer where the file ends."""
        return self.read(offset, max(0, min(length, self.size - offset)))

    def part(self, offset: int, length: int) -> Window:
        """A window on a range of this one."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise ReadError(f"a part of {length} bytes lies outside of the file", offset=offset)
        return Part(self, offset, length)

    def _fetch(self, offset: int, length: int) -> bytes:
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what is behind the window."""


class Memory(Window):
    """A window on bytes that are there already: nothing is charged."""

    __slots__ = ("data",)

    def __init__(self, data: bytes, budget: Budget) -> None:
        super().__init__(len(data), budget)
        self.data = data

    def _fetch(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]


class Part(Window):
    """A window on a range of another window."""

    __slots__ = ("parent", "start")

    def __init__(self, parent: Window, start: int, size: int) -> None:
        super().__init__(size, parent.budget)
        self.parent = parent
        self.start = start

    def _fetch(self, offset: int, length: int) -> bytes:
        return self.parent.read(self.start + offset, length)


class File(Window):
    """A window on an open regular file."""

    __slots__ = ("descriptor",)

    def __init__(self, descriptor: int, size: int, budget: Budget) -> None:
        super().__init__(size, budget)
        self.descriptor = descriptor

    def _fetch(self, offset: int, length: int) -> bytes:
        self.budget.take(length)
        try:
            if hasattr(os, "pread"):
                return os.pread(self.descriptor, length, offset)
            os.lseek(self.descriptor, offset, os.SEEK_SET)
            return os.read(self.descriptor, length)
        except OSError as error:
            raise ReadError(f"cannot be read: {error.strerror or error}") from None

    def close(self) -> None:
        os.close(self.descriptor)


def open_file(path: str, budget: Budget) -> File:
    """Open a regular file; a FIFO, a device or a folder is refused without waiting for it."""
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOCTTY"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        message = error.strerror if isinstance(error, OSError) else str(error)
        raise ReadError(f"cannot be opened: {message}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ReadError("not a regular file")
        return File(descriptor, status.st_size, budget)
    except BaseException:
        os.close(descriptor)
        raise
