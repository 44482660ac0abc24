"""The config editor: realises fixes of uses in a saved model; weights stay bit-identical.

``plan`` turns intents into pieces of a new file and reads that file again before anything is
written; ``apply`` streams it into place, or to another path.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from xentlint.facts import FileFacts, Problem, Use
from xentlint.records import NamedTuple

from . import hdf5, limits, zipfiles
from .errors import ReadError
from .intents import Change, ImpossibleError, changes
from .json_edit import edit
from .members import HDF5_TEXTS, Members, texts
from .reading import read_window
from .splices import Patch, Pieces, Spliced, pieces
from .windows import Budget, File, open_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from xentlint.writing import Seen, Sink

NOTE = "the weights were trained under the old loss"

Request = tuple[Use, tuple[str, ...]]


class Plan(NamedTuple):
    """A changed file that is not written yet."""

    path: str
    pieces: Pieces
    facts: FileFacts
    """What the changed file says: to be judged before it is written."""
    seen: Seen
    note: str = NOTE


def plan(
    path: str,
    requests: Sequence[Request],
    *,
    max_config_size: int = limits.CONFIG_SIZE,
    expect: str | None = None,
) -> Plan | Problem:
    """The file with these uses mended, or why it is left alone."""
    from xentlint import writing

    seen = writing.glance(path)
    if isinstance(seen, Problem):
        return seen
    try:
        window = open_file(path, Budget(max_config_size))
    except ReadError as error:
        return Problem(path, None, error.kind, error.reason)
    try:
        patches = _patches(path, window, requests)
        new = pieces(window.size, patches)
        reading = read_window(path, Spliced(window, new), expect)
    except (ReadError, ImpossibleError, ValueError) as error:
        return Problem(path, None, "not-fixed", str(error), False)
    finally:
        window.close()
    uses = tuple(use for model in reading.models for use in model.facts.uses)
    return Plan(path, new, FileFacts(path, uses, tuple(reading.problems)), seen)


def _patches(path: str, window: File, requests: Sequence[Request]) -> list[Patch]:
    kinds = {getattr(use.handle, "kind", None) for use, _ in requests}
    if len(kinds) != 1:
        raise ImpossibleError("the fixes belong to different files")
    kind = kinds.pop()
    if kind not in _EDITORS:
        raise ImpossibleError("the file's format is not edited: change it where the model is made")
    return _EDITORS[kind](window, requests)


def _edited(kind: str, window: File, requests: Sequence[Request]) -> dict[str, bytes]:
    """The JSON texts that the fixes change, changed."""
    members = Members(texts(kind, window), window.budget.config_limit)
    wanted: dict[str, list[Change]] = {}
    for use, intents in requests:
        for intent in intents:
            for change in changes(use, intent, members.root):
                wanted.setdefault(change.member, []).append(change)
    return {
        member: edit(members.texts[member], [c for i, c in enumerate(found) if c not in found[:i]])
        for member, found in wanted.items()
    }


def _edit_keras(window: File, requests: Sequence[Request]) -> list[Patch]:
    from .zip_edit import replace_member

    edited = _edited("keras", window, requests)
    return replace_member(zipfiles.open_archive(window), b"config.json", edited["config.json"])


def _edit_hdf5(window: File, requests: Sequence[Request]) -> list[Patch]:
    from .hdf5_edit import replace_text

    edited = _edited("hdf5", window, requests)
    if len(edited) > 1:
        # Two texts could each want the end of the file: one after the other, then.
        raise ImpossibleError("the fixes change two attributes: apply them one by one")
    layout = hdf5.open_layout(window)
    found = hdf5.string_attributes(layout, HDF5_TEXTS)
    return [
        patch
        for name, data in edited.items()
        for patch in replace_text(window, layout, found[name], data)
    ]


def _edit_json(window: File, requests: Sequence[Request]) -> list[Patch]:
    return [Patch(0, window.size, _edited("json", window, requests)[""])]


_EDITORS = {"keras": _edit_keras, "hdf5": _edit_hdf5, "json": _edit_json}


def apply(planned: Plan, output: str | None = None) -> Problem | None:
    """Write the changed file: in place, or whole to another path."""
    from xentlint import writing

    descriptor = os.open(planned.path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    try:

        def pour(sink: Sink) -> None:
            for piece in planned.pieces:
                if piece.data is None:
                    sink.copy(descriptor, piece.start, piece.length)
                else:
                    sink.write(piece.data)

        if output is None or os.path.realpath(output) == os.path.realpath(planned.path):
            return writing.replace_stream(planned.path, pour, seen=planned.seen)
        if writing.glance(planned.path) != planned.seen:
            return Problem(planned.path, None, "changed", "changed on disk since it was read")
        return _create(output, pour)
    except OSError as error:
        return Problem(planned.path, None, "unwritable", error.strerror or str(error))
    finally:
        os.close(descriptor)


def _create(path: str, pour: Any) -> Problem | None:
    """A new file, complete or not there."""
    from xentlint import writing

    real = os.path.realpath(path)
    try:
        temp = writing.hold(os.path.dirname(real), "new", 0o666)
        try:
            pour(writing.Sink(temp.fd))
            os.fsync(temp.fd)
            writing.move(temp, real)
        finally:
            writing.drop(temp)
    except (OSError, writing.Refused) as error:
        return writing.problem(path, error)
    return None
