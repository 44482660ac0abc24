"""The quick way through a message of short strings gives what the general one gives."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from saved import build

from xentlint.saved.errors import ReadError
from xentlint.saved.windows import Budget, Memory
from xentlint.saved.wire import BYTES, Wire

FIELD = st.one_of(
    st.tuples(st.integers(1, 7), st.text(max_size=6).map(str.encode)),
    st.tuples(st.integers(1, 40), st.integers(120, 300).map(bytes)),
    st.tuples(st.just(5), st.sampled_from([bytes(16_385), bytes(127), bytes(128), b"\xff\xc3"])),
    st.tuples(st.integers(1, 7), st.integers(0, 1 << 40)),
).map(lambda item: build.field(*item))
RAW = st.binary(max_size=12) | st.sampled_from(
    [b"\x0a\x85\x80\x00" + bytes(5), b"\x0a\x83", b"\x0a", b"\x02\x01a", b"\x0d1234", b"\x0a\x05ab",
     b"\x8a\x00\x01a", b"\x0a\x80\x80\x80\x80\x00"]
)  # fmt: skip


@given(st.lists(FIELD | RAW, max_size=6).map(b"".join), st.integers(0, 3), st.integers(1, 20))
@example(b"\x0a\x85\x80\x00" + bytes(5), 0, 3)
def test_the_quick_way_is_the_general_one(data: bytes, before: int, last: int) -> None:
    def general(wire: Wire, start: int, end: int) -> list[tuple[int, str]]:
        return [
            (number, wire.text(at, length))
            for number, kind, at, length in wire.fields(start, end)
            if kind == BYTES and number <= last
        ]

    def outcome(read: object) -> object:
        window = Memory(b"\x0a" * before + data + b"\x0a\x01z", Budget())
        try:
            return read(Wire(window), before, before + len(data))  # type: ignore[operator]
        except ReadError as error:
            return error.reason

    assert outcome(lambda wire, start, end: wire.texts(start, end, last)) == outcome(general)


def test_a_long_list_of_strings_is_charged() -> None:
    data = build.field(1, "a") * 5_000
    window = Memory(data, Budget(work=100))
    with pytest.raises(ReadError, match="more work"):
        Wire(window).texts(0, len(data), 3)
