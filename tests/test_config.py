"""Configuration files: which one counts, what it says, and errors that name their line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from xentlint import config, pages
from xentlint.catalog.rows import OwnRow
from xentlint.config import Configs, Settings


def settings(folder: Path, text: str, name: str = "xentlint.toml") -> Settings:
    (folder / name).write_text(text)
    found = config.load(str(folder / name))
    assert found is not None
    return found


EVERYTHING = """\
select = ["XL1", "XL201"]
extend-select = ["XL301"]
ignore = [
  "XL104",
]
exclude = ["gen/"]
extend-exclude = ["*_pb2.py"]
respect-gitignore = false
prefer = "logits"
src = ["lib"]
target-keras = 3
unsafe-fixes = true
output-format = "concise"
fail-on = "error"
baseline = "xentlint-baseline.json"
docs = true
python-cell-magics = ["mine"]
extend-rules = []

[per-file-ignores]
"tests/*.py" = ["XL101", "ALL"]

[catalog]
"mylib.SoftHead" = "probabilities"
mylib.layers.Head = "logits"
"mylib.loss" = { expects = "logits", family = "binary" }
"""


def test_every_key(tmp_path: Path) -> None:
    found = settings(tmp_path, EVERYTHING)
    assert found.problems == ()
    assert found._replace(lines=(), path=None) == Settings(
        root=str(tmp_path),
        select=("XL1", "XL201"),
        extend_select=("XL301",),
        ignore=("XL104",),
        per_file_ignores=(("tests/*.py", ("XL101", "ALL")),),
        exclude=("gen/",),
        extend_exclude=("*_pb2.py",),
        respect_gitignore=False,
        prefer="logits",
        src=("lib",),
        target_keras=3,
        unsafe_fixes=True,
        output_format="concise",
        fail_on="error",
        baseline="xentlint-baseline.json",
        docs=True,
        python_cell_magics=("mine",),
        catalog=(
            OwnRow("mylib.SoftHead", "probabilities"),
            OwnRow("mylib.layers.Head", "logits"),
            OwnRow("mylib.loss", None, "logits", "binary"),
        ),
    )
    assert set(dict(found.lines)) == set(config.KEYS)


def test_pyproject_has_its_table_and_lines(tmp_path: Path) -> None:
    text = "[project]\nname = 'x'\n[tool.ruff]\nselect = ['E']\n[tool.xentlint]\n" + EVERYTHING
    text = text.replace("\n[catalog]", "\n[tool.xentlint.catalog]")
    text = text.replace("\n[per-file", "\n[tool.xentlint.per-file")
    found = settings(tmp_path, text, "pyproject.toml")
    assert found.problems == ()
    assert dict(found.lines)["select"] == 6
    assert dict(found.lines)["docs"] == 21
    assert text.splitlines()[dict(found.lines)["catalog"] - 1] == "[tool.xentlint.catalog]"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('selct = ["XL101"]', 1, "unknown key 'selct' (did you mean 'select'?)"),
        ('x = 1\n', 1, "unknown key 'x'"),
        ('prefer = "logits"\nselect = [\n  "XL101", # XL999\n  "XL110",\n]', 4,
         "unknown rule code 'XL110' (did you mean 'XL106'?)"),
        ("select = 'XL101'", 1, "select is a list of strings"),
        ("\n\nunsafe-fixes = 1", 3, "unsafe-fixes is true or false"),
        ("target-keras = 4", 1, "target-keras is 2 or 3, not 4"),
        ("target-keras = true", 1, "target-keras is 2 or 3, not True"),
        ('prefer = "logit"', 1,
         "prefer is 'outputs' or 'logits', not 'logit' (did you mean 'logits'?)"),
        ('output-format = "srif"', 1, "output-format is "),
        ('[per-file-ignores]\n"a.py" = ["XL101"]\n"b.py" = ["E501"]', 3,
         "unknown rule code 'E501'"),
        ('docs = true\n[catalog]\n"a.B" = "logits"\n"a.C" = "probabilties"', 4,
         "catalog: a.C gives 'probabilties', which is no scale (did you mean 'probabilities'?)"),
        ('catalog = { "a b" = "logits" }', 1, "catalog: 'a b' is no dotted name"),
        ('[catalog]\n"a.B" = { gives = "logits", expects = "logits" }', 2, "catalog: a.B either"),
        ('[catalog]\n"a.B" = { give = "logits", expects = "logits" }', 2,
         "catalog: a.B: unknown key 'give' (did you mean 'gives'?)"),
        ('select = ["XL101"\nignore = 3', 2, "no TOML: "),
        ("catalog = 3", 1, "catalog is a table"),
        ("select = [\"\"]", 1, "unknown rule code ''"),
        ('line-length = 3', 1, "unknown key 'line-length'; the keys are select, extend-select,"),
        ('[catalog]\n"a.B" = { gives = "logits", family = "binary" }', 2,
         "catalog: a.B has a family, which only a loss has"),
        ('[catalog]\n"a.B" = { family = "binary" }', 2, "catalog: a.B either"),
    ],
)  # fmt: skip
def test_errors_name_line_and_nearest(tmp_path: Path, text: str, line: int, message: str) -> None:
    (problem,) = settings(tmp_path, text).problems
    assert problem.line == line
    assert problem.message.startswith(message)
    assert (problem.kind, problem.fatal) == ("config", True)
    assert problem.path.endswith("xentlint.toml")
    prefixed = "[tool.xentlint]\n" + text.replace("\n[", "\n[tool.xentlint.")
    if not text.startswith("["):
        (problem,) = settings(tmp_path, prefixed, "pyproject.toml").problems
        assert problem.line == line + 1


def test_not_utf8_and_no_table(tmp_path: Path) -> None:
    (tmp_path / "xentlint.toml").write_bytes(b"a = 1\nselect = ['\xff']")
    found = config.load(str(tmp_path / "xentlint.toml"))
    assert found is not None
    assert [(p.line, p.kind) for p in found.problems] == [(2, "config")]
    (problem,) = settings(tmp_path, "[tool]\nxentlint = 3\n", "pyproject.toml").problems
    assert (problem.line, problem.message) == (2, "tool.xentlint is a table")


def test_the_nearest_file_counts_alone(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    settings(tmp_path, 'select = ["XL1"]\nprefer = "logits"')
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\ndependencies = ['xentlint']")
    settings(tmp_path / "a" / "b", "[tool.xentlint]\nselect = ['XL2']", "pyproject.toml")
    configs = Configs()
    assert configs.of(str(deep / "x.py")).select == ("XL2",)
    assert configs.of(str(deep / "x.py")).prefer == "outputs"
    assert configs.of(str(tmp_path / "a" / "x.py")).select == ("XL1",)
    assert configs.of(str(tmp_path)).prefer == "logits"
    settings(tmp_path / "a" / "b", "select = ['XL3']")
    assert Configs().of(str(deep / "x.py")).select == ("XL3",)
    assert Configs(isolated=True).of(str(deep)).select == ()
    chosen = Configs(only=str(tmp_path / "xentlint.toml"))
    assert chosen.of(str(deep)).select == ("XL1",)
    assert Configs(only=str(tmp_path / "no.toml")).problems()[0].message == (
        "No such file or directory (did you mean 'xentlint.toml'?)"
    )


def test_each_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    settings(tmp_path, 'select = ["XL1"]')
    read: list[str] = []
    real = config.load
    monkeypatch.setattr(config, "load", lambda path: read.append(path) or real(path))
    configs = Configs()
    for name in ("x.py", "y.py", "../z.py"):
        configs.of(str(deep / name))
    assert len(read) == len(set(read)) == 5


def test_a_pyproject_that_does_not_name_us_is_not_parsed(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("this is no [ TOML")
    assert config.load(str(tmp_path / "pyproject.toml")) is None
    program = f"""
import sys
from xentlint.config import Configs
Configs().of({str(tmp_path)!r})
print(sorted({{"tomllib", "tomli", "xentlint.configfile", "dataclasses"}} & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout == "[]\n", run.stderr


@pytest.mark.parametrize(
    "text",
    [
        '[tool.xentlint]\nprefer = "logits"',
        '[tool . "xentlint" ]\nprefer = "logits"',
        "[tool.'xentlint']\nprefer = \"logits\"",
        '[tool]\nxentlint.prefer = "logits"',
        '[tool]\n"xentlint"\t. prefer = "logits"',
        '[tool]\nxentlint = {prefer = "logits"}',
        'tool.xentlint.prefer="logits"',
        'tool = {xentlint={prefer = "logits"}}',
        '  "tool" = {"xentlint" = {prefer = "logits"}}',
        ' [ \'tool\' ]\n"xentlint".prefer = "logits"',
        '[tool."xentlint"]\r\nprefer = "logits"',
    ],
)
def test_every_way_to_write_the_table_is_seen(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text.encode())
    found = config.load(str(tmp_path / "pyproject.toml"))
    assert found is not None
    assert found.prefer == "logits"


@pytest.mark.parametrize("name", ["xentlint", "xentlint==1.0", "xentlint>=1", "xentlint[remote]"])
def test_a_project_that_only_installs_us_is_not_parsed(tmp_path: Path, name: str) -> None:
    poetry = f'[tool.poetry.dependencies]\n{name} = "^1"\n[tool.pixi]\nx = [ broken'
    (tmp_path / "pyproject.toml").write_text(poetry)
    assert config.load(str(tmp_path / "pyproject.toml")) is None
    text = f'[project]\ndependencies = ["{name}", broken'
    (tmp_path / "pyproject.toml").write_text(text)
    assert config.load(str(tmp_path / "pyproject.toml")) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO here")
def test_a_fifo_is_no_configuration(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pyproject.toml")
    os.mkfifo(tmp_path / "xentlint.toml")
    (problem,) = Configs().of(str(tmp_path)).problems
    assert "FIFO" in problem.message


def test_the_command_line_wins(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        'select=["XL1"]\nignore=["XL101"]\nextend-select=["XL301"]\nextend-exclude=["a"]',
    )
    merged = config.merge(found, {"select": ("XL101",), "prefer": "logits", "baseline": None})
    assert (merged.select, merged.ignore, merged.extend_select) == (("XL101",), (), ())
    assert (merged.prefer, merged.baseline) == ("logits", None)
    merged = config.merge(found, {"extend_select": ("XL201",), "extend_exclude": ("b",)})
    assert merged.extend_select == ("XL301", "XL201")
    assert merged.extend_exclude == ("a", "b")
    assert merged.ignore == ("XL101",)


def test_rendered_is_toml_that_says_the_same(tmp_path: Path) -> None:
    found = settings(tmp_path, EVERYTHING)
    given = {"prefer": "outputs"}
    text = config.rendered(config.merge(found, given), given)
    assert f'select = ["XL1", "XL201"]  # {found.path}:1\n' in text
    assert 'prefer = "outputs"  # command line\n' in text
    again = settings(tmp_path, text)
    assert again.problems == ()
    assert again._replace(lines=(), prefer="logits") == found._replace(lines=())
    default = config.rendered(Settings(str(tmp_path)))
    assert "# default" in default
    assert "node_modules" in default


def test_codes_of_own_pages_may_be_selected(tmp_path: Path) -> None:
    (tmp_path / "lint").mkdir()
    page = Path(pages.folder(), "XL101.md").read_text().replace("XL101", "MY001")
    (tmp_path / "lint" / "MY001.md").write_text(page)
    found = settings(tmp_path, 'extend-rules = ["lint"]\nselect = ["MY", "XL001"]')
    assert found.problems == ()
    assert found.extend_rules == ("lint",)


def test_the_settings_in_the_documentation_are_good(tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "docs" / "everyday.md").read_text()
    (block,) = [part for part in text.split("```toml\n")[1:] if part.startswith("[tool.xentlint]")]
    found = settings(tmp_path, block.split("```")[0], "pyproject.toml")
    assert found.problems == ()
    assert set(dict(found.lines)) == {*config.KEYS}
