"""Finds the files to look at under the paths that were given."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator

from xentlint import files, gitignore
from xentlint.facts import Problem
from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from xentlint.config import Settings

KINDS: Final = {
    ".py": "source",
    ".pyi": "source",
    ".ipynb": "notebook",
    ".keras": "model",
    ".h5": "model",
    ".hdf5": "model",
    ".hd5": "model",
    ".tflite": "model",
    ".onnx": "model",
}
"""What the end of a name hints at in a folder. A path that was named needs no hint."""

DOCUMENT_KINDS: Final = dict.fromkeys(
    (".md", ".markdown", ".mdx", ".qmd", ".rmd", ".rst"), "document"
)
"""Looked at only when that is asked for."""

MODEL_NAMES: Final = frozenset(
    {"saved_model.pb", "saved_model.pbtxt", "keras_metadata.pb", "model.json"}
)

WEAK: Final = (".pb", ".pbtxt", ".lite")
"""Endings that other programs use as well: in a folder, the content decides."""

EXCLUDED: Final = frozenset(  # read as words: a list would fill a screen
    """.bzr .direnv .eggs .git .git-rewrite .hg .ipynb_checkpoints .mypy_cache .nox .pants.d .pyenv
    .pytest_cache .pytype .ruff_cache .svn .tox .venv .vscode __pycache__ __pypackages__ _build
    buck-out build dist node_modules site-packages venv""".split()  # noqa: SIM905
)
"""Folders that hold other people's or generated code: ruff's list."""


class File(NamedTuple):
    """A file to look at."""

    path: str
    """As it is printed: below the path that was given."""
    kind: str | None
    """``source``, ``model`` …; ``None``: named by the user, its content decides."""
    named: bool


class Found(NamedTuple):
    """All files under the given paths, in a fixed order, and what could not be looked into."""

    files: tuple[File, ...]
    problems: tuple[Problem, ...]


def discover(
    paths: Iterable[str],
    *,
    exclude: Iterable[str] = (),
    use_gitignore: bool = True,
    kinds: dict[str, str] = KINDS,
    settings: Callable[[str], Settings] | None = None,
    force_exclude: bool = True,
) -> Found:
    """Walk the paths. ``exclude`` holds patterns as ``.gitignore`` has them, seen from here.

    ``settings`` gives what configuration files say of a folder. Their patterns, and ``exclude``,
    hold for what was named as well, and the folders that are left out by default for each file of
    code: pre-commit names every file.
    """
    walk = _Walk(gitignore.Ignore(os.getcwd(), exclude), use_gitignore, kinds)
    walk.settings, walk.force_exclude = settings, force_exclude
    for path in paths:
        walk.named(path)
    order = sorted(walk.found.values(), key=lambda file: file.path)
    return Found(tuple(order), tuple(walk.problems))


def kind_of_name(name: str, kinds: dict[str, str] = KINDS) -> str | None:
    """What a file of this name may be."""
    if name in MODEL_NAMES:
        return "model"
    return kinds.get(name[name.rfind(".") :].lower()) if "." in name else None


def _kind_in_folder(name: str, names: set[str], kinds: dict[str, str]) -> str | None:
    """What a file among others may be. The files of one SavedModel are one model."""
    if name in ("keras_metadata.pb", "saved_model.pbtxt") and "saved_model.pb" in names:
        return None
    if name == "keras_metadata.pb" and "saved_model.pbtxt" in names:
        return None
    if name == "config.json":  # of an unpacked `.keras`
        return "model" if "metadata.json" in names else None
    if name.endswith(".weights.h5") and {"config.json", "metadata.json"} <= names:
        return None  # its weights
    return kind_of_name(name, kinds) or ("model" if _is_weak(name) else None)


def _is_weak(name: str) -> bool:
    if name in ("config.json", "model.json"):
        return True
    return name not in MODEL_NAMES and name.lower().endswith(WEAK)


def _is_model(path: str) -> bool:
    """Whether a file whose name says little is a model; what is none is passed over."""
    from xentlint.saved import HEAD, kind_of

    try:
        return kind_of(path, files.read(path, HEAD)) not in (None, "unknown", "html")
    except OSError:
        return False


class _Walk:
    """One walk: what it found so far, by absolute path, so that no file comes twice."""

    def __init__(
        self, exclude: gitignore.Ignore, use_gitignore: bool, kinds: dict[str, str]
    ) -> None:
        self.found: dict[str, File] = {}
        self.problems: list[Problem] = []
        self._exclude = exclude
        self._use_gitignore = use_gitignore
        self._kinds = kinds
        self.settings: Callable[[str], Settings] | None = None
        self.force_exclude = True
        self._by_settings: dict[str | None, gitignore.Ignore] = {}

    def _configured(self, folder: str) -> tuple[gitignore.Ignore, frozenset[str]]:
        """The patterns of the settings that count in a folder, and the names left out there."""
        if self.settings is None:
            return self._exclude, EXCLUDED
        found = self.settings(folder)
        if found.path not in self._by_settings:
            patterns = (*(found.exclude or ()), *found.extend_exclude)
            self._by_settings[found.path] = gitignore.Ignore(found.root, patterns)
        return self._by_settings[found.path], EXCLUDED if found.exclude is None else frozenset()

    def _respects(self, folder: str) -> bool:
        """Whether the patterns of git count in a folder."""
        return self._use_gitignore and (
            self.settings is None or self.settings(folder).respect_gitignore
        )

    def _is_excluded(self, path: str) -> bool:
        """Whether what was named is excluded all the same; a note says so."""
        if not self.force_exclude:
            return False
        full = os.path.abspath(path)
        configured, names = self._configured(os.path.dirname(full))
        if any(ignore.covers(full) for ignore in (configured, self._exclude)):
            why = "by the settings"
        elif name := self._by_default(full, configured.base, names):
            why = f"by default, as all in folders called {name}"
        else:
            return False
        message = f"is excluded {why} (--no-force-exclude looks at it all the same)"
        self._problem(path, "excluded", message, False)
        return True

    def _by_default(self, path: str, base: str, names: frozenset[str]) -> str | None:
        """The folder that leaves a file of code out, as a hook names it. Who names a folder, or a
        model that a build has made, means it."""
        kind = kind_of_name(os.path.basename(path), self._kinds)
        if kind in (None, "model") or os.path.isdir(path) or not _below(path, base):
            return None
        folders = os.path.dirname(path)[len(base) :].split(os.sep)
        return next((name for name in folders if name in names), None)

    def named(self, path: str) -> None:
        """A path that the user gave: a folder to walk, or a file whatever its name."""
        if "://" in path:
            self._add(path, "model", named=True, key=path)
            return
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            words = files.reason(error) if isinstance(error, OSError) else str(error)
            self._problem(path, "missing", words + near(path))
            return
        if self._is_excluded(path):
            return
        if stat.S_ISDIR(mode):
            self._folder(path)
        elif stat.S_ISREG(mode):
            shown = os.path.normpath(path)
            self._add(shown, kind_of_name(os.path.basename(shown), self._kinds), named=True)
        else:
            self._problem(path, "unreadable", "is not a regular file")

    def _folder(self, top: str) -> None:
        top = os.path.normpath(top)
        root = os.path.abspath(top)
        # A stack and no recursion: a tree may be deeper than Python's stack.
        todo = [(top, root, self._above(root))]
        while todo:
            shown, real, ignores = todo.pop()
            try:
                entries = sorted(os.scandir(real), key=lambda entry: entry.name)
            except OSError as error:
                self._problem(shown, "unreadable", files.reason(error))
                continue
            names = {entry.name for entry in entries}
            if "pyvenv.cfg" in names and real != root:
                continue  # a virtual environment under some other name
            configured, leave_out = self._configured(real)
            if ".gitignore" in names and self._respects(real):
                own = gitignore.load(real)
                ignores = ignores if own is None else [*ignores, own]
            above = [*ignores, configured]
            before = "" if shown == os.curdir else os.path.join(shown, "")
            for entry in entries:
                if self._is_folder(entry):
                    if entry.name not in leave_out and not self._left_out(entry, above, True):
                        todo.append((before + entry.name, entry.path, ignores))
                elif kind := _kind_in_folder(entry.name, names, self._kinds):
                    self._entry(entry, before + entry.name, kind, above)

    @staticmethod
    def _is_folder(entry: os.DirEntry[str]) -> bool:
        """A link to a folder is none: it may lead out of the tree, or back up in it."""
        try:
            return entry.is_dir(follow_symlinks=False)
        except OSError:
            return False

    def _entry(
        self, entry: os.DirEntry[str], path: str, kind: str, ignores: list[gitignore.Ignore]
    ) -> None:
        if self._left_out(entry, ignores, False):
            return
        try:
            mode = entry.stat().st_mode if entry.is_symlink() else None
            regular = entry.is_file() if mode is None else stat.S_ISREG(mode)
        except OSError as error:
            self._problem(path, "skipped", f"link not followed: {files.reason(error)}", False)
            return
        if regular and _is_weak(entry.name) and not _is_model(entry.path):
            return
        if regular:
            self._add(path, kind, named=False, key=entry.path)
        elif mode is None or not stat.S_ISDIR(mode):
            self._problem(path, "skipped", "is not a regular file", False)

    def _left_out(
        self, entry: os.DirEntry[str], ignores: list[gitignore.Ignore], is_folder: bool
    ) -> bool:
        for ignore in (self._exclude, *reversed(ignores)):
            if not _below(entry.path, ignore.base):
                continue
            path = entry.path[len(ignore.base) :].lstrip(os.sep).replace(os.sep, "/")
            said = ignore.says(path, entry.name, is_folder)
            if said is not None:
                return said
        return False

    def _above(self, root: str) -> list[gitignore.Ignore]:
        """The patterns of the repository that hold for ``root`` before its own."""
        if not self._respects(root):
            return []
        repository = next(
            (f for f in _upwards(root) if os.path.exists(os.path.join(f, ".git"))), None
        )
        if repository is None:
            return []
        folders = [f for f in _upwards(root) if f != root and _below(f, repository)]
        loaded = [
            gitignore.load(_user_config(), "ignore", repository),
            gitignore.load(os.path.join(repository, ".git", "info"), "exclude", repository),
            *(gitignore.load(folder) for folder in reversed(folders)),
        ]
        return [ignore for ignore in loaded if ignore is not None]

    def _add(self, path: str, kind: str | None, *, named: bool, key: str | None = None) -> None:
        key = key or os.path.abspath(path)
        before = self.found.get(key)
        self.found[key] = File(path, kind, named or (before is not None and before.named))

    def _problem(self, path: str, kind: str, message: str, fatal: bool = True) -> None:
        self.problems.append(Problem(path, None, kind, message, fatal))


def near(path: str) -> str:
    """The end of a message: the name in the same folder that is most like this one."""
    from xentlint.selection import suggest

    folder, name = os.path.split(path.rstrip(os.sep))
    try:
        names = os.listdir(folder or os.curdir)
    except (OSError, ValueError):
        return ""
    return suggest(name, names)


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _user_config() -> str:
    """Where git looks for a user's own patterns unless its configuration says otherwise."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(home, "git")
