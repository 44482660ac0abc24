"""Fixes of composed programs: they parse, fixing twice is fixing once, and nothing new is found."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
pytest.importorskip("hypothesis")

from judge.programs.base import Program
from judge.programs.strategy import Batch, batches, examples

from xentlint.engine import Settings, run
from xentlint.fixing import Result, Wanted, fix
from xentlint.mending import Mender

BATCHES = batches()[::5]
EACH = 4
"""Faulty programs of a batch: a fix takes about as long as three checks."""
MODES = {"safe": Wanted(), "unsafe": Wanted(unsafe=True)}


def fixed(folder: Path, wanted: Wanted) -> tuple[Result, Counter[str]]:
    """A run of fixes, written, and what was found before it."""
    outcome = run([str(folder)], Settings(net=False))
    assert outcome.problems == ()
    result = fix(outcome, wanted, Mender(outcome.origin).project())
    for path, data in result.texts.items():
        Path(path).write_bytes(data)
    return result, Counter(finding.code for finding in outcome.findings)


def faulty(batch: Batch) -> list[Program]:
    return [program for program in examples(batch) if program.expected][:EACH]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch.name)
def test_fixes_converge_and_hold(batch: Batch, mode: str, tmp_path: Path) -> None:
    for number, program in enumerate(faulty(batch)):
        folder = tmp_path / str(number)
        for path, text in program.files:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        result, before = fixed(folder, MODES[mode])
        shown = program.show()
        for path in result.texts:
            ast.parse(Path(path).read_bytes())
        after = Counter(finding.code for finding in result.outcome.findings)
        assert not after - before, f"{after - before} is new in\n{shown}"
        assert bool(result.texts) == bool(result.done), shown
        again, found = fixed(folder, MODES[mode])
        assert found == after, f"{found} is not {after} in\n{shown}"
        assert not again.texts, f"the second run changes something in\n{shown}"
