"""Fixtures of the source front end: one harness for all, judged by Keras where they run."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from xentlint.engine import Settings, run
from xentlint.facts import Finding, Place

sys.path.insert(0, str(Path(__file__).parent))

FOLDER = Path(__file__).parent / "fixtures" / "source"
SCRIPTS = sorted([*FOLDER.glob("*.py"), *FOLDER.glob("*/train.py")])
MARK = re.compile(r"#\s*(want|miss|reveal):\s*([\w\- ]+)")


class Mark(NamedTuple):
    """What a comment says of its line."""

    kind: str
    line: int
    words: tuple[str, ...]


def marks(path: Path) -> list[Mark]:
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        for kind, words in MARK.findall(line):
            found.append(Mark(kind, number, tuple(words.split("(")[0].split())))
    return found


def wanted(path: Path, kind: str = "want") -> set[tuple[int, str]]:
    """Line and code of each finding that a fixture asks for."""
    return {
        (mark.line, word)
        for mark in marks(path)
        if mark.kind == kind
        for word in mark.words
        if word.startswith("XL")
    }


def lines_of(finding: Finding, path: Path) -> set[int]:
    """The lines at which a finding may be said to stand: its own, and those of its loss."""
    places = [finding.place]
    places += [r.place for r in finding.use.related if r.role in ("loss", "definition")]
    return {line for place in places if place.path == str(path) for line in _span(place)}


def _span(place: Place) -> range:
    first = place.line or 0
    return range(first, (place.end_line or first) + 1)


def checked(path: Path) -> tuple[list[Finding], list[tuple[str, set[int]]]]:
    """Findings in a fixture, and what scale arrives on which lines."""
    outcome = run([str(path)], Settings(audit=True, respect_gitignore=False, net=False))
    assert not outcome.problems
    given = [(j.use.given, set(_span(j.use.consumer.place))) for j in outcome.judged]
    return list(outcome.findings), given


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_fixture_is_found_as_it_says(path: Path) -> None:
    findings, given = checked(path)
    open_ = wanted(path)
    surplus = []
    for finding in findings:
        lines = lines_of(finding, path)
        hit = next((want for want in open_ if want[0] in lines and want[1] == finding.code), None)
        open_ -= {hit}  # type: ignore[arg-type]
        if hit is None:
            surplus.append(f"{finding.place.line}: {finding.code} {finding.message}")
    assert not surplus, "not wanted:\n" + "\n".join(surplus)
    assert not open_, f"not found: {sorted(open_)}"
    for mark in marks(path):
        if mark.kind == "reveal":
            here = {scale for scale, lines in given if mark.line in lines}
            assert here == set(mark.words), f"line {mark.line} gets {here}"


def runnable() -> list[Path]:
    return [path for path in SCRIPTS if "# not runnable:" not in path.read_text("utf-8")]


def environs(path: Path) -> list[dict[str, str]]:
    """The settings under which a fixture runs, one a comment ``# environ: A=1 B=2``."""
    rows = re.findall(r"^# environ: (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return [dict(pair.split("=", 1) for pair in row.split()) for row in rows] or [{}]


def project(path: Path) -> dict[str, str]:
    """The script first, then what lies beside it."""
    beside = [] if path.parent == FOLDER else sorted(set(path.parent.glob("*.py")) - {path})
    return {part.name: part.read_text("utf-8") for part in (path, *beside)}


@pytest.mark.parametrize("path", runnable(), ids=lambda path: str(path.relative_to(FOLDER)))
def test_keras_agrees_with_a_fixture(path: Path) -> None:
    pytest.importorskip("tensorflow")
    from judge.numbers import LONG, QUICK

    differences = disagreements(path, QUICK)
    if differences:
        differences = disagreements(path, LONG)
    assert not differences, "\n".join(differences)


def disagreements(path: Path, patience: Any) -> list[str]:
    """Where real Keras sees something else than the fixture says, or than the audit."""
    from judge.compare import audit, compare
    from judge.meetings import Meeting
    from judge.record import record

    files = project(path)
    meetings: list[Meeting] = []
    for environ in environs(path):
        seen = record({path.name: files[path.name], **files}, environ, patience)
        if seen.error:
            return [seen.error]
        meetings += seen.meetings
    told = wanted(path) | wanted(path, "miss")
    found = []
    for line, code in told:
        here = [m for m in meetings if any(s.covers(path.name, line) for s in m.spans + m.outer)]
        if code not in {m.code for m in here}:
            found.append(f"line {line}: Keras sees {list(map(str, here))}")
    for meeting in meetings:
        lines = {line for s in meeting.spans + meeting.outer for line in range(s.first, s.last + 1)}
        wants = any(line in lines and code == meeting.code for line, code in told)
        if meeting.faulty and not wants:
            found.append(f"nothing is wanted for {meeting}")
    return found + compare(meetings, audit(files)).disagreements
