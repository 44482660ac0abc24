"""Our reading of .gitignore patterns against git's own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xentlint.discover import discover
from xentlint.gitignore import Ignore

CASES = [
    ("a.py", "a.py", True),
    ("a.py", "x/a.py", True),
    ("/a.py", "x/a.py", False),
    ("x/a.py", "y/x/a.py", False),
    ("*.py", "x/y.py", True),
    ("x/*.py", "x/y/z.py", False),
    ("x/**/z.py", "x/z.py", True),
    ("x/**/z.py", "x/y/w/z.py", True),
    ("**/y/z.py", "x/y/z.py", True),
    ("x/**", "x/y/z.py", True),
    ("a?.py", "ab.py", True),
    ("[ab].py", "b.py", True),
    ("[!ab].py", "b.py", False),
    ("[a-c].py", "c.py", True),
    ("[[:digit:]].py", "7.py", True),
    ("# a.py", "# a.py", False),
    ("\\#a.py", "#a.py", True),
    ("a.py  ", "a.py", True),
    ("a.py/", "a.py", False),
    ("[a.py", "[a.py", False),
    ("", "a.py", False),
]


def says(lines: list[str], path: str, is_folder: bool = False) -> bool:
    return bool(Ignore("", lines).says(path, path.rpartition("/")[2], is_folder))


@pytest.mark.parametrize(("pattern", "path", "ignored"), CASES)
def test_patterns(pattern: str, path: str, ignored: bool) -> None:
    assert says([pattern], path) is ignored


def test_the_last_line_that_matches_wins() -> None:
    assert says(["*.py", "!a.py"], "a.py") is False
    assert says(["*.py", "!a.py", "a.py"], "a.py") is True
    assert says(["a.py", "!*.py"], "a.py") is False


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


PIECES = st.sampled_from(
    [
        "a",
        "b",
        ".",
        "*",
        "**",
        "?",
        "/",
        "[ab]",
        "[!a]",
        "[a-c]",
        "\\a",
        "\\*",
        "!",
        "#",
        " ",
        "[",
        "]",
        "-",
    ]
)
PATHS = st.lists(
    st.sampled_from(["a", "b", "ab", "a.b", "*", "!a", "#a", "c"]), min_size=1, max_size=3
)


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    st.lists(st.lists(PIECES, min_size=1, max_size=6).map("".join), min_size=1, max_size=3),
    st.lists(PATHS.map("/".join), min_size=1, max_size=8, unique=True),
)
def test_git_agrees(repository: Path, patterns: list[str], paths: list[str]) -> None:
    """On names below the top only: git also looks at the folders above, which the walk does."""
    (repository / ".gitignore").write_text("\n".join(patterns) + "\n")
    asked = subprocess.run(
        ["git", "-C", repository, "-c", "core.excludesFile=/dev/null", "check-ignore", "--no-index",
         "-z", "--stdin"],
        input="\0".join(paths).encode(), capture_output=True, check=False,
    )  # fmt: skip
    expected = set(asked.stdout.decode().split("\0")) - {""}

    def ignored(path: str) -> bool:
        parts = path.split("/")
        above = ["/".join(parts[:n]) for n in range(1, len(parts))]
        return any(says(patterns, folder, True) for folder in above) or says(patterns, path)

    assert {path for path in paths if ignored(path)} == expected


def test_the_walk_follows_nested_files(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    for name in ("a.py", "gen/b.py", "x/c.py", "x/keep/d.py", "x/y/c.py", "logs/e.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / ".gitignore").write_text("gen/\nc.py\n")
    (tmp_path / "x/y").mkdir(exist_ok=True)
    (tmp_path / "x/y/.gitignore").write_text("!c.py\n")
    (tmp_path / ".git/info/exclude").write_text("logs\n")

    def names(path: Path, **more: bool) -> list[str]:
        return [os.path.relpath(f.path, tmp_path) for f in discover([str(path)], **more).files]  # type: ignore[arg-type]

    assert names(tmp_path) == ["a.py", "x/keep/d.py", "x/y/c.py"]
    assert names(tmp_path / "x") == ["x/keep/d.py", "x/y/c.py"], "patterns above hold below"
    assert len(names(tmp_path, use_gitignore=False)) == 6
    assert names(tmp_path / "gen/b.py") == ["gen/b.py"], "what is named is looked at"
