"""``.keras`` files: a zip that holds a model's configuration, or models."""

from __future__ import annotations

from . import limits, zipfiles
from .compiled import Settings, Source, backend_of
from .errors import ReadError, printable
from .reading import Run
from .windows import Memory, Window
from .zipfiles import Archive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read_keras(run: Run) -> None:
    """A zip with ``config.json``, or one that holds models."""
    archive = zipfiles.open_archive(run.window)
    for text in archive.oddities:
        # A member that is there twice may hold another model for another reader.
        run.note("oddity", text, fatal="twice" in text)
    if b"config.json" in archive.entries_at:
        _read_archive(run, archive)
        return
    inner = [name for name in archive.entries_at if _is_model_name(name)]
    if run.prefix or not inner:
        if run.path.lower().endswith(".keras"):
            raise ReadError("the zip holds no config.json: not a Keras model")
        return
    for name in inner[: limits.ZIP_NESTED]:
        _read_nested(run, archive, name)
    if len(inner) > limits.ZIP_NESTED:
        run.note("too-large", f"the zip holds {len(inner)} models: not all checked", fatal=True)


def _is_model_name(name: bytes) -> bool:
    return name.lower().endswith((b".keras", b".h5", b".hdf5", b".hd5"))


def _read_nested(run: Run, archive: Archive, name: bytes) -> None:
    """A model inside a zip: in place where it is stored, else unpacked in memory."""
    shown = printable(name.decode("utf-8", "replace"))
    inner = Run(run.path, run.window, run.expect, f"{run.prefix}{shown}: ")
    try:
        member = zipfiles.find_member(archive, name)
        assert member is not None
        window: Window
        if member.method == zipfiles.STORED:
            window = zipfiles.member_window(archive, member)
        else:
            data = zipfiles.read_member(archive, member, run.budget.config_limit)
            window = Memory(data, run.budget)
        inner.window = window
        if window.upto(0, 4)[:2] == b"PK":
            read_keras(inner)
        else:
            from .hdf5_model import read_hdf5

            read_hdf5(inner)
    except ReadError as error:
        inner.note(error.kind, f"{shown}: {error.reason}", fatal=True)
    run.models += inner.models
    run.versions += inner.versions
    run.problems += inner.problems


def _member(run: Run, archive: Archive, name: bytes) -> Any:
    member = zipfiles.find_member(archive, name)
    if member is None:
        return None
    data = zipfiles.read_member(archive, member, run.budget.config_limit)
    return run.load(data, run.prefix + name.decode())


def _read_archive(run: Run, archive: Archive) -> None:
    metadata = _member(run, archive, b"metadata.json")
    found = metadata if isinstance(metadata, dict) else {}
    version = run.version("keras_version", found.get("keras_version"), run.prefix + "metadata.json")
    root = _member(run, archive, b"config.json")
    if not isinstance(root, dict):
        raise ReadError("config.json holds no model")
    member = run.prefix + "config.json"
    settings = None
    if isinstance(root.get("compile_config"), dict):
        settings = Settings(root["compile_config"], member, ("compile_config",))
    backend = backend_of(version, None)
    run.add(Source(run.path, "keras", root, member, (), settings, version, backend), run.prefix)
