"""The hooks under the real ``pre-commit``, on a real git repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GIT = shutil.which("git")
SOURCE = """\
import tensorflow as tf
model = tf.keras.Sequential([tf.keras.layers.Dense(1, activation="sigmoid")])
model.compile(loss=tf.keras.losses.BinaryCrossentropy(from_logits=True))
"""
GOOD = SOURCE.replace("from_logits=True", "")
NET = """\
import tensorflow as tf
def build():
    return tf.keras.Sequential([tf.keras.layers.Dense(1, activation="sigmoid")])
"""
TRAIN = """\
import tensorflow as tf
from net import build
model = build()
model.compile(loss=tf.keras.losses.BinaryCrossentropy(from_logits=True))
"""

pytest.importorskip("pre_commit")
pytestmark = pytest.mark.skipif(GIT is None, reason="needs git")


def environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") and k != "PYTHONPATH"}
    return {
        **kept,
        "PRE_COMMIT_HOME": str(home),
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
        # pre-commit calls itself from the hook, git calls the hook.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip


class Repository:
    """A git repository of a user."""

    def __init__(self, path: Path, home: Path) -> None:
        self.path, self.environment = path, environment(home)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.path, env=self.environment, capture_output=True, text=True
        )

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("git", *arguments)

    def commit(self, **texts: str) -> subprocess.CompletedProcess[str]:
        """Write and stage files, then commit; ``net_py`` is ``net.py``."""
        for name, text in texts.items():
            path = name.replace("_", ".", 1)
            (self.path / path).write_text(text)
            self.git("add", path)
        return self.git("commit", "-m", "x")

    def hooks(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "pre_commit", "run", *arguments)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Path]:
    """This checkout as a repository of its own, its commit, and pre-commit's cache."""
    where = tmp_path_factory.mktemp("published")
    home = tmp_path_factory.mktemp("home")
    for name in ("xentlint", "rules"):
        shutil.copytree(ROOT / name, where / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, where / name)
    repository = Repository(where, home)
    repository.git("init", "-q")
    repository.git("add", ".")
    repository.git("commit", "-q", "-m", "x")
    return str(where), repository.git("rev-parse", "HEAD").stdout.strip(), home


CONFIG = """\
repos:
- repo: {where}
  rev: {rev}
  hooks:
{hooks}"""


def make(path: Path, published: tuple[str, str, Path], *hooks: str) -> Repository:
    """A user's repository with the hooks installed and a first commit."""
    where, rev, home = published
    path.mkdir()
    repository = Repository(path, home)
    repository.git("init", "-q")
    rows = "".join(f"  - id: {hook}\n" for hook in hooks)
    (path / ".pre-commit-config.yaml").write_text(CONFIG.format(where=where, rev=rev, hooks=rows))
    repository.git("add", ".")
    repository.git("commit", "-q", "-m", "x", "--no-verify")
    installed = repository.run(sys.executable, "-m", "pre_commit", "install", "--install-hooks")
    if installed.returncode:
        if "connection" in (installed.stdout + installed.stderr).lower():
            pytest.skip("the hook's dependencies cannot be had here")
        raise AssertionError(installed.stdout + installed.stderr)
    return repository


@pytest.fixture
def user(tmp_path: Path, published: tuple[str, str, Path]) -> Repository:
    return make(tmp_path / "user", published, "xentlint", "xentlint-models")


def notebook(*sources: str) -> str:
    cells = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
         "source": source.splitlines(keepends=True)}
        for source in sources
    ]  # fmt: skip
    return json.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1
    )


def test_a_failing_commit_and_a_mended_one(user: Repository) -> None:
    failed = user.commit(a_py=SOURCE)
    assert failed.returncode == 1
    assert "XL101" in failed.stderr
    assert " --> a.py:3:20" in failed.stderr
    mended = user.commit(a_py=GOOD)
    assert mended.returncode == 0, mended.stderr
    assert "xentlint.................................................................Passed" in (
        mended.stderr
    )


def test_a_notebook(user: Repository) -> None:
    failed = user.commit(nb_ipynb=notebook("%matplotlib inline\n" + SOURCE, "print 'broken'"))
    assert failed.returncode == 1
    assert "nb.ipynb:cell 1:4:20" in failed.stderr
    assert "cell 2 is left out" in failed.stderr
    assert user.commit(nb_ipynb=notebook(GOOD, "print 'broken'")).returncode == 0


def test_a_saved_model(user: Repository) -> None:
    layers = [
        {"class_name": "Dense", "module": "keras.layers",
         "config": {"name": "d", "units": 3, "activation": "softmax"}}
    ]  # fmt: skip
    for from_logits, status in ((True, 1), (False, 0)):
        config = {
            "module": "keras", "class_name": "Sequential",
            "config": {"name": "m", "layers": layers},
            "compile_config": {"loss": {
                "module": "keras.losses", "class_name": "SparseCategoricalCrossentropy",
                "config": {"from_logits": from_logits}}},
        }  # fmt: skip
        import zipfile

        with zipfile.ZipFile(user.path / "m.keras", "w") as archive:
            archive.writestr("metadata.json", json.dumps({"keras_version": "3.0.0"}))
            archive.writestr("config.json", json.dumps(config))
        user.git("add", "m.keras")
        done = user.commit()
        assert done.returncode == status, done.stderr
        assert ("XL101" in done.stderr) == bool(status)


def test_head_and_loss_in_two_files(user: Repository) -> None:
    """The result does not depend on which of them is in the commit."""
    assert user.commit(net_py=NET).returncode == 0
    failed = user.commit(train_py=TRAIN)
    assert failed.returncode == 1
    assert " --> train.py:4:20" in failed.stderr
    assert "::: net.py:3:" in failed.stderr, "a file that was not passed is named"
    user.git("commit", "-m", "x", "--no-verify")
    assert user.commit(net_py=NET + "# more\n").returncode == 0
    both = user.commit(net_py=NET + "# both\n", train_py=TRAIN + "# both\n")
    assert both.returncode == 1
    found = [row for row in both.stderr.splitlines() if row.startswith(" --> ")]
    assert found == [" --> train.py:4:20"]


def test_all_files_and_partly_staged_ones(user: Repository) -> None:
    user.commit(a_py=GOOD, b_py=GOOD)
    assert user.hooks("--all-files").returncode == 0
    (user.path / "a.py").write_text(SOURCE)  # not staged: what is committed counts
    staged = user.commit(b_py=GOOD + "# more\n")
    assert staged.returncode == 0, staged.stderr
    assert (user.path / "a.py").read_text() == SOURCE
    assert user.hooks("--all-files").returncode == 1
    user.git("add", "a.py")
    (user.path / "a.py").write_text(GOOD)  # mended, but not staged
    failed = user.git("commit", "-m", "x")
    assert failed.returncode == 1
    assert (user.path / "a.py").read_text() == GOOD


def test_exclude_holds_for_what_the_hook_passes(user: Repository) -> None:
    (user.path / "xentlint.toml").write_text('extend-exclude = ["gen_*.py"]\n')
    (user.path / "gen_a.py").write_text(SOURCE)
    user.git("add", ".")
    assert user.commit().returncode == 0


def test_the_hook_is_light(published: tuple[str, str, Path]) -> None:
    """No TensorFlow, no NumPy comes with it."""
    _, _, home = published
    packages = {path.name.split("-")[0].lower() for path in home.rglob("*.dist-info")}
    assert "xentlint" in packages
    assert "libcst" in packages
    assert not packages & {"numpy", "tensorflow", "keras", "h5py"}


def test_the_fixing_hook(tmp_path: Path, published: tuple[str, str, Path]) -> None:
    user = make(tmp_path / "user", published, "xentlint-fix")
    failed = user.commit(a_py=SOURCE, nb_ipynb=notebook("%%time\n" + SOURCE))
    assert failed.returncode == 1
    assert "files were modified by this hook" in failed.stderr
    assert (user.path / "a.py").read_text() == GOOD
    assert (user.path / "nb.ipynb").read_text() == notebook("%%time\n" + GOOD)
    user.git("add", ".")
    assert user.git("commit", "-m", "x").returncode == 0

    # Only what was passed is written.
    user.commit(net_py=NET)
    (user.path / "train.py").write_text(TRAIN)
    user.git("add", "train.py")
    assert user.git("commit", "-m", "x").returncode == 1
    assert (user.path / "net.py").read_text() == NET
    assert "from_logits" not in (user.path / "train.py").read_text()

    # Staged for the fix, with a change beside it that is not staged: pre-commit sets that aside,
    # and gives it back.
    user.git("add", ".")
    user.git("commit", "-m", "x")
    (user.path / "a.py").write_text(SOURCE + "x = 1\n" * 9)
    user.git("add", "a.py")
    (user.path / "a.py").write_text(SOURCE + "x = 1\n" * 9 + "y = 2\n")
    done = user.git("commit", "-m", "x")
    assert done.returncode == 1
    text = (user.path / "a.py").read_text()
    assert text.endswith("y = 2\n")
    assert text.removesuffix("y = 2\n") in (SOURCE + "x = 1\n" * 9, GOOD + "x = 1\n" * 9)


def test_the_hooks_under_prek(user: Repository) -> None:
    prek = shutil.which("prek", path=user.environment["PATH"])
    if prek is None:
        pytest.skip("prek is not installed")
    user.environment["PREK_HOME"] = str(Path(user.environment["PRE_COMMIT_HOME"], "prek"))
    (user.path / "a.py").write_text(SOURCE)
    user.git("add", ".")
    failed = user.run(prek, "run", "--all-files")
    assert failed.returncode == 1, failed.stderr
    assert "XL101" in failed.stdout
    (user.path / "a.py").write_text(GOOD)  # mended, but not staged
    partly = user.run(prek, "run")
    assert partly.returncode == 1, partly.stderr
    assert "XL101" in partly.stdout
    assert (user.path / "a.py").read_text() == GOOD
    user.git("add", ".")
    (user.path / "a.py").write_text(SOURCE)  # not staged: what is committed counts
    assert user.run(prek, "run").returncode == 0
    assert (user.path / "a.py").read_text() == SOURCE
