"""What a run found: the one thing that reports read."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from xentlint.facts import Finding, Place, Problem, Use
from xentlint.rules import UNDECIDED, Verdict


class Judged(NamedTuple):
    """A use and what the rules say about it."""

    use: Use
    verdict: Verdict


class Outcome(NamedTuple):
    """All of a run, in the order in which it is reported."""

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    files: int
    """Files that were looked at, candidates or not."""
    uses: int
    undecided: int
    seconds: float
    lines: Callable[[Place], list[str] | None]
    """The text that a place lies in, line by line; ``None`` where there is none to show."""
    judged: tuple[Judged, ...] = ()
    """Every use, located: of an audit only."""

    @property
    def failed(self) -> bool:
        """Whether the run could not do its job."""
        return any(problem.fatal for problem in self.problems)


def is_undecided(judged: Judged) -> bool:
    return judged.verdict.code == UNDECIDED
