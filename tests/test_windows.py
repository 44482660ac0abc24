"""Paths and newlines as Windows has them: the same findings, fingerprints and addresses."""

from __future__ import annotations

import ntpath
from pathlib import Path
from types import SimpleNamespace

import pytest

from xentlint import fingerprint, gitignore
from xentlint.engine import Settings, run
from xentlint.report import located

WINDOWS = SimpleNamespace(
    path=ntpath, sep="\\", pardir="..", fspath=str, fsencode=lambda path: path.encode("utf-8")
)
SCRIPT = """\
from tensorflow import keras

model = keras.Sequential([keras.layers.Dense(10)])
model.compile("adam", loss="categorical_crossentropy")  {comment}
"""


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (fingerprint, gitignore, located):
        monkeypatch.setattr(module, "os", WINDOWS)


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("C:\\work\\src\\train.py", "src/train.py"),
        ("c:\\Work\\src\\train.py", "src/train.py"),
        ("C:/work/src/train.py", "src/train.py"),
        ("C:\\other\\train.py", "../other/train.py"),
        ("D:\\data\\train.py", "D:/data/train.py"),
    ],
)
def test_paths_below_the_root_have_slashes(path: str, below: str) -> None:
    assert fingerprint.relative(path, "C:\\work") == below


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("src/train.py", "src/train.py"),
        ("src/my net.py", "src/my%20net.py"),
        ("D:/data/train.py", "file:///D:/data/train.py"),
    ],
)
def test_addresses_in_sarif(path: str, address: str) -> None:
    assert located.uri(path) == address


@pytest.mark.usefixtures("windows")
def test_ignore_patterns_meet_paths_with_backslashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ntpath, "isdir", lambda path: False)
    rules = gitignore.Ignore("C:\\work", ["build/", "/gen/*.py", "!/gen/keep.py"])
    assert rules.covers("C:\\work\\build\\train.py")
    assert rules.covers("C:\\work\\gen\\train.py")
    assert not rules.covers("C:\\work\\gen\\keep.py")
    assert not rules.covers("C:\\work\\src\\gen\\train.py")
    assert not rules.covers("C:\\elsewhere\\build\\train.py")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("comment", ["", "# xentlint: ignore[XL102]"])
def test_newlines_change_nothing(newline: str, comment: str, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_bytes(SCRIPT.format(comment=comment).replace("\n", newline).encode())
    outcome = run([str(script)], Settings())
    assert not outcome.problems
    found = [
        (finding.code, finding.place.line, finding.place.column) for finding in outcome.findings
    ]
    assert found == ([] if comment else [("XL102", 4, 28)])
    assert outcome.silenced == bool(comment)
