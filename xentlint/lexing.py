"""Logical lines and comments of Python text, also where the text is not (yet) valid Python.

``tokenize`` gives up at the first shell line of a notebook cell and takes ten times as long; all
that is needed here is to tell code, strings and comments apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<string>  \"\"\" (?:[^"\\]+|\\.|"(?!""))* (?:\"\"\")?
               | \'\'\' (?:[^'\\]+|\\.|'(?!''))* (?:\'\'\')?
               | " (?:[^"\\\r\n]+|\\.)* "?
               | ' (?:[^'\\\r\n]+|\\.)* '? )
  | (?P<comment> \#[^\r\n]* )
  | (?P<open> [(\[{] )
  | (?P<close> [)\]}] )
  | (?P<joined> \\(?:\r\n|\r|\n) )
  | (?P<end> \r\n|\r|\n )
    """,
    re.VERBOSE | re.DOTALL,
)
"""Nothing follows the optional end of a string, so no text makes it backtrack."""


class Comment(NamedTuple):
    """A comment: its offset, and its text from the ``#`` on."""

    start: int
    text: str


class Logical(NamedTuple):
    """One logical line: what Python reads as one statement's line, over several lines of text."""

    start: int
    end: int
    """Behind its line end."""
    comments: tuple[Comment, ...]
    inside: tuple[tuple[int, int], ...]
    """Offsets between which the line end belongs to a string or follows a backslash."""


def logical_line(text: str, start: int) -> Logical:
    """The logical line that begins at an offset."""
    comments: list[Comment] = []
    inside: list[tuple[int, int]] = []
    depth = 0
    for token in _TOKEN.finditer(text, start):
        kind = token.lastgroup
        if kind == "comment":
            comments.append(Comment(token.start(), token.group()))
        elif kind in ("string", "joined"):
            inside.append(token.span())
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(0, depth - 1)
        elif depth == 0:
            return Logical(start, token.end(), tuple(comments), tuple(inside))
    return Logical(start, len(text), tuple(comments), tuple(inside))


def logical_lines(text: str) -> Iterator[Logical]:
    """All logical lines of a text; blank lines and lines of only a comment are their own."""
    at = 0
    while at < len(text):
        line = logical_line(text, at)
        yield line
        at = line.end


def lines(text: str) -> list[str]:
    """The lines as Python counts them, with their ends: a form feed ends none."""
    return re.findall(r"[^\r\n]+(?:\r\n|\r|\n)?|\r\n|\r|\n", text)
