"""JUnit's XML, which every CI system can show."""

from __future__ import annotations

from collections.abc import Iterator

from xentlint.facts import Finding, Problem
from xentlint.outcome import Judged, Outcome
from xentlint.report import View
from xentlint.report.cells import safe
from xentlint.report.concise import pair
from xentlint.report.places import related, shown
from xentlint.rules import OK, UNDECIDED


def render(outcome: Outcome, view: View) -> str:
    fatal = [item for item in outcome.problems if item.fatal]
    cases = [case for finding in outcome.findings for case in _failure(finding)]
    cases += [case for item in fatal for case in _error(item)]
    passed = [
        case
        for item in outcome.judged
        if item.verdict.code in (OK, UNDECIDED)
        for case in _use(item)
    ]
    if not cases and not passed:
        passed = [_case("xentlint", "no findings", "")]  # some readers refuse an empty suite
    rows = [*cases, *passed]
    counts = (
        f'tests="{len(rows)}" failures="{len(outcome.findings)}" errors="{len(fatal)}"'
        f' time="{outcome.seconds:.3f}"'
    )
    body = "\n".join(rows)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="xentlint" {counts}>\n'
        f'<testsuite name="xentlint" {counts}>\n{body}\n</testsuite>\n</testsuites>\n'
    )


def _case(path: str, name: str, inner: str) -> str:
    return f"<testcase classname={_quoted(path)} name={_quoted(name)}>{inner}</testcase>"


def _failure(finding: Finding) -> Iterator[str]:
    use = finding.use
    message = finding.message + (f" (only when {use.condition})" if use.condition else "")
    lines = [f"{shown(finding.place)}: {message}"]
    lines += [f"{shown(item.place)}: {item.message}" for item in related(use)]
    text = "\n".join(_escaped(line) for line in lines)
    name = f"{finding.code} {finding.name} at {shown(finding.place)}"
    yield _case(
        finding.place.path,
        name,
        f"<failure type={_quoted(finding.severity)} message={_quoted(message)}>{text}</failure>",
    )


def _error(of: Problem) -> Iterator[str]:
    where = of.path if of.line is None else f"{of.path}:{of.line}"
    yield _case(
        of.path,
        f"{of.kind} at {where}",
        f"<error type={_quoted(of.kind)} message={_quoted(of.message)}/>",
    )


def _use(item: Judged) -> Iterator[str]:
    place = item.use.consumer.place
    inner = ""
    if item.verdict.code == UNDECIDED:
        inner = f"<skipped message={_quoted(item.verdict.reason or '')}/>"
    yield _case(place.path, f"{pair(item.use)} at {shown(place)}", inner)


def _escaped(text: str) -> str:
    text = safe(text)  # XML has no way to write most control characters
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(text: str) -> str:
    return '"' + _escaped(text).replace('"', "&quot;") + '"'
