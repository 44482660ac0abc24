"""The parser without its nodes' checks gives LibCST's tree, and leaves the checks as they were."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from xentlint.source.trees import _trusted, parse_module

FILES = sorted(Path(__file__).parent.glob("fixtures/source/*.py"))[::7]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_tree_is_that_of_libcst(path: Path) -> None:
    data = path.read_bytes()
    ours = parse_module(data)
    assert ours.bytes == data
    assert ours.deep_equals(cst.parse_module(data))


def test_what_is_no_python_is_refused_and_the_checks_are_back() -> None:
    with pytest.raises(cst.ParserSyntaxError):
        parse_module(b"a = = b\n")
    with pytest.raises(cst.CSTValidationError):
        cst.SimpleWhitespace("no space")


def test_parsers_that_overlap_leave_the_checks_behind_them() -> None:
    first, second = _trusted(), _trusted()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    with pytest.raises(cst.CSTValidationError):
        cst.SimpleWhitespace("no space")
