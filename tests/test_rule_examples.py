"""The examples on the rule pages: what is called bad is found, what is called good is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xentlint import engine, pages

PAGES = pages.paths(pages.folder())


def blocks(kind: str) -> list[tuple[str, str]]:
    found = []
    for code, path in PAGES.items():
        texts = re.findall(rf"(?ms)^```python {kind}\n(.*?)^```", pages.body(path))
        found += [(code, text) for text in texts]
    return found


def found_in(text: str, folder: Path, code: str) -> list[str]:
    (folder / "example.py").write_text(text, encoding="utf-8")
    settings = engine.Settings(extend_select=(code,), net=False)
    outcome = engine.run([str(folder / "example.py")], settings)
    assert outcome.problems == ()
    assert outcome.uses > 0 or code.startswith("XL0"), "those judge the run itself"
    assert outcome.undecided == 0
    return [finding.code for finding in outcome.findings]


@pytest.mark.parametrize(("code", "text"), blocks("bad"))
def test_what_is_called_bad_is_found(tmp_path: Path, code: str, text: str) -> None:
    assert set(found_in(text, tmp_path, code)) == {code}


@pytest.mark.parametrize(("code", "text"), blocks("good"))
def test_what_is_called_good_is_not(tmp_path: Path, code: str, text: str) -> None:
    assert found_in(text, tmp_path, code) == []


def test_every_page_has_both() -> None:
    for kind in ("bad", "good"):
        assert {code for code, _ in blocks(kind)} == set(PAGES)
