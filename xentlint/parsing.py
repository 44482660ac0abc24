"""Reads a command line: a parser whose errors say what was meant."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from xentlint import terminal
from xentlint.options import HelpWanted, Options, UsageError
from xentlint.selection import suggest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, NoReturn

# argparse asks gettext for translations, of which there are none: finding that out takes the
# modules `locale` and some files.
argparse._ = str  # type: ignore[attr-defined]

WIDEST: Final = 100


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """With a width given: argparse would import shutil to ask for it, as long as all else."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=min(terminal.width(), WIDEST))


class Parser(argparse.ArgumentParser):
    """Raises instead of writing and exiting, so that there is one place that does."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(formatter_class=_Formatter, allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)

    def print_help(self, file: Any = None) -> NoReturn:
        raise HelpWanted(self.format_help())

    def options(self) -> list[str]:
        """Every option that there is."""
        return [name for action in self._actions for name in action.option_strings]

    def parse(self, arguments: Sequence[str]) -> Options:
        """The arguments; options may stand between paths."""
        options = Options()
        _, rest = self.parse_known_intermixed_args(arguments, options)
        if rest:
            name = rest[0].partition("=")[0]
            raise UsageError(f"unknown option {name!r}{suggest(name, self.options())}")
        return options

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            words = [str(choice) for choice in action.choices]
            listed = ", ".join(words)
            message = f"{str(value)!r} is none of {listed}{suggest(str(value), words)}"
            raise argparse.ArgumentError(action, message)
