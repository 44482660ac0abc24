"""A batch of programs on trial: the judge against the composer, the audit against the judge."""

from __future__ import annotations

import collections
from collections.abc import Iterable
from dataclasses import dataclass, field

from .compare import Comparison, Said, audit, compare
from .meetings import Meeting
from .numbers import LONG, QUICK, Patience
from .programs.base import Program
from .record import record


@dataclass
class Trial:
    """What came of some programs."""

    programs: int = 0
    faulty: int = 0
    decided: int = 0
    total: int = 0
    constructs: collections.Counter[str] = field(default_factory=collections.Counter)
    broken: list[str] = field(default_factory=list)
    """Programs that did not run, or of which judge and composer think differently."""
    disagreements: list[str] = field(default_factory=list)
    undecided: list[tuple[str, str]] = field(default_factory=list)
    """Reason, and the program."""

    def add(self, other: Trial) -> None:
        """Take in another trial."""
        self.programs += other.programs
        self.faulty += other.faulty
        self.decided += other.decided
        self.total += other.total
        self.constructs.update(other.constructs)
        self.broken += other.broken
        self.disagreements += other.disagreements
        self.undecided += other.undecided

    def summary(self) -> str:
        """Counts, one construct a line."""
        share = 100 * self.decided / max(self.total, 1)
        lines = [
            f"{self.programs} programs, {self.faulty} of them faulty;"
            f" {self.total} meetings, {share:.1f} % decided;"
            f" {len(self.disagreements)} disagreements, {len(self.broken)} broken programs"
        ]
        lines += [f"{count:6} {name}" for name, count in sorted(self.constructs.items())]
        return "\n".join(lines)


def seen(program: Program, patience: Patience) -> tuple[list[Meeting], str | None]:
    """What the judge sees, over all settings under which the program runs."""
    found: list[Meeting] = []
    for environ in program.environs:
        result = record(dict(program.files), dict(environ), patience)
        if result.error:
            return found, result.error
        found += result.meetings
    return found, None


def tried(programs: Iterable[Program]) -> Trial:
    """Judge and audit each of them."""
    trial = Trial()
    for program in programs:
        trial.programs += 1
        trial.faulty += bool(program.expected)
        trial.constructs.update(program.constructs)
        said = audit(dict(program.files))
        found = _judged(program, said, QUICK)
        if isinstance(found, str) or found.disagreements:
            found = _judged(program, said, LONG)
        if isinstance(found, str):
            trial.broken.append(f"{found}\n{program.show()}")
        else:
            _count(trial, program, found)
    return trial


def _judged(program: Program, said: list[Said], patience: Patience) -> Comparison | str:
    """The audit against the judge, or why judge and composer differ."""
    meetings, error = seen(program, patience)
    codes = {meeting.code for meeting in meetings} - {"ok"}
    if error or codes != program.expected or not meetings:
        return error or f"composed {sorted(program.expected)}, the judge saw {sorted(codes)}"
    return compare(meetings, said)


def _count(trial: Trial, program: Program, found: Comparison) -> None:
    trial.disagreements += [f"{told}\n{program.show()}" for told in found.disagreements]
    if not program.undecidable:
        trial.decided += found.decided
        trial.total += found.total
        trial.undecided += [(reason, program.show()) for reason in found.undecided]
