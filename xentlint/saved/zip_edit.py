"""Rewrites one member of a zip; all others are copied as raw bytes, their CRCs kept."""

from __future__ import annotations

import struct
import zlib

from .errors import ReadError
from .splices import Patch
from .zipfiles import (
    CENTRAL_SIZE,
    DEFLATED,
    END64,
    LOCAL_SIZE,
    LOCATOR64,
    Archive,
    find_member,
)


def replace_member(archive: Archive, name: bytes, data: bytes) -> list[Patch]:
    """The patches that give a member a new content."""
    member = find_member(archive, name)
    if member is None or archive.oddities:
        raise ReadError("a zip with oddities is not edited")
    header = archive.window.read(member.offset, LOCAL_SIZE)
    names, extras = struct.unpack_from("<HH", header, 26)
    if 0xFFFFFFFF in struct.unpack_from("<LL", header, 18):
        raise ReadError("a member with zip64 sizes is not edited")
    body = _deflated(data) if member.method == DEFLATED else data
    end = _member_end(archive, member.offset)
    # Sizes stand in the header from now on: no descriptor behind the data (flag bit 3).
    flags = member.flags & ~8
    new = header[:6] + struct.pack("<H", flags) + header[8:14]
    new += struct.pack("<LLL", zlib.crc32(data), len(body), len(data)) + header[26:]
    new += archive.window.read(member.offset + LOCAL_SIZE, names + extras) + body
    growth = len(new) - (end - member.offset)
    directory = _directory(archive, member.offset, growth)
    at = member.entry
    directory[at + 8 : at + 10] = struct.pack("<H", flags)
    directory[at + 16 : at + 28] = struct.pack("<LLL", zlib.crc32(data), len(body), len(data))
    tail_at = archive.start + len(archive.directory)
    tail = archive.window.read(tail_at, archive.window.size - tail_at)
    return [
        Patch(member.offset, end - member.offset, new),
        Patch(archive.start, len(directory), bytes(directory)),
        Patch(tail_at, len(tail), _tail(tail, growth)),
    ]


def _deflated(data: bytes) -> bytes:
    engine = zlib.compressobj(-1, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


def _offsets(archive: Archive) -> list[tuple[int, int]]:
    """Where each entry's offset is written in the directory, and the offset in the window."""
    found = []
    for at in archive.entries_at.values():
        (offset,) = struct.unpack_from("<L", archive.directory, at + 42)
        if offset == 0xFFFFFFFF:
            raise ReadError("a zip64 archive with far members is not edited")
        found.append((at + 42, offset + archive.shift))
    return found


def _member_end(archive: Archive, start: int) -> int:
    later = [offset for _, offset in _offsets(archive) if offset > start]
    return min([*later, archive.start])


def _directory(archive: Archive, start: int, growth: int) -> bytearray:
    directory = bytearray(archive.directory)
    for at, offset in _offsets(archive):
        if offset > start:
            directory[at : at + 4] = struct.pack("<L", offset - archive.shift + growth)
    if len(directory) < CENTRAL_SIZE:
        raise ReadError("the zip directory is damaged")
    return directory


def _tail(tail: bytes, growth: int) -> bytes:
    """The end records, with the directory's new offset."""
    out = bytearray(tail)
    at = 0
    if out[:4] == END64:
        (offset,) = struct.unpack_from("<Q", out, 48)
        out[48:56] = struct.pack("<Q", offset + growth)
        (size,) = struct.unpack_from("<Q", out, 4)
        at = 12 + size
        if out[at : at + 4] != LOCATOR64:
            raise ReadError("the zip64 end record is not where it belongs")
        (offset,) = struct.unpack_from("<Q", out, at + 8)
        out[at + 8 : at + 16] = struct.pack("<Q", offset + growth)
        at += 20
    (offset,) = struct.unpack_from("<L", out, at + 16)
    if offset != 0xFFFFFFFF:
        out[at + 16 : at + 20] = struct.pack("<L", offset + growth)
    return bytes(out)
