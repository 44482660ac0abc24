"""The report that people read: a message, a code frame with every place, what to do."""

from __future__ import annotations

from xentlint.facts import Finding
from xentlint.outcome import Outcome
from xentlint.report import View, concise
from xentlint.report.cells import safe
from xentlint.report.frame import Label, frame
from xentlint.report.links import where
from xentlint.report.paint import painter
from xentlint.report.places import related, takes


def render(outcome: Outcome, view: View) -> str:
    if view.audit:
        return concise.render(outcome, view)
    return "".join(_finding(finding, outcome, view) + "\n" for finding in outcome.findings)


def _finding(finding: Finding, outcome: Outcome, view: View) -> str:
    paint = painter(view.color)
    severity = f"{finding.severity}[{finding.code}]"
    labels = [Label(finding.place, takes(finding.use), primary=True)]
    labels += [Label(item.place, item.message) for item in related(finding.use)]
    rows = [f"{paint(finding.severity, severity)}: {paint('bold', safe(finding.message))}"]
    rows += frame(labels, outcome.lines, view.width, paint, where(view.links))
    if finding.use.condition:
        rows.append(f"  {paint('help', 'only when')}: {safe(finding.use.condition)}")
    if finding.help and not view.quiet:
        rows.append(f"  {paint('help', 'help')}: {safe(finding.help)}")
    if finding.fixes and not view.quiet:
        first = finding.fixes[0]
        option = "--fix" if first.applicability == "safe" else "--fix --unsafe-fixes"
        rows.append(f"  {paint('help', 'fix')}: {safe(first.description)} (with {option})")
    return "\n".join(rows) + "\n"
