"""Fixes of composed programs: they parse, fixing twice is fixing once, and nothing new is found."""

from __future__ import annotations

import ast
import os
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

STEP = int(os.environ.get("XENTLINT_FIX_STEP", "5"))
"""Every so many batches; 1 takes them all."""
BATCHES = batches()[::STEP]
EACH = 4
"""Programs of a batch: a fix takes about as long as three checks."""
MODES = {
    "safe": Wanted(),
    "unsafe": Wanted(unsafe=True),
    "logits": Wanted(unsafe=True, prefer="logits"),
}


def fixed(folder: Path, mode: str) -> tuple[Result, Counter[str]]:
    """A run of fixes, written, and what was found before it."""
    more = ("XL301",) if mode == "logits" else ()
    outcome = run([str(folder)], Settings(net=False, extend_select=more))
    assert outcome.problems == ()
    result = fix(outcome, MODES[mode], Mender(outcome.origin).project())
    for path, data in result.texts.items():
        Path(path).write_bytes(data)
    return result, Counter(finding.code for finding in outcome.findings)


def chosen(batch: Batch, mode: str) -> list[Program]:
    """Programs with something to fix; right ones as well where those are to give logits."""
    return [p for p in examples(batch) if p.expected or mode == "logits"][:EACH]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch.name)
def test_fixes_converge_and_hold(batch: Batch, mode: str, tmp_path: Path) -> None:
    for number, program in enumerate(chosen(batch, mode)):
        folder = tmp_path / str(number)
        for path, text in program.files:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        result, before = fixed(folder, mode)
        shown = program.show()
        for path in result.texts:
            ast.parse(Path(path).read_bytes())
        after = Counter(finding.code for finding in result.outcome.findings)
        assert not after - before, f"{after - before} is new in\n{shown}"
        assert bool(result.texts) == bool(result.done), shown
        refused = {(item.finding.code, item.finding.message) for item in result.refused}
        for finding in result.outcome.findings:
            silent = MODES[mode].choose(finding) and (finding.code, finding.message) not in refused
            assert not silent, (
                f"{finding.code} has a fix, was not mended and nobody says so\n{shown}"
            )
        again, found = fixed(folder, mode)
        assert found == after, f"{found} is not {after} in\n{shown}"
        assert not again.texts, f"the second run changes something in\n{shown}"
