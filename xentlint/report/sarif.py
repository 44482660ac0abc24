"""SARIF 2.1.0, as code scanning services and editors read it."""

from __future__ import annotations

import json
import os

import xentlint
from xentlint.facts import Finding, Fix, Place, Problem, Use
from xentlint.fingerprint import fingerprints, root_of
from xentlint.outcome import Judged, Outcome
from xentlint.report import View
from xentlint.report.cells import safe
from xentlint.report.concise import pair
from xentlint.report.located import file_line, path_from, shown_cell, uri
from xentlint.report.places import related, takes
from xentlint.rules import OK, UNDECIDED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"  # fmt: skip  # noqa: E501
PRINT: Final = "xentlint/v1"
_BASE: Final = "ROOT"


def render(outcome: Outcome, view: View) -> str:
    return json.dumps(document(outcome, view), indent=2) + "\n"


def document(outcome: Outcome, view: View) -> dict[str, Any]:
    """The report as plain data."""
    root = root_of(os.getcwd())
    prints = fingerprints(outcome.findings, outcome.lines, root)
    rules = sorted({(finding.code, finding.name) for finding in outcome.findings})
    numbers = {code: number for number, (code, _) in enumerate(rules)}
    results = [
        _result(finding, print_, numbers[finding.code], root)
        for finding, print_ in zip(outcome.findings, prints, strict=True)
    ]
    if view.audit:
        results += [_judged(item, root) for item in outcome.judged]
    run = {
        "tool": {
            "driver": {
                "name": "xentlint",
                "version": xentlint.__version__,
                "rules": [_rule(code, name) for code, name in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not outcome.failed,
                "toolExecutionNotifications": [_notice(item, root) for item in outcome.problems],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, name: str) -> dict[str, Any]:
    from xentlint import pages

    path = pages.paths(pages.folder()).get(code)
    if path is None:  # a project's own
        plain = {"text": name.replace("-", " ")}
        return {"id": code, "name": name, "shortDescription": plain, "fullDescription": plain}
    body = pages.body(path)
    finds = pages.section(body, "What it finds").partition("\n\n")[0].replace("\n", " ")
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": f"{finds.partition('. ')[0].rstrip('.')}."},
        "fullDescription": {"text": finds},
        "help": {"text": body, "markdown": body},
    }


def _result(finding: Finding, print_: str, number: int, root: str) -> dict[str, Any]:
    others = related(finding.use)
    condition = f" (only when {finding.use.condition})" if finding.use.condition else ""
    out: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": finding.severity,
        "message": {"text": safe(finding.message + condition)},
        "locations": [_location(finding.place, root)],
        "partialFingerprints": {PRINT: print_},
    }
    if others:
        out["relatedLocations"] = [
            {"id": index, **_location(item.place, root, item.message)}
            for index, item in enumerate(others)
        ]
        out["codeFlows"] = [_flow(finding.use, finding.place, root)]
    fixes = [_fix(fix, root) for fix in finding.fixes if fix.edits and _is_text(fix)]
    if fixes:
        out["fixes"] = fixes
    return out


def _location(place: Place, root: str, message: str = "") -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(place, root)}
    region = _region(place)
    if region:
        physical["region"] = region
    out: dict[str, Any] = {"physicalLocation": physical}
    name = place.pointer or shown_cell(place)
    if name:
        out["logicalLocations"] = [{"fullyQualifiedName": safe(name)}]
    if message:
        out["message"] = {"text": safe(message)}
    return out


def _artifact(place: Place, root: str) -> dict[str, Any]:
    return {"uri": uri(path_from(root, place))}


def _region(place: Place) -> dict[str, Any]:
    """Lines of the file; columns only where they are the file's own."""
    line = file_line(place)
    if line is None:
        return {}
    if place.cell is not None:
        return {"startLine": line}
    keys = ("startLine", "startColumn", "endLine", "endColumn")
    values = (line, place.column, place.end_line, place.end_column)
    return {key: value for key, value in zip(keys, values, strict=True) if value is not None}


def _flow(use: Use, end: Place, root: str) -> dict[str, Any]:
    """From where the tensor was made to where it is consumed."""
    steps = [_location(item.place, root, item.message) for item in related(use)]
    steps.append(_location(end, root, takes(use)))
    return {"threadFlows": [{"locations": [{"location": step} for step in steps]}]}


def _is_text(fix: Fix) -> bool:
    """Whether the edits are edits of lines, as SARIF has them: not in notebooks and models."""
    return all(edit.place.line is not None and edit.place.cell is None for edit in fix.edits)


def _fix(fix: Fix, root: str) -> dict[str, Any]:
    by_path: dict[str, list[dict[str, Any]]] = {}
    places = {edit.place.path: edit.place for edit in fix.edits}
    for edit in fix.edits:
        by_path.setdefault(edit.place.path, []).append(
            {"deletedRegion": _region(edit.place), "insertedContent": {"text": edit.replacement}}
        )
    return {
        "description": {"text": f"{fix.description} ({fix.applicability})"},
        "artifactChanges": [
            {"artifactLocation": _artifact(places[path], root), "replacements": replacements}
            for path, replacements in by_path.items()
        ],
    }


def _judged(item: Judged, root: str) -> dict[str, Any]:
    """A use of an audit that is no finding."""
    code = item.verdict.code
    kind = {OK: "pass", UNDECIDED: "open"}.get(code, "informational")
    reason = f": {item.verdict.reason}" if item.verdict.reason else ""
    return {
        "ruleId": code,
        "kind": kind,
        "level": "none",
        "message": {"text": safe(pair(item.use) + reason)},
        "locations": [_location(item.use.consumer.place, root)],
    }


def _notice(problem: Problem, root: str) -> dict[str, Any]:
    place = Place(problem.path, problem.line)
    return {
        "level": "error" if problem.fatal else "note",
        "message": {"text": safe(problem.message)},
        "descriptor": {"id": problem.kind},
        "locations": [_location(place, root)],
    }
