"""Suppressions: what they silence, what is reported of them, what is removed and what stays."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xentlint import suppress
from xentlint.comments import is_marked
from xentlint.facts import Consumer, Edit, Finding, Head, Place, Related, Use
from xentlint.lexing import lines

KNOWN = ("XL101", "XL102", "XL201", "MY001")


def finding(code: str, *at: int, cell: int | None = None, path: str = "a.py") -> Finding:
    """A finding whose loss stands on the first line, other places on the others."""
    place, *others = (Place(path, line, 1, line, 2, cell) for line in at)
    related = tuple(Related("activation", "", other) for other in others)
    use = Use(Head(), Consumer("loss", "x", place=place), related=related)
    return Finding(code, "", "error", "", "", use)


def edited(text: str, edits: list[Edit]) -> str:
    rows = [0]
    for row in lines(text):
        rows.append(rows[-1] + len(row))
    for edit in sorted(edits, key=lambda edit: edit.place[1:3], reverse=True):
        place = edit.place
        begin = rows[(place.line or 0) - 1] + (place.column or 0) - 1
        end = rows[(place.end_line or 0) - 1] + (place.end_column or 0) - 1
        text = text[:begin] + edit.replacement + text[end:]
    return text


def silenced(text: str, *findings: Finding) -> list[str]:
    found = suppress.scan("a.py", text, KNOWN)
    return [one.code for one in suppress.apply(findings, found).kept]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1  # xentlint: ignore[XL101]", 1),
        ("x = 1  # xentlint: ignore[XL102, XL101] because", 1),
        ("x = 1  #xentlint:ignore[XL101]", 1),
        ("x = 1  # xentlint: ignore[XL1]", 1),
        ("x = 1  # noqa: XL101", 1),
        ("x = 1  # NOQA:E501,XL101", 1),
        ("x = 1  # noqa: E501 XL101", 1),
        ("x = 1  # type: ignore  # noqa: XL101", 1),
        ("# xentlint: ignore[XL101]\nx = 1", 2),
        ("# noqa: XL101\n# more\n\nx = (1,\n2)", 5),
        ("x = (\n    1,\n)  # xentlint: ignore[XL101]", 2),
        ("x = [\n  # xentlint: ignore[XL101]\n  # why\n  1,\n]", 4),
        ('x = """\n# xentlint: ignore[XL102]\n"""  # xentlint: ignore[XL101]', 1),
        ("x = 1\n\n# xentlint: ignore-file[XL101]\n", 1),
    ],
)
def test_silenced(text: str, line: int) -> None:
    assert silenced(text, finding("XL101", line), finding("XL201", line)) == ["XL201"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1  # noqa", 1),
        ("x = 1  # xentlint: ignore", 1),
        ("x = 1  # xentlint: ignore[]", 1),
        ("x = 1  # xentlint: ignore[XL102]", 1),
        ("x = 1  # noqa: E501", 1),
        ('x = "# xentlint: ignore[XL101]"', 1),
        ('x = """\n# xentlint: ignore[XL101]\n"""', 2),
        ("x = 1  # xentlint: ignore[XL101]\ny = 2", 2),
        ("x = (\n    1,  # xentlint: ignore[XL101]\n    2,\n)", 3),
        ("# xentlint: ignore[XL101]\nx = 1\ny = 2", 3),
        ("x = 1  # noxentlint: ignore[XL101]", 1),
    ],
)
def test_not_silenced(text: str, line: int) -> None:
    assert silenced(text, finding("XL101", line)) == ["XL101"]


def test_the_line_of_the_activation_or_of_the_loss() -> None:
    text = "head = 1  # xentlint: ignore[XL101]\nloss = 2\n"
    assert silenced(text, finding("XL101", 2, 1)) == []
    assert silenced(text, finding("XL101", 1, 2)) == []
    assert silenced(text, finding("XL101", 2)) == ["XL101"]


def test_cells_and_files_are_apart() -> None:
    found = suppress.scan("nb.ipynb", "x = 1  # noqa: XL101", KNOWN, cell=2)
    here = finding("XL101", 1, cell=2, path="nb.ipynb")
    other_cell = finding("XL101", 1, cell=3, path="nb.ipynb")
    other_file = finding("XL101", 1, cell=2, path="b.ipynb")
    result = suppress.apply([here, other_cell, other_file], found)
    assert result.kept == (other_cell, other_file)
    assert result.silent == 1
    whole = suppress.scan("nb.ipynb", "# xentlint: ignore-file[XL101]", KNOWN, cell=5)
    assert suppress.apply([here, other_cell, other_file], whole).kept == (other_file,)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # xentlint: ignore[XL101]\ny", "x = 1\ny"),
        ("x = 1  # xentlint: ignore[XL101] model is odd\n", "x = 1\n"),
        ("x = 1  # xentlint: ignore[XL101]  # type: ignore\n", "x = 1  # type: ignore\n"),
        ("x = 1  # xentlint: ignore[XL102, XL101] why\n", "x = 1  # xentlint: ignore[XL102] why\n"),
        ("x = 1  # noqa: XL101\n", "x = 1\n"),
        ("x = 1  # noqa: E501, XL101\n", "x = 1  # noqa: E501\n"),
        ("x = 1 # noqa: XL101,E501 long\n", "x = 1  # noqa: E501 long\n"),
        ("x = 1  # noqa: XL101 long\n", "x = 1  # long\n"),
        ("x = 1  # pylint: disable=all # noqa: XL101\n", "x = 1  # pylint: disable=all\n"),
        ("x = 1  # noqa: XL101  # type: ignore\n", "x = 1  # type: ignore\n"),
        ("  # xentlint: ignore[XL101]\r\nx = 1\r\n", "x = 1\r\n"),
        ("  # xentlint: ignore[XL101]  # mypy: ok\nx = 1\n", "  # mypy: ok\nx = 1\n"),
        ("# xentlint: ignore-file[XL101]\nx = 1\n", "x = 1\n"),
        ("x = 1  # xentlint: ignore\n", "x = 1\n"),
        ("x = 1  # xentlint: ignore[XL999]\n", "x = 1\n"),
        ("x = 1  # xentlint: ignore[XL101] XL101 is fine\n", "x = 1\n"),
    ],
)
def test_unused_is_reported_and_removed(before: str, after: str) -> None:
    used = [finding("XL102", 1)]
    found = suppress.scan("a.py", before, KNOWN)
    result = suppress.apply(used, found)
    (report,) = [suppress.unused(one, result.used, KNOWN, KNOWN) for one in found]
    assert report is not None
    assert (report.code, report.severity) == ("XL001", "warning")
    ((edit,),) = [fix.edits for fix in report.fixes]
    assert edited(before, [edit]) == after
    again = suppress.scan("a.py", after, KNOWN)
    assert not [one for one in again if suppress.unused(one, result.used, KNOWN, KNOWN)] or (
        "XL102" in after
    )


def test_what_this_run_does_not_look_for_is_not_unused() -> None:
    (one,) = suppress.scan("a.py", "x = 1  # noqa: XL102, E501", KNOWN)
    assert suppress.unused(one, (), ("XL101",), KNOWN) is None
    assert suppress.scan("a.py", "x = 1  # noqa: E501, ABC1\ny  # noqa", KNOWN) == []


def test_the_mark_of_a_suppression() -> None:
    assert is_marked(b"# noqa: XL101")
    assert is_marked(b"# xentlint: ignore[XL101]")
    assert not is_marked(b"# noqa\nXL101 = 1")


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        ("x = 1\n", 1, "x = 1  # xentlint: ignore[XL101] why\n"),
        ("x = 1  \r\ny\r\n", 1, "x = 1  # xentlint: ignore[XL101] why\r\ny\r\n"),
        ("x = 1  # type: ignore", 1, "x = 1  # type: ignore  # xentlint: ignore[XL101] why"),
        ("x = 1  # xentlint: ignore[XL102] so", 1, "x = 1  # xentlint: ignore[XL101, XL102] so"),
        ("if a:\n  x = 1 + \\\n    2\n", 2,
         "if a:\n  # xentlint: ignore[XL101] why\n  x = 1 + \\\n    2\n"),
        ('x = f("""\n""", 1)\n', 1, '# xentlint: ignore[XL101] why\nx = f("""\n""", 1)\n'),
        ('x = f("""\n""", 1)\n', 2, 'x = f("""\n""", 1)  # xentlint: ignore[XL101] why\n'),
    ],
)  # fmt: skip
def test_added_comments_silence(before: str, line: int, after: str) -> None:
    text = edited(before, suppress.add("a.py", before, {line: {"XL101"}}, "why"))
    assert text == after
    ast.parse(text)
    moved = line + (len(lines(text)) - len(lines(before)))
    assert silenced(text, finding("XL101", moved)) == []


@given(st.text("x=1()[]\"'\\#\n é", max_size=40), st.data())
def test_added_comments_silence_whatever_the_text(text: str, data: st.DataObject) -> None:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    if not tree.body:
        return
    node = data.draw(st.sampled_from(tree.body))
    line = data.draw(st.integers(node.lineno, node.end_lineno or node.lineno))
    edits = suppress.add("a.py", text, {line: {"XL101"}}, "")
    after = edited(text, edits)
    assert ast.dump(ast.parse(after)) == ast.dump(tree)
    moved = line + (len(lines(after)) - len(lines(text)))
    assert silenced(after, finding("XL101", moved)) == []


def ruff(path: Path, *options: str) -> str:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", *options]
    run = subprocess.run([*command, str(path)], capture_output=True, text=True)
    return run.stdout + run.stderr


def test_ruff_leaves_ours_alone(tmp_path: Path) -> None:
    """What the README says: ``external = ["XL"]``, or the comment that is ours."""
    path = tmp_path / "a.py"
    text = "x = 1  # xentlint: ignore[XL101] why\ny = 2  # noqa: XL101\n"
    path.write_text(text)
    chosen = ("--select", "RUF100,RUF102", "--fix", "--unsafe-fixes", "--preview")
    ruff(path, *chosen, "--config", 'lint.external = ["XL"]')
    assert path.read_text() == text
    said = ruff(path, *chosen)
    assert path.read_text() == "x = 1  # xentlint: ignore[XL101] why\ny = 2\n", said
