"""The HDF5 reader against h5py and pyfive, on files that h5py writes in every way it can."""

from __future__ import annotations

import ctypes
import glob
import itertools
import os
from pathlib import Path
from typing import Any

import pytest

from xentlint.saved import hdf5
from xentlint.saved.lookup3 import lookup3
from xentlint.saved.windows import Budget, Memory, open_file

h5py = pytest.importorskip("h5py")
numpy = pytest.importorskip("numpy")

NAMES = ("model_config", "keras_version")


def ours(path: Path) -> dict[str, bytes]:
    window = open_file(str(path), Budget())
    try:
        texts = hdf5.string_attributes(hdf5.open_layout(window), NAMES)
        return {name: hdf5.content(text) for name, text in texts.items()}
    finally:
        window.close()


def theirs(path: Path) -> dict[str, bytes]:
    found = {}
    with h5py.File(path) as file:
        for name in NAMES:
            value: Any = file.attrs[name]
            if isinstance(value, numpy.ndarray):
                value = value[0]
            found[name] = value.encode() if isinstance(value, str) else bytes(value)
    return found


def write(file: Any, kind: str, text: str) -> None:
    if kind == "fixed":
        file.attrs["model_config"] = numpy.bytes_(text)
    elif kind == "array":
        file.attrs.create("model_config", [text], dtype=h5py.string_dtype())
    else:
        file.attrs["model_config"] = text
    file.attrs["keras_version"] = "3.1"


VERSIONS = ("earliest", "v108", "v110", "v112", "v114")
GRID = list(itertools.product(VERSIONS, ("variable", "fixed", "array"), (0, 5, 300), (0, 1024)))


@pytest.mark.parametrize("size", [10, 5_000, 70_000])
def test_agrees_with_h5py(size: int, tmp_path: Path) -> None:
    """Superblocks 0 to 3, headers 1 and 2, compact and dense, tiny, managed and huge objects."""
    path = tmp_path / "m.h5"
    count = 0
    for (version, kind, more, block), tracked in itertools.product(GRID, (False, True)):
        text = "{" + "x" * size + "}"
        try:
            with h5py.File(
                path, "w", libver=(version, "latest"), userblock_size=block, track_order=tracked
            ) as file:
                for index in range(more):
                    file.attrs[f"a{index}"] = "v" * (index % 50)
                write(file, kind, text)
        except (OSError, ValueError, RuntimeError):
            continue  # a compact attribute holds 64 KB at most: old layouts refuse more
        assert (
            ours(path) == theirs(path) == {"model_config": text.encode(), "keras_version": b"3.1"}
        )
        count += 1
    assert count > 60


def test_nested_indirect_blocks(tmp_path: Path) -> None:
    """20,000 attributes: the heap's root is an indirect block of indirect blocks."""
    path = tmp_path / "m.h5"
    with h5py.File(path, "w", libver="latest") as file:
        for index in range(20_000):
            file.attrs[f"a{index}"] = "v" * (index % 50)
        write(file, "fixed", "{}")
    assert ours(path) == {"model_config": b"{}", "keras_version": b"3.1"}


def test_a_committed_type(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    with h5py.File(path, "w") as file:
        file["text"] = numpy.dtype("S20")
        file.attrs.create("model_config", b"{}", dtype=file["text"])
        file.attrs["keras_version"] = "3.1"
    assert ours(path) == {"model_config": b"{}", "keras_version": b"3.1"}


def library() -> Any:
    """h5py's own HDF5 library: its Python side has no call for shared messages."""
    folder = os.path.join(os.path.dirname(os.path.dirname(h5py.__file__)), "h5py.libs")
    found = [path for path in glob.glob(folder + "/libhdf5*.so*") if "_hl" not in path]
    if not found:
        pytest.skip("h5py brings no HDF5 library of its own")
    return ctypes.CDLL(found[0])


@pytest.mark.parametrize("more", [0, 60], ids=["compact", "dense"])
def test_shared_messages(more: int, tmp_path: Path) -> None:
    """Attributes that stand in the file's heap of shared messages."""
    lib = library()
    create = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    number = ctypes.c_int64(create.id)
    assert lib.H5Pset_shared_mesg_nindexes(number, ctypes.c_uint(1)) >= 0
    attribute = 1 << 0x0C
    index = lib.H5Pset_shared_mesg_index
    assert index(number, ctypes.c_uint(0), ctypes.c_uint(attribute), ctypes.c_uint(1)) >= 0
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)
    path = tmp_path / "m.h5"
    with h5py.File(h5py.h5f.create(os.fsencode(path), h5py.h5f.ACC_TRUNC, create, access)) as file:
        for position in range(more):
            file.attrs[f"a{position}"] = "v" * (position % 50)
        write(file, "fixed", "{" + "y" * 500 + "}")
    assert ours(path) == theirs(path)
    data = path.read_bytes()
    assert b"SMTB" in data, "the file must hold a table of shared messages"


def test_agrees_with_pyfive(tmp_path: Path) -> None:
    pyfive = pytest.importorskip("pyfive")
    for version, size in itertools.product(("earliest", "latest"), (10, 5_000)):
        path = tmp_path / f"{version}{size}.h5"
        with h5py.File(path, "w", libver=version) as file:
            write(file, "variable", "{" + "x" * size + "}")
        with pyfive.File(str(path)) as file:
            value = file.attrs["model_config"]
        expected = value.encode() if isinstance(value, str) else bytes(value)
        assert ours(path)["model_config"] == expected


def test_no_attributes(tmp_path: Path) -> None:
    for version in ("earliest", "latest"):
        path = tmp_path / "m.h5"
        with h5py.File(path, "w", libver=version) as file:
            file.create_group("layers")
        assert ours(path) == {}


def test_lookup3_on_known_values() -> None:
    """From the comments of lookup3.c's ``driver5``."""
    text = b"Four score and seven years ago"
    assert lookup3(b"", 0) == 0xDEADBEEF
    assert lookup3(b"", 0xDEADBEEF) == 0xBD5B7DDE
    assert lookup3(text, 0) == 0x17770551
    assert lookup3(text, 1) == 0xCD628161


def test_every_cut_is_an_error_or_an_answer(tmp_path: Path) -> None:
    """A file that ends anywhere gives a typed error, never another exception."""
    from xentlint.saved.errors import ReadError

    path = tmp_path / "m.h5"
    with h5py.File(path, "w", libver="latest") as file:
        for index in range(20):
            file.attrs[f"a{index}"] = "v"
        write(file, "fixed", "{}")
    data = path.read_bytes()
    for end in range(0, len(data), 7):
        try:
            hdf5.string_attributes(hdf5.open_layout(Memory(data[:end], Budget())), NAMES)
        except ReadError:
            continue
