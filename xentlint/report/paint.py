"""Colours: when a report has them and which ones."""

from __future__ import annotations

from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

Paint = Callable[[str, str], str]
"""``paint(style, text)``."""

STYLES: Final = {
    "error": "1;31",
    "warning": "1;33",
    "primary": "1;31",
    "related": "1;34",
    "edge": "1;34",
    "help": "1;36",
    "bold": "1",
    "code": "36",
    "ok": "32",
    "undecided": "33",
}


def painter(color: bool) -> Paint:
    """Plain where colour is off."""
    return _colored if color else _plain


def _colored(style: str, text: str) -> str:
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m"


def _plain(style: str, text: str) -> str:
    return text
