"""Several files that one fix changes: all of them get their new content, or none.

Every file is locked, checked and prepared before the first is renamed; the old contents are
prepared as well, so that a failing rename is taken back. A journal in each folder stands from
before the first rename until after the last: after a kill in between, :func:`leftovers` of the
next run names the files that belong together and do not agree.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import NamedTuple

from xentlint.facts import Problem
from xentlint.writing import (
    LEFTOVER,
    Refused,
    Seen,
    Sink,
    Target,
    Temp,
    digest,
    drop,
    glance,
    hold,
    move,
    prepared,
    problem,
    read,
    remove_leftover,
    replace,
    swap,
    sync_folder,
    target,
    tidy,
)

LARGEST_JOURNAL = 1 << 20


class Change(NamedTuple):
    """The new content of one file, and what was read of it."""

    path: str
    data: bytes
    seen: Seen


class _Prepared(NamedTuple):
    held: Target
    new: Temp
    old: Temp
    digests: tuple[str, str]
    """Of the old content and of the new."""


def replace_all(changes: Sequence[Change]) -> tuple[Problem, ...]:
    """Give each file its new content; with a problem none has changed, or it says which."""
    if len(changes) == 1:
        found = replace(changes[0].path, changes[0].data, seen=changes[0].seen)
        return (found,) if found else ()
    problems: list[Problem] = []
    path = changes[0].path if changes else ""
    # One order for all runs, so that two of them never wait for each other.
    ordered = sorted(changes, key=lambda change: os.path.realpath(change.path))
    try:
        with ExitStack() as stack:
            ready = []
            for change in ordered:
                path = change.path
                if one := _prepare(stack, change):
                    ready.append(one)
            for folder in _folders(ready):
                _keep_journal(stack, folder, ready)
            _rename(ready, problems)
            for folder in _folders(ready):
                path = next(one.held.path for one in ready if _folder(one) == folder)
                sync_folder(folder)
    except (OSError, Refused) as error:
        problems.insert(0, problem(path, error))
    return tuple(problems)


def leftovers(folders: Sequence[str]) -> tuple[Problem, ...]:
    """Remove what killed runs left in these folders; name what they left half done."""
    notes: dict[str, Problem] = {}
    for folder in folders:
        with suppress(OSError):
            for name in sorted(os.listdir(folder)):
                if name.endswith(".journal") and LEFTOVER.match(name):
                    journal = os.path.join(folder, name)
                    text = _journal_text(journal)
                    if remove_leftover(journal):
                        notes.update((note.path, note) for note in _half_done(text))
        tidy(folder)
    return tuple(notes.values())


def _prepare(stack: ExitStack, change: Change) -> _Prepared | None:
    held = stack.enter_context(target(change.path, change.seen, digest(change.data)))
    if held is None:
        return None
    before = read(held.real)
    if isinstance(before, Problem):
        raise Refused(before.kind, before.message)
    new = stack.enter_context(prepared(held, lambda sink: sink.write(change.data), "new"))
    old = stack.enter_context(prepared(held, lambda sink: sink.write(before[0]), "old"))
    return _Prepared(held, new, old, (digest(before[0]), digest(change.data)))


def _rename(ready: Sequence[_Prepared], problems: list[Problem]) -> None:
    """Put all in place; what fails or interrupts takes back what was done."""
    done: list[_Prepared] = []
    try:
        for one in ready:
            done.append(one)
            swap(one.new, one.held)
    except BaseException:
        for one in reversed(done):
            # The rename that failed may have happened, or not: its temporary file tells.
            if os.path.exists(one.new.path):
                continue
            try:
                move(one.old, one.held.real)
            except OSError as error:
                message = f"has its new content and could not be put back: {error.strerror}"
                problems.append(Problem(one.held.path, None, "interrupted", message))
        raise


def _folder(one: _Prepared) -> str:
    return os.path.dirname(one.held.real)


def _folders(ready: Sequence[_Prepared]) -> list[str]:
    return sorted({_folder(one) for one in ready})


def _keep_journal(stack: ExitStack, folder: str, ready: Sequence[_Prepared]) -> None:
    rows = [[one.held.path, one.held.real, *one.digests] for one in ready]
    temp = hold(folder, "journal", 0o600)
    stack.callback(drop, temp)
    Sink(temp.fd).write(json.dumps(rows).encode("utf-8", "surrogatepass"))
    os.fsync(temp.fd)
    sync_folder(folder)


def _journal_text(path: str) -> bytes:
    seen = glance(path)
    if isinstance(seen, Problem) or seen.size > LARGEST_JOURNAL:
        return b""
    found = read(path)
    return b"" if isinstance(found, Problem) else found[0]


def _half_done(text: bytes) -> list[Problem]:
    """What a journal of a dead run says, judged by what the files hold now."""
    try:
        rows = [
            (str(shown), _holds(str(real)), old, new) for shown, real, old, new in json.loads(text)
        ]
    except (ValueError, TypeError):
        return []  # killed while it was written: before the first rename
    done = [shown for shown, now, _, new in rows if now == new]
    left = [shown for shown, now, old, _ in rows if now == old]
    if not done:
        return []
    message = "an earlier run was stopped after it had changed {}, which belongs together with this"
    return [
        Problem(path, None, "interrupted", message.format(", ".join(done)), fatal=False)
        for path in left
    ]


def _holds(real: str) -> str | None:
    found = read(real)
    return None if isinstance(found, Problem) else digest(found[0])
