"""GitHub's workflow commands: annotations in the files of a pull request."""

from __future__ import annotations

import os

from xentlint.facts import Place, Problem
from xentlint.fingerprint import root_of
from xentlint.outcome import Outcome
from xentlint.report import View
from xentlint.report.cells import safe
from xentlint.report.located import file_line, path_from, shown_cell
from xentlint.report.places import related, shown


def render(outcome: Outcome, view: View) -> str:
    root = root_of(os.getcwd())
    rows = []
    for finding in outcome.findings:
        use = finding.use
        message = finding.message + (f" (only when {use.condition})" if use.condition else "")
        rows.append(
            _command(
                finding.severity,
                finding.place,
                f"{finding.code} {finding.name}",
                [message, *(f"{item.message} ({shown(item.place)})" for item in related(use))],
                root,
            )
        )
    rows += [_problem(item, root) for item in outcome.problems]
    return "".join(row + "\n" for row in rows)


def _problem(of: Problem, root: str) -> str:
    level = "error" if of.fatal else "notice"
    return _command(level, Place(of.path, of.line), f"xentlint: {of.kind}", [of.message], root)


def _command(level: str, place: Place, title: str, messages: list[str], root: str) -> str:
    values: dict[str, object] = {"file": path_from(root, place), "line": file_line(place)}
    where = shown_cell(place) or (place.pointer or "")
    if place.cell is None and place.line is not None:
        values["endLine"] = place.end_line
        if place.end_line in (None, place.line):  # GitHub ignores columns of several lines
            values["col"], values["endColumn"] = place.column, place.end_column
    values["title"] = title
    named = ",".join(f"{k}={_property(safe(str(v)))}" for k, v in values.items() if v is not None)
    lines = [safe(message) for message in (*messages, where) if message]
    return f"::{level} {named}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
