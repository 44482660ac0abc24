"""The lines that stand beside a report: a count, and what could not be read."""

from __future__ import annotations

from xentlint.facts import Problem
from xentlint.outcome import Outcome
from xentlint.report.cells import safe


def summary(outcome: Outcome) -> str:
    """One line; silence must not read as clean, so it says what was looked at."""
    if not outcome.files:
        return "no Python file, notebook or model under these paths"
    files = _count(outcome.files, "file")
    on_comments = any(f.use.consumer.kind == "suppression" for f in outcome.findings)
    if not outcome.uses and not on_comments:
        return f"{files}, no loss, metric or activation to follow in them"
    counted = f"{files}, {_count(outcome.uses, 'use')}"
    if outcome.undecided:
        counted += f", {outcome.undecided} undecided (xentlint audit says why)"
    if outcome.silenced:
        counted += f", {_count(outcome.silenced, 'finding')} silenced by comments"
    if outcome.known:
        counted += f", {_count(outcome.known, 'finding')} in the baseline"
    if not outcome.findings:
        return f"no findings ({counted})"
    warnings = sum(finding.severity == "warning" for finding in outcome.findings)
    errors = len(outcome.findings) - warnings
    parts = [_count(n, name) for n, name in ((errors, "error"), (warnings, "warning")) if n]
    return f"{' and '.join(parts)} ({counted}){_fixable(outcome)}"


def _fixable(outcome: Outcome) -> str:
    """How many findings have a fix. Whether it holds shows when it is made: what is still there
    after that was left alone."""
    first = [finding.fixes[0].applicability for finding in outcome.findings if finding.fixes]
    counts = {"safe": first.count("safe")}
    counts["unsafe"] = len(first) - counts["safe"]
    left = sum(counts.pop(kind) for kind in outcome.tried)
    options = {"safe": "with a fix (--fix)", "unsafe": "with an unsafe fix (--fix --unsafe-fixes)"}
    parts = [f"{n} {options[kind]}" for kind, n in counts.items() if n]
    if left:
        parts.append(f"{left} left alone (--show-fixes says why)")
    return f"; {', '.join(parts)}" if parts else ""


def problem(of: Problem) -> str:
    """``path:line: what is wrong``."""
    where = safe(of.path) if of.line is None else f"{safe(of.path)}:{of.line}"
    return f"{where}: {safe(of.message)} [{of.kind}]"


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"
