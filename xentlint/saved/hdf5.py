"""Reads string attributes of an HDF5 file's root group: all that Keras' configuration needs.

Sections in comments are those of the HDF5 File Format Specification, version 3.0. No link is
followed, no dataset is opened, no external storage is known: what this module cannot name,
it cannot be made to read. Dense storage and shared messages are in ``hdf5_dense``.
"""

from __future__ import annotations

from xentlint.records import NamedTuple

from . import limits
from .errors import ReadError, too_large
from .kinds import HDF5
from .lookup3 import lookup3
from .windows import Window

DATATYPE, ATTRIBUTE, CONTINUATION, ATTRIBUTE_INFO, SHARED_TABLE = 0x03, 0x0C, 0x10, 0x15, 0x0F
SHARED = 0x02
"""Flag of a message whose body stands elsewhere (IV.A.1)."""


class Layout(NamedTuple):
    """The superblock (II.A): how wide addresses are and where the root group is."""

    window: Window
    """From the signature on: addresses count from there."""
    start: int
    """Offset of the signature in the file (behind a user block)."""
    version: int
    width: int
    """Bytes of an address."""
    length: int
    """Bytes of a size."""
    root: int
    extension: int | None
    end_at: int
    """Where the end-of-file address stands."""


class Message(NamedTuple):
    """A header message, and where its body stands."""

    kind: int
    flags: int
    body: bytes
    at: int


class Chunk(NamedTuple):
    """A run of header messages; version 2 ends with a checksum."""

    start: int
    size: int
    checked: bool


class Sum(NamedTuple):
    """A lookup3 checksum over a range; where it lies inside, it counts as zeros."""

    start: int
    size: int
    at: int


class Text(NamedTuple):
    """A string attribute: its bytes, and where they are kept (for the editor)."""

    name: str
    data: bytes
    at: int
    """Offset of the bytes from the signature."""
    room: int
    """Bytes at that place."""
    reference: int | None
    """Offset of the variable-length reference, if the bytes are in a global heap."""
    padding: int
    """0 NUL-terminated, 1 NUL-padded, 2 space-padded."""
    sums: tuple[Sum, ...]
    """Checksums over the attribute's message."""


class Body(NamedTuple):
    """An attribute message out of whichever storage."""

    data: bytes
    flags: int
    at: int
    sums: tuple[Sum, ...]


def number(data: bytes, at: int, width: int) -> int:
    if at < 0 or at + width > len(data):
        raise ReadError("an HDF5 structure is cut off")
    return int.from_bytes(data[at : at + width], "little")


def address(layout: Layout, data: bytes, at: int) -> int | None:
    """An address; all bits set means undefined."""
    value = number(data, at, layout.width)
    return None if value == (1 << 8 * layout.width) - 1 else value


def defined(value: int | None, what: str) -> int:
    if value is None:
        raise ReadError(f"the HDF5 {what} has no address")
    return value


def checked(window: Window, start: int, size: int, what: str) -> bytes:
    """A block that ends with its own checksum."""
    data = window.read(start, size)
    if size < 8 or lookup3(data[:-4]) != number(data, size - 4, 4):
        raise ReadError(f"the checksum of the HDF5 {what} is wrong", offset=start)
    return data


def find_superblock(window: Window) -> int | None:
    """II.A: at 0, 512, 1024, 2048 …"""
    at = 0
    while at + 8 <= window.size:
        if window.read(at, 8) == HDF5:
            return at
        at = at * 2 or 512
    return None


def open_layout(window: Window) -> Layout:
    start = find_superblock(window)
    if start is None:
        raise ReadError("not HDF5: no signature")
    view = window.part(start, window.size - start)
    head = view.upto(0, 128)
    version = number(head, 8, 1)
    if version in (0, 1):
        width, length = number(head, 13, 1), number(head, 14, 1)
        at = 24 if version == 0 else 28
    elif version in (2, 3):
        width, length = number(head, 9, 1), number(head, 10, 1)
        at = 12
    else:
        raise ReadError(f"HDF5 superblock version {version} is not known")
    if width not in (2, 4, 8) or length not in (2, 4, 8):
        raise ReadError(f"HDF5 addresses of {width} and sizes of {length} bytes are not known")
    layout = Layout(view, start, version, width, length, 0, None, at + 2 * width)
    if version < 2:
        root = defined(address(layout, head, at + 5 * width), "root group")
        return layout._replace(root=root)
    checked(view, 0, at + 4 * width + 4, "superblock")
    root = defined(address(layout, head, at + 3 * width), "root group")
    return layout._replace(root=root, extension=address(layout, head, at + width))


def messages(layout: Layout, at: int) -> tuple[list[Message], list[Chunk], int]:
    """The messages of an object header (IV.A.1), its chunks and the header's version."""
    prefix = layout.window.upto(at, 64)
    if prefix[:4] == b"OHDR":
        return (*_messages2(layout, at, prefix), 2)
    if prefix[:1] == b"\x01":
        return (*_messages1(layout, at, prefix), 1)
    raise ReadError("the HDF5 root group has no object header", offset=at)


def _messages1(layout: Layout, at: int, prefix: bytes) -> tuple[list[Message], list[Chunk]]:
    """IV.A.1.a: version 1, messages aligned to 8 bytes."""
    chunks = [Chunk(at + 16, number(prefix, 8, 4), False)]
    found: list[Message] = []
    for chunk in chunks:  # grows while it is walked
        data = _chunk(layout, chunk, chunks)
        position = 0
        while position + 8 <= len(data):
            layout.window.budget.work()
            kind, size, flags = (
                number(data, position, 2),
                number(data, position + 2, 2),
                data[position + 4],
            )
            body = data[position + 8 : position + 8 + size]
            if len(body) < size:
                raise ReadError("an HDF5 message is cut off", offset=chunk.start + position)
            if kind == CONTINUATION:
                start = defined(address(layout, body, 0), "continuation")
                _continue(chunks, Chunk(start, number(body, layout.width, layout.length), False))
            elif kind:
                found.append(Message(kind, flags, body, chunk.start + position + 8))
            position += 8 + size
    return found, chunks


def _messages2(layout: Layout, at: int, prefix: bytes) -> tuple[list[Message], list[Chunk]]:
    """IV.A.1.b: version 2, packed, each chunk with a checksum."""
    if prefix[4:5] != b"\x02":
        raise ReadError("this version of HDF5 object headers is not known", offset=at)
    flags = number(prefix, 5, 1)
    position = 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    size = number(prefix, position, width)
    first = position + width
    head = 6 if flags & 4 else 4
    chunks = [Chunk(at, first + size, True)]
    found: list[Message] = []
    for index, chunk in enumerate(chunks):
        _chunk_size(layout, chunk)
        data = checked(layout.window, chunk.start, chunk.size + 4, "object header")[:-4]
        if index and data[:4] != b"OCHK":
            raise ReadError("an HDF5 continuation is none", offset=chunk.start)
        position = 4 if index else first
        while position + head <= len(data):
            layout.window.budget.work()
            kind, size = data[position], number(data, position + 1, 2)
            body = data[position + head : position + head + size]
            if len(body) < size:
                raise ReadError("an HDF5 message is cut off", offset=chunk.start + position)
            if kind == CONTINUATION:
                start = defined(address(layout, body, 0), "continuation")
                length = number(body, layout.width, layout.length)
                _continue(chunks, Chunk(start, length - 4, True))
            elif kind:
                found.append(Message(kind, data[position + 3], body, chunk.start + position + head))
            position += head + size
    return found, chunks


def _continue(chunks: list[Chunk], chunk: Chunk) -> None:
    if any(chunk.start == other.start for other in chunks):
        raise ReadError("an HDF5 object header continues in itself", offset=chunk.start)
    if len(chunks) >= limits.HEADER_CHUNKS:
        raise ReadError("an HDF5 object header has too many continuations", "too-large")
    chunks.append(chunk)


def _chunk_size(layout: Layout, chunk: Chunk) -> None:
    if chunk.size > layout.window.budget.config_limit:
        raise too_large("an HDF5 object header", chunk.size, layout.window.budget.config_limit)


def _chunk(layout: Layout, chunk: Chunk, chunks: list[Chunk]) -> bytes:
    _chunk_size(layout, chunk)
    return layout.window.read(chunk.start, chunk.size)


def attribute_bodies(layout: Layout, names: tuple[str, ...]) -> list[Body]:
    """The bodies of the root's attribute messages, compact or dense.

    Of dense ones only those whose name has the hash of one in ``names``.
    """
    found, chunks, version = messages(layout, layout.root)
    bodies: list[Body] = []
    for message in found:
        if message.kind == ATTRIBUTE:
            if message.flags & SHARED:
                from .hdf5_dense import shared_body

                bodies.append(shared_body(layout, message.body))
                continue
            sums = tuple(
                Sum(chunk.start, chunk.size, chunk.start + chunk.size)
                for chunk in chunks
                if version == 2 and chunk.start <= message.at < chunk.start + chunk.size
            )
            bodies.append(Body(message.body, message.flags, message.at, sums))
        elif message.kind == ATTRIBUTE_INFO:
            from .hdf5_dense import dense_bodies

            bodies += dense_bodies(layout, message.body, names)
    return bodies


class _Datatype(NamedTuple):
    size: int
    variable: bool
    padding: int


def _datatype(layout: Layout, data: bytes) -> _Datatype | None:
    """IV.A.2.d: a fixed string (class 3) or a variable-length one (class 9, type 1)."""
    kind, bits, size = number(data, 0, 1) & 0x0F, number(data, 1, 3), number(data, 4, 4)
    if kind == 3:
        return _Datatype(size, False, bits & 0x0F)
    if kind == 9 and bits & 0x0F == 1:
        return _Datatype(size, True, bits >> 4 & 0x0F)
    return None


def _one_element(data: bytes) -> bool:
    """IV.A.2.b: a scalar, or an array of exactly one element."""
    version, rank = number(data, 0, 1), number(data, 1, 1)
    if version == 1:
        start = 8
    elif version == 2:
        if number(data, 3, 1) == 2:  # a null dataspace has no element
            return False
        start = 4
    else:
        return False
    sizes = len(data) - start
    if rank == 0:
        return True
    if sizes < rank:
        return False
    # The width of a dimension is the file's size of lengths: of 2, 4 or 8 the one that fits.
    for width in (8, 4, 2):
        if sizes >= rank * width:
            return all(
                int.from_bytes(data[start + i * width : start + (i + 1) * width], "little") == 1
                for i in range(rank)
            )
    return False


def parse_attribute(layout: Layout, body: Body, names: tuple[str, ...]) -> Text | None:
    """IV.A.2.m: a string attribute with one of these names, else ``None``."""
    data = body.data
    version, flags = number(data, 0, 1), number(data, 1, 1)
    if version not in (1, 2, 3):
        raise ReadError(f"HDF5 attribute version {version} is not known", offset=body.at)
    sizes = number(data, 2, 2), number(data, 4, 2), number(data, 6, 2)
    at = 9 if version == 3 else 8
    step = 8 if version == 1 else 1
    parts = []
    for size in sizes:
        if at + size > len(data):
            raise ReadError("an HDF5 attribute is cut off", offset=body.at)
        parts.append(data[at : at + size])
        at += -(-size // step) * step
    name = parts[0].split(b"\0", 1)[0].decode("utf-8", "replace")
    if name not in names:
        return None
    kind_bytes, space = parts[1], parts[2]
    if version > 1 and flags & 1:
        kind_bytes = _committed(layout, kind_bytes)
    if version > 1 and flags & 2:
        raise ReadError(f"the HDF5 attribute {name} has a shared dataspace")
    kind = _datatype(layout, kind_bytes)
    if kind is None or not _one_element(space):
        raise ReadError(f"the HDF5 attribute {name} is not one string")
    if kind.variable:
        return _variable(layout, body, name, at, kind.padding)
    value = data[at : at + kind.size]
    if len(value) < kind.size:
        raise ReadError(f"the HDF5 attribute {name} is cut off")
    return Text(name, value, body.at + at, kind.size, None, kind.padding, body.sums)


def _committed(layout: Layout, data: bytes) -> bytes:
    """IV.A.2: a datatype that stands in an object header of its own."""
    version = number(data, 0, 1)
    at = 8 if version == 1 else 2
    if version not in (1, 2, 3) or (version == 3 and number(data, 1, 1) == 1):
        raise ReadError("a shared HDF5 datatype in a heap is not known")
    where = defined(address(layout, data, at), "datatype")
    for message in messages(layout, where)[0]:
        if message.kind == DATATYPE and not message.flags & SHARED:
            return message.body
    raise ReadError("a shared HDF5 datatype is missing")


def _variable(layout: Layout, body: Body, name: str, at: int, padding: int) -> Text:
    """VIII: length, heap address and index of a variable-length string."""
    length = number(body.data, at, 4)
    heap = address(layout, body.data, at + 4)
    index = number(body.data, at + 4 + layout.width, 4)
    if length == 0 or heap is None or heap == 0:
        return Text(name, b"", body.at + at, 0, body.at + at, padding, body.sums)
    limit = layout.window.budget.config_limit
    if length > limit:
        raise too_large(f"the HDF5 attribute {name}", length, limit)
    start, room = _heap_object(layout, heap, index)
    if length > room:
        raise ReadError(f"the HDF5 attribute {name} is longer than its place", offset=start)
    value = layout.window.read(start, length)
    return Text(name, value, start, length, body.at + at, padding, body.sums)


def _heap_object(layout: Layout, heap: int, index: int) -> tuple[int, int]:
    """III.E: an object of a global heap collection, found by walking the objects' headers."""
    window, length = layout.window, layout.length
    head = window.read(heap, 8 + length)
    if head[:5] != b"GCOL\x01":
        raise ReadError("an HDF5 heap is not where it belongs", offset=heap)
    size = number(head, 8, length)
    end = min(heap + size, window.size)
    at = heap + 8 + length
    step = 8 + length
    while at + step <= end:
        window.budget.work()
        header = window.read(at, step)
        found, room = number(header, 0, 2), number(header, 8, length)
        if found == index and index:
            if at + step + room > end:
                raise ReadError("an HDF5 heap object is cut off", offset=at)
            return at + step, room
        if found == 0:  # free space takes the rest
            break
        at += step + -(-room // 8) * 8
    raise ReadError("an HDF5 heap object is missing", offset=heap)


def string_attributes(layout: Layout, names: tuple[str, ...]) -> dict[str, Text]:
    """Those of the root group's attributes that have these names."""
    result: dict[str, Text] = {}
    for body in attribute_bodies(layout, names):
        text = parse_attribute(layout, body, names)
        if text is not None:
            if text.name in result:
                raise ReadError(f"the HDF5 attribute {text.name} is there twice")
            result[text.name] = text
    return result


def content(text: Text) -> bytes:
    """The string without its padding."""
    data = text.data
    if text.reference is not None or text.padding in (0, 1):
        # h5py stops a variable-length string at its first NUL, NumPy strips them at the end.
        return data.split(b"\0", 1)[0] if text.padding == 0 else data.rstrip(b"\0")
    return data.rstrip(b" \0")
