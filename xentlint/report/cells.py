"""Text as terminals show it: nothing that could hide or move what stands beside it."""

from __future__ import annotations

from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

TAB: Final = 4

# Cc control, Cf format (bidi overrides, zero-width joiners), Cs lone surrogates (names of files
# that are no UTF-8), Zl and Zp line and paragraph separators.
_HIDDEN: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


class Cell(NamedTuple):
    """One character of a line: what is printed for it, and how many columns that takes."""

    shown: str
    width: int


def safe(text: str) -> str:
    """A message or a path with everything invisible made visible, on one line."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(char) if _is_hidden(char) else char for char in text)


def cells(line: str) -> list[Cell]:
    """A line of source, a cell for each character, so that columns can be counted."""
    if line.isascii() and line.isprintable():
        return [Cell(char, 1) for char in line]
    out, column = [], 0
    for char in line:
        cell = _cell(char, column)
        out.append(cell)
        column += cell.width
    return out


def _cell(char: str, column: int) -> Cell:
    if char == "\t":
        width = TAB - column % TAB
        return Cell(" " * width, width)
    if _is_hidden(char):
        shown = _escape(char)
        return Cell(shown, len(shown))
    return Cell(char, _width(char))


def _width(char: str) -> int:
    if char.isascii():
        return 1
    from unicodedata import category, east_asian_width

    if category(char) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(char) in ("W", "F") else 1


def _is_hidden(char: str) -> bool:
    if char.isascii():
        return not char.isprintable()
    from unicodedata import category

    return category(char) in _HIDDEN


def _escape(char: str) -> str:
    code = ord(char)
    return (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )
