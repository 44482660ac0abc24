"""Composes small HDF5 files by hand: version 0 superblock, version 1 and 2 headers, lies."""

from __future__ import annotations

import struct

from xentlint.saved.lookup3 import lookup3

SIGNATURE = b"\x89HDF\r\n\x1a\n"
UNDEFINED = 0xFFFFFFFFFFFFFFFF


def superblock(root: int, end: int) -> bytes:
    head = SIGNATURE + bytes((0, 0, 0, 0, 0, 8, 8, 0)) + struct.pack("<HHI", 4, 16, 0)
    addresses = struct.pack("<QQQQ", 0, UNDEFINED, end, UNDEFINED)
    return head + addresses + struct.pack("<QQII16x", 0, root, 0, 0)


def superblock2(root: int, end: int) -> bytes:
    head = SIGNATURE + bytes((2, 8, 8, 0)) + struct.pack("<QQQQ", 0, UNDEFINED, end, root)
    return head + struct.pack("<I", lookup3(head))


def message(kind: int, body: bytes, flags: int = 0, size: int | None = None) -> bytes:
    body += bytes(-len(body) % 8)
    return struct.pack("<HHB3x", kind, len(body) if size is None else size, flags) + body


def header(*messages: bytes, size: int | None = None) -> bytes:
    body = b"".join(messages)
    return struct.pack("<BxHII4x", 1, len(messages), 1, len(body) if size is None else size) + body


def header2(body: bytes) -> bytes:
    head = b"OHDR\x02\x02" + struct.pack("<I", len(body)) + body
    return head + struct.pack("<I", lookup3(head))


FIXED = 0x13
VARIABLE = 0x19


def datatype(kind: int, size: int) -> bytes:
    bits = 1 if kind == VARIABLE else 0
    body = struct.pack("<BB2xI", kind, bits, size)
    if kind == VARIABLE:
        body += struct.pack("<BB2xI", 0x13, 0, 1)
    return body


def attribute(
    name: str,
    value: bytes,
    *,
    kind: int = FIXED,
    size: int | None = None,
    shape: tuple[int, ...] = (),
) -> bytes:
    """A version-1 attribute message's body."""
    label = name.encode() + b"\0"
    type_ = datatype(kind, len(value) if size is None else size)
    space = struct.pack("<BBBx4x", 1, len(shape), 0) + b"".join(struct.pack("<Q", n) for n in shape)

    def padded(data: bytes) -> bytes:
        return data + bytes(-len(data) % 8)

    head = struct.pack("<BxHHH", 1, len(label), len(type_), len(space))
    return head + padded(label) + padded(type_) + padded(space) + value


def reference(length: int, heap: int, index: int) -> bytes:
    return struct.pack("<IQI", length, heap, index)


def heap(*objects: bytes, size: int | None = None, lie: int | None = None) -> bytes:
    """A global heap collection."""
    body = b""
    for index, data in enumerate(objects, 1):
        shown = len(data) if lie is None else lie
        body += struct.pack("<HH4xQ", index, 1, shown) + data + bytes(-len(data) % 8)
    body += struct.pack("<HH4xQ", 0, 0, 16)
    total = 16 + len(body)
    return b"GCOL\x01\0\0\0" + struct.pack("<Q", total if size is None else size) + body


def file(*messages: bytes, tail: bytes = b"") -> bytes:
    """A file whose root group has these messages; ``tail`` starts at byte 4096."""
    root = header(*messages)
    data = superblock(96, 0) + root
    data = superblock(96, max(len(data), 4096) + len(tail)) + root
    return data.ljust(4096, b"\0") + tail


def attributes(**values: bytes) -> bytes:
    return file(*(message(0x0C, attribute(name, value)) for name, value in values.items()))
