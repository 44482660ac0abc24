"""The engine: files in, an ordered outcome out, and nothing takes the rest down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fakes import FakeSource

from xentlint.engine import Run, Settings, run
from xentlint.outcome import Outcome

DEFAULT = Settings()
FAULT = "model HEAD\nfit LOSS XL101\n"


def check(tmp_path: Path, settings: Settings = DEFAULT, **texts: str) -> tuple[Outcome, FakeSource]:
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text)
    front = FakeSource()
    return run([str(tmp_path)], settings, {"source": lambda: front}), front


def test_findings_are_in_order_and_located(tmp_path: Path) -> None:
    outcome, front = check(tmp_path, b=FAULT + FAULT, a=FAULT, c="LOSS ok\nLOSS undecided\n")
    places = [(os.path.basename(f.place.path), f.place.line) for f in outcome.findings]
    assert places == [("a.py", 2), ("b.py", 2), ("b.py", 4)]
    assert (outcome.files, outcome.uses, outcome.undecided) == (3, 5, 1)
    assert front.located == 3, "positions are costly: only findings are located"
    assert outcome.judged == ()
    assert outcome.problems == ()


def test_an_audit_keeps_every_use(tmp_path: Path) -> None:
    outcome, _ = check(tmp_path, Settings(audit=True), a="LOSS ok\nLOSS undecided\nLOSS XL102\n")
    assert [j.verdict.code for j in outcome.judged] == ["ok", "undecided", "XL102"]
    assert outcome.judged[1].verdict.reason == "the model comes from elsewhere"
    assert [f.code for f in outcome.findings] == ["XL102"]


def test_an_ignored_rule_makes_no_finding_but_its_uses_are_not_ok(tmp_path: Path) -> None:
    settings = Settings(ignore=("XL102",), audit=True)
    outcome, _ = check(tmp_path, settings, a="LOSS XL102\n")
    assert outcome.findings == ()
    assert [j.verdict.code for j in outcome.judged] == ["XL102"]


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        (Settings(), []),
        (Settings(select=("XL301",)), ["XL301"]),
        (Settings(extend_select=("XL301",)), ["XL301"]),
        (Settings(select=("ALL",)), ["XL301"]),
        (Settings(select=("ALL",), ignore=("XL3",)), []),
        (Settings(select=("XL1",)), []),
    ],
)
def test_opt_in_rule(tmp_path: Path, settings: Settings, codes: list[str]) -> None:
    outcome, _ = check(tmp_path, settings, a="LOSS ok\n")
    assert [f.code for f in outcome.findings] == codes


def test_files_that_hold_nothing_are_not_read_by_the_front_end(tmp_path: Path) -> None:
    outcome, front = check(tmp_path, a="print()\n", b="LOSS ok\n")
    assert [os.path.basename(path) for path in front.read_paths] == ["b.py"]
    assert outcome.files == 2


@pytest.mark.parametrize(
    ("error", "kind"),
    [("ValueError", "internal"), ("RecursionError", "too-deep"), ("MemoryError", "memory")],
)
def test_a_bug_is_named_and_the_rest_is_checked(tmp_path: Path, error: str, kind: str) -> None:
    outcome, _ = check(tmp_path, a=f"BOOM {error}\n", b=FAULT)
    assert len(outcome.findings) == 1
    (problem,) = outcome.problems
    assert (os.path.basename(problem.path), problem.kind, problem.fatal) == ("a.py", kind, True)
    assert outcome.failed


def test_without_the_net_a_bug_is_raised(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="boom"):
        check(tmp_path, Settings(net=False), a="BOOM ValueError\n")


def test_a_file_that_cannot_be_parsed_is_named(tmp_path: Path) -> None:
    outcome, _ = check(tmp_path, a="x\nBAD\n", b=FAULT)
    assert [(p.line, p.kind) for p in outcome.problems] == [(2, "syntax")]
    assert len(outcome.findings) == 1


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FAULT)
    (tmp_path / "a.py").chmod(0)
    outcome, _ = check(tmp_path, b=FAULT)
    assert [p.kind for p in outcome.problems] == ["unreadable"]
    assert len(outcome.findings) == 1


def test_one_place_reached_from_two_files_is_reported_once(tmp_path: Path) -> None:
    path = str(tmp_path / "a.py")
    front = FakeSource()
    this = Run(Settings(), {"source": lambda: front})
    uses = front.read(path, FAULT.encode()).uses
    this._judge(front, (*uses, *uses))
    assert len(this.outcome(1, 0.0).findings) == 1


def test_the_order_of_the_paths_does_not_matter(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.py").write_text(FAULT)
    paths = [str(tmp_path / f"{name}.py") for name in "abc"]
    results = [
        run(order, Settings(), {"source": FakeSource}).findings
        for order in (paths, paths[::-1], [*paths, *paths, str(tmp_path)])
    ]
    assert results[0] == results[1] == results[2]
    assert len(results[0]) == 3
