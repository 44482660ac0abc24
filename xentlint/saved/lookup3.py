"""Bob Jenkins' lookup3 hash, by which HDF5 checks its newer structures and sorts names."""

from __future__ import annotations

import struct

_M = 0xFFFFFFFF


def lookup3(data: bytes, initial: int = 0) -> int:
    """``hashlittle`` of the public-domain lookup3.c."""
    x: int
    y: int
    z: int
    length = len(data)
    a = b = c = (0xDEADBEEF + length + initial) & _M
    whole = max(0, (length - 1) // 12) * 12
    for x, y, z in struct.iter_unpack("<3L", data[:whole]):
        a = (a + x) & _M
        b = (b + y) & _M
        c = (c + z) & _M
        a = (a - c) & _M ^ (c << 4 & _M | c >> 28)
        c = (c + b) & _M
        b = (b - a) & _M ^ (a << 6 & _M | a >> 26)
        a = (a + c) & _M
        c = (c - b) & _M ^ (b << 8 & _M | b >> 24)
        b = (b + a) & _M
        a = (a - c) & _M ^ (c << 16 & _M | c >> 16)
        c = (c + b) & _M
        b = (b - a) & _M ^ (a << 19 & _M | a >> 13)
        a = (a + c) & _M
        c = (c - b) & _M ^ (b << 4 & _M | b >> 28)
        b = (b + a) & _M
    if length == 0:
        return c
    x, y, z = struct.unpack("<3L", data[whole:].ljust(12, b"\0"))
    a = (a + x) & _M
    b = (b + y) & _M
    c = (c + z) & _M
    c = ((c ^ b) - (b << 14 & _M | b >> 18)) & _M
    a = ((a ^ c) - (c << 11 & _M | c >> 21)) & _M
    b = ((b ^ a) - (a << 25 & _M | a >> 7)) & _M
    c = ((c ^ b) - (b << 16 & _M | b >> 16)) & _M
    a = ((a ^ c) - (c << 4 & _M | c >> 28)) & _M
    b = ((b ^ a) - (a << 14 & _M | a >> 18)) & _M
    return ((c ^ b) - (b << 24 & _M | b >> 8)) & _M
