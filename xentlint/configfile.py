"""Reads and checks the text of a configuration file; every error has its line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping

from xentlint.catalog.rows import OwnRow
from xentlint.config import KEYS, near_path
from xentlint.facts import FAMILIES, SCALES, Problem
from xentlint.selection import ALL, suggest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    Check = Callable[[Any, str, tuple[str, ...]], Any]

GIVES: Final = ("probabilities", *(scale for scale in SCALES if scale != "unknown"))
EXPECTS: Final = ("logits", "probabilities")
UNUSED: Final = "XL001"
"""The one code that no rule page judges: a suppression that suppresses nothing."""


class Wrong(Exception):  # noqa: N818 - a message on its way to a Problem
    """What is wrong with a value, and the text by which its line is found."""

    def __init__(self, message: str, near: str | None = None) -> None:
        super().__init__(message)
        self.near = near


def parse(
    path: str, data: bytes, is_ours: bool
) -> tuple[dict[str, Any], dict[str, int], tuple[Problem, ...]] | None:
    """Values by field, lines by key, and problems; ``None`` if the file is not about xentlint."""
    shown = near_path(path)
    try:
        text = data.decode("utf-8-sig")
        document = _load(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return {}, {}, (Problem(shown, line, "config", "is not UTF-8, as TOML must be"),)
    except ValueError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line_ = int(found[1]) if found else text.count("\n") + 1
        message = re.sub(r"\s*\(at [^)]*\)", "", str(error))
        return {}, {}, (Problem(shown, line_, "config", f"no TOML: {message}"),)
    prefix: tuple[str, ...] = () if is_ours else ("tool", "xentlint")
    table: Any = document
    for key in prefix:
        table = table.get(key) if isinstance(table, dict) else None
    if table is None:
        return None
    where = Lines(text, prefix)
    if not isinstance(table, dict):
        problem = Problem(shown, where.of(()), "config", "tool.xentlint is a table")
        return {}, {}, (problem,)
    return _table(shown, table, where, os.path.dirname(os.path.abspath(path)))


def _load(text: str) -> dict[str, Any]:
    toml: Any
    try:
        toml = __import__("tomllib")
    except ModuleNotFoundError:  # Python 3.10
        toml = __import__("tomli")
    parsed: dict[str, Any] = toml.loads(text)
    return parsed


def _table(
    path: str, table: dict[str, Any], where: Lines, root: str
) -> tuple[dict[str, Any], dict[str, int], tuple[Problem, ...]]:
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    # First, because other keys may name the codes of the project's own pages.
    own = table.get("extend-rules", ())
    codes = known_codes(root, own if isinstance(own, list) else ())
    for key, value in table.items():
        line = where.of((key,))
        try:
            if key not in KEYS:
                raise Wrong(_unknown_key(key))
            values[key.replace("-", "_")] = _CHECKS[key](value, key, codes)
            lines[key] = line
        except Wrong as error:
            line = where.of((key,), error.near)
            problems.append(Problem(path, line, "config", str(error)))
    return values, lines, tuple(problems)


def _unknown_key(key: str) -> str:
    if key == "tool":
        return "unknown key 'tool': in xentlint.toml the keys stand without [tool.xentlint]"
    near = suggest(key, KEYS) or f"; the keys are {', '.join(KEYS)}"
    return f"unknown key {key!r}{near}"


def known_codes(root: str, folders: Iterable[Any] = ()) -> tuple[str, ...]:
    """Every code that may be selected, by the names of the pages."""
    from xentlint import pages

    found = [UNUSED, *pages.paths(pages.folder())]
    for folder in folders:
        try:
            found += pages.paths(os.path.join(root, folder))
        except (OSError, TypeError):
            continue  # named where the pages are loaded
    return tuple(dict.fromkeys(found))


def _strings(value: Any, key: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Wrong(f"{key} is a list of strings")
    return tuple(value)


def _codes(value: Any, key: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    given = _strings(value, key, codes)
    for code in given:
        if code != ALL and not (code and any(known.startswith(code) for known in codes)):
            raise Wrong(f"unknown rule code {code!r}{suggest(code, (*codes, ALL))}", code)
    return given


def _string(value: Any, key: str, codes: tuple[str, ...]) -> str:
    if not isinstance(value, str):
        raise Wrong(f"{key} is a string")
    return value


def _true(value: Any, key: str, codes: tuple[str, ...]) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"{key} is true or false")
    return value


def _one_of(*choices: object) -> Check:
    def check(value: Any, key: str, codes: tuple[str, ...]) -> Any:
        if value not in choices or isinstance(value, bool):
            words = " or ".join(repr(choice) for choice in choices)
            near = suggest(value, map(str, choices)) if isinstance(value, str) else ""
            raise Wrong(f"{key} is {words}, not {value!r}{near}")
        return value

    return check


def _format(value: Any, key: str, codes: tuple[str, ...]) -> Any:
    from xentlint.report import FORMATS

    return _one_of(*FORMATS)(value, key, codes)


def _per_file(value: Any, key: str, codes: tuple[str, ...]) -> Any:
    if not isinstance(value, dict):
        raise Wrong(f"{key} is a table: pattern = list of codes")
    return tuple((pattern, _codes(given, pattern, codes)) for pattern, given in value.items())


def _catalog(value: Any, key: str, codes: tuple[str, ...]) -> tuple[OwnRow, ...]:
    if not isinstance(value, dict):
        raise Wrong(f"{key} is a table: name = what it gives or expects")
    return tuple(_row(".".join(names), item) for names, item in _leaves(value))


def _leaves(table: Mapping[str, Any]) -> Iterable[tuple[tuple[str, ...], Any]]:
    """``mylib.SoftHead = …`` without quotes is a table of a table; the same is meant."""
    for key, value in table.items():
        if isinstance(value, dict) and not {"gives", "expects", "family"} & set(value):
            for names, leaf in _leaves(value):
                yield (key, *names), leaf
        else:
            yield (key,), value


def _row(name: str, value: Any) -> OwnRow:
    if not all(part.isidentifier() for part in name.split(".")):
        raise Wrong(f"catalog: {name!r} is no dotted name", name)
    row = {"gives": value} if isinstance(value, str) else value
    if not isinstance(row, dict) or not row:
        raise Wrong(
            f"catalog: {name} is a scale, or a table with gives, or expects and family", name
        )
    allowed = {"gives": GIVES, "expects": EXPECTS, "family": FAMILIES}
    for key, item in row.items():
        if key not in allowed:
            raise Wrong(f"catalog: {name}: unknown key {key!r}{suggest(key, allowed)}", name)
        if item not in allowed[key]:
            near = suggest(str(item), allowed[key])
            raise Wrong(f"catalog: {name} {key} {item!r}, which is no scale{near}", name)
    if ("gives" in row) == ("expects" in row):
        raise Wrong(f"catalog: {name} either gives or expects a scale", name)
    if "gives" in row and "family" in row:
        raise Wrong(f"catalog: {name} has a family, which only a loss has: it expects", name)
    return OwnRow(name, **row)


_CHECKS: Final[dict[str, Check]] = {
    "select": _codes,
    "extend-select": _codes,
    "ignore": _codes,
    "per-file-ignores": _per_file,
    "exclude": _strings,
    "extend-exclude": _strings,
    "respect-gitignore": _true,
    "prefer": _one_of("outputs", "logits"),
    "src": _strings,
    "target-keras": _one_of(2, 3),
    "unsafe-fixes": _true,
    "output-format": _format,
    "fail-on": _one_of("error", "warning"),
    "baseline": _string,
    "docs": _true,
    "python-cell-magics": _strings,
    "extend-rules": _strings,
    "catalog": _catalog,
}


class Lines:
    """Where keys stand: TOML parsers keep no places, so the text is asked once more."""

    _HEADER = re.compile(r"\s*\[\[?([^\]]*)\]")
    _KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*'|[.\s])+?)\s*=""")
    _PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")

    def __init__(self, text: str, prefix: tuple[str, ...]) -> None:
        self._rows = text.split("\n")
        self._prefix = prefix
        self._found: dict[tuple[str, ...], int] = {}
        table: tuple[str, ...] = ()
        for number, row in enumerate(self._rows, 1):
            if header := self._HEADER.match(row):
                table = self._parts(header[1])
                self._note(table, number)
            elif key := self._KEY.match(row):
                self._note(table + self._parts(key[1]), number)

    def _parts(self, text: str) -> tuple[str, ...]:
        return tuple(part.strip("\"'") for part in self._PART.findall(text))

    def _note(self, keys: tuple[str, ...], number: int) -> None:
        for length in range(1, len(keys) + 1):
            self._found.setdefault(keys[:length], number)

    def of(self, keys: tuple[str, ...], near: str | None = None) -> int:
        """The line of a key, or below it the first one that holds ``near`` as a word."""
        full = self._prefix + keys
        while full and full not in self._found:
            full = full[:-1]
        line = self._found.get(full, 1)
        if near is not None:
            word = re.compile(rf"(?<![\w.]){re.escape(near)}(?![\w.])")
            for number in range(line, len(self._rows) + 1):
                if word.search(self._rows[number - 1].partition("#")[0]):
                    return number
        return line
