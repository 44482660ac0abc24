"""Keras as judge: thousands of composed programs run under real Keras, and xentlint agrees."""

from __future__ import annotations

import collections
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
pytest.importorskip("tensorflow")
pytest.importorskip("tf_keras")

from judge.compare import audit
from judge.programs.base import Program
from judge.programs.strategy import Batch, batches, examples
from judge.trial import tried

BATCHES = batches()
LEAST = 20
"""So many programs hold each construct of the issue."""


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch.name)
def test_the_audit_agrees_with_the_judge(batch: Batch) -> None:
    trial = tried(examples(batch))
    assert trial.programs >= batch.count * 0.8, "too few different programs"
    assert not trial.broken, "\n\n".join(trial.broken[:3])
    assert not trial.disagreements, "\n\n".join(trial.disagreements[:3])


def _all() -> list[Program]:
    return [program for batch in BATCHES for program in examples(batch)]


def test_every_construct_is_composed_often_enough(
    record_property: Callable[[str, object], None],
) -> None:
    counts: collections.Counter[str] = collections.Counter()
    programs = _all()
    for program in programs:
        counts.update(program.constructs)
    faulty = sum(bool(program.expected) for program in programs)
    lines = [f"{len(programs)} programs, {faulty} of them faulty"]
    lines += [f"{count:6} {name}" for name, count in sorted(counts.items())]
    record_property("summary", "\n".join(lines))
    assert len(programs) >= 2000
    assert faulty * 3 >= len(programs)
    assert not {name: count for name, count in counts.items() if count < LEAST}


def test_nearly_all_is_decided(record_property: Callable[[str, object], None]) -> None:
    decided = total = 0
    for program in _all():
        if program.undecidable:
            continue
        uses = [use for use in audit(dict(program.files)) if use.kind == "loss"]
        places = {(use.path, use.line) for use in uses}
        known = {(use.path, use.line) for use in uses if use.code != "undecided"}
        total += max(len(places), 1)
        decided += len(known)
    record_property("summary", f"{decided} of {total} uses in them decided")
    assert decided >= 0.97 * total, f"{decided} of {total}"
