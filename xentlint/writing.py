"""The one module that writes user files: each is whole, old or new, whatever stops the run.

A new text goes into a temporary file beside the resolved target, is flushed to the disk and takes
the old file's mode, owner and attributes; only then a rename puts it in place. What stands there
must still be what was read. Errors are values; every system call goes through this module's
``os``, so that tests can make any one of them fail.

Temporary files are held by a lock while their run lives. The lock dies with the process, which is
how :func:`tidy` knows what a killed run has left behind.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from xentlint.facts import Problem

if sys.platform != "win32":
    import fcntl

CHUNK = 1 << 20
PATIENCE = 10.0
"""Seconds to wait for another run that holds the same file."""
LEFTOVER = re.compile(r"\.xentlint-[0-9a-f]{16}\.(?:new|old|journal)\Z")
_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | _FLAGS
_NOT_SUPPORTED = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class Seen(NamedTuple):
    """What a file was when it was read."""

    size: int
    mtime_ns: int
    inode: int
    sha256: str | None
    """``None`` for files too large to read twice: then the other three decide."""


class Refused(Exception):  # noqa: N818 - not always an error
    """Why a file is left alone; never leaves this package."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Sink:
    """What the writer of a large file writes to."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def write(self, data: bytes) -> None:
        """Write all of ``data``."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]

    def copy(self, source: int, offset: int, count: int) -> None:
        """Copy ``count`` bytes at ``offset`` of an open file, in the kernel where it can."""
        quick = hasattr(os, "copy_file_range")
        while count:
            if quick:
                try:
                    done = os.copy_file_range(source, self._fd, min(count, 1 << 30), offset)
                except OSError as error:
                    if error.errno not in (*_NOT_SUPPORTED, errno.EXDEV, errno.EPERM):
                        raise
                    quick = False
                    continue
            else:
                os.lseek(source, offset, os.SEEK_SET)
                data = os.read(source, min(count, CHUNK))
                done = len(data)
                self.write(data)
            if done == 0:
                raise Refused("changed", "the file became shorter while it was copied")
            offset, count = offset + done, count - done


class Target(NamedTuple):
    """A file that will be replaced: resolved, locked, and known to be what was read."""

    path: str
    real: str
    fd: int
    stat: os.stat_result


class Temp(NamedTuple):
    """A temporary file that this process holds."""

    path: str
    fd: int


Writer = Callable[[Sink], None]


def read(path: str) -> tuple[bytes, Seen] | Problem:
    """The bytes of a regular file, and what to show :func:`replace` before it may write."""
    try:
        fd = os.open(os.path.realpath(path), _READ)
        try:
            status = _regular(fd)
            data = b"".join(_chunks(fd))
        finally:
            os.close(fd)
    except (OSError, Refused) as error:
        return problem(path, error, "unreadable")
    return data, Seen(status.st_size, status.st_mtime_ns, status.st_ino, digest(data))


def glance(path: str) -> Seen | Problem:
    """As :func:`read` for a file too large to be hashed."""
    try:
        status = os.stat(path)
    except OSError as error:
        return problem(path, error, "unreadable")
    return Seen(status.st_size, status.st_mtime_ns, status.st_ino, None)


def replace(path: str, data: bytes, *, seen: Seen) -> Problem | None:
    """Give a file a new content, or say why it keeps the old one."""
    return _replace(path, lambda sink: sink.write(data), seen, digest(data))


def replace_stream(path: str, writer: Writer, *, seen: Seen) -> Problem | None:
    """As :func:`replace`, for a content that does not fit into memory."""
    return _replace(path, writer, seen, None)


def put(path: str, data: bytes) -> Problem | None:
    """Write an output of our own, whether or not it exists: a report, a baseline."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return _create(path, data)
    except OSError as error:
        return problem(path, error)
    if not stat.S_ISREG(status.st_mode):
        return _pour(path, data)
    found = read(path)
    return found if isinstance(found, Problem) else replace(path, data, seen=found[1])


def problem(path: str, error: OSError | Refused, kind: str = "unwritable") -> Problem:
    """The error as a value."""
    if isinstance(error, Refused):
        return Problem(path, None, error.kind, str(error))
    return Problem(path, None, kind, error.strerror or str(error))


def _replace(path: str, writer: Writer, seen: Seen, goal: str | None) -> Problem | None:
    try:
        with target(path, seen, goal) as held:
            if held is None:
                return None
            with prepared(held, writer, "new") as temp:
                swap(temp, held)
            sync_folder(os.path.dirname(held.real))
    except (OSError, Refused) as error:
        return problem(path, error)
    return None


@contextmanager
def target(path: str, seen: Seen, goal: str | None = None) -> Iterator[Target | None]:
    """Hold a file against other runs; ``None`` if it has the ``goal`` digest already."""
    real = os.path.realpath(path)
    fd = _locked(real)
    try:
        status = _regular(fd)
        now = digest(b"".join(_chunks(fd))) if seen.sha256 is not None else None
        if goal is not None and now == goal:
            yield None
            return
        same = (status.st_size, status.st_mtime_ns, status.st_ino) == seen[:3]
        if now != seen.sha256 or (now is None and not same):
            raise Refused("changed", "changed on disk since it was read: not written")
        if status.st_nlink > 1:
            raise Refused("hard-links", _HARD_LINKS.format(status.st_nlink))
        if not status.st_mode & 0o222 or not os.access(real, os.W_OK):
            raise Refused("read-only", "is read-only: not written")
        yield Target(path, real, fd, status)
    finally:
        os.close(fd)


_HARD_LINKS = "has {} hard links, which a rename would cut apart: not written"


@contextmanager
def prepared(held: Target, writer: Writer, suffix: str) -> Iterator[Temp]:
    """A complete temporary file beside its target, gone afterwards unless renamed."""
    temp = hold(os.path.dirname(held.real), suffix, 0o600)
    try:
        writer(Sink(temp.fd))
        _copy_attributes(held, temp)
        os.fsync(temp.fd)
        yield temp
    finally:
        drop(temp)


def swap(temp: Temp, held: Target) -> None:
    """Put a prepared file in place, unless the target changed while it was prepared."""
    now = os.stat(held.real)
    if _identity(now) != _identity(held.stat):
        raise Refused("changed", "changed on disk since it was read: not written")
    move(temp, held.real)


def move(temp: Temp, real: str) -> None:
    """Rename; Windows wants the file closed for that."""
    if sys.platform == "win32":
        os.close(temp.fd)
    os.replace(temp.path, real)


def hold(folder: str, suffix: str, mode: int) -> Temp:
    """A new file that no cleaner takes while this process lives."""
    while True:
        path = os.path.join(folder, f".xentlint-{os.urandom(8).hex()}.{suffix}")
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _FLAGS, mode)
        try:
            # Between open and lock another run may have taken the file for a leftover.
            if _try_lock(fd) and os.fstat(fd).st_nlink == 1:
                return Temp(path, fd)
        except BaseException:
            drop(Temp(path, fd))
            raise
        os.close(fd)


def drop(temp: Temp) -> None:
    """Remove a temporary file, if it is still there; a leftover is for the next run."""
    with suppress(OSError):
        os.unlink(temp.path)
    with suppress(OSError):
        os.close(temp.fd)


def sync_folder(folder: str) -> None:
    """Make renames in a folder survive a power cut."""
    if sys.platform == "win32":
        return
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | _FLAGS)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
    except OSError as error:
        if error.errno in _NOT_SUPPORTED:
            return
        message = f"is written, but not known to be on the disk: {error.strerror}"
        raise Refused("unwritable", message) from error


def tidy(folder: str) -> tuple[str, ...]:
    """Remove what killed runs left in a folder; the paths of the files removed."""
    try:
        names = [name for name in os.listdir(folder) if LEFTOVER.match(name)]
    except OSError:
        return ()
    return tuple(path for name in names if remove_leftover(path := os.path.join(folder, name)))


def remove_leftover(path: str) -> bool:
    """Remove a temporary file whose run is dead."""
    try:
        fd = os.open(path, _READ)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode) or not _try_lock(fd):
                return False
            if sys.platform != "win32":
                os.unlink(path)
        finally:
            os.close(fd)
        if sys.platform == "win32":
            os.unlink(path)  # fails while another process has it open
    except OSError:
        return False
    return True


def _create(path: str, data: bytes) -> Problem | None:
    folder = os.path.dirname(os.path.realpath(path))
    try:
        temp = hold(folder, "new", 0o666)
        try:
            Sink(temp.fd).write(data)
            os.fsync(temp.fd)
            move(temp, os.path.realpath(path))
        finally:
            drop(temp)
        sync_folder(folder)
    except (OSError, Refused) as error:
        return problem(path, error)
    return None


def _pour(path: str, data: bytes) -> Problem | None:
    """Write to a terminal, a pipe, ``/dev/null``: nothing to replace there."""
    try:
        fd = os.open(path, os.O_WRONLY | _FLAGS)
        try:
            Sink(fd).write(data)
        finally:
            os.close(fd)
    except OSError as error:
        return problem(path, error)
    return None


def _locked(real: str) -> int:
    """Open a file and wait until no other run holds it; the path may come to mean another."""
    until = time.monotonic() + PATIENCE
    while True:
        fd = os.open(real, _READ)
        try:
            if _try_lock(fd) and os.fstat(fd).st_ino == os.stat(real).st_ino:
                return fd
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
        if time.monotonic() > until:
            raise Refused("busy", "is held by another run: not written")
        time.sleep(0.01)


def _try_lock(fd: int) -> bool:
    """Whether the lock is ours; a file system without locks gives everything."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)
    return True


def _copy_attributes(held: Target, temp: Temp) -> None:
    """Owner first, because a change of owner clears mode bits."""
    if sys.platform != "win32":
        mine = os.fstat(temp.fd)
        if (mine.st_uid, mine.st_gid) != (held.stat.st_uid, held.stat.st_gid):
            try:
                os.fchown(temp.fd, held.stat.st_uid, held.stat.st_gid)
            except PermissionError as error:
                raise Refused("owner", "belongs to another owner: not written") from error
    if hasattr(os, "listxattr"):
        _copy_extended(held.fd, temp.fd)
    if hasattr(os, "fchmod"):
        os.fchmod(temp.fd, stat.S_IMODE(held.stat.st_mode))
    else:
        os.chmod(temp.path, stat.S_IMODE(held.stat.st_mode))


def _copy_extended(source: int, goal: int) -> None:
    """Extended attributes and access lists, as far as the file system and our rights go."""
    with _if_supported():
        for name in os.listxattr(source):
            with _if_supported():
                os.setxattr(goal, name, os.getxattr(source, name))


@contextmanager
def _if_supported() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (*_NOT_SUPPORTED, errno.EPERM, errno.EACCES, errno.ENODATA):
            raise


def _regular(fd: int) -> os.stat_result:
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        raise Refused("unreadable", "is not a regular file")
    return status


def _chunks(fd: int) -> Iterator[bytes]:
    while data := os.read(fd, CHUNK):
        yield data


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino
