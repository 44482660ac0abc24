"""A short fuzz run over all formats; the long one is ``python -m saved.fuzz 50000`` in tests."""

from __future__ import annotations

from saved import fuzz

from xentlint import saved
from xentlint.saved import kinds

COUNT = 3_000


def test_seeds_are_read_whole() -> None:
    """A seed that its reader gives up on tests nothing."""
    formats = set()
    for name, data in fuzz.seeds().items():
        _, unreadable, ranges = fuzz.one(name, data)
        assert ranges
        assert not unreadable or name == "g.h5", name
        formats.add(kinds.kind_of(name, data[: saved.HEAD]))
    assert formats == {
        "keras", "hdf5", "json", "saved_model", "saved_model_text", "keras_metadata", "graphdef",
        "graphdef_text", "onnx", "tflite",
    }  # fmt: skip


def test_no_input_gets_through() -> None:
    result = fuzz.run(COUNT, seed=7)
    assert result.failures == []
    assert result.slow == 0
    assert result.looked_at * 10 >= COUNT
