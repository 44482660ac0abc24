"""One line for each finding, or for each use of an audit."""

from __future__ import annotations

from xentlint.facts import Finding, Use
from xentlint.outcome import OK, UNDECIDED, WORDS, Judged, Outcome
from xentlint.report import View
from xentlint.report.cells import safe
from xentlint.report.links import Where, where
from xentlint.report.paint import Paint, painter


def render(outcome: Outcome, view: View) -> str:
    paint, at = painter(view.color), where(view.links)
    if view.audit:
        return "".join(_use(judged, paint, at) + "\n" for judged in outcome.judged)
    return "".join(line(finding, paint, at) + "\n" for finding in outcome.findings)


def line(finding: Finding, paint: Paint, at: Where) -> str:
    """``path:line:column: XL101 message (only when …)``."""
    condition = f" (only when {finding.use.condition})" if finding.use.condition else ""
    text = safe(finding.message + condition)
    return f"{paint('bold', at(finding.place))}: {paint(finding.severity, finding.code)} {text}"


def _use(judged: Judged, paint: Paint, at: Where) -> str:
    use, verdict = judged
    style = verdict.code if verdict.code in (OK, UNDECIDED) else verdict.severity or "error"
    reason = f": {verdict.reason}" if verdict.reason else ""
    condition = f" (only when {use.condition})" if use.condition else ""
    place = paint("bold", at(use.consumer.place))
    return (
        f"{place}: {safe(pair(use))}{safe(condition)}: {paint(style, verdict.code)}{safe(reason)}"
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
