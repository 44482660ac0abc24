"""Notebooks: cells as one program, IPython's own lines, and edits that change nothing else."""

from __future__ import annotations

import ast
import difflib
import json
import string
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xentlint import ipython, lexing, notebook
from xentlint.cells import Module
from xentlint.facts import Edit, Place


def make(*sources: Any, indent: Any = 1, ensure_ascii: bool = False, **metadata: Any) -> bytes:
    """A notebook of format 4.4 with these code cells; outputs hold a loss by its name."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {"tags": []},
            "outputs": [{"name": "stdout", "output_type": "stream", "text": ["loss='mse'\n"]}],
            "source": source,
        }
        for source in sources
    ]
    document = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(document, indent=indent, ensure_ascii=ensure_ascii).encode()


def rows(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def module(data: bytes, **options: Any) -> Module:
    found = notebook.to_module("nb.ipynb", data, **options)
    ast.parse(found.text)
    assert len(lexing.lines(found.text)) == len(found.rows)
    return found


def edit(cell: int, line: int, column: int, end_column: int, text: str, end: int = 0) -> Edit:
    return Edit(Place("nb.ipynb", line, column, end or line, end_column, cell), text)


def changed(before: bytes, after: bytes) -> list[str]:
    """The lines of a diff that went or came."""
    lines = difflib.unified_diff(before.decode().split("\n"), after.decode().split("\n"), n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


# --- IPython's own lines


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1\n", "0                 \nx = 1\n"),
        ("!pip install \\\n  keras\nx = 1", "0             \n       \nx = 1"),
        ("files = !ls\n", "files = __ \n"),
        ("a, b.c = %sql select 1", "a, b.c = __           "),
        ("if x:\n    !ls\n    model.fit?\n", "if x:\n    0  \n    0         \n"),
        ("?model\nmodel??\n", "0     \n0      \n"),
        ("/f x\n;g y\n", "0   \n0   \n"),
        ("%time h = model.fit(x)\n", "if 1: h = model.fit(x)\n"),
        ("%time  fit\n", "if 1 : fit\n"),
        ("%%time\nx = 1\n", "0     \nx = 1\n"),
        ("\n%%capture out\r\nx = 1\r\n", "\n0            \r\nx = 1\r\n"),
        ('s = """\n!no\n%no\n"""\n!ls\n', 's = """\n!no\n%no\n"""\n0  \n'),
        ("x = (7\n % 3)\n!ls", "x = (7\n % 3)\n0  "),
        ("x = 7 \\\n  % 3\n!ls", "x = 7 \\\n  % 3\n0  "),
        ("!echo \"it's\nx = 'a'\n", "0          \nx = 'a'\n"),
    ],
)
def test_ipython_lines_become_python_of_the_same_length(cell: str, python: str) -> None:
    assert ipython.neutral(cell) == python
    assert ipython.parses(python)


@given(st.text("ab=%!?#'\"\\()[]{},;: \t\n\r/1", max_size=60))
def test_neutral_text_keeps_the_length_of_every_line(text: str) -> None:
    before, after = lexing.lines(text), lexing.lines(ipython.neutral(text))
    assert [len(line) for line in before] == [len(line) for line in after]


def test_good_python_is_never_touched() -> None:
    text = "x = 5 \\\n% 3\ny = (1\n%2)\nz = '''\n%time\n'''\n"
    assert module(make(text)).text == text


@given(st.text(string.printable, max_size=80))
def test_logical_lines_cover_the_text(text: str) -> None:
    found = list(lexing.logical_lines(text))
    assert "".join(text[line.start : line.end] for line in found) == text
    assert "".join(lexing.lines(text)) == text


# --- cells as one module


def test_cells_are_one_program_with_their_places() -> None:
    data = make(rows("import keras\nmodel = f()"), "", ["%%time\n", "model.fit(x)\n"])
    found = module(data)
    assert found.text == "import keras\nmodel = f()\n0     \nmodel.fit(x)\n"
    place = found.place(Place("nb.ipynb", 4, 7, 4, 10))
    assert place == Place("nb.ipynb", 2, 7, 2, 10, 3)
    assert found.lines(3) == ["%%time", "model.fit(x)"]


def test_markdown_cells_count() -> None:
    document = json.loads(make("x = 1"))
    document["cells"].insert(0, {"cell_type": "markdown", "metadata": {}, "source": ["# hi"]})
    found = module(json.dumps(document).encode())
    assert found.place(Place("nb.ipynb", 1, 1, 1, 2)).cell == 2


def test_a_broken_cell_is_named_and_what_it_binds_is_unknown() -> None:
    broken = (
        "import a.b as c\nfrom keras import layers, (\nx, y = 1, 2\nfor i in r:\n"
        "model.add(Dense(1)\nkeras.backend.clear()\ntf[0] = u = z += 1\ndef f(: pass\n"
        "with open(p) as g\n(w := 3\nprint 'hello'\nif q == 3: v = 4\nclass K(\n"
    )
    found = module(make("import keras\nmodel = 1\n", broken, "loss = 2\n"))
    assert " ".join(found.unknown_names) == "K c f g i layers model tf u v w x y z"
    assert [problem.fatal for problem in found.problems] == [False]
    assert "cell 2 is left out: line 2: " in found.problems[0].message
    space: dict[str, Any] = {"__": "unknown"}
    text = found.text.replace("import keras\n", "keras = 0\n")
    exec(text, space)
    assert (space["model"], space["keras"], space["loss"]) == ("unknown", 0, 2)
    assert found.place(Place("nb.ipynb", len(found.rows), 1)).cell == 3


def test_magics_that_hold_no_python_bind_nothing_unless_told() -> None:
    data = make("%%writefile a.py\nmodel = 1\n", "%%mine\nx = 1\n", "%%R\ny = 1\n")
    found = module(data, magics=("mine",))
    assert found.unknown_names == ("y",)
    assert "x = 1\n" in found.text
    assert [problem.message[:18] for problem in found.problems] == ["cell 3 is left out"]


def test_an_indented_cell_runs_as_ipython_runs_it() -> None:
    found = module(make("    x = 1\n    y = 2\n", "z = 3"))
    assert found.place(Place("nb.ipynb", 3, 5, 3, 6)) == Place("nb.ipynb", 2, 5, 2, 6, 1)
    assert found.place(Place("nb.ipynb", 1, 1)).line is None
    assert found.problems == ()


def test_without_leaves_a_cell_out() -> None:
    found = module(make("x = 1", "y = 2"), without=(1,))
    assert found.unknown_names == ("x",)


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "ir", "language": "R"}},
        {"language_info": {"name": "julia"}},
    ],
)
def test_other_languages_are_not_ours(metadata: dict[str, Any]) -> None:
    assert module(make("x <- 1", **metadata)) == Module("", ())


@pytest.mark.parametrize(
    ("data", "kind", "line"),
    [
        (b"\xff\xfe{}", "encoding", 1),
        (b'{\n "cells": [', "syntax", 2),
        (b"[]", "syntax", None),
        (b'{"cells": 3}', "syntax", None),
        (b'{"cells": [3]}', "syntax", None),
        (b'{"cells": [{"cell_type": "code", "source": [3]}]}', "syntax", None),
        (b'{"cells": [], "x": ' + b"[" * 200000, "too-deep", None),
        (b'{"cells": []} x', "syntax", 1),
        (b"", "syntax", 1),
    ],
)
def test_what_is_no_notebook_is_a_problem(data: bytes, kind: str, line: int | None) -> None:
    (problem,) = notebook.to_module("nb.ipynb", data).problems
    assert (problem.path, problem.kind, problem.line) == ("nb.ipynb", kind, line)
    assert problem.fatal


def test_format_3() -> None:
    cell = {"cell_type": "code", "collapsed": False, "input": ["x = 1\n"], "outputs": []}
    data = json.dumps(
        {"metadata": {}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": [cell]}]},
        indent=1,
    ).encode()
    assert module(data).text == "x = 1\n"
    after = notebook.splice(data, [edit(1, 1, 5, 6, "2")])
    assert changed(data, after) == ['-      "x = 1\\n"', '+      "x = 2\\n"']


# --- splicing


SOURCE = "model.compile(loss='mse')\nmodel.fit(x)"


@pytest.mark.parametrize("indent", [None, 1, 2, 4, "\t", 0])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("listed", [True, False])
def test_a_fix_of_one_line_is_a_diff_of_one_line(indent: Any, newline: str, listed: bool) -> None:
    source = rows(SOURCE) if listed else SOURCE
    data = make("import keras", source, indent=indent).replace(b"\n", newline.encode()) + b"\n"
    after = notebook.splice(data, [edit(2, 1, 20, 25, "'hinge'")])
    assert after == data.replace(b"compile(loss='mse')", b"compile(loss='hinge')")
    nbformat.validate(nbformat.reads(after.decode(), as_version=4))


def test_escapes_and_characters_beside_the_edit_stay() -> None:
    raw = (
        rb'{"cells":[{"cell_type":"code","source":'
        rb'["s=\"\u00e9\ud83d\ude00\u0041\/\"; x = 1\n"]}]}'
    )
    after = notebook.splice(raw, [edit(1, 1, 15, 16, "'ü'")])
    assert after == raw.replace(b"x = 1", rb"x = '\u00fc'")
    assert json.loads(after)["cells"][0]["source"] == ["s=\"é😀A/\"; x = 'ü'\n"]
    wide = raw.replace(rb"\u00e9", "é".encode())
    after = notebook.splice(wide, [edit(1, 1, 15, 16, "'ü'")])
    assert after == wide.replace(b"x = 1", "x = 'ü'".encode())


def test_new_lines_and_lost_lines_in_a_list() -> None:
    data = make(rows("import keras\nx = 1\ny = 2"))
    after = notebook.splice(data, [edit(1, 2, 1, 1, "import os\n")])
    assert changed(data, after) == ['+    "import os\\n",']
    after = notebook.splice(data, [edit(1, 2, 1, 1, "", end=3)])
    assert changed(data, after) == ['-    "x = 1\\n",']
    after = notebook.splice(data, [edit(1, 3, 1, 6, "")])
    assert json.loads(after)["cells"][0]["source"] == ["import keras\n", "x = 1\n"]
    after = notebook.splice(data, [edit(1, 1, 1, 6, "", end=3)])
    assert json.loads(after)["cells"][0]["source"] == []
    after = notebook.splice(data, [edit(1, 1, 13, 1, ";", end=2)])
    assert json.loads(after)["cells"][0]["source"] == ["import keras;x = 1\n", "y = 2"]
    one = make(["x = 1"])
    after = notebook.splice(one, [edit(1, 1, 6, 6, "\ny = 2\n")])
    assert json.loads(after)["cells"][0]["source"] == ["x = 1\n", "y = 2\n"]
    assert len(changed(one, after)) == 3
    empty = make([])
    assert json.loads(notebook.splice(empty, [edit(1, 1, 1, 1, "x")]))["cells"][0]["source"] == [
        "x"
    ]


def test_an_edit_outside_of_its_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        notebook.splice(make("x = 1"), [edit(1, 1, 1, 99, "")])


sources = st.lists(st.text("ab =\"\\'\t\r\n%é😀/", max_size=40), min_size=1, max_size=3)


@settings(max_examples=300)
@given(
    sources, st.sampled_from([None, 1, 2, "\t"]), st.booleans(), st.booleans(), st.booleans(),
    st.data(),
)  # fmt: skip
def test_splice_changes_the_text_and_nothing_else(
    texts: list[str], indent: Any, ascii_only: bool, listed: bool, bom: bool, data: st.DataObject
) -> None:
    given_ = [text.splitlines(keepends=True) if listed else text for text in texts]
    before = (b"\xef\xbb\xbf" if bom else b"") + make(
        *given_, indent=indent, ensure_ascii=ascii_only
    )
    edits, wanted = [], list(texts)
    for number, text in enumerate(texts, 1):
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
        parts, at = [], 0
        for begin, end in zip(cuts[::2], cuts[1::2], strict=False):
            if begin < at or (edits and begin == at and at > 0):
                continue
            new = data.draw(st.text('xy\n"é\\', max_size=5))
            edits.append(Edit(_place(text, begin, end, number), new))
            parts += [text[at:begin], new]
            at = end
        wanted[number - 1] = "".join([*parts, text[at:]])
    after = notebook.splice(before, edits)
    old, new_ = (
        json.loads(before.removeprefix(b"\xef\xbb\xbf")),
        json.loads(after.removeprefix(b"\xef\xbb\xbf")),
    )
    assert ["".join(cell["source"]) for cell in new_["cells"]] == wanted
    for cell in (*old["cells"], *new_["cells"]):
        assert isinstance(cell["source"], list) == listed
        cell["source"] = None
    assert old == new_
    if not edits:
        assert before == after


def _place(text: str, begin: int, end: int, number: int) -> Place:
    found = []
    for offset in (begin, end):
        line, at = 1, 0
        for row in lexing.lines(text):
            if offset < at + len(row):
                break
            at += len(row)
            line += 1
        found += [line, offset - at + 1]
    return Place("nb.ipynb", *found, number)
