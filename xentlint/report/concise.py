"""One line for each finding, or for each use of an audit."""

from __future__ import annotations

from xentlint.facts import Finding, Use
from xentlint.outcome import OK, UNDECIDED, WORDS, Judged, Outcome
from xentlint.report import View
from xentlint.report.cells import safe
from xentlint.report.paint import Paint, painter
from xentlint.report.places import shown


def render(outcome: Outcome, view: View) -> str:
    if view.audit:
        return audit(outcome, painter(view.color))
    return "".join(line(finding, painter(view.color)) + "\n" for finding in outcome.findings)


def line(finding: Finding, paint: Paint) -> str:
    """``path:line:column: XL101 message (only when …)``."""
    condition = f" (only when {finding.use.condition})" if finding.use.condition else ""
    text = safe(finding.message + condition)
    return f"{paint('bold', shown(finding.place))}: {paint(finding.severity, finding.code)} {text}"


def audit(outcome: Outcome, paint: Paint) -> str:
    return "".join(_use(judged, paint) + "\n" for judged in outcome.judged)


def _use(judged: Judged, paint: Paint) -> str:
    use, verdict = judged
    style = verdict.code if verdict.code in (OK, UNDECIDED) else verdict.severity or "error"
    reason = f": {verdict.reason}" if verdict.reason else ""
    condition = f" (only when {use.condition})" if use.condition else ""
    where = paint("bold", shown(use.consumer.place))
    return (
        f"{where}: {safe(pair(use))}{safe(condition)}: {paint(style, verdict.code)}{safe(reason)}"
    )


def pair(use: Use) -> str:
    """``softmax (probabilities) -> "mse" (expects …)``."""
    head, consumer = use.head, use.consumer
    given = head.activation or ("no activation" if head.scale == "logits" else "a tensor")
    name = consumer.shown or consumer.name
    slot = " as labels" if use.slot == "labels" else ""
    return (
        f"{given} ({WORDS[head.scale]}) -> {consumer.kind} {name}{slot}"
        f" (expects {WORDS[consumer.expects]})"
    )
