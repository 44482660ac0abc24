"""What IPython adds to Python: magics, shell lines, help. Neutral Python of the same length."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator
from typing import Final

from xentlint.lexing import lines, logical_line, logical_lines

PYTHON_MAGICS: Final = ("capture", "debug", "memit", "prun", "time", "timeit", "wandb")
"""Cell magics whose cells hold Python that runs in the notebook's own namespace."""

FOREIGN_MAGICS: Final = (
    "!", "HTML", "SVG", "bash", "bigquery", "cmd", "file", "html", "javascript", "js", "latex",
    "markdown", "perl", "pypy", "python", "python2", "python3", "ruby", "script", "sh", "shell",
    "sql", "svg", "sx", "system", "writefile",
)  # fmt: skip
"""Cell magics whose cells bind no name of the notebook."""

_CELL_MAGIC: Final = re.compile(r"\s*%%(!|\w+)")
_ESCAPED: Final = re.compile(r"[ \t]*(?:[%!?]|[/,;][A-Za-z_])")
_ASSIGNED: Final = re.compile(r"([ \t]*[A-Za-z_][\w., \t*\[\]]*=[ \t]*)(?:![^=]|%)")
_HELP: Final = re.compile(r"[ \t]*%{0,2}[A-Za-z_*][\w.*\[\]]*\?{1,2}[ \t;]*(?:[\r\n]|\Z)")
_TIMED: Final = re.compile(r"([ \t]*)(%time[ \t]+)(\S[^\r\n]*)")
UNKNOWN: Final = "__"
"""IPython's name for an earlier output: a value that nobody knows."""


def cell_magic(text: str) -> str | None:
    """The name of a cell's magic: ``bash`` for ``%%bash``."""
    found = _CELL_MAGIC.match(text)
    return found[1] if found else None


def neutral(text: str) -> str:
    """The cell with IPython's own lines made harmless; every line keeps its length."""
    out, at = [], 0
    if cell_magic(text):
        at = _line_end(text, text.index("%%"))
        out.append(_quiet(text[:at], text.index("%%"), "0"))
    while at < len(text):
        end, changed = _next(text, at)
        out.append(changed)
        at = end
    return "".join(out)


def _next(text: str, at: int) -> tuple[int, str]:
    """The end of the logical line at an offset, and the line made harmless."""
    if timed := _TIMED.match(text, at):
        statement = f"{timed[1]}if 1{' ' * (len(timed[2]) - 6)}: {timed[3]}"
        if parses(statement.lstrip()):
            return timed.end(), statement
    if found := _ESCAPED.match(text, at) or _HELP.match(text, at):
        end = _escape_end(text, at)
        first = len(found.group()) - len(found.group().lstrip(" \t"))
        return end, _quiet(text[at:end], first, "0")
    if found := _ASSIGNED.match(text, at):
        end = _escape_end(text, at)
        return end, _quiet(text[at:end], len(found[1]), UNKNOWN)
    end = logical_line(text, at).end
    return end, text[at:end]


def _escape_end(text: str, at: int) -> int:
    """A magic or shell line goes on where its line ends with a backslash."""
    end = _line_end(text, at)
    while end < len(text) and text[at:end].rstrip("\r\n").endswith("\\"):
        at, end = end, _line_end(text, end)
    return end


def _line_end(text: str, at: int) -> int:
    found = re.compile(r"\r\n|\r|\n").search(text, at)
    return found.end() if found else len(text)


def _quiet(text: str, keep: int, word: str) -> str:
    """Blanks for everything behind the first ``keep`` characters but the line ends."""
    rest = re.sub(r"[^\r\n]", " ", text[keep + len(word) :])
    return text[:keep] + word + rest


def parses(text: str) -> bool:
    return error(text) is None


def error(text: str) -> tuple[int, str] | None:
    """The line at which Python stops to understand a text, and why; ``None`` for good text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" in somebody's string is not our matter
        try:
            ast.parse(text)
        except SyntaxError as wrong:
            return wrong.lineno or 1, wrong.msg
        except (ValueError, RecursionError, MemoryError) as wrong:
            return 1, str(wrong) or "is nested too deeply"
    return None


_DEFINED: Final = re.compile(r"\s*(?:async\s+)?(?:def|class)\s+(\w+)")
_IMPORTED: Final = re.compile(r"\s*(?:from\s+[\w.]+\s+)?import\s+([^#;]+)")
_LOOP: Final = re.compile(r"\bfor\s+([^:=]+?)\s+in\b")
_AS: Final = re.compile(r"\bas\s+(\w+)|(\w+)\s*:=")
_LEFT: Final = re.compile(
    r"(?m)(?:^|(?<=[:;=]))([^=!<>#\"'():;]*?)\s*(?:[-+*/%&|^@]|//|\*\*|>>|<<)?=(?!=)"
)
_CHANGED: Final = re.compile(r"\s*(\w+)\s*[.\[]")
_NAME: Final = re.compile(r"[^\W\d]\w*")


def bound_names(text: str, imported: Collection[str] = ()) -> tuple[str, ...]:
    """Names that a cell would bind or change, as far as can be said of text that does not parse.

    ``imported`` are names of modules: ``keras.backend.clear_session()`` changes no name.
    """
    names: set[str] = set()
    # Also by single lines: behind a bracket that is never closed all is one logical line.
    logical = [text[line.start : line.end] for line in logical_lines(text)]
    for line in {*logical, *lines(text)}:
        names.update(_bound(line, imported))
    return tuple(sorted(name for name in names if name.isidentifier() and parses(f"{name} = 0")))


def _bound(line: str, imported: Collection[str]) -> Iterator[str]:
    if found := _DEFINED.match(line):
        yield found[1]
    if found := _IMPORTED.match(line):
        for part in found[1].strip("() \t\r\n").split(","):
            yield part.split(" as ")[-1].strip().split(".")[0]
    for match in _LOOP.finditer(line):
        yield from _NAME.findall(match[1])
    for match in _AS.finditer(line):
        yield match[1] or match[2]
    for match in _LEFT.finditer(line):
        yield from _NAME.findall(match[1])
    if (found := _CHANGED.match(line)) and found[1] not in imported:
        yield found[1]


def imported_names(text: str) -> set[str]:
    """Names that the import lines of a good cell bind."""
    names: set[str] = set()
    for line in lines(text):
        if _IMPORTED.match(line):
            names.update(_bound(line, ()))
    return names
