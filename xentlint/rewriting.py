"""Changed files: shown as a diff, or written; what could not be written counts as not done."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from xentlint.facts import Problem
from xentlint.fixing import Done, Result
from xentlint.outcome import Outcome
from xentlint.together import Change, leftovers, replace_all
from xentlint.writing import read


class Written(NamedTuple):
    """What a run of fixes left behind on the disk."""

    outcome: Outcome
    done: tuple[Done, ...]
    paths: tuple[str, ...]


def write(result: Result, before: Outcome, known: Callable[[str], bytes | None]) -> Written:
    """Write each changed file, those of one fix together. ``known``: what was judged."""
    problems: list[Problem] = []
    failed: set[str] = set()
    written: list[str] = []
    for files in _units(result):
        changes = [_change(path, result.texts[path], known(path)) for path in sorted(files)]
        wrong = [change for change in changes if isinstance(change, Problem)]
        ready = [change for change in changes if isinstance(change, Change)]
        wrong = wrong or list(replace_all(ready))
        problems += wrong
        if wrong:
            failed |= files
        else:
            written += sorted(files)
    done = tuple(d for d in result.done if not failed & {e.place.path for e in d.fix.edits})
    return Written(_restored(result.outcome, before, failed, problems), done, tuple(written))


def tidy(folders: Iterable[str]) -> tuple[Problem, ...]:
    """Clean up after runs that were killed; name the files that they left half done."""
    return leftovers(sorted(set(folders)))


def _units(result: Result) -> list[frozenset[str]]:
    changed = frozenset(result.texts)
    several = [files & changed for files in result.together if files & changed]
    joined = frozenset().union(*several)
    return several + [frozenset((path,)) for path in sorted(changed - joined)]


def _change(path: str, data: bytes, judged: bytes | None) -> Change | Problem:
    found = read(path)
    if isinstance(found, Problem):
        return found
    # The new text may stand there already: by another name of the file, or another run.
    if found[0] not in (judged, data):
        return Problem(path, None, "changed", "changed on disk since it was read: not written")
    return Change(path, data, found[1])


def _restored(
    after: Outcome, before: Outcome, failed: set[str], problems: list[Problem]
) -> Outcome:
    """The findings of files that could not be written are still there."""
    if not problems:
        return after
    findings = [f for f in after.findings if f.place.path not in failed]
    findings += [f for f in before.findings if f.place.path in failed]
    findings.sort(key=lambda f: (f.place.path, f.place.cell or 0, f.place.line or 0))
    return after._replace(
        findings=tuple(findings),
        problems=(*after.problems, *problems),
        lines=lambda place: (before if place.path in failed else after).lines(place),
    )


def diff(result: Result, known: Callable[[str], bytes | None]) -> str:
    """A unified diff of all changes, as ``patch`` and ``git apply`` read it."""
    out: list[str] = []
    for path in sorted(result.texts):
        old, new = (_rows(data) for data in (known(path) or b"", result.texts[path]))
        name = path.replace("\\", "/")
        for row in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"):
            out.append(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n")
    return "".join(out)


def _rows(data: bytes) -> list[str]:
    text = data.decode("utf-8", "surrogateescape")
    rows = text.split("\n")
    return [f"{row}\n" for row in rows[:-1]] + ([rows[-1]] if rows[-1] else [])
