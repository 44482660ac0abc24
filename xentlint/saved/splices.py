"""A changed file as pieces: ranges of the old file and new bytes, never the whole in memory."""

from __future__ import annotations

from xentlint.records import NamedTuple

from .windows import Window


class Piece(NamedTuple):
    """A range of the old file, or new bytes."""

    start: int
    length: int
    data: bytes | None = None


Pieces = tuple[Piece, ...]


class Patch(NamedTuple):
    """New bytes in the place of ``length`` old ones."""

    at: int
    length: int
    data: bytes


def pieces(size: int, patches: list[Patch]) -> Pieces:
    """The new file: the old one with its patches, which must not overlap."""
    result: list[Piece] = []
    position = 0
    for patch in sorted(patches):
        if patch.at < position or patch.at + patch.length > size:
            raise ValueError("patches overlap")
        if patch.at > position:
            result.append(Piece(position, patch.at - position))
        if patch.data:
            result.append(Piece(0, len(patch.data), patch.data))
        position = patch.at + patch.length
    if position < size:
        result.append(Piece(position, size - position))
    return tuple(result)


class Spliced(Window):
    """The new file before it is written, to be read and judged again."""

    __slots__ = ("_pieces", "old")

    def __init__(self, old: Window, new: Pieces) -> None:
        super().__init__(sum(piece.length for piece in new), old.budget)
        self.old = old
        self._pieces = new

    def _fetch(self, offset: int, length: int) -> bytes:
        out = []
        for piece in self._pieces:
            if offset >= piece.length:
                offset -= piece.length
                continue
            count = min(length, piece.length - offset)
            if piece.data is None:
                out.append(self.old.read(piece.start + offset, count))
            else:
                out.append(piece.data[offset : offset + count])
            length -= count
            offset = 0
            if not length:
                break
        return b"".join(out)
