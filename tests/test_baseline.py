"""Fingerprints and the baseline: the same finding tomorrow, and a list that only shrinks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xentlint import baseline
from xentlint.facts import Consumer, Finding, Head, Place, Problem, Use
from xentlint.fingerprint import fingerprints, root_of

CODE = "model.compile(loss='mse')\nx = 1\nmodel.compile(loss='mse')\n"


def finding(path: Path | str, line: int, code: str = "XL101", end: int | None = None) -> Finding:
    place = Place(str(path), line, 1, end or line, 5)
    return Finding(code, "", "error", "", "", Use(Head(), Consumer("loss", "x", place=place)))


def lines(place: Place) -> list[str] | None:
    return Path(place.path).read_text().splitlines()


def prints(root: Path, *findings: Finding) -> list[str]:
    return fingerprints(findings, lines, str(root))


def test_moving_and_formatting_keep_a_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(CODE)
    first, second = prints(tmp_path, finding(path, 1), finding(path, 3))
    assert first != second
    path.write_text("\n\n# moved\n" + CODE.replace("(loss='mse')", "( loss = 'mse' )  # why"))
    assert prints(tmp_path, finding(path, 4), finding(path, 6)) == [first, second]
    path.write_text("if x:\n    model.compile(\n        loss='mse')\n")
    assert prints(tmp_path, finding(path, 2, end=3)) == [first]
    path.write_text(CODE.replace("mse", "mae"))
    assert prints(tmp_path, finding(path, 1))[0] not in (first, second)
    assert prints(tmp_path, finding(path, 1, "XL102"))[0] != first


def test_a_fingerprint_does_not_know_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for name in ("one", "two"):
        folder = tmp_path / name / "src"
        folder.mkdir(parents=True)
        (folder / "a.py").write_text(CODE)
        found += prints(folder.parent, finding(folder / "a.py", 1))
        monkeypatch.chdir(folder)
        found += prints(folder.parent, finding("a.py", 1))
    assert len(set(found)) == 1


def test_places_without_lines_and_files_that_are_gone(tmp_path: Path) -> None:
    place = Place(str(tmp_path / "m.keras"), pointer="config.json: loss")
    use = Use(Head(), Consumer("loss", "x", place=place))
    model = Finding("XL101", "", "error", "", "", use)
    assert len(prints(tmp_path, model)[0]) == 32
    assert len(prints(tmp_path, finding(tmp_path / "gone.py", 3))[0]) == 32


def test_root_is_the_repository(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert root_of(str(tmp_path / "a" / "b")) == str(tmp_path / "a" / "b")
    (tmp_path / ".git").mkdir()
    assert root_of(str(tmp_path / "a" / "b")) == str(tmp_path)


def compared(
    path: Path, findings: list[Finding], checked: list[Path], codes: tuple[str, ...] = ("XL101",)
) -> baseline.Compared:
    found = baseline.load(str(path))
    assert not isinstance(found, Problem)
    return baseline.compare(found, findings, lines, [str(one) for one in checked], codes)


def test_known_findings_are_out_and_the_list_shrinks(tmp_path: Path) -> None:
    path, known = tmp_path / "a.py", tmp_path / "baseline.json"
    path.write_text(CODE)
    old = [finding(path, 1), finding(path, 3)]
    made = baseline.make(str(known), old, lines)
    known.write_bytes(baseline.encode(made))
    assert made.size == 2
    result = compared(known, [*old, finding(path, 2)], [path])
    assert ([f.place.line for f in result.kept], result.known, result.gone) == ([2], 2, 0)
    assert baseline.encode(result.shorter) == known.read_bytes()

    path.write_text("x = 1\nmodel.compile(loss='mse')\n")
    result = compared(known, [finding(path, 2)], [path])
    assert (result.kept, result.known, result.gone) == ((), 1, 1)
    known.write_bytes(baseline.encode(result.shorter))

    path.write_text(CODE)  # it comes back
    result = compared(known, old, [path])
    assert (len(result.kept), result.known) == (1, 1)


def test_only_what_was_looked_for_is_gone(tmp_path: Path) -> None:
    path, other, known = (tmp_path / name for name in ("a.py", "b.py", "baseline.json"))
    path.write_text(CODE)
    other.write_text(CODE)
    old = [finding(path, 1), finding(other, 1, "XL102")]
    known.write_bytes(baseline.encode(baseline.make(str(known), old, lines)))
    assert compared(known, [], [], ("XL101",)).gone == 0
    assert compared(known, [], [other], ("XL101",)).gone == 0
    assert compared(known, [], [other, path], ("XL101", "XL102")).gone == 2
    other.unlink()
    assert compared(known, [], [], ()).gone == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": 2, "findings": {}}', '{"schema": 1}', "\xff",
             '{"schema": 1, "findings": {"a.py": {"XL101": [1]}}}',
             '{"schema": 1, "findings": {"a.py": ["XL101"]}}', "[" * 100000],
)  # fmt: skip
def test_what_is_no_baseline(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text, "latin-1")
    found = baseline.load(str(path))
    assert isinstance(found, Problem)
    assert (found.path, found.kind, found.fatal) == (str(path), "baseline", True)


def test_a_missing_baseline(tmp_path: Path) -> None:
    found = baseline.load(str(tmp_path / "no.json"))
    assert isinstance(found, Problem)
    assert os.strerror(2) in found.message
