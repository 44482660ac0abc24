"""``[tool.xentlint]``: what a project's files say about how it is to be checked.

The nearest ``xentlint.toml``, or ``pyproject.toml`` with such a table, upwards of a file counts
for it, alone. A ``pyproject.toml`` is parsed only if its bytes have such a name: on the path of a
single saved model the TOML parser would take as long as all the rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from xentlint import files
from xentlint.catalog.rows import OwnRow
from xentlint.facts import Problem
from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

FILE: Final = "xentlint.toml"
PYPROJECT: Final = "pyproject.toml"


class Settings(NamedTuple):
    """The settings of a folder. Paths and patterns are seen from ``root``."""

    root: str
    path: str | None = None
    """The file that they come from."""
    select: tuple[str, ...] = ()
    """Empty: the rules that are on by default."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] | None = None
    """``None``: the folders that hold other people's or generated code."""
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    prefer: str = "outputs"
    src: tuple[str, ...] = ()
    target_keras: int | None = None
    unsafe_fixes: bool = False
    output_format: str = "text"
    fail_on: str = "warning"
    baseline: str | None = None
    docs: bool = False
    python_cell_magics: tuple[str, ...] = ()
    extend_rules: tuple[str, ...] = ()
    catalog: tuple[OwnRow, ...] = ()
    lines: tuple[tuple[str, int], ...] = ()
    """Key → line of ``path`` at which it stands."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with the file; then no file that it governs is checked."""


KEYS: Final = tuple(
    field.replace("_", "-")
    for field in Settings._fields
    if field not in ("root", "path", "lines", "problems")
)


class Configs:
    """The settings of all folders of a run; each file is read once."""

    def __init__(self, only: str | None = None, isolated: bool = False) -> None:
        """``only`` names the file that counts for all; ``isolated``: none does."""
        self._by_folder: dict[str, Settings] = {}
        here = os.getcwd()
        self._fixed = Settings(here) if isolated else None
        if only is not None:
            self._fixed = load(only) or _broken(only, None, _missing(only))

    def of(self, path: str) -> Settings:
        """What counts for a file or folder that exists or may come to exist."""
        if self._fixed is not None:
            return self._fixed
        full = os.path.abspath(path)
        return self._of_folder(full if os.path.isdir(full) else os.path.dirname(full))

    def of_folder(self, folder: str) -> Settings:
        """The same for a folder by its absolute path."""
        return self._fixed or self._of_folder(folder)

    def _of_folder(self, folder: str) -> Settings:
        new = []
        while folder not in self._by_folder:
            new.append(folder)
            found = load(os.path.join(folder, FILE)) or load(os.path.join(folder, PYPROJECT))
            above = os.path.dirname(folder)
            if found is not None or above == folder:
                self._by_folder[folder] = found or Settings(os.getcwd())
                break
            folder = above
        for below in new:
            self._by_folder[below] = self._by_folder[folder]
        return self._by_folder[folder]

    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the files read so far."""
        seen = [*self._by_folder.values(), *([self._fixed] if self._fixed else [])]
        return tuple(dict.fromkeys(problem for one in seen for problem in one.problems))


def load(path: str) -> Settings | None:
    """The settings in a file; ``None`` if there is none or it says nothing about xentlint."""
    is_ours = os.path.basename(path) != PYPROJECT
    try:
        data = files.read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        # Whether a file that cannot be read is meant for us is only sure of our own.
        return _broken(path, None, files.reason(error)) if is_ours else None
    if not is_ours and not _may_be_about_us(data):
        return None
    from xentlint.configfile import parse  # brings the TOML parser

    found = parse(path, data, is_ours)
    if found is None:
        return None
    values, lines, problems = found
    return Settings(
        os.path.dirname(os.path.abspath(path)),
        path=near_path(path),
        lines=tuple(lines.items()),
        problems=problems,
        **values,
    )


def _may_be_about_us(data: bytes) -> bool:
    """Whether there may be a table ``tool.xentlint``; a dependency has that name as well."""
    if b"xentlint" not in data:
        return False
    import re

    dotted = rb"""tool["']?[ \t]*\.[ \t]*["']?xentlint"""
    alone = rb"""(?m)^[ \t]*\[?[ \t]*["']?tool["']?[ \t]*[]=]"""  # [tool], or tool = {…}
    return any(re.search(pattern, data) for pattern in (dotted, alone))


def _broken(path: str, line: int | None, message: str) -> Settings:
    problem = Problem(near_path(path), line, "config", message)
    return Settings(os.path.dirname(os.path.abspath(path)), near_path(path), problems=(problem,))


def _missing(path: str) -> str:
    """Why a file that was named gives no settings."""
    if os.path.exists(path):
        return "has no table [tool.xentlint]"
    from xentlint.discover import near

    return f"No such file or directory{near(path)}"


def near_path(path: str) -> str:
    """A path as users write it: relative to the working folder if it lies in it."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def merge(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """The settings with what the command line gives, which wins.

    ``--select`` on the command line is a new start: what the file selects and ignores no longer
    counts. ``--extend-select`` and ``--ignore`` add to what the file says, and win over it.
    """
    known = {key: value for key, value in given.items() if value is not None}
    if known.get("select"):
        settings = settings._replace(extend_select=(), ignore=())
    for key in ("extend_select", "extend_exclude"):
        known[key] = (*getattr(settings, key), *known.get(key, ()))
    lines = tuple((key, line) for key, line in settings.lines if _field(key) not in given)
    return settings._replace(**known, lines=lines)


def _field(key: str) -> str:
    return key.replace("-", "_")


def rendered(settings: Settings, given: Iterable[str] = ()) -> str:
    """What is in effect, as TOML, and where each value comes from."""
    lines = dict(settings.lines)
    out = [f"# counts below {settings.root}", ""]
    for key in KEYS:
        if key in lines:
            origin = f"{settings.path}:{lines[key]}"
        else:
            origin = "command line" if _field(key) in given else "default"
        out.append(f"{key} = {_toml(_plain(settings, key))}  # {origin}")
    return "\n".join(out) + "\n"


def _plain(settings: Settings, key: str) -> Any:
    value = getattr(settings, _field(key))
    if key == "per-file-ignores":
        return dict(value)
    if key == "catalog":
        return {
            row.name: {"expects": row.expects, "family": row.family} if row.expects else row.gives
            for row in value
        }
    if key == "exclude" and value is None:
        from xentlint.discover import EXCLUDED

        return tuple(sorted(EXCLUDED))
    return value


def _toml(value: Any) -> str:
    import json

    if isinstance(value, dict):
        items = (f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items() if v is not None)
        text = ", ".join(items)
        return f"{{{f' {text} ' if text else ''}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    return '""' if value is None else json.dumps(value, ensure_ascii=False)
