"""Metrics, decodings, swapped arguments and misplaced ``from_logits``: fixtures line by line."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from xentlint import engine

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "metrics").glob("*.py"))
MARK = re.compile(r"#((?: XL\d+)+)$")


def expected(path: Path) -> Counter[tuple[int, str]]:
    """The codes that the comments of a fixture name, by line."""
    found: Counter[tuple[int, str]] = Counter()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        mark = MARK.search(line)
        found.update((number, code) for code in (mark.group(1).split() if mark else ()))
    return found


def findings(path: Path) -> Counter[tuple[int, str]]:
    outcome = engine.run([str(path)], engine.Settings(net=False))
    assert outcome.problems == ()
    return Counter((f.place.line or 0, f.code) for f in outcome.findings)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_each_line_is_found_as_it_says(path: Path) -> None:
    assert findings(path) == expected(path)


def test_the_fixtures_name_each_rule() -> None:
    codes = {code for path in FIXTURES for _, code in expected(path)}
    assert codes == {"XL201", "XL202", "XL203", "XL204"}
