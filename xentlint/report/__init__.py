"""Findings and uses as text and data: one file a format."""

from __future__ import annotations

from importlib import import_module
from typing import Final, NamedTuple

from xentlint.outcome import Outcome

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


class View(NamedTuple):
    """How a report is to look."""

    audit: bool = False
    color: bool = False
    width: int = 100
    """Columns of the terminal."""
    quiet: bool = False


def render(name: str, outcome: Outcome, view: View) -> str:
    """The whole report, ready to write; empty where there is nothing to say."""
    text: str = import_module(FORMATS[name]).render(outcome, view)
    return text
