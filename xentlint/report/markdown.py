"""A summary in Markdown: for a job's summary page, a comment, a mail."""

from __future__ import annotations

import re
from collections import Counter

from xentlint.outcome import Judged, Outcome
from xentlint.report import View
from xentlint.report.cells import safe
from xentlint.report.concise import pair
from xentlint.report.places import shown
from xentlint.report.summary import summary

LONGEST = 200
"""Rows of a table: beyond that nobody reads, and services cut the page."""


def render(outcome: Outcome, view: View) -> str:
    out = ["# xentlint", "", plain(_sentence(outcome)), ""]
    counts = Counter((f.code, f.name, f.severity) for f in outcome.findings)
    if counts:
        # Not `for (code, …)`: Python 3.12.1 then knows no function `code` in the list below.
        rows = [[str(n), *words] for words, n in counts.items()]
        rows.sort(key=lambda row: (-int(row[0]), row[1]))
        out += _table(["count", "code", "rule", "severity"], rows)
        findings = [
            [code(shown(f.place)), f.code, plain(_with(f.message, f.use.condition))]
            for f in outcome.findings
        ]
        out += _table(["place", "code", "finding"], findings)
    if view.audit:
        out += _table(["place", "verdict", "use"], [_use(item) for item in outcome.judged])
    problems = [[code(safe(p.path)), str(p.line or ""), plain(p.message)] for p in outcome.problems]
    if problems:
        out += ["## Not checked", "", *_table(["file", "line", "reason"], problems)]
    return "\n".join(out).rstrip("\n") + "\n"


def _sentence(outcome: Outcome) -> str:
    text = summary(outcome)
    return text[0].upper() + text[1:] + "."


def _with(message: str, condition: str | None) -> str:
    return message + (f" (only when {condition})" if condition else "")


def _use(item: Judged) -> list[str]:
    reason = f": {item.verdict.reason}" if item.verdict.reason else ""
    return [code(shown(item.use.consumer.place)), item.verdict.code, plain(pair(item.use) + reason)]


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    out = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    out += [f"| {' | '.join(row)} |" for row in rows[:LONGEST]]
    if len(rows) > LONGEST:
        out += ["", f"… and {len(rows) - LONGEST} more."]
    return [*out, ""]


def plain(text: str) -> str:
    """Text that stays text: nothing in it becomes markup, a link or a mention."""
    return re.sub(r"([\\`*_{}\[\]<>|#~@&$!])", r"\\\1", safe(text))


def code(text: str) -> str:
    """Text in a code span, fenced by more backticks than it holds."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return fence + space + text.replace("|", "\\|") + space + fence
