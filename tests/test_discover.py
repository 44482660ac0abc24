"""Which files are looked at, and what is said of the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xentlint import files
from xentlint.discover import Found, discover


def make(top: Path, *names: str) -> None:
    for name in names:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("x = 1\n")


def names(found: Found, top: Path) -> list[str]:
    return [os.path.relpath(file.path, top).replace(os.sep, "/") for file in found.files]


def test_python_and_models_in_a_folder(tmp_path: Path) -> None:
    make(
        tmp_path,
        "b.py",
        "a.pyi",
        "m/x.keras",
        "m/s/saved_model.pb",
        "c.txt",
        ".hidden/d.py",
        "e.PY",
    )
    found = discover([str(tmp_path)])
    assert names(found, tmp_path) == [
        ".hidden/d.py", "a.pyi", "b.py", "e.PY", "m/s/saved_model.pb", "m/x.keras",
    ]  # fmt: skip
    assert {file.kind for file in found.files} == {"source", "model"}
    assert not found.problems


def test_default_excludes_and_virtual_environments(tmp_path: Path) -> None:
    make(tmp_path, ".git/a.py", ".venv/a.py", "node_modules/x/a.py", "my env/lib/a.py", "ok/a.py")
    (tmp_path / "my env/pyvenv.cfg").write_text("")
    assert names(discover([str(tmp_path)]), tmp_path) == ["ok/a.py"]
    named = discover([str(tmp_path / ".venv")])
    assert names(named, tmp_path) == [".venv/a.py"], "a folder that was named is walked"


def test_exclude_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.py", "gen/a.py", "gen/b.py", "x/gen.py")
    monkeypatch.chdir(tmp_path)
    assert names(discover(["."], exclude=["gen/"]), tmp_path) == ["a.py", "x/gen.py"]
    assert names(discover(["."], exclude=["*.py", "!b.py"]), tmp_path) == ["gen/b.py"]


def test_paths_are_printed_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.py", "x/b.py")
    monkeypatch.chdir(tmp_path)
    assert [f.path for f in discover(["."]).files] == ["a.py", os.path.join("x", "b.py")]
    assert [f.path for f in discover(["./x", "./a.py"]).files] == [
        "a.py",
        os.path.join("x", "b.py"),
    ]
    monkeypatch.chdir(tmp_path / "x")
    assert discover([".."]).files[0].path == os.path.join("..", "a.py")


def test_no_file_comes_twice(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    found = discover([str(tmp_path), str(tmp_path / "a.py"), f"{tmp_path}/./a.py"])
    assert len(found.files) == 1
    assert found.files[0].named


def test_a_named_file_needs_no_ending(tmp_path: Path) -> None:
    make(tmp_path, "script", "model.bin")
    found = discover([str(tmp_path / "script"), str(tmp_path / "model.bin")])
    assert [file.kind for file in found.files] == [None, None]


@pytest.mark.parametrize("path", ["nix.py", "nix/", "a\0b.py"])
def test_a_missing_path_is_fatal(tmp_path: Path, path: str) -> None:
    found = discover([os.path.join(tmp_path, path)])
    assert [(p.kind, p.fatal) for p in found.problems] == [("missing", True)]
    assert not found.files


@pytest.mark.skipif(os.name != "posix", reason="links and FIFOs")
def test_links_loops_and_fifos(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "deep/b.py")
    (tmp_path / "deep/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.py").symlink_to("self.py")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    (tmp_path / "link.py").symlink_to("a.py")
    os.mkfifo(tmp_path / "pipe.py")
    found = discover([str(tmp_path)])
    assert names(found, tmp_path) == ["a.py", "deep/b.py", "link.py"]
    said = {os.path.basename(p.path): (p.kind, p.fatal) for p in found.problems}
    assert said == dict.fromkeys(("self.py", "gone.py", "pipe.py"), ("skipped", False))
    named = discover([str(tmp_path / "pipe.py")])
    assert [(p.kind, p.fatal) for p in named.problems] == [("unreadable", True)]


@pytest.mark.skipif(os.name != "posix", reason="FIFOs")
def test_reading_a_fifo_does_not_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.py")
    with pytest.raises(files.NotAFileError, match="a FIFO"):
        files.read(str(tmp_path / "x.py"))
    with pytest.raises(files.NotAFileError, match=r"a folder|a device"):
        files.read(str(tmp_path))


def test_reading_is_bounded(tmp_path: Path) -> None:
    path = str(tmp_path / "x.py")
    with open(path, "wb") as file:
        file.truncate(files.LARGEST_SOURCE + 1)
    with pytest.raises(files.TooLargeError):
        files.read(path)
    assert files.read(path, 10) == b"\0" * 10


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_folder_is_named(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "closed/b.py")
    (tmp_path / "closed").chmod(0)
    try:
        found = discover([str(tmp_path)])
    finally:
        (tmp_path / "closed").chmod(0o755)
    assert names(found, tmp_path) == ["a.py"]
    assert [(p.kind, p.fatal) for p in found.problems] == [("unreadable", True)]


def test_a_tree_deeper_than_the_stack(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(300):
        folder = folder / "d"
    os.makedirs(folder)
    (folder / "a.py").write_text("")
    assert len(discover([str(tmp_path)]).files) == 1
