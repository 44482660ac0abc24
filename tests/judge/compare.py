"""Compares what the judge saw with what an audit of the same text says."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .meetings import Meeting, Span

OK, UNDECIDED = "ok", "undecided"


@dataclass(frozen=True)
class Said:
    """A use of the audit."""

    kind: str
    path: str
    line: int
    last: int
    related: tuple[tuple[str, int], ...]
    code: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.kind} {self.code} {self.reason}".rstrip()


@dataclass
class Comparison:
    """Where the two differ, and how much was decided."""

    disagreements: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    decided: int = 0

    @property
    def total(self) -> int:
        return self.decided + len(self.undecided)


def audit(files: Mapping[str, str]) -> list[Said]:
    """What xentlint says about each use in a program."""
    from xentlint.engine import Settings, run

    with tempfile.TemporaryDirectory(prefix="audited") as folder:
        for name, text in files.items():
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        outcome = run([folder], Settings(audit=True, respect_gitignore=False, net=False))
        assert not outcome.problems, outcome.problems
        return [_said(judged, os.path.realpath(folder)) for judged in outcome.judged]


def _said(judged: Any, folder: str) -> Said:
    use, verdict = judged
    place = use.consumer.place

    def shown(path: str) -> str:
        return os.path.relpath(os.path.realpath(path), folder)

    related = tuple(
        (shown(r.place.path), r.place.line) for r in use.related if r.role in ("loss", "definition")
    )
    return Said(
        use.consumer.kind,
        shown(place.path),
        place.line,
        place.end_line,
        related,
        verdict.code,
        verdict.reason or use.reason or "",
    )


def compare(meetings: Iterable[Meeting], said: Iterable[Said]) -> Comparison:
    """No finding may differ; what is not decided is counted, with its reason."""
    meetings, said = list(meetings), list(said)
    found = Comparison()
    _losses(
        [m for m in meetings if m.kind in ("loss", "log")],
        [s for s in said if s.kind == "loss"],
        found,
    )
    _activations(
        [m for m in meetings if m.kind == "activation"],
        [s for s in said if s.kind == "activation"],
        found,
    )
    return found


def _hits(span: Span, said: Said) -> bool:
    return span.path == said.path and said.line <= span.last and said.last >= span.first


def _related(span: Span, said: Said) -> bool:
    return any(span.covers(path, line) for path, line in said.related)


def _groups(meetings: list[Meeting]) -> list[list[Meeting]]:
    """Meetings that share a statement belong together: a line may hold several."""
    groups: list[list[Meeting]] = []
    for meeting in meetings:
        near = [g for g in groups if any(set(m.spans) & set(meeting.spans) for m in g)]
        groups = [g for g in groups if g not in near]
        groups.append([m for g in near for m in g] + [meeting])
    return groups


def _losses(meetings: list[Meeting], said: list[Said], found: Comparison) -> None:
    groups = _groups(meetings)
    taken: list[list[Said]] = [[] for _ in groups]
    lost = []
    for use in said:
        index = _place_of(use, groups)
        if index is None:
            lost.append(use)
        else:
            taken[index].append(use)
    bare = [index for index, uses in enumerate(taken) if not uses]
    if len(bare) == 1:
        taken[bare[0]], lost = lost, []
    for group, uses in zip(groups, taken, strict=True):
        _one_group(group, uses, found)
    for use in lost:
        if use.code not in (OK, UNDECIDED):
            found.disagreements.append(f"a finding where nothing met: {use}")


def _place_of(use: Said, groups: list[list[Meeting]]) -> int | None:
    for test in (_hits, _related):
        for index, group in enumerate(groups):
            if any(test(span, use) for meeting in group for span in meeting.spans):
                return index
    for index, group in enumerate(groups):
        if any(_hits(span, use) for meeting in group for span in meeting.outer):
            return index
    return None


def _answered(use: Said, uses: list[Said]) -> bool:
    """A module's function, read alone, is called by nobody there: another file calls it.

    One of several ways that a meeting may go is not answered by the others.
    """
    if use.reason.startswith("it hangs on two decisions"):
        return False
    return any(
        other.code != UNDECIDED and (other.path != use.path or other.line == use.line)
        for other in uses
    )


def _one_group(group: list[Meeting], uses: list[Said], found: Comparison) -> None:
    truth = {meeting.code for meeting in group} - {OK}
    codes = {use.code for use in uses} - {OK, UNDECIDED}
    open_ = [use for use in uses if use.code == UNDECIDED and not _answered(use, uses)]
    # Losses that look at the right class alone are of no family: either answer will do.
    allowed = {"XL104"} if any(m.family == "none" for m in group) else set()
    alarms, missed = codes - truth - allowed, truth - codes
    shown = "; ".join(map(str, group))
    if alarms:
        found.disagreements.append(f"false {sorted(alarms)}: judge saw {shown}")
    if not any(meeting.expects for meeting in group):
        return  # no cross-entropy: silence is right
    if not uses:
        found.undecided.append(f"no use: {shown}")
    elif open_:
        found.undecided.append(f"{open_[0].reason}: {shown}")
    else:
        found.decided += 1
        if missed:
            found.disagreements.append(f"called ok, is {sorted(missed)}: {shown}")


def _activations(meetings: list[Meeting], said: list[Said], found: Comparison) -> None:
    for use in said:
        if use.code in (OK, UNDECIDED):
            continue
        here = [m for m in meetings if any(_hits(span, use) for span in m.spans)]
        here = here or [m for m in meetings if any(_related(span, use) for span in m.spans)]
        here = here or [m for m in meetings if any(_hits(span, use) for span in m.outer)]
        if use.code not in {m.code for m in here}:
            seen = "; ".join(map(str, here)) or "nothing"
            found.disagreements.append(f"false {use.code} at {use}: judge saw {seen}")
    for meeting in meetings:
        if meeting.code == OK:
            continue
        near = [
            u
            for u in said
            if any(_hits(s, u) or _related(s, u) for s in meeting.spans + meeting.outer)
        ]
        if any(use.code == meeting.code for use in near):
            found.decided += 1
        elif any(use.code == OK for use in near) and not any(u.code == UNDECIDED for u in near):
            found.disagreements.append(f"called ok, is {meeting.code}: {meeting}")
        else:
            reason = next((u.reason for u in near if u.code == UNDECIDED), "no use")
            found.undecided.append(f"activation, {reason}: {meeting}")
