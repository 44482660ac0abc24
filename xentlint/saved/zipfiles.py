"""Reads a zip's directory and single members: what Keras reads of a ``.keras`` file.

Python's ``zipfile`` costs 8 ms to import and inflates whatever it is given. This reader finds
the same members as ``zipfile`` does (which Keras uses), checks sizes before it reads, and
collects as ``oddities`` whatever another reader might see differently.
Numbers in comments are sections of PKWARE's APPNOTE.TXT.
"""

from __future__ import annotations

import struct
import zlib

from xentlint.records import NamedTuple

from . import limits
from .errors import ReadError, printable, too_large
from .windows import Window

STORED, DEFLATED = 0, 8
LOCAL = b"PK\x03\x04"  # 4.3.7
CENTRAL = b"PK\x01\x02"  # 4.3.12
END = b"PK\x05\x06"  # 4.3.16
END64 = b"PK\x06\x06"  # 4.3.14
LOCATOR64 = b"PK\x06\x07"  # 4.3.15
CENTRAL_SIZE, LOCAL_SIZE, END_SIZE = 46, 30, 22


class Member(NamedTuple):
    """One entry of the directory."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    """Where its local header starts, in the window."""
    entry: int
    """Where its entry in the directory starts, in the directory's bytes."""


class Archive(NamedTuple):
    """The directory of a zip, and where it stands."""

    window: Window
    entries_at: dict[bytes, int]
    """Where each name's entry starts in the directory; of equal names, the last."""
    entries: int
    """Duplicates included."""
    directory: bytes
    start: int
    """Offset of the directory."""
    shift: int
    """Bytes before the archive: ``zipfile`` adds them to every offset."""
    oddities: tuple[str, ...]


class _End(NamedTuple):
    entries: int
    size: int
    offset: int
    position: int
    """Where the directory must end."""
    trailing: int


def open_archive(window: Window) -> Archive:
    """Read the directory: one read of the tail, a second one where it is long."""
    end = _find_end(window)
    if end.size > limits.ZIP_DIRECTORY:
        raise too_large("the zip directory", end.size, limits.ZIP_DIRECTORY)
    if end.entries > limits.ZIP_ENTRIES:
        raise ReadError(f"the zip has {end.entries:,} entries", "too-large")
    start = end.position - end.size
    shift = start - end.offset
    if start < 0 or shift < 0:
        raise ReadError("the zip directory lies outside of the file")
    directory = window.read(start, end.size)
    oddities = []
    if shift:
        oddities.append(f"{shift:,} bytes stand before the zip")
    if end.trailing:
        oddities.append(f"{end.trailing:,} bytes stand behind the zip")
    found, count, repeated = _entries(directory, window)
    oddities += [f"the member {printable(_text(name))} is there twice" for name in repeated]
    if count != end.entries:
        oddities.append(f"the zip names {end.entries} entries and holds {count}")
    return Archive(window, found, count, directory, start, shift, tuple(oddities))


def _find_end(window: Window) -> _End:
    """The end record, as ``zipfile`` finds it: at the very end, else the last signature."""
    for length in (4096, 65536 + END_SIZE):
        base = max(0, window.size - length)
        tail = window.upto(base, length)
        at = len(tail) - END_SIZE
        if not (at >= 0 and tail[at : at + 4] == END and tail[-2:] == b"\0\0"):
            at = tail.rfind(END)
        if at >= 0 and len(tail) - at >= END_SIZE:
            return _end_record(window, tail, at, base)
        if base == 0:
            break
    raise ReadError("not a zip: it has no end record (the file may be cut off)")


def _end_record(window: Window, tail: bytes, at: int, base: int) -> _End:
    _, _, _, entries, size, offset, comment = struct.unpack_from("<4H2LH", tail, at + 4)
    trailing = max(0, len(tail) - at - END_SIZE - comment)
    position = base + at
    if position >= 20:
        locator = window.read(position - 20, 20) if at < 20 else tail[at - 20 : at]
        if locator[:4] == LOCATOR64:
            return _end_record64(window, position, trailing)
    return _End(entries, size, offset, position, trailing)


def _end_record64(window: Window, position: int, trailing: int) -> _End:
    record = window.read(position - 76, 56) if position >= 76 else b""
    if record[:4] != END64:
        raise ReadError("the zip64 end record is not where it belongs", offset=position - 76)
    entries, size, offset = struct.unpack_from("<QQQ", record, 32)
    return _End(entries, size, offset, position - 76, trailing)


def _entries(directory: bytes, window: Window) -> tuple[dict[bytes, int], int, list[bytes]]:
    found: dict[bytes, int] = {}
    repeated: list[bytes] = []
    at = count = 0
    end = len(directory) - CENTRAL_SIZE
    lengths = struct.Struct("<3H").unpack_from
    while at < len(directory):
        if at > end or directory[at : at + 4] != CENTRAL:
            raise ReadError("the zip directory is damaged", offset=at)
        names, extras, comments = lengths(directory, at + 28)
        after = at + CENTRAL_SIZE + names + extras + comments
        if after > len(directory):
            raise ReadError("an entry of the zip directory is cut off", offset=at)
        # zipfile cuts a name at its first NUL byte.
        name = directory[at + CENTRAL_SIZE : at + CENTRAL_SIZE + names].split(b"\0", 1)[0]
        if name in found:
            repeated.append(name)
        found[name] = at
        at = after
        count += 1
    window.budget.work(count)
    return found, count, repeated


def find_member(archive: Archive, name: bytes) -> Member | None:
    """The member that Keras reads under this name."""
    at = archive.entries_at.get(name)
    if at is None:
        return None
    directory = archive.directory
    flags, method, _, _, crc, packed, size, names, extras = struct.unpack_from(
        "<4H3L2H", directory, at + 8
    )
    (offset,) = struct.unpack_from("<L", directory, at + 42)
    start = at + CENTRAL_SIZE
    if 0xFFFFFFFF in (packed, size, offset):
        extra = directory[start + names : start + names + extras]
        size, packed, offset = _zip64_sizes(extra, size, packed, offset)
    full = directory[start : start + names]
    return Member(full, flags, method, crc, packed, size, offset + archive.shift, at)


def _zip64_sizes(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """4.5.3: the values that do not fit, in this order, each only where its field is full."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag == 1:
            values = extra[at + 4 : at + 4 + length]
            found = []
            for value in (size, packed, offset):
                if value == 0xFFFFFFFF:
                    if len(values) < 8:
                        raise ReadError("the zip64 sizes of a member are cut off")
                    value = int.from_bytes(values[:8], "little")
                    values = values[8:]
                found.append(value)
            return found[0], found[1], found[2]
        at += 4 + length
    return size, packed, offset


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")


def data_start(archive: Archive, member: Member) -> int:
    """Where a member's bytes start; checks its local header against the directory."""
    header = archive.window.read(member.offset, LOCAL_SIZE)
    if header[:4] != LOCAL:
        raise ReadError(
            "a zip member does not start where the directory says", offset=member.offset
        )
    flags, method = struct.unpack_from("<HH", header, 6)
    names, extras = struct.unpack_from("<HH", header, 26)
    shown = printable(_text(member.name))
    name = archive.window.read(member.offset + LOCAL_SIZE, names)
    if name != member.name:
        raise ReadError(f"the zip member {shown} has another name in its own header")
    if method != member.method or (flags ^ member.flags) & 0x41:
        raise ReadError(f"the zip member {shown} has other settings in its own header")
    start: int = member.offset + LOCAL_SIZE + names + extras
    if start + member.packed > archive.start:
        raise ReadError(f"the zip member {shown} runs into the zip directory")
    return start


def read_member(archive: Archive, member: Member, limit: int) -> bytes:
    """A member's bytes, unpacked and checked against its CRC."""
    shown = printable(_text(member.name))
    if member.flags & 0x41:
        raise ReadError(f"the zip member {shown} is encrypted")
    if member.method not in (STORED, DEFLATED):
        raise ReadError(f"the zip member {shown} has compression method {member.method}")
    if max(member.size, member.packed) > limit:
        raise too_large(f"the zip member {shown}", max(member.size, member.packed), limit)
    data = archive.window.read(data_start(archive, member), member.packed)
    if member.method == DEFLATED:
        data = _inflate(data, member.size, shown)
    if len(data) != member.size:
        raise ReadError(f"the zip member {shown} has another size than the directory says")
    if zlib.crc32(data) != member.crc:
        raise ReadError(f"the zip member {shown} does not match its CRC")
    return data


def _inflate(data: bytes, size: int, shown: str) -> bytes:
    """Unpack at most the declared size."""
    engine = zlib.decompressobj(-15)
    result: bytes
    try:
        # One byte more shows a stream that goes on past its declared size.
        result = engine.decompress(data, size + 1)
    except zlib.error as error:
        raise ReadError(f"the zip member {shown} cannot be unpacked: {error}") from None
    if len(result) > size:
        raise ReadError(f"the zip member {shown} unpacks to more than the directory says")
    return result


def member_window(archive: Archive, member: Member) -> Window:
    """A stored member as a window of its own, without reading it."""
    if member.flags & 0x41 or member.method != STORED or member.packed != member.size:
        raise ReadError("only a stored member can be read in place")
    return archive.window.part(data_start(archive, member), member.size)
