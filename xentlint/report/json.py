"""The report for programs: one JSON object; ``docs/json.md`` and ``schema.json`` describe it."""

from __future__ import annotations

import json

import xentlint
from xentlint.facts import Finding, Fix, Place, Problem, Related, Use
from xentlint.outcome import Judged, Outcome
from xentlint.report import View
from xentlint.report.places import related

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

SCHEMA: Final = 1
"""Changes when something that was there is gone or means something else."""


def render(outcome: Outcome, view: View) -> str:
    # ASCII only: whatever a file name or a message holds, the output is valid in any encoding.
    return json.dumps(document(outcome, view), indent=2) + "\n"


def document(outcome: Outcome, view: View) -> dict[str, Any]:
    """The report as plain data."""
    out: dict[str, Any] = {
        "schema": SCHEMA,
        "version": xentlint.__version__,
        "findings": [finding(item) for item in outcome.findings],
    }
    if view.audit:
        out["uses"] = [use(item) for item in outcome.judged]
    out["errors"] = [problem(item) for item in outcome.problems]
    out["summary"] = {
        "files": outcome.files,
        "uses": outcome.uses,
        "findings": len(outcome.findings),
        "undecided": outcome.undecided,
        "seconds": round(outcome.seconds, 3),
    }
    return out


def place(of: Place) -> dict[str, Any]:
    return of._asdict()


def finding(of: Finding) -> dict[str, Any]:
    return {
        **place(of.place),
        "code": of.code,
        "name": of.name,
        "severity": of.severity,
        "message": of.message,
        "condition": of.use.condition,
        "related": _related(of.use),
        "fixes": [fix(item) for item in of.fixes],
    }


def fix(of: Fix) -> dict[str, Any]:
    return {
        "intents": list(of.intents),
        "applicability": of.applicability,
        "keeps": list(of.keeps),
        "description": of.description,
        "edits": [{**place(edit.place), "replacement": edit.replacement} for edit in of.edits],
        "left": [_one(item) for item in of.left],
    }


def use(of: Judged) -> dict[str, Any]:
    head, consumer = of.use.head, of.use.consumer
    return {
        **place(consumer.place),
        "related": _related(of.use),
        "activation": head.activation,
        "given": head.scale,
        "consumer": consumer.shown or consumer.name,
        "kind": consumer.kind,
        "expects": consumer.expects,
        "size": of.use.size,
        "labels": of.use.labels,
        "condition": of.use.condition,
        "verdict": of.verdict.code,
        "reason": of.verdict.reason,
    }


def problem(of: Problem) -> dict[str, Any]:
    return {"path": of.path, "line": of.line, "kind": of.kind, "message": of.message}


def _related(of: Use) -> list[dict[str, Any]]:
    return [_one(item) for item in related(of)]


def _one(item: Related) -> dict[str, Any]:
    return {"role": item.role, "message": item.message, **place(item.place)}
