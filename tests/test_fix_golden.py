"""Golden files: what the fixes make of each intent in each style, and what holds for all of them.

``name.fixed.py`` holds what ``--fix`` makes of ``name.py``, ``name.unsafe.py`` what
``--fix --unsafe-fixes`` does, ``name.logits.py`` what ``--prefer logits`` does. Without such a
file nothing is changed.
"""

from __future__ import annotations

import ast
import difflib
import re
from pathlib import Path

import pytest

from xentlint import cli

FOLDER = Path(__file__).parent / "fixtures" / "fixes"
PROGRAMS = sorted(path for path in FOLDER.glob("*.py") if path.name.count(".") == 1)
MODES = {
    "fixed": ["--fix"],
    "unsafe": ["--fix", "--unsafe-fixes"],
    "logits": ["--fix", "--unsafe-fixes", "--prefer", "logits", "--extend-select", "XL301"],
}
CASES = [
    (path, mode)
    for path in PROGRAMS
    for mode in MODES
    if mode != "logits" or path.with_suffix(".logits.py").exists()
]


def ids(value: object) -> str:
    return value.stem if isinstance(value, Path) else str(value)


def fixed(program: Path, mode: str, *more: str) -> int:
    return cli.main(["check", str(program), "--isolated", "-q", *MODES[mode], *more])


def golden(path: Path, mode: str) -> Path:
    other = path.with_suffix(f".{mode}.py")
    return other if other.exists() else path


@pytest.fixture
def program(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    copy = tmp_path / "program.py"
    copy.write_bytes(request.getfixturevalue("path").read_bytes())
    return copy


@pytest.mark.parametrize(("path", "mode"), CASES, ids=ids)
def test_fixes_are_the_golden_ones_and_the_second_run_changes_nothing(
    program: Path, path: Path, mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = fixed(program, mode)
    once = program.read_bytes()
    assert once.decode() == golden(path, mode).read_text(encoding="utf-8")
    ast.parse(once)
    left = capsys.readouterr().out
    assert fixed(program, mode) == first
    assert program.read_bytes() == once
    assert capsys.readouterr().out == left


@pytest.mark.parametrize(("path", "mode"), CASES, ids=ids)
def test_the_diff_is_what_the_fix_does_and_writes_nothing(
    program: Path, path: Path, mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = program.read_bytes()
    status = fixed(program, mode, "--diff")
    assert program.read_bytes() == before
    shown = capsys.readouterr().out
    old, new = before.decode(), golden(path, mode).read_text(encoding="utf-8")
    expected = difflib.unified_diff(old.splitlines(True), new.splitlines(True))
    assert shown.splitlines()[2:] == [row.rstrip("\n") for row in expected][2:]
    assert status == int(old != new)


@pytest.mark.parametrize("path", [path for path, mode in CASES if mode == "logits"], ids=ids)
def test_what_a_move_to_logits_leaves_to_do_is_named(
    program: Path, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    wanted = [number for number, line in enumerate(lines, 1) if "# left to do" in line]
    fixed(program, "logits")
    said = capsys.readouterr().err
    named = {int(n) for n in re.findall(r"program\.py:(\d+):\d+: left to do: ", said)}
    assert sorted(named) == wanted


@pytest.mark.parametrize("path", PROGRAMS, ids=ids)
def test_line_ends_encoding_and_a_missing_last_line_end_survive(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    program = tmp_path / "program.py"
    cookie = "# -*- coding: latin-1 -*-\n# Grüße\n"
    body = (cookie + text).rstrip("\n").replace("\n", "\r\n")
    program.write_bytes(body.encode("latin-1"))
    fixed(program, "fixed")
    want = (cookie + golden(path, "fixed").read_text(encoding="utf-8")).rstrip("\n")
    assert program.read_bytes() == want.replace("\n", "\r\n").encode("latin-1")


@pytest.mark.parametrize("path", PROGRAMS[:3], ids=ids)
def test_a_byte_order_mark_survives(path: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    fixed(program, "fixed")
    assert program.read_bytes() == b"\xef\xbb\xbf" + golden(path, "fixed").read_bytes()
