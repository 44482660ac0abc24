"""Dense attribute storage of HDF5: fractal heaps, version-2 B-trees, shared messages.

HDF5 moves a group's attributes here when they are many (more than 8 by default) or large.
Sections are those of the HDF5 File Format Specification, version 3.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from xentlint.records import NamedTuple

from .errors import ReadError, too_large
from .hdf5 import (
    ATTRIBUTE,
    SHARED,
    SHARED_TABLE,
    Body,
    Layout,
    Sum,
    address,
    checked,
    defined,
    messages,
    number,
)
from .lookup3 import lookup3

MAX_DEPTH = 32
"""Of a B-tree or of nested indirect blocks: 2^32 objects do not need more."""


class Heap(NamedTuple):
    """The header of a fractal heap (III.G)."""

    layout: Layout
    at: int
    id_size: int
    filtered: bool
    checksums: bool
    largest: int
    """Largest object kept in blocks."""
    huge_tree: int | None
    width: int
    """Blocks in a row."""
    start_size: int
    direct_size: int
    """Largest direct block."""
    bits: int
    root: int | None
    rows: int
    """Rows of the root indirect block; 0: the root is a direct block."""


def _bytes_of(value: int) -> int:
    """Bytes that hold numbers up to ``value``."""
    return max(1, -(-value.bit_length() // 8))


def open_heap(layout: Layout, at: int) -> Heap:
    w, n = layout.width, layout.length
    head = layout.window.upto(at, 256)
    if head[:5] != b"FRHP\x00":
        raise ReadError("an HDF5 fractal heap is not where it belongs", offset=at)
    filters, flags = number(head, 7, 2), number(head, 9, 1)
    table = 14 + 10 * n + 2 * w
    size = table + 8 + 2 * n + w + 4 + (n + 4 + filters if filters else 0)
    checked(layout.window, at, size, "fractal heap")
    width, start = number(head, table, 2), number(head, table + 2, n)
    direct, bits = number(head, table + 2 + n, n), number(head, table + 2 + 2 * n, 2)
    root_at = table + 6 + 2 * n
    if not (0 < width <= 1024 and 0 < start <= direct <= 1 << 32 and 0 < bits <= 64):
        raise ReadError("the sizes of an HDF5 fractal heap make no sense", offset=at)
    if start & (start - 1) or direct & (direct - 1):
        raise ReadError("the sizes of an HDF5 fractal heap make no sense", offset=at)
    return Heap(
        layout,
        at,
        number(head, 5, 2),
        bool(filters),
        bool(flags & 2),
        number(head, 10, 4),
        address(layout, head, 14 + n),
        width,
        start,
        direct,
        bits,
        address(layout, head, root_at),
        number(head, root_at + w, 2),
    )


def heap_object(heap: Heap, key: bytes) -> Body:
    """The object behind a heap ID (III.G, table of ID types)."""
    if heap.filtered:
        raise ReadError("a filtered HDF5 heap is not read", offset=heap.at)
    kind = number(key, 0, 1) >> 4 & 3
    if kind == 0:
        return _managed(heap, key)
    if kind == 1:
        return _huge(heap, key)
    if kind == 2:
        size = (key[0] & 0x0F) + 1
        if heap.id_size > 17:
            size = ((key[0] & 0x0F) << 8 | number(key, 1, 1)) + 1
            return Body(key[2 : 2 + size], 0, -1, ())
        return Body(key[1 : 1 + size], 0, -1, ())
    raise ReadError("an HDF5 heap ID of unknown type", offset=heap.at)


def _managed(heap: Heap, key: bytes) -> Body:
    offset_size = -(-heap.bits // 8)
    length_size = min(_bytes_of_log(heap.direct_size), _bytes_of(heap.largest))
    offset = number(key, 1, offset_size)
    length = number(key, 1 + offset_size, length_size)
    limit = heap.layout.window.budget.config_limit
    if length > limit:
        raise too_large("an HDF5 attribute", length, limit)
    block, size, start = _find_block(heap, offset)
    if offset - start + length > size:
        raise ReadError("an HDF5 heap object crosses its block", offset=block)
    at = block + offset - start
    sum_at = block + 5 + heap.layout.width + offset_size
    sums = (Sum(block, size, sum_at),) if heap.checksums else ()
    return Body(heap.layout.window.read(at, length), 0, at, sums)


def _bytes_of_log(size: int) -> int:
    """Bytes of an offset inside a block of this size (a power of two)."""
    return (size.bit_length() - 1 + 7) // 8


def _find_block(heap: Heap, offset: int) -> tuple[int, int, int]:
    """Address, size and heap offset of the direct block that holds ``offset`` (III.G.2)."""
    at = defined(heap.root, "fractal heap")
    if not heap.rows:
        return _direct(heap, at, heap.start_size, 0)
    rows, start = heap.rows, 0
    direct_rows = (heap.direct_size // heap.start_size).bit_length() + 1
    for _ in range(MAX_DEPTH):
        heap.layout.window.budget.work()
        row, first, size = _row(heap, offset - start, rows)
        column = (offset - start - first) // size
        child = _child(heap, at, row, column, rows, direct_rows, start)
        start += first + column * size
        if row < direct_rows:
            return _direct(heap, child, size, start)
        at, rows = child, (size // (heap.start_size * heap.width)).bit_length()
    raise ReadError("an HDF5 heap nests too deeply", offset=heap.at)


def _row(heap: Heap, offset: int, rows: int) -> tuple[int, int, int]:
    """Row of an offset inside an indirect block, the row's first offset, its block size."""
    first, size = 0, heap.start_size
    for row in range(min(rows, 64)):
        if row > 1:
            size *= 2
        if offset < first + size * heap.width:
            return row, first, size
        first += size * heap.width
    raise ReadError("an HDF5 heap object lies outside of its heap", offset=heap.at)


def _child(
    heap: Heap, at: int, row: int, column: int, rows: int, direct_rows: int, start: int
) -> int:
    """The address of a block in an indirect block, which is checked."""
    layout = heap.layout
    head = 5 + layout.width + -(-heap.bits // 8)
    entries = rows * heap.width
    data = checked(layout.window, at, head + entries * layout.width + 4, "indirect block")
    if data[:5] != b"FHIB\x00" or number(data, 5 + layout.width, head - 5 - layout.width) != start:
        raise ReadError("an HDF5 indirect block is not where it belongs", offset=at)
    where = address(layout, data, head + (row * heap.width + column) * layout.width)
    return defined(where, "heap block")


def _direct(heap: Heap, at: int, size: int, start: int) -> tuple[int, int, int]:
    width = heap.layout.width
    head = heap.layout.window.read(at, 5 + width + -(-heap.bits // 8))
    if head[:5] != b"FHDB\x00" or number(head, 5 + width, len(head) - 5 - width) != start:
        raise ReadError("an HDF5 heap block is not where it belongs", offset=at)
    heap.layout.window.part(at, size)  # the whole block lies in the file
    return at, size, start


def _huge(heap: Heap, key: bytes) -> Body:
    """An object beside the heap: in the ID itself, or by number in a B-tree."""
    layout = heap.layout
    w, n = layout.width, layout.length
    if w + n <= heap.id_size - 1:
        where, size = defined(address(layout, key, 1), "heap object"), number(key, 1 + w, n)
    else:
        wanted = number(key, 1, min(n, heap.id_size - 1))
        tree = defined(heap.huge_tree, "index of huge objects")
        for record in records(layout, tree, 1, w + 2 * n):
            if number(record, w + n, n) == wanted:
                where = defined(address(layout, record, 0), "heap object")
                size = number(record, w, n)
                break
        else:
            raise ReadError("a huge HDF5 object is missing", offset=heap.at)
    if size > layout.window.budget.config_limit:
        raise too_large("an HDF5 attribute", size, layout.window.budget.config_limit)
    return Body(layout.window.read(where, size), 0, where, ())


def records(layout: Layout, at: int, kind: int, width: int) -> Iterator[bytes]:
    """All records of a version-2 B-tree (III.A.2), in no order that matters."""
    w, n = layout.width, layout.length
    head = checked(layout.window, at, 22 + w + n, "B-tree")
    size, record, depth = number(head, 6, 4), number(head, 10, 2), number(head, 12, 2)
    if head[:6] != b"BTHD\x00" + bytes((kind,)) or record != width:
        raise ReadError("an HDF5 B-tree is not of the expected kind", offset=at)
    if depth > MAX_DEPTH or not 32 <= size <= 1 << 20:
        raise ReadError("the sizes of an HDF5 B-tree make no sense", offset=at)
    counts = _node_counts(layout, size, record, depth)
    total = number(head, 16 + w, 2)
    if not total:
        return
    stack = [(defined(address(layout, head, 16), "B-tree root"), total, depth)]
    while stack:
        where, count, level = stack.pop()
        layout.window.budget.work(1 + count)
        data = layout.window.read(where, size)
        if data[:6] != (b"BTIN\x00" if level else b"BTLF\x00") + bytes((kind,)):
            raise ReadError("an HDF5 B-tree node is not where it belongs", offset=where)
        if count > counts[level].most:
            raise ReadError("an HDF5 B-tree node holds too many records", offset=where)
        for index in range(count):
            yield data[6 + index * record : 6 + (index + 1) * record]
        if level:
            position = 6 + count * record
            pointer = w + counts[0].width + (counts[level - 1].total_width if level > 1 else 0)
            for _ in range(count + 1):
                child = defined(address(layout, data, position), "B-tree node")
                stack.append((child, number(data, position + w, counts[0].width), level - 1))
                position += pointer


class _Counts(NamedTuple):
    most: int
    """Records that fit in a node of this level."""
    width: int
    """Bytes of a record count (of a leaf's, for all levels)."""
    total: int
    total_width: int


def _node_counts(layout: Layout, size: int, record: int, depth: int) -> list[_Counts]:
    """How many records fit on each level: the widths of counts in nodes follow from it."""
    leaf = (size - 10) // record
    width = _bytes_of(leaf)
    levels = [_Counts(leaf, width, leaf, _bytes_of(leaf))]
    for level in range(1, depth + 1):
        pointer = layout.width + width + (levels[-1].total_width if level > 1 else 0)
        most = (size - 10 - pointer) // (record + pointer)
        if most < 1:
            raise ReadError("the sizes of an HDF5 B-tree make no sense")
        total = (most + 1) * levels[-1].total + most
        levels.append(_Counts(most, width, total, _bytes_of(total)))
    return levels


def dense_bodies(layout: Layout, info: bytes, names: tuple[str, ...]) -> list[Body]:
    """IV.A.2.v: the dense attributes whose names have the hashes of ``names``."""
    at = 4 if number(info, 1, 1) & 1 else 2
    heap_at = address(layout, info, at)
    tree_at = address(layout, info, at + layout.width)
    if heap_at is None or tree_at is None:
        return []
    heap = open_heap(layout, heap_at)
    wanted = {lookup3(name.encode()) for name in names}
    bodies = []
    width = heap.id_size + 9
    for record in records(layout, tree_at, 8, width):
        if number(record, heap.id_size + 5, 4) not in wanted:
            continue
        key, flags = record[: heap.id_size], record[heap.id_size]
        source = shared_heap(layout) if flags & SHARED else heap
        bodies.append(heap_object(source, key))
    return bodies


def shared_body(layout: Layout, data: bytes) -> Body:
    """IV.A.2: an attribute message that stands in the heap of shared messages."""
    if number(data, 0, 1) != 3 or number(data, 1, 1) != 1:
        raise ReadError("a shared HDF5 attribute of this kind is not known")
    return heap_object(shared_heap(layout), data[2:10])


def shared_heap(layout: Layout) -> Heap:
    """III.F: the heap that the table of shared messages names for attributes."""
    if layout.extension is None:
        raise ReadError("a shared HDF5 message in a file without a table of them")
    w = layout.width
    for message in messages(layout, layout.extension)[0]:
        if message.kind == SHARED_TABLE:
            at = defined(address(layout, message.body, 1), "table of shared messages")
            count = number(message.body, 1 + w, 1)
            size = 4 + count * (14 + 2 * w) + 4
            table = checked(layout.window, at, size, "table of shared messages")
            for index in range(count):
                entry = 4 + index * (14 + 2 * w)
                if number(table, entry + 2, 2) & 1 << ATTRIBUTE:
                    where = defined(address(layout, table, entry + 14 + w), "shared heap")
                    return open_heap(layout, where)
    raise ReadError("a shared HDF5 message without a table")
