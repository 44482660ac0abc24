"""Findings and uses as text and data: one file a format."""

from __future__ import annotations

from xentlint.outcome import Outcome
from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

FORMATS: Final = {
    "text": "xentlint.report.text",
    "concise": "xentlint.report.concise",
    "json": "xentlint.report.json",
    "jsonl": "xentlint.report.jsonl",
    "sarif": "xentlint.report.sarif",
    "github": "xentlint.report.github",
    "gitlab": "xentlint.report.gitlab",
    "junit": "xentlint.report.junit",
    "markdown": "xentlint.report.markdown",
}
"""Format → the module whose ``render(outcome, view)`` makes it; imported when it is asked for."""

FOR_PEOPLE: Final = frozenset(("text", "concise"))
"""Formats that say nothing where nothing was found: what makes them need not be imported."""


class View(NamedTuple):
    """How a report is to look."""

    audit: bool = False
    color: bool = False
    width: int = 100
    """Columns of the terminal."""
    quiet: bool = False
    links: bool = False
    """Whether places are hyperlinks."""


def render(name: str, outcome: Outcome, view: View) -> str:
    """The whole report, ready to write; empty where there is nothing to say."""
    if name in FOR_PEOPLE and not outcome.findings and not outcome.judged:
        return ""
    # Not ``importlib``, which brings ``warnings``: each costs as much as a format.
    text: str = __import__(FORMATS[name], fromlist=["render"]).render(outcome, view)
    return text
