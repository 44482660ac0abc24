"""GitLab's code quality report."""

from __future__ import annotations

import json
import os

from xentlint.facts import Finding
from xentlint.fingerprint import fingerprints, root_of
from xentlint.outcome import Outcome
from xentlint.report import View
from xentlint.report.cells import safe
from xentlint.report.located import file_line, path_from, shown_cell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SEVERITIES = {"error": "major", "warning": "minor"}


def render(outcome: Outcome, view: View) -> str:
    root = root_of(os.getcwd())
    prints = fingerprints(outcome.findings, outcome.lines, root)
    issues = [
        _issue(finding, print_, root)
        for finding, print_ in zip(outcome.findings, prints, strict=True)
    ]
    return json.dumps(issues, indent=2) + "\n"


def _issue(finding: Finding, print_: str, root: str) -> dict[str, Any]:
    place, condition = finding.place, finding.use.condition
    where = shown_cell(place) or place.pointer
    message = f"{finding.code}: {finding.message}"
    message += f" (only when {condition})" if condition else ""
    message += f" ({where})" if where else ""
    begin = file_line(place) or 1
    end = place.end_line if place.cell is None and place.end_line else begin
    return {
        "description": safe(message),
        "check_name": f"xentlint.{finding.name}",
        "fingerprint": print_,
        "severity": SEVERITIES[finding.severity],
        "location": {
            "path": safe(path_from(root, place)),
            "lines": {"begin": begin, "end": max(begin, end)},
        },
    }
