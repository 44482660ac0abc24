"""Metrics, decodings, swapped arguments and misplaced ``from_logits``: fixtures line by line."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from xentlint import engine
from xentlint.report.places import takes

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


def test_swapped_arguments_are_underlined_where_they_stand(tmp_path: Path) -> None:
    """Not at the loss object, which is right, and may stand in another method."""
    path = tmp_path / "a.py"
    path.write_text("""\
import keras
class Trainer:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(5)])
        self.loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    def step(self, x):
        y = keras.utils.to_categorical([0, 1], 5)
        return self.loss(self.model(x), y)
Trainer().step(keras.random.normal((2, 8)))
""")
    outcome = engine.run([str(path)], engine.Settings(net=False))
    (finding,) = outcome.findings
    place, text = finding.place, path.read_text().splitlines()
    assert (finding.code, place.line, place.end_line) == ("XL203", 8, 8)
    call = text[7][(place.column or 0) - 1 : (place.end_column or 0) - 1]
    assert call == "self.loss(self.model(x), y)"
    assert takes(finding.use) == "its two arguments stand in each other's place"


def test_the_fixtures_name_each_rule() -> None:
    codes = {code for path in FIXTURES for _, code in expected(path)}
    assert codes == {"XL201", "XL202", "XL203", "XL204"}
