"""Reports: both places in a frame, nothing hidden in a terminal, valid JSON."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from fakes import use
from hypothesis import given
from hypothesis import strategies as st

import xentlint
from xentlint import cli, report, rules
from xentlint.facts import Edit, Finding, Fix, Place, Problem, Related, Use
from xentlint.outcome import Judged, Outcome
from xentlint.report import View, cells
from xentlint.report.summary import summary

ROOT = Path(xentlint.__file__).parent.parent
RULES = tuple(rule for rule in rules.load() if rule.enabled)

TEXT = [
    "model = Sequential([",
    "    Dense(64),",
    '    Dense(10, activation="softmax"),',
    "])",
    "",
    "model.compile(",
    "    loss=SparseCategoricalCrossentropy(from_logits=True),",
    ")",
]
HEAD = Place("train.py", 3, 26, 3, 35)
LOSS = Place("train.py", 7, 10, 7, 57)


def outcome(*uses: Use, texts: dict[str, list[str]] | None = None, **more: object) -> Outcome:
    known = {"train.py": TEXT} if texts is None else texts
    judged = [Judged(item, rules.judge(item, RULES)) for item in uses]
    found = [rules.finding(*item) for item in judged if item.verdict.rule]
    values = {
        "findings": tuple(found), "problems": (), "files": 1, "uses": len(uses), "undecided": 0,
        "seconds": 0.25, "lines": lambda place: known.get(place.path), "judged": tuple(judged),
    }  # fmt: skip
    return Outcome(**{**values, **more})  # type: ignore[arg-type]


def text(*uses: Use, texts: dict[str, list[str]] | None = None, **view: object) -> str:
    return report.render("text", outcome(*uses, texts=texts), View(**view))  # type: ignore[arg-type]


def test_a_frame_shows_both_places() -> None:
    assert (
        text(use("XL101", HEAD, LOSS)._replace(effect="silent"))
        == """\
error[XL101]: softmax gives probabilities, but SparseCategoricalCrossentropy(from_logits=True) \
expects logits; it applies softmax to them again, and nothing says so
 --> train.py:7:10
  |
3 |     Dense(10, activation="softmax"),
  |                          --------- softmax gives probabilities
...
7 |     loss=SparseCategoricalCrossentropy(from_logits=True),
  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expects logits
  |
  help: remove `from_logits=True`, or remove the softmax so that the model gives logits

"""
    )


def test_places_in_two_files() -> None:
    head = Place("net.py", 12, 5, 12, 9)
    shown = text(
        use("XL101", head, LOSS), texts={"train.py": TEXT, "net.py": ["x"] * 11 + ["    h(x)"]}
    )
    rows = shown.split("\n")
    assert " --> train.py:7:10" in rows[1]
    assert "  ::: net.py:12:5" in rows
    assert "12 |     h(x)" in rows
    assert "   |     ---- softmax gives probabilities" in rows


def test_condition_and_front_end_labels() -> None:
    item = use("XL101", HEAD, LOSS)._replace(
        condition="flag is true",
        related=(Related("definition", "called here", Place("train.py", 6, 1, 6, 14)),),
    )
    shown = text(item)
    assert "  only when: flag is true" in shown
    assert "  | ------------- called here" in shown
    assert "..." in shown


def test_one_line_between_two_places_is_shown() -> None:
    shown = text(use("XL101", Place("train.py", 5, 1, 5, 2), LOSS))
    assert "6 | model.compile(" in shown
    assert "..." not in shown


def test_quiet_leaves_the_help_out() -> None:
    assert "help:" not in text(use("XL101", HEAD, LOSS), quiet=True)


def test_a_saved_model_has_a_pointer_and_no_frame() -> None:
    place = Place("m.keras", pointer="config.json: compile_config.loss")
    head = Place("m.keras", pointer="config.json: config.layers[3].config.activation")
    shown = text(use("XL101", head, place))
    assert "--> m.keras: config.json: compile_config.loss: expects logits" in shown
    assert "::: m.keras: config.json: config.layers[3].config.activation: softmax" in shown


def test_a_notebook_place_names_its_cell() -> None:
    place = Place("nb.ipynb", 12, 5, 12, 9, cell=4)
    line = report.render("concise", outcome(use("XL102", place, place)), View())
    assert line.startswith("nb.ipynb:cell 4:12:5: XL102 ")


def test_a_span_over_several_lines_is_marked_to_the_end_of_its_first() -> None:
    place = Place("train.py", 6, 1, 8, 2)
    rows = text(use("XL102", place, place)).split("\n")
    assert "  | ^^^^^^^^^^^^^^ expects probabilities" in rows


def test_tabs_and_wide_characters_keep_the_marks_in_place() -> None:
    line = '\tx = "模型" + y\u0301 + f(z)'
    start = line.index("f(") + 1
    place = Place("a.py", 1, start, 1, start + 4)
    shown = text(use("XL102", place, place), texts={"a.py": [line]}).split("\n")
    code, marks = shown[3], shown[4]
    # Two wide characters take two columns more, a combining one takes one less.
    assert marks.index("^^^^ ") == code.index("f(z)") + 2 - 1
    assert "\t" not in code


@pytest.mark.parametrize("start", [0, 300, 2990])
def test_long_lines_are_clipped_around_the_place(start: int) -> None:
    line = "a" * start + "LOSS" + "b" * (3000 - start)
    place = Place("a.py", 1, start + 1, 1, start + 5)
    shown = text(use("XL102", place, place), texts={"a.py": [line]}, width=80).split("\n")
    code, marks = shown[3], shown[4]
    assert len(code) <= 80
    assert code[marks.index("^") :].startswith("LOSS")
    assert "…" in code


def test_a_long_span_is_cut_at_the_edge() -> None:
    place = Place("a.py", 1, 1, 1, 5001)
    shown = text(use("XL102", place, place), texts={"a.py": ["x" * 5000]}, width=80).split("\n")
    assert shown[4].count("^") == 76


def test_nothing_hides_in_a_terminal() -> None:
    bad = "x\x1b[2K\u202e\u200b.py"
    place = Place(bad, 1, 1, 1, 2)
    item = use("XL102", place, place)
    item = item._replace(consumer=item.consumer._replace(shown='"\x1b]0;title\x07"'))
    for name in ("text", "concise"):
        shown = report.render(name, outcome(item, texts={bad: ["a\x1b[31m\u2066b"]}), View())
        assert "\\x1b[2K\\u202e\\u200b.py" in shown
        assert all(char == "\n" or cells.safe(char) == char for char in shown)


@given(st.text(max_size=30), st.integers(0, 40), st.integers(0, 40))
def test_any_line_and_any_span_make_a_frame(line: str, start: int, length: int) -> None:
    line = line.replace("\n", " ")
    place = Place("a.py", 1, start + 1, 1, start + length + 1)
    shown = text(use("XL102", place, place), texts={"a.py": [line]}, width=60)
    assert "^" in shown
    assert all(char == "\n" or cells.safe(char) == char for char in shown)


def test_lines_that_are_gone_still_have_their_place() -> None:
    place = Place("a.py", 99, 4, 99, 8)
    assert "a.py:99:4" in text(use("XL102", place, place), texts={"a.py": ["one"]})
    assert "a.py:99:4: expects" in text(use("XL102", place, place), texts={})


def test_colour_only_when_asked() -> None:
    item = use("XL101", HEAD, LOSS)
    assert "\x1b[" not in text(item)
    colored = text(item, color=True)
    assert "\x1b[1;31merror[XL101]\x1b[0m" in colored
    import re

    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == text(item)


def test_an_audit_lists_each_use_with_its_verdict() -> None:
    uses = (use("ok", HEAD, LOSS), use("XL102", HEAD, LOSS), use("undecided", HEAD, LOSS))
    rows = report.render("text", outcome(*uses), View(audit=True)).split("\n")
    assert rows[0] == (
        'train.py:7:10: softmax (probabilities) -> loss "sparse_categorical_crossentropy" '
        "(expects probabilities): ok"
    )
    assert rows[1].endswith(": XL102")
    assert rows[2].endswith(": undecided: the model comes from elsewhere")
    assert rows[3:] == [""]


SCHEMA = json.loads((Path(rules.__file__).parent / "schema.json").read_text())


def valid(document: object) -> None:
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(document, SCHEMA, cls=jsonschema.Draft202012Validator)


def test_json_has_the_shape_of_its_schema() -> None:
    uses = (use("XL101", HEAD, LOSS), use("undecided", HEAD, LOSS), use("ok", HEAD, LOSS))
    problems = (
        Problem("b\udcff.py", 3, "syntax", "no"),
        Problem("c.py", None, "skipped", "x", False),
    )
    found = json.loads(report.render("json", outcome(*uses, problems=problems), View()))
    valid(found)
    assert list(found) == ["schema", "version", "findings", "errors", "summary"]
    (finding,) = found["findings"]
    assert finding["code"] == "XL101"
    assert finding["condition"] is None
    assert (finding["path"], finding["line"], finding["column"]) == ("train.py", 7, 10)
    assert (finding["end_line"], finding["end_column"], finding["cell"]) == (7, 57, None)
    assert [(r["role"], r["line"]) for r in finding["related"]] == [("activation", 3)]
    assert found["summary"] == {
        "files": 1,
        "uses": 3,
        "findings": 1,
        "undecided": 0,
        "seconds": 0.25,
    }
    assert [error["kind"] for error in found["errors"]] == ["syntax", "skipped"]


def test_json_of_an_audit_has_the_uses() -> None:
    uses = (use("XL101", HEAD, LOSS), use("undecided", HEAD, LOSS), use("ok", HEAD, LOSS))
    found = json.loads(report.render("json", outcome(*uses), View(audit=True)))
    valid(found)
    assert [item["verdict"] for item in found["uses"]] == ["XL101", "undecided", "ok"]
    assert found["uses"][1]["reason"] == "the model comes from elsewhere"
    assert found["uses"][0]["given"] == "simplex"
    assert found["uses"][0]["expects"] == "logits"


def test_json_has_fixes_with_their_edits() -> None:
    made = outcome(use("XL101", HEAD, LOSS))
    edit = Edit(Place("train.py", 7, 40, 7, 56), "")
    fix = Fix(("remove-from-logits",), "safe", ("outputs",), "remove from_logits=True", (edit,))
    finding: Finding = made.findings[0]._replace(fixes=(fix,))
    found = json.loads(report.render("json", made._replace(findings=(finding,)), View()))
    valid(found)
    (got,) = found["findings"][0]["fixes"]
    assert got["intents"] == ["remove-from-logits"]
    assert got["edits"][0]["replacement"] == ""
    assert got["edits"][0]["line"] == 7


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"files": 0}, "no Python file, notebook or model under these paths"),
        ({"files": 2, "uses": 0}, "2 files, no loss, metric or activation to follow in them"),
        ({"uses": 3, "findings": ()}, "no findings (1 file, 3 uses)"),
        ({"uses": 1, "undecided": 1, "findings": ()},
         "no findings (1 file, 1 use, 1 undecided (xentlint audit says why))"),
        ({}, "2 errors (1 file, 2 uses)"),
    ],
)  # fmt: skip
def test_the_summary_says_what_was_looked_at(changes: dict[str, object], said: str) -> None:
    made = outcome(use("XL101", HEAD, LOSS), use("XL102", HEAD, LOSS), **changes)
    assert summary(made) == said


def test_the_summary_tells_warnings_from_errors() -> None:
    warning = use("XL101", HEAD, LOSS)._replace(effect="recovered")
    made = outcome(warning, use("XL102", HEAD, LOSS), use("XL102", HEAD, LOSS))
    assert summary(made).startswith("2 errors and 1 warning (")


def test_a_head_made_elsewhere_says_where_it_comes_in() -> None:
    made = Related("activation", "softmax is applied here", Place("net.py", 2, 1, 2, 8))
    item = use("XL101", Place("train.py", 6, 1, 6, 14), LOSS)._replace(related=(made,))
    shown = text(item, texts={"train.py": TEXT, "net.py": ["", "softmax(x)"]})
    assert "  | ------------- probabilities arrive here" in shown
    assert shown.count("softmax is applied here") == 1


def test_places_are_links_where_the_terminal_has_them(tmp_path: Path) -> None:
    path = str(tmp_path / "a b\x1b\u202e%.py")
    place = Place(path, 1, 3, 1, 4)
    item = use("XL101", place, place)
    for name in ("text", "concise"):
        plain = report.render(name, outcome(item, texts={path: ["abcdef"]}), View())
        linked = report.render(name, outcome(item, texts={path: ["abcdef"]}), View(links=True))
        (target,) = set(re.findall(r"\x1b\]8;;([^\x1b]+)\x1b\\", linked))
        assert url2pathname(urlsplit(target).path) == path
        assert re.sub(r"\x1b\]8;;[^\x1b]*\x1b\\", "", linked) == plain


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal")
@pytest.mark.parametrize(
    ("environment", "linked"),
    [
        ({"TERM": "xterm"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm", "VTE_VERSION": "7006"}, True),
        ({"TERM": "xterm", "VTE_VERSION": "4200"}, False),
        ({"TERM": "xterm", "TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM": "xterm", "TERM_PROGRAM": "WezTerm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "WT_SESSION": "x", "CI": "true"}, False),
        ({"TERM": "xterm", "WT_SESSION": "x", "FORCE_HYPERLINK": "0"}, False),
        ({"TERM": "xterm", "FORCE_HYPERLINK": "1"}, True),
    ],
)
def test_on_a_terminal(tmp_path: Path, environment: dict[str, str], linked: bool) -> None:
    """A real one: colours, links, no word on each line though its width is not known."""
    import pty

    (tmp_path / "a.py").write_text(
        "import keras\nm = keras.Sequential([keras.layers.Dense(1)])\n"
        "m.compile(loss='binary_crossentropy')\n"
    )
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "xentlint", "check", "a.py", "--quiet"],
        cwd=tmp_path, stdin=follower, stdout=follower, stderr=follower,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    os.close(follower)
    shown = b""
    while not shown.endswith(b"\r\n\r\n"):
        try:
            shown += os.read(leader, 65536)
        except OSError:  # the process has ended
            break
    os.close(leader)
    assert process.wait(30) == 1
    assert (b"\x1b]8;;file://" in shown) is linked
    assert (b"\x1b[" in shown) is ("NO_COLOR" not in environment)
    assert b"no activation before" in shown


def test_a_report_in_a_file_has_no_colours_of_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    (tmp_path / "a.py").write_text(
        "import keras\nm = keras.Sequential([keras.layers.Dense(1)])\n"
        "m.compile(loss='binary_crossentropy')\n"
    )
    assert cli.main(["check", "a.py", "--output-file", "report.txt"]) == 1
    assert "\x1b" not in (tmp_path / "report.txt").read_text()
