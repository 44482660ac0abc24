"""Walks protobuf messages by field, skipping what is not asked for; nothing is unpacked.

Depth is that of the callers' code, never of the data: an unknown sub-message is a range
that is stepped over. Wire types are those of protobuf.dev's "Encoding" page.
"""

from __future__ import annotations

from collections.abc import Iterator

from .errors import ReadError
from .windows import Window

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
SMALL, LARGE = 512, 16_384


class Wire:
    """A window read through a moving buffer: messages are walked forwards."""

    __slots__ = ("base", "data", "step", "window")

    def __init__(self, window: Window) -> None:
        self.window = window
        self.base = 0
        self.data = b""
        self.step = SMALL

    def _at(self, position: int) -> int:
        """Index into the buffer of a position, with room for one field's head behind it."""
        index = position - self.base
        if index >= 0 and index + 20 <= len(self.data):
            return index
        if 0 <= index < len(self.data) and self.base + len(self.data) == self.window.size:
            return index
        # Reads grow while they go on where the last one ended.
        near = 0 <= index <= len(self.data)
        self.step = min(self.step * 2, LARGE) if near else SMALL
        self.data = self.window.upto(position, self.step)
        self.base = position
        return 0

    def varint(self, position: int, end: int) -> tuple[int, int]:
        index = self._at(position)
        data = self.data
        value = shift = 0
        for byte in data[index : index + min(10, end - position)]:
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFFFFFFFFFFFFFF, position
            shift += 7
        raise ReadError("a number in a protobuf message does not end", offset=position)

    def fields(self, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
        """Number, wire type, and value (varint) or start and length (bytes) of each field."""
        work = self.window.budget.work
        work()
        position, count = start, 0
        while position < end:
            count += 1
            if not count & 63:
                work(64)
            index = position - self.base
            if not 0 <= index <= len(self.data) - 20:
                index = self._at(position)
            # Nearly all tags and lengths are one byte; the window ends at or behind ``end``.
            tag, position = self.data[index], position + 1
            if tag > 0x7F:
                tag, position = self.varint(position - 1, end)
                index = self._at(position) - 1
            number, kind = tag >> 3, tag & 7
            if not 0 < number < 1 << 29:
                raise ReadError("a protobuf field without a number", offset=position)
            if kind == VARINT:
                value, position = self.varint(position, end)
                yield number, kind, value, 0
                continue
            if kind == BYTES:
                if position >= end:
                    raise ReadError("a protobuf message is cut off", offset=position)
                length, position = self.data[index + 1], position + 1
                if length > 0x7F:
                    length, position = self.varint(position - 1, end)
            elif kind == FIXED64:
                length = 8
            elif kind == FIXED32:
                length = 4
            else:
                raise ReadError(f"protobuf wire type {kind} is not known", offset=position)
            if length > end - position:
                raise ReadError("a protobuf field is longer than its message", offset=position)
            yield number, kind, position, length
            position += length

    def messages(self, start: int, end: int, number: int) -> Iterator[tuple[int, int]]:
        """Start and end of each sub-message under this number."""
        for found, kind, at, length in self.fields(start, end):
            if found == number and kind == BYTES:
                yield at, at + length

    def message(self, start: int, end: int, *numbers: int) -> tuple[int, int] | None:
        """The sub-message under a path of numbers; where one repeats, the last."""
        span: tuple[int, int] | None = (start, end)
        for number in numbers:
            found = None
            if span is not None:
                for item in self.messages(*span, number):
                    found = item
            span = found
        return span

    def bytes(self, start: int, length: int, limit: int = 1 << 20) -> bytes:
        if length > limit:
            raise ReadError(f"a protobuf string of {length:,} bytes", "too-large", start)
        index = start - self.base
        if index >= 0 and index + length <= len(self.data):
            return self.data[index : index + length]
        return self.window.read(start, length)

    def texts(self, start: int, end: int, last: int) -> list[tuple[int, str]]:
        """Number and text of the strings numbered up to ``last``.

        What ``fields`` gives, without a step of a generator for each: graphs are made of messages
        of a few short strings. Whatever is longer or of another kind is left to ``fields``.
        """
        data = self.bytes(start, end - start) if end - start <= LARGE else b"\0"
        found, position, size = [], 0, len(data)
        while position + 1 < size:
            tag, length = data[position], data[position + 1]
            if length > 0x7F:
                if position + 2 == size or data[position + 2] > 0x7F:
                    break
                length += (data[position + 2] << 7) - 0x80
                position += 1
            position += 2
            if tag & 0x87 != BYTES or tag < 8 or length > size - position:
                break
            if tag >> 3 <= last:
                found.append(
                    (tag >> 3, data[position : position + length].decode(errors="replace"))
                )
            position += length
        else:
            if position == size == end - start:
                self.window.budget.work(1 + size // 32)
                return found
        return [
            (number, self.text(at, length))
            for number, kind, at, length in self.fields(start, end)
            if kind == BYTES and number <= last
        ]

    def text(self, start: int, length: int) -> str:
        return self.bytes(start, length, 1 << 16).decode("utf-8", "replace")
