"""Hostile and broken model files: a clear result each, quickly, in little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from saved import hostile

from xentlint import rules, saved

RULES = rules.load()
SECONDS = 1.0
"""Of processor time: what other processes do on the machine is not counted."""


def codes(path: str) -> set[str]:
    verdicts = (rules.judge(use, RULES) for use in saved.read(path).uses)
    return {v.code for v in verdicts if v.code.startswith("XL") and v.code != "XL301"}


@pytest.mark.parametrize("name", hostile.CASES)
def test_a_clear_result(name: str, tmp_path: Path) -> None:
    case = hostile.CASES[name]
    path = hostile.write(name, str(tmp_path))
    before = time.process_time()
    facts = saved.read(path)
    spent = time.process_time() - before
    assert spent < SECONDS
    if case.says == "?":  # only that it ends, and without an exception
        return
    found = [problem for problem in facts.problems if case.says in problem.message]
    if case.says:
        assert any(problem.fatal == case.fatal for problem in found), facts.problems
    else:
        assert not any(problem.fatal for problem in facts.problems), facts.problems
    assert all(problem.path == path for problem in facts.problems)
    assert codes(path) == set(case.codes)


def test_messages_are_printable(tmp_path: Path) -> None:
    """Strings out of a file reach the terminal without control characters and surrogates."""
    for name in hostile.CASES:
        path = hostile.write(name, str(tmp_path / name.replace("/", "_")))
        facts = saved.read(path)
        texts = [problem.message for problem in facts.problems]
        for use in facts.uses:
            texts += [use.consumer.shown, use.head.output or "", use.reason or ""]
            texts += [p.pointer or "" for p in (use.consumer.place, use.head.place) if p]
        assert all(text.isprintable() for text in texts), (name, texts)
        json.dumps(texts).encode("utf-8")


PROBE = """
import sys
sys.path.insert(0, sys.argv[1])
from xentlint import saved
for path in sys.argv[2:]:
    saved.read(path)
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_memory_stays_small(tmp_path: Path) -> None:
    """All cases in one process: its peak is the peak of the worst one."""
    paths = [
        hostile.write(name, str(tmp_path / str(index)))
        for index, name in enumerate(hostile.CASES)
        if not name.startswith("wrong type")
    ]
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(saved.__file__))))
    command = [sys.executable, "-I", "-c", PROBE, package, *paths]
    out = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(out.stdout) < 100 * 1024, "kilobytes"
