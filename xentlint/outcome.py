"""What a run found, the one thing that reports read; and what a verdict is."""

from __future__ import annotations

from collections.abc import Callable

from xentlint.facts import Finding, Place, Problem, Use
from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from xentlint.pages import Rule

OK: Final = "ok"
UNDECIDED: Final = "undecided"

WORDS: Final = {
    "logits": "logits",
    "simplex": "probabilities",
    "independent": "probabilities",
    "log-probabilities": "log-probabilities",
    "other": "no probabilities",
    "probabilities": "probabilities",
    "unknown": "an unknown scale",
    "any": "any scale",
}
"""How messages name a scale."""


class Verdict(NamedTuple):
    """What the rules say about one use."""

    code: str
    """A rule's code, ``ok`` or ``undecided``."""
    rule: Rule | None = None
    severity: str | None = None
    message: str = ""
    help: str = ""
    reason: str | None = None
    """Why it is undecided."""


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
    silenced: int = 0
    """Findings that a comment takes out."""
    known: int = 0
    """Findings that a baseline takes out."""
    checked: tuple[str, ...] = ()
    """Files that were read to the end."""
    selected: Callable[[str], frozenset[str]] = lambda path: frozenset()
    """The codes that are reported in a file."""
    unsure: dict[str, int] = {}  # noqa: RUF012 (never changed)
    """Undecided uses by file."""
    tried: tuple[str, ...] = ()
    """``safe``, ``unsafe``: the fixes that were made where they hold."""
    origin: Any = None
    """The run itself: fixes need its second look."""

    @property
    def failed(self) -> bool:
        """Whether the run could not do its job."""
        return any(problem.fatal for problem in self.problems)


def is_undecided(judged: Judged) -> bool:
    return judged.verdict.code == UNDECIDED


def made_at(use: Use) -> object:
    """Where the head is made, and not where it comes in: that a loss is called with it in two
    functions is one mistake."""
    made = (item.place for item in use.related if item.role in ("activation", "head"))
    return next(made, use.head.place)


def order_of_findings(finding: Finding) -> tuple[object, ...]:
    place = finding.place
    return (
        place.path, place.cell or 0, place.line or 0, place.column or 0, place.pointer or "",
        finding.code,
    )  # fmt: skip


def order_of_uses(judged: Judged) -> tuple[object, ...]:
    place = judged.use.consumer.place
    head = judged.use.head.place
    return (
        place.path,
        place.cell or 0,
        place.line or 0,
        place.column or 0,
        place.pointer or "",
        judged.verdict.code,
        (head.path, head.line or 0, head.column or 0) if isinstance(head, Place) else ("", 0, 0),
        judged.use.slot,
        judged.use.condition or "",
    )
