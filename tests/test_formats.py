"""The formats for other programs: valid by their own schemas, and nothing slips through them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fakes import use
from hypothesis import given, settings
from hypothesis import strategies as st

from xentlint import report, rules
from xentlint.facts import Edit, Fix, Place, Problem
from xentlint.outcome import Judged, Outcome
from xentlint.report import View, github, located, markdown

RULES = tuple(rule for rule in rules.load() if rule.enabled)
OTHERS = ("jsonl", "sarif", "github", "gitlab", "junit", "markdown")
HEAD = Place("net.py", 3, 26, 3, 35)
LOSS = Place("train.py", 2, 10, 2, 57)
NASTY = "a\x1b[31m%,:|`<&\u202e\n\r\"'é😀\udcff.py"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose subfolder is the working folder."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub dir").mkdir()
    monkeypatch.chdir(tmp_path / "sub dir")
    Path("train.py").write_text("x = 1\nmodel.compile(loss='mse')\n")
    return tmp_path


def outcome(*places: Place, head: Place = HEAD, **more: Any) -> Outcome:
    uses = [use("XL101", head, place) for place in places]
    judged = [Judged(item, rules.judge(item, RULES)) for item in uses]
    findings = []
    for item in judged:
        edit = Edit(item.use.consumer.place, "ü\n")
        fix = Fix(("set-from-logits",), "safe", ("outputs",), "remove it", (edit,))
        findings.append(rules.finding(*item)._replace(fixes=(fix,)))
    values: dict[str, Any] = {
        "findings": tuple(findings), "problems": (), "files": 1, "uses": len(uses),
        "undecided": 0, "seconds": 0.25, "judged": tuple(judged),
        "lines": lambda place: Path(place.path).read_text().splitlines(),
    }  # fmt: skip
    return Outcome(**{**values, **more})


PROBLEMS = (
    Problem("b.py", 3, "syntax", "invalid | syntax"),
    Problem("nb.ipynb", None, "syntax", "cell 2 is left out", fatal=False),
)


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The SARIF schema of OASIS: a file that the environment names, or that of an npm package.

    The package has revision rtm.5, which :func:`_errata` brings to the standard's errata 01.
    """
    given_ = os.environ.get("XENTLINT_SARIF_SCHEMA")
    if given_:
        text = Path(given_).read_bytes()
    else:
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("neither XENTLINT_SARIF_SCHEMA nor npm to get the schema with")
        where = tmp_path_factory.mktemp("schema")
        command = [npm, "pack", "--silent", "@microsoft/jest-sarif@1.0.0-beta.0"]
        run = subprocess.run(command, cwd=where, capture_output=True, timeout=120)
        found = list(where.glob("*.tgz"))
        if run.returncode or not found:
            pytest.skip("the package with the schema cannot be had here")
        with tarfile.open(found[0]) as archive:
            name = next(name for name in archive.getnames() if name.endswith("rtm.5.json"))
            member = archive.extractfile(name)
            assert member is not None
            text = member.read()
    return _errata(json.loads(text))


def _errata(schema: dict[str, Any]) -> dict[str, Any]:
    """What sarif-schema-2.1.0.json of errata 01 asks for beyond rtm.5, and nothing else."""
    definitions = schema["definitions"]
    starts = [{"required": [name]} for name in ("startLine", "charOffset", "byteOffset")]
    definitions["region"]["anyOf"] = starts
    for name, key in (
        ("notification", "level"), ("reportingConfiguration", "level"), ("result", "level"),
        ("result", "kind"), ("result", "baselineState"), ("run", "columnKind"),
        ("externalProperties", "version"), ("suppression", "kind"), ("suppression", "status"),
        ("threadFlowLocation", "importance"),
    ):  # fmt: skip
        definitions[name]["properties"][key]["type"] = "string"
    for name in ("run", "toolComponent"):
        pattern = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"
        definitions[name]["properties"]["language"]["pattern"] = pattern
    return schema


def sarif(of: Outcome, **view: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(report.render("sarif", of, View(**view)))
    return found


def test_sarif_is_valid_and_complete(schema: dict[str, Any]) -> None:
    model = Place("m.keras", pointer="config.json: compile_config.loss")
    whole = outcome(LOSS, LOSS._replace(line=1, end_line=1), model, problems=PROBLEMS)
    jsonschema.Draft4Validator(schema).validate(sarif(whole))
    jsonschema.Draft4Validator(schema).validate(sarif(whole, audit=True))
    jsonschema.Draft4Validator(schema).validate(sarif(outcome()))
    nasty = outcome(Place(NASTY, 1, 1, 1, 2), lines=lambda place: None)
    jsonschema.Draft4Validator(schema).validate(sarif(nasty))


def test_sarif_says_all(folder: Path) -> None:
    (run,) = sarif(outcome(LOSS, problems=PROBLEMS))["runs"]
    (result,) = run["results"]
    assert result["ruleId"] == "XL101"
    assert result["level"] == "error"
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == "XL101"
    assert "## Fix safety" in rule["help"]["markdown"]
    assert rule["fullDescription"]["text"].startswith(rule["shortDescription"]["text"][:-1])
    assert rule["shortDescription"]["text"].startswith("A softmax or a sigmoid whose result goes")
    (place,) = result["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "sub%20dir/train.py"},
        "region": {"startLine": 2, "startColumn": 10, "endLine": 2, "endColumn": 57},
    }
    (other,) = result["relatedLocations"]
    assert other["physicalLocation"]["artifactLocation"]["uri"] == "sub%20dir/net.py"
    (thread,) = result["codeFlows"][0]["threadFlows"]
    assert [step["location"]["message"]["text"] for step in thread["locations"]] == [
        "softmax gives probabilities",
        "expects logits",
    ]
    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "ü\n"}
    assert change["replacements"][0]["deletedRegion"]["startLine"] == 2
    assert len(result["partialFingerprints"]["xentlint/v1"]) == 32
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [n["level"] for n in invocation["toolExecutionNotifications"]] == ["error", "note"]


def notebook_file(indent: int | None) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# t\n", "x"]},
        {"cell_type": "code", "source": ["a\n", "b\n", "model.compile()\n"]},
    ]
    Path("nb.ipynb").write_text(json.dumps({"cells": cells}, indent=indent))


def test_the_line_of_a_notebook_is_the_files(folder: Path) -> None:
    notebook_file(1)
    place = Place("nb.ipynb", 3, 1, 3, 5, 2)
    line = located.file_line(place)
    assert line is not None
    assert "model.compile" in Path("nb.ipynb").read_text().split("\n")[line - 1]
    (result,) = sarif(outcome(place, lines=lambda place: ["a", "b", "model"]))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": line}
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "cell 2, line 3"}]
    assert "fixes" not in result
    (issue,) = json.loads(report.render("gitlab", outcome(place, lines=lambda place: None), View()))
    assert issue["location"]["lines"] == {"begin": line, "end": line}


def test_github_annotations() -> None:
    rows = report.render("github", outcome(LOSS, problems=PROBLEMS), View()).split("\n")
    assert rows[0].startswith(
        "::error file=sub dir/train.py,line=2,endLine=2,col=10,endColumn=57,title=XL101 "
    )
    assert "%0Asoftmax gives probabilities (net.py:3:26)" in rows[0]
    assert rows[1] == "::error file=sub dir/b.py,line=3,title=xentlint%3A syntax::invalid | syntax"
    assert rows[2].startswith("::notice file=sub dir/nb.ipynb,title=")
    wide = report.render("github", outcome(LOSS._replace(end_line=4)), View())
    assert "col=" not in wide
    assert "endLine=4" in wide
    assert github._property("a:b,c%\r\n") == "a%3Ab%2Cc%25%0D%0A"


def test_gitlab_report() -> None:
    (issue,) = json.loads(report.render("gitlab", outcome(LOSS), View()))
    assert issue["location"] == {"path": "sub dir/train.py", "lines": {"begin": 2, "end": 2}}
    assert issue["severity"] == "major"
    assert issue["check_name"] == "xentlint.activation-with-logits-loss"
    (result,) = sarif(outcome(LOSS))["runs"][0]["results"]
    assert issue["fingerprint"] == result["partialFingerprints"]["xentlint/v1"]


def test_junit_report() -> None:
    root = ElementTree.fromstring(report.render("junit", outcome(LOSS, problems=PROBLEMS), View()))
    (suite,) = root
    counts = {"tests": "3", "failures": "1", "errors": "1", "time": "0.250"}
    assert suite.attrib == {"name": "xentlint", **counts, "tests": "2"}
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.attrib["type"] == "error"
    assert failure.text is not None
    assert "net.py:3:26: softmax gives probabilities" in failure.text
    error = suite.find("testcase/error")
    assert error is not None
    assert error.attrib["message"] == "invalid | syntax"
    (empty,) = ElementTree.fromstring(report.render("junit", outcome(), View()))
    assert empty.attrib["tests"] == "1"


def test_jsonl() -> None:
    text = report.render("jsonl", outcome(LOSS, problems=PROBLEMS), View(audit=True))
    rows = [json.loads(row) for row in text.splitlines()]
    assert [row["type"] for row in rows] == ["finding", "use", "error", "error", "summary"]
    assert (rows[0]["path"], rows[0]["line"], rows[-1]["findings"]) == ("train.py", 2, 1)
    assert text.endswith("\n")


def test_markdown_summary() -> None:
    text = report.render("markdown", outcome(LOSS, LOSS, problems=PROBLEMS), View(audit=True))
    assert "| 2 | XL101 | activation-with-logits-loss | error |" in text
    assert "| `train.py:2:10` | XL101 | softmax gives probabilities, but " in text
    assert "| `b.py` | 3 | invalid \\| syntax |" in text
    assert markdown.code("a`b``c|") == "```a`b``c\\|```"
    assert markdown.code("`") == "`` ` ``"
    many = report.render("markdown", outcome(*[LOSS] * 250), View())
    assert "… and 50 more." in many


HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@pytest.mark.parametrize("name", OTHERS)
@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=20), audit=st.booleans())
def test_nothing_hidden_gets_through(name: str, text: str, audit: bool) -> None:
    for nasty in (NASTY, text.replace("\0", "") or "x"):
        place = Place(nasty, 1, 1, 1, 2)
        of = outcome(place, head=place._replace(line=2), lines=lambda place: None)
        finding = of.findings[0]._replace(message=nasty)
        whole = of._replace(findings=(finding,), problems=(Problem(nasty, None, "syntax", nasty),))
        out = report.render(name, whole, View(audit=audit))
        out.encode()
        assert not HIDDEN.search(out)
        if name == "github":
            assert all(row.startswith("::") for row in out.splitlines())
        elif name == "junit":
            assert ElementTree.fromstring(out).tag == "testsuites"
        elif name != "markdown":
            [json.loads(row) for row in (out.splitlines() if name == "jsonl" else [out])]


@pytest.mark.parametrize("name", OTHERS)
def test_every_format_renders_what_is_there(name: str) -> None:
    model = Place("m.keras", pointer="config.json: loss")
    of = outcome(LOSS, model)
    of = of._replace(
        findings=tuple(
            finding._replace(use=finding.use._replace(condition="x > 1")) for finding in of.findings
        )
    )
    out = report.render(name, of, View())
    assert "XL101" in out or "activation-with-logits-loss" in out
    assert "m.keras" in out
    assert re.search(r"only when x \\?> 1|only when x &gt; 1|\"condition\": \"x > 1\"", out)
