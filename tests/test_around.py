"""The command line with real files: configuration, suppression, baseline, stdin, notebooks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from xentlint import cli, pages, progress

SOURCE = """\
import tensorflow as tf
model = tf.keras.Sequential([tf.keras.layers.Dense(1, activation="sigmoid")])
model.compile(loss=tf.keras.losses.BinaryCrossentropy(from_logits=True))
"""
GOOD = SOURCE.replace('activation="sigmoid"', "")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


class Ran:
    """What a run of the command line did."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        self.status = cli.main(list(arguments))
        self.out, self.err = capsys.readouterr()

    @property
    def codes(self) -> list[str]:
        return re.findall(r"(?m)^.*?: ([A-Z]+\d+) ", self.out)

    @property
    def places(self) -> list[str]:
        return [row.split(": XL")[0] for row in self.out.splitlines()]


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Any:
    return lambda *arguments: Ran(capsys, "check", "--output-format", "concise", *arguments)


def notebook(*sources: str) -> bytes:
    cells = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
         "source": source.splitlines(keepends=True)}
        for source in sources
    ]  # fmt: skip
    return json.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=2
    ).encode()


def test_a_notebook_is_one_program(here: Path, check: Any) -> None:
    build, fit = SOURCE.splitlines(keepends=True)[:2], SOURCE.splitlines(keepends=True)[2:]
    (here / "nb.ipynb").write_bytes(
        notebook("%pip install keras\n" + "".join(build), "print 'old'\n", "!ls\n" + "".join(fit))
    )
    ran = check()
    assert (ran.places, ran.status) == (["nb.ipynb:cell 3:2:20"], 1)
    assert "note: nb.ipynb: cell 2 is left out: line 1: Missing parentheses" in ran.err


def test_json_has_cell_and_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "nb.ipynb").write_bytes(notebook("import numpy", SOURCE))
    (finding,) = json.loads(Ran(capsys, "check", "--output-format", "json").out)["findings"]
    assert (finding["cell"], finding["line"], finding["column"]) == (2, 3, 20)
    (related,) = finding["related"]
    assert (related["cell"], related["line"]) == (2, 2)


def test_what_a_broken_cell_binds_is_unknown(here: Path, check: Any) -> None:
    first, second, third = SOURCE.splitlines(keepends=True)
    (here / "nb.ipynb").write_bytes(notebook(first + second, "model = build(\n", third))
    assert check().codes == []
    (here / "nb.ipynb").write_bytes(notebook(first + second, "other = build(\n", third))
    assert check().codes == ["XL101"]


def test_a_notebook_that_is_none(here: Path, check: Any) -> None:
    (here / "nb.ipynb").write_text('{"cells": [}')
    (here / "a.py").write_text(SOURCE)
    ran = check()
    assert (ran.codes, ran.status) == (["XL101"], 2)
    assert "error: nb.ipynb:1: no JSON: " in ran.err.splitlines()[-1]


def test_documents_only_when_asked(here: Path, check: Any) -> None:
    (here / "README.md").write_text(f"# x\n\n```python\n{SOURCE}```\n")
    assert check().out == ""
    assert check("--docs").places == ["README.md:6:20"]
    assert check("README.md").places == ["README.md:6:20"]
    (here / "xentlint.toml").write_text("docs = true")
    assert check().places == ["README.md:6:20"]


def test_the_nearest_configuration_of_each_file(here: Path, check: Any) -> None:
    for name in ("a", "b"):
        (here / name).mkdir()
        (here / name / "x.py").write_text(SOURCE)
    (here / "b" / "pyproject.toml").write_text('[tool.xentlint]\nignore = ["XL1"]\n')
    assert check().places == ["a/x.py:3:20"]
    assert check("b").status == 0
    assert check("b", "--select", "XL101").places == ["b/x.py:3:20"]
    assert len(check("--isolated").places) == 2
    assert check("--config", "b/pyproject.toml").codes == []
    (here / "xentlint.toml").write_text('[per-file-ignores]\n"a/*.py" = ["XL101"]\n')
    assert check().codes == []
    (here / "xentlint.toml").write_text('exclude = ["a"]\n')
    assert check().codes == []


def test_a_wrong_configuration_stops_what_it_governs(here: Path, check: Any) -> None:
    (here / "b").mkdir()
    (here / "a.py").write_text(SOURCE)
    (here / "b" / "x.py").write_text(SOURCE)
    (here / "b" / "xentlint.toml").write_text('prefer = "logits"\nselct = ["XL101"]\n')
    ran = check()
    assert (ran.places, ran.status) == (["a.py:3:20"], 2)
    wanted = "b/xentlint.toml:2: unknown key 'selct' (did you mean 'select'?) [config]"
    assert ran.err.splitlines()[-1] == f"xentlint: error: {wanted}"


def test_exclude_holds_for_what_is_named(here: Path, check: Any) -> None:
    (here / "gen").mkdir()
    (here / "gen" / "a.py").write_text(SOURCE)
    (here / "xentlint.toml").write_text('extend-exclude = ["gen/"]\n')
    ran = check("gen/a.py")
    assert (ran.codes, ran.status) == ([], 0)
    assert "note: gen/a.py: is excluded" in ran.err
    assert check("gen/a.py", "--no-force-exclude").codes == ["XL101"]
    assert check("gen/a.py", "--isolated", "--exclude", "a.py").codes == []


def test_what_is_excluded_by_default_holds_for_files_that_are_named(here: Path, check: Any) -> None:
    for folder in ("build", ".venv/lib", "src"):
        (here / folder).mkdir(parents=True)
        (here / folder / "a.py").write_text(SOURCE)
    ran = check("build/a.py", ".venv/lib/a.py", "src/a.py")
    assert ran.places == ["src/a.py:3:20"]
    assert "note: build/a.py: is excluded by default, as all in folders called build" in ran.err
    assert "note: .venv/lib/a.py: is excluded" in ran.err
    assert len(check("build/a.py", ".venv/lib/a.py", "--no-force-exclude").codes) == 2
    assert len(check("build").codes) == 1  # a folder is named on purpose
    (here / "xentlint.toml").write_text('exclude = ["src/"]\n')
    assert len(check("build/a.py", ".venv/lib/a.py", "src/a.py").codes) == 2
    (here / "build" / "xentlint.toml").write_text("")
    assert len(check("build/a.py").codes) == 1  # the project itself lies in a folder of that name


def test_a_model_in_a_build_folder_is_checked_if_it_is_named(here: Path, check: Any) -> None:
    layer = {"class_name": "Dense", "config": {"units": 1, "activation": "softmax"}}
    model = {"class_name": "Sequential", "config": {"name": "s", "layers": [layer]}}
    (here / "dist").mkdir()
    (here / "dist" / "model.json").write_text(json.dumps(model))
    assert check("dist/model.json").codes == ["XL103"]


def test_own_rule_pages_and_their_mistakes(here: Path, check: Any) -> None:
    page = Path(pages.folder(), "XL101.md").read_text().replace("XL101", "MY001")
    page = page.replace('message = "', 'message = "ours: ', 1)
    (here / "lint").mkdir()
    (here / "lint" / "MY001.md").write_text(page)
    (here / "a.py").write_text(SOURCE)
    (here / "xentlint.toml").write_text('extend-rules = ["lint"]\nselect = ["MY"]\n')
    assert check().codes == ["MY001"]
    assert check("--select", "XL101").codes == ["XL101"]
    (here / "lint" / "MY001.md").write_text(page.replace('slot = "predictions"', 'slit = "x"'))
    ran = check()
    assert ran.status == 2
    assert "lint/MY001.md: match: unknown key 'slit' [config]" in ran.err
    (here / "xentlint.toml").write_text('extend-rules = ["no"]\n')
    assert "xentlint.toml:1: extend-rules: no: " in check().err


def test_comments_silence_and_unused_ones_are_named(here: Path, check: Any) -> None:
    path = here / "a.py"
    path.write_text(SOURCE.replace('sigmoid")])', 'sigmoid")])  # xentlint: ignore[XL101]'))
    ran = check()
    assert (ran.codes, ran.status) == ([], 0)
    assert "1 finding silenced by comments" in ran.err
    path.write_text(GOOD.replace("=True))", "=True))  # noqa: XL101, E501"))
    assert check().codes == ["XL001"]
    assert check("--select", "XL102").codes == []
    assert check("--ignore", "XL001").codes == []
    path.write_text("x = 1  # noqa: XL101\n")
    assert check().places == ["a.py:1:8"]


def test_a_comment_in_the_file_of_the_activation(here: Path, check: Any) -> None:
    """The result does not depend on which of the two files a hook happens to pass."""
    (here / "net.py").write_text(
        "import tensorflow as tf\ndef build():\n    return tf.keras.Sequential(["
        'tf.keras.layers.Dense(1, activation="sigmoid")])  # xentlint: ignore[XL101]\n'
    )
    (here / "train.py").write_text(
        "import tensorflow as tf\nfrom net import build\nmodel = build()\n"
        "model.compile(loss=tf.keras.losses.BinaryCrossentropy(from_logits=True))\n"
    )
    for paths in (["train.py"], ["net.py"], ["train.py", "net.py"], ["net.py", "train.py"]):
        ran = check(*paths)
        assert (ran.codes, ran.status) == ([], 0), paths
    (here / "net.py").write_text((here / "net.py").read_text().replace("  # xent", "  # x"))
    assert check("train.py").places == ["train.py:4:20"]
    assert check("net.py").codes == []


def test_an_unused_comment_on_the_line_of_an_activation(here: Path, check: Any) -> None:
    path = here / "net.py"
    path.write_text(
        SOURCE.replace("from_logits=True", "").replace(
            'sigmoid")])', 'sigmoid")])  # xentlint: ignore[XL101]'
        )
    )
    assert check("net.py").codes == ["XL001"]
    (here / "train.py").write_text("from net import model\n")
    assert check("net.py").codes == [], "the loss of the other file is not known here"


def test_add_ignore(here: Path, check: Any) -> None:
    (here / "a.py").write_bytes("\ufeff# é\r\n".encode() + SOURCE.replace("\n", "\r\n").encode())
    (here / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\n# \xe9\n" + SOURCE.encode())
    before = notebook("import numpy", SOURCE)
    (here / "nb.ipynb").write_bytes(before)
    ran = check("--add-ignore=old  # code")
    assert ran.status == 0
    assert "3 findings silenced in 3 files" in ran.err
    comment = b"  # xentlint: ignore[XL101] old code"
    line = b"from_logits=True))"
    want = ("\ufeff# é\r\n".encode() + SOURCE.replace("\n", "\r\n").encode()).replace(
        line, line + comment
    )
    assert (here / "a.py").read_bytes() == want
    assert (here / "latin.py").read_bytes().startswith(b"# -*- coding: latin-1 -*-\n# \xe9\n")
    after = (here / "nb.ipynb").read_bytes()
    assert after == before.replace(line, line + comment)
    nbformat.validate(nbformat.reads(after.decode(), as_version=4))
    ran = check()
    assert (ran.codes, ran.status) == ([], 0)
    assert check("--add-ignore", "a.py").status == 0, "what follows is a path, no reason"


def test_add_ignore_says_what_it_could_not_write(here: Path, check: Any) -> None:
    (here / "a.py").write_text(SOURCE)
    (here / "a.py").chmod(0o444)
    (here / "b.py").write_text(SOURCE)
    ran = check("--add-ignore")
    assert (ran.places, ran.status) == (["a.py:3:20"], 2)
    assert "a.py: is read-only: not written" in ran.err
    assert "ignore[XL101]" in (here / "b.py").read_text()


def test_baseline(here: Path, check: Any) -> None:
    path = here / "a.py"
    path.write_text(SOURCE)
    ran = check("--write-baseline", "known.json")
    assert (ran.codes, ran.status) == ([], 0)
    path.write_text("# moved\n" + SOURCE + SOURCE.replace("model", "other"))
    ran = check("--baseline", "known.json")
    assert (ran.places, ran.status) == (["a.py:7:20"], 1)
    assert "1 finding in the baseline" in ran.err
    (here / "b").mkdir()
    (here / "xentlint.toml").write_text('baseline = "known.json"\n')
    path.write_text(GOOD)
    ran = check()
    assert (ran.codes, ran.status) == ([], 0)
    assert "known.json: 1 finding is gone and no longer listed" in ran.err
    assert json.loads((here / "known.json").read_text()) == {"schema": 1, "findings": {}}
    path.write_text(SOURCE)
    assert check().codes == ["XL101"]
    assert check("--baseline", "no.json").status == 2


def test_a_baseline_that_cannot_shrink_is_only_a_note(here: Path, check: Any) -> None:
    (here / "a.py").write_text(SOURCE)
    check("--write-baseline", "known.json")
    (here / "known.json").chmod(0o444)
    (here / "a.py").write_text(GOOD)
    ran = check("--baseline", "known.json")
    assert ran.status == 0
    assert "note: known.json: is read-only" in ran.err


def run(*arguments: str, text: bytes = b"", **more: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "xentlint", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parent.parent)}
    return subprocess.run(command, input=text, capture_output=True, env=environment, **more)


def test_stdin(here: Path) -> None:
    (here / "net.py").write_text(
        "import keras\nhead = keras.layers.Dense(1, activation='sigmoid')\n"
    )
    ran = run("check", "-", "--output-format", "concise", text=SOURCE.encode())
    assert (ran.returncode, ran.stdout[:16]) == (1, b"stdin.py:3:20: X")
    ran = run("check", "-", "--stdin-filename", "sub/nb.ipynb", "--output-format", "concise",
              text=notebook("1", SOURCE))  # fmt: skip
    assert ran.stdout.startswith(b"sub/nb.ipynb:cell 2:3:20: XL101")
    (here / "sub").mkdir()
    (here / "sub" / "xentlint.toml").write_text('ignore = ["XL101"]\n')
    ran = run("check", "-", "--stdin-filename", "sub/a.py", text=SOURCE.encode())
    assert (ran.returncode, ran.stdout) == (0, b"")
    ran = run("check", "-", "--stdin-filename", "a.py", text=b"model.compile(loss=\n")
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[-1].startswith(b"xentlint: error: a.py:1: ")


def test_stdin_mended_goes_to_stdout(here: Path) -> None:
    crlf = ("\ufeff" + SOURCE).replace("\n", "\r\n").encode() + b"x = 1  # noqa: XL102"
    ran = run("check", "-", "--fix", "--stdin-filename", "a.py", text=crlf)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == crlf.replace(b"from_logits=True", b"").replace(b"  # noqa: XL102", b"")
    assert not (here / "a.py").exists()
    left = SOURCE.replace("BinaryCrossentropy(from_logits=True)", "CategoricalCrossentropy()")
    ran = run("check", "-", "--fix", "--output-format", "concise", text=left.encode())
    assert (ran.returncode, ran.stdout) == (1, left.encode())
    assert ran.stderr.startswith(b"stdin.py:3:20: XL104 ")
    before = notebook("%%time\n" + SOURCE)
    ran = run("check", "-", "--fix", "--stdin-filename", "nb.ipynb", text=before)
    assert (ran.returncode, ran.stdout) == (0, before.replace(b"from_logits=True", b""))
    broken = b"model.compile(loss=\n"
    ran = run("check", "-", "--fix", text=broken)
    assert (ran.returncode, ran.stdout) == (2, broken)


def test_the_settings_say_which_fixes(here: Path, check: Any) -> None:
    text = SOURCE.replace("BinaryCrossentropy(from_logits=True)", "CategoricalCrossentropy()")
    (here / "a.py").write_text(text)
    assert check("--fix").status == 1
    assert (here / "a.py").read_text() == text
    (here / "xentlint.toml").write_text("unsafe-fixes = true\n")
    assert check("--fix").status == 0
    assert (here / "a.py").read_text() != text


def test_output_file_statistics_and_fail_on(here: Path, check: Any) -> None:
    (here / "a.py").write_text(SOURCE)
    ran = check("--output-file", "out.txt")
    assert (ran.out, ran.status) == ("", 1)
    assert (here / "out.txt").read_text().startswith("a.py:3:20: XL101 ")
    assert check("--output-file", "no/out.txt").status == 2
    assert check("--statistics").out == "1  XL101  activation-with-logits-loss\n"
    assert check("--fail-on", "error").status == 0
    (here / "xentlint.toml").write_text('fail-on = "error"\n')
    assert check().status == 0
    assert check("--fail-on", "warning").status == 1
    assert check("--statistics", "--output-format", "json").status == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-", "a.py"], "`-` stands alone"),
        (["--stdin-filename", "a.py"], "--stdin-filename goes with `-`"),
        (["-", "--add-ignore"], "--add-ignore writes files"),
        (["a.pyy"], "a.pyy: No such file or directory (did you mean 'a.py'?)"),
    ],
)
def test_what_makes_no_sense(here: Path, check: Any, arguments: list[str], said: str) -> None:
    (here / "a.py").write_text(GOOD)
    ran = check(*arguments)
    assert ran.status == 2
    assert said in ran.err


def test_config_shows_what_is_in_effect(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "pyproject.toml").write_text('[tool.xentlint]\nprefer = "logits"\n')
    ran = Ran(capsys, "config")
    assert 'prefer = "logits"  # pyproject.toml:2\n' in ran.out
    assert 'fail-on = "warning"  # default\n' in ran.out
    assert Ran(capsys, "config", "no").status == 2
    (here / "pyproject.toml").write_text("[tool.xentlint]\nprefer = 1\n")
    ran = Ran(capsys, "config")
    assert (ran.status, ran.out) == (2, "")
    assert "pyproject.toml:2: prefer is 'outputs' or 'logits', not 1" in ran.err


def test_the_bar_waits_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    clock = iter([0.0, 0.5, 1.5, 1.5, 1.55, 2.0, 2.0])
    bar = progress.Bar(drawn.append, lambda: next(clock))
    for done in (1, 5, 6, 9):
        bar(done, 10)
    bar.close()
    assert [text.split()[-2] for text in drawn[:-1]] == ["5/10", "9/10"]
    assert drawn[-1] == "\r\x1b[K"
    monkeypatch.setattr("sys.stderr", type("Terminal", (), {"isatty": lambda self: True,
                                                            "encoding": "utf-8"})())  # fmt: skip
    for name in ("CI", "PRE_COMMIT", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert progress.bar() is not None
    for name in ("CI", "PRE_COMMIT"):
        with monkeypatch.context() as inner:
            inner.setenv(name, "1")
            assert progress.bar() is None


HOSTILE = {
    "chain": notebook("model.compile(loss=" + "+".join(["x"] * 5000) + ")"),
    "elif": notebook(
        "if a:\n  model.compile()\n" + "".join(f"elif a == {n}:\n  b\n" for n in range(3000))
    ),
    "nul": notebook("model.compile(loss='mse')\0"),
    "literal": notebook("model.compile(loss='mse')\nx = '" + "a" * 10_000_000 + "'"),
    "quotes": notebook("model.compile(\n" + "'''\"" * 50_000),
    "brackets": notebook("model.compile(" + "(" * 50_000),
    "magics": notebook("model.compile()\n" + "!ls \\\n" * 20_000),
    "depth": b'{"cells": ' + b"[" * 1_000_000,
    "many": notebook(*["model.compile("] * 2000),
    "surrogates": notebook("model.compile(loss='\ud800')"),
    "empty": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_notebook_takes_nothing_down(here: Path, name: str) -> None:
    (here / "good.py").write_text(SOURCE)
    (here / "bad.ipynb").write_bytes(HOSTILE[name])
    ran = run("check", "--output-format", "concise", timeout=30)
    assert ran.stdout.startswith(b"good.py:3:20: XL101 ")
    assert ran.returncode in (1, 2)
    assert b"bug in xentlint" not in ran.stderr
    if name in ("chain", "nul", "quotes", "brackets", "depth", "many", "empty"):
        assert b"bad.ipynb" in ran.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO here")
def test_a_fifo_that_is_called_a_notebook(here: Path) -> None:
    (here / "good.py").write_text(SOURCE)
    os.mkfifo(here / "bad.ipynb")
    for arguments, status in ([], 1), (["bad.ipynb", "good.py"], 2):
        ran = run("check", "--output-format", "concise", *arguments, timeout=30)
        assert (ran.returncode, ran.stdout[:13]) == (status, b"good.py:3:20:")
        assert b"bad.ipynb" in ran.stderr


def test_a_mended_notebook_runs_in_a_kernel(here: Path, check: Any) -> None:
    """The magics are still magics, and the cells say what the mended program says."""
    pytest.importorskip("ipykernel")
    nbclient = pytest.importorskip("nbclient")
    (here / "tensorflow.py").write_text(  # the real one takes half a minute to start
        "class _Any:\n"
        "    def __getattr__(self, name): return _Any()\n"
        "    def __call__(self, *a, **k): print(a, k) if k else None; return _Any()\n"
        "keras = _Any()\n"
    )
    cells = SOURCE.splitlines(keepends=True)
    (here / "nb.ipynb").write_bytes(
        notebook("%%time\n" + cells[0] + cells[1], "files = !echo hello\n" + cells[2], "files\n")
    )
    assert check("nb.ipynb", "--fix").status == 0
    mended = nbformat.reads((here / "nb.ipynb").read_text(), as_version=4)
    nbformat.validate(mended)
    client = nbclient.NotebookClient(
        mended, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(here)}}
    )
    done = client.execute()
    assert "Wall time" in done.cells[0].outputs[-1]["text"]
    assert "from_logits" not in json.dumps(done.cells)
    assert "hello" in done.cells[2].outputs[0]["data"]["text/plain"]


def test_fixing_names_what_a_killed_run_left_half_done(here: Path, check: Any) -> None:
    import hashlib

    def digest(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    (here / "a.py").write_text(SOURCE)
    (here / "b.py").write_text("y = 1\n")
    rows = [
        ["b.py", str(here / "b.py"), digest("x"), digest("y = 1\n")],
        ["a.py", str(here / "a.py"), digest(SOURCE), digest("x")],
    ]
    (here / ".xentlint-0123456789abcdef.journal").write_text(json.dumps(rows))
    (here / ".xentlint-0123456789abcdee.new").write_text("x")
    ran = check("--fix")
    assert ran.status == 0
    assert "note: a.py: an earlier run was stopped after it had changed b.py" in ran.err
    assert sorted(os.listdir(here)) == [".git", "a.py", "b.py"]
    assert "earlier run" not in check("--fix").err


def test_order_and_division_of_the_names_change_nothing(here: Path, check: Any) -> None:
    """As pre-commit passes them: in any order, over several calls, with or without a neighbour."""
    (here / "net.py").write_text(
        "import keras\ndef build():\n    return keras.Sequential([keras.layers.Dense(3)])\n"
    )
    (here / "train.py").write_text(
        "from net import build\nbuild().compile(loss='categorical_crossentropy')\n"
    )
    (here / "own.py").write_text(SOURCE)
    (here / "nb.ipynb").write_bytes(notebook("from net import build\nm = build()\n", SOURCE))
    names = ["net.py", "train.py", "own.py", "nb.ipynb"]
    together = sorted(check(*names).out.splitlines())
    assert [row.split(": XL")[0] for row in together] == [
        "nb.ipynb:cell 2:3:20", "own.py:3:20", "train.py:2:22",
    ]  # fmt: skip
    for _ in range(len(names)):
        names = names[1:] + names[:1]
        assert sorted(check(*names).out.splitlines()) == together
        for cut in range(1, len(names)):
            parts = [check(*names[:cut]), check(*names[cut:])]
            assert sorted(row for one in parts for row in one.out.splitlines()) == together
