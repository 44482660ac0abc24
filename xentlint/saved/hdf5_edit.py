"""Rewrites a string attribute of an HDF5 file without moving anything else.

A text that fits is padded with spaces, which JSON ignores. A longer one goes into a new heap
collection behind the end of the file (III.E), and the attribute's reference is patched.
"""

from __future__ import annotations

import struct

from .errors import ReadError
from .hdf5 import Layout, Text, number
from .json_edit import compact
from .lookup3 import lookup3
from .splices import Patch
from .windows import Window

HEAP_SIZE = 4096
"""The HDF5 library makes no collection smaller than this."""


def replace_text(window: Window, layout: Layout, text: Text, data: bytes) -> list[Patch]:
    """The patches that give an attribute a new text, in the file's own offsets."""
    if len(data) > text.room:
        data = compact(data)
    if len(data) <= text.room:
        patch = Patch(text.at, text.room, data.ljust(text.room, b" "))
        inside = [patch] if text.reference is not None else _summed(layout, text, patch)
        return _moved(inside, layout.start)
    if text.reference is None:
        raise ReadError(f"the new {text.name} does not fit into its fixed length")
    return _appended(window, layout, text, data)


def _moved(patches: list[Patch], start: int) -> list[Patch]:
    return [patch._replace(at=patch.at + start) for patch in patches]


def _summed(layout: Layout, text: Text, patch: Patch) -> list[Patch]:
    """A patch inside a message, with the checksums over it renewed."""
    patches = [patch]
    for item in text.sums:
        block = bytearray(layout.window.read(item.start, item.size))
        at = patch.at - item.start
        block[at : at + patch.length] = patch.data
        if item.start <= item.at < item.start + item.size:
            block[item.at - item.start : item.at - item.start + 4] = bytes(4)
        patches.append(Patch(item.at, 4, struct.pack("<I", lookup3(bytes(block)))))
    return patches


def _appended(window: Window, layout: Layout, text: Text, data: bytes) -> list[Patch]:
    width, length = layout.width, layout.length
    assert text.reference is not None
    end = layout.window.size
    stored = number(layout.window.read(layout.end_at, width), 0, width)
    if stored not in (end, end + layout.start):
        raise ReadError("something stands behind the end of the HDF5 data: not edited")
    fill = -end % 8
    where = end + fill
    heap = _collection(data, length)
    grown = fill + len(heap)
    if max(where, stored + grown) >> 8 * width or len(data) >> 32:
        raise ReadError("the new text does not fit into the file's addresses")
    reference = (
        struct.pack("<I", len(data)) + where.to_bytes(width, "little") + struct.pack("<I", 1)
    )
    patches = _summed(layout, text, Patch(text.reference, len(reference), reference))
    patches += _superblock(layout, stored + grown)
    patches.append(Patch(end, 0, bytes(fill) + heap))
    return _moved(patches, layout.start)


def _collection(data: bytes, length: int) -> bytes:
    """A global heap collection with one object; free space, as object 0, takes the rest."""
    step = 8 + length
    body = struct.pack("<HHI", 1, 1, 0) + len(data).to_bytes(length, "little")
    body += data + bytes(-len(data) % 8)
    head = 8 + length
    size = max(HEAP_SIZE, -(-(head + len(body) + step) // 8) * 8)
    free = size - head - len(body)
    body += struct.pack("<HHI", 0, 0, 0) + free.to_bytes(length, "little")
    return (b"GCOL\1\0\0\0" + size.to_bytes(length, "little") + body).ljust(size, b"\0")


def _superblock(layout: Layout, end: int) -> list[Patch]:
    value = end.to_bytes(layout.width, "little")
    patches = [Patch(layout.end_at, layout.width, value)]
    if layout.version >= 2:
        size = 12 + 4 * layout.width
        block = bytearray(layout.window.read(0, size))
        block[layout.end_at : layout.end_at + layout.width] = value
        patches.append(Patch(size, 4, struct.pack("<I", lookup3(bytes(block)))))
    return patches
