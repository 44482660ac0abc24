"""The patterns of a ``.gitignore`` file: which paths they leave out.

Our own few lines and not a dependency: the patterns are a small language, a test holds them
to ``git check-ignore``, and asking git itself costs a process for each run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


class Pattern(NamedTuple):
    """One line: where it stands, whether it takes back, what it matches."""

    order: int
    negated: bool
    only_folders: bool
    whole_path: bool
    """Matched against the path below the file's folder; otherwise against the last name."""
    regex: re.Pattern[str]


class Ignore:
    """The patterns of one file, for the paths below its folder."""

    def __init__(self, base: str, lines: Iterable[str]) -> None:
        self.base = base
        self._names: dict[str, list[Pattern]] = {}
        self._others: list[Pattern] = []
        for order, line in enumerate(lines):
            self._add(order, line)

    def _add(self, order: int, line: str) -> None:
        text = _without_trailing_spaces(line)
        negated = text.startswith("!")
        text = text[1:] if negated else text
        if not text or (text.startswith("#") and not negated):
            return
        only_folders = text.endswith("/")
        text = text[:-1] if only_folders else text
        whole_path = "/" in text
        regex = translate(text.removeprefix("/"))
        if regex is None or not text:
            return
        pattern = Pattern(order, negated, only_folders, whole_path, regex)
        # Most lines are plain names: found by one look-up, however many there are.
        if not whole_path and _SPECIAL.isdisjoint(text):
            self._names.setdefault(text, []).append(pattern)
        else:
            self._others.append(pattern)

    def says(self, path: str, name: str, is_folder: bool) -> bool | None:
        """Ignored (True), taken back (False) or not mentioned (None). ``path``: below ``base``."""
        best: Pattern | None = None
        for pattern in self._names.get(name, ()):
            if is_folder or not pattern.only_folders:
                best = pattern
        for pattern in self._others:
            if best is not None and pattern.order < best.order:
                continue
            if pattern.only_folders and not is_folder:
                continue
            if pattern.regex.fullmatch(path if pattern.whole_path else name):
                best = pattern
        return None if best is None else not best.negated

    def covers(self, path: str) -> bool:
        """Whether a file is meant by its absolute path, or one of the folders that it lies in."""
        below = os.path.relpath(path, self.base).replace(os.sep, "/")
        parts = below.split("/")
        if parts[0] == os.pardir:
            return False
        for end in range(1, len(parts) + 1):
            is_folder = end < len(parts) or os.path.isdir(path)
            if said := self.says("/".join(parts[:end]), parts[end - 1], is_folder):
                return said
        return False


_SPECIAL: Final = frozenset("*?[\\")
_CLASSES: Final = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": " \\t", "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~",
    "space": "\\s", "upper": "A-Z", "xdigit": "0-9a-fA-F",
}  # fmt: skip


def _without_trailing_spaces(line: str) -> str:
    text = line.rstrip("\r\n")
    stripped = text.rstrip(" ")
    slashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if slashes % 2 and len(text) > len(stripped) else stripped


def translate(pattern: str) -> re.Pattern[str] | None:
    """A pattern as a regular expression on the whole text; ``None`` where it matches nothing."""
    out, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        if char == "*":
            part, at = _stars(pattern, at)
        elif char == "?":
            part, at = "[^/]", at + 1
        elif char == "[":
            found = _bracket(pattern, at)
            if found is None:
                return None
            part, at = found
        elif char == "\\":
            if at + 1 == len(pattern):
                return None
            part, at = re.escape(pattern[at + 1]), at + 2
        else:
            part, at = re.escape(char), at + 1
        out.append(part)
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:  # a range that runs backwards
        return None


def _stars(pattern: str, at: int) -> tuple[str, int]:
    end = at
    while end < len(pattern) and pattern[end] == "*":
        end += 1
    starts = at == 0 or pattern[at - 1] == "/"
    if end - at >= 2 and starts:
        if end == len(pattern):
            return ".*", end
        if pattern[end] == "/":
            return "(?:.*/)?", end + 1
    return "[^/]*", end


def _bracket(pattern: str, at: int) -> tuple[str, int] | None:
    """A set of characters; never matches a slash. ``None`` where it is not closed."""
    at += 1
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    items: list[str] = []
    first = True
    while at < len(pattern) and (pattern[at] != "]" or first):
        first = False
        if pattern.startswith("[:", at):
            end = pattern.find(":]", at + 2)
            name = pattern[at + 2 : end] if end > 0 else ""
            if name not in _CLASSES:
                return None
            items.append(_CLASSES[name])
            at = end + 2
            continue
        if pattern[at] == "\\":
            at += 1
            if at == len(pattern):
                return None
        if pattern[at] == "-" and items and pattern[at + 1 : at + 2] not in ("", "]"):
            items.append("-")
        else:
            items.append(re.escape(pattern[at]))
        at += 1
    if at >= len(pattern):
        return None
    return f"(?!/)[{'^' if negated else ''}{''.join(items)}]", at + 1


def load(folder: str, name: str = ".gitignore", base: str | None = None) -> Ignore | None:
    """The patterns of a folder's file, if it has one that can be read."""
    from xentlint import files

    try:
        data = files.read(os.path.join(folder, name), limit=1 << 20)
    except OSError:
        return None
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    return Ignore(folder if base is None else base, text.split("\n"))
