"""The command line as it is read: a parser whose errors say what was meant."""

from __future__ import annotations

import argparse

from xentlint import terminal
from xentlint.selection import suggest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, NoReturn

# argparse asks gettext for translations, of which there are none: finding that out takes the
# modules `locale` and some files, a tenth of a run on one saved model.
argparse._ = str  # type: ignore[attr-defined]

WIDEST: Final = 100


class UsageError(Exception):
    """What the user asked for makes no sense; the message says why."""


class HelpWanted(Exception):  # noqa: N818 - no error
    """The user asked for this text, and for nothing else."""


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

    def parse(self, arguments: list[str]) -> argparse.Namespace:
        """The arguments; options may stand between paths."""
        known, rest = self.parse_known_intermixed_args(arguments)
        if rest:
            name = rest[0].partition("=")[0]
            raise UsageError(f"unknown option {name!r}{suggest(name, self.options())}")
        return known

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            words = [str(choice) for choice in action.choices]
            listed = ", ".join(words)
            message = f"{str(value)!r} is none of {listed}{suggest(str(value), words)}"
            raise argparse.ArgumentError(action, message)
