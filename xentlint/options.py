"""The commands, and what a command line asks of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final

COMMANDS: Final = {
    "check": "report where a model's output scale and its loss disagree",
    "audit": "list every use of a head with its verdict: ok, a rule's code, or undecided and why",
    "inspect": "show what saved models hold: heads, loss, metrics, versions, and the verdict",
    "rule": "show a rule's page, or list the rules",
    "completion": "print the completion script of a shell: bash, zsh or fish",
    "config": "show the settings that count for a path, and where each comes from",
}


class UsageError(Exception):
    """What the user asked for makes no sense; the message says why."""


class HelpWanted(Exception):  # noqa: N818 - no error
    """The user asked for this text, and for nothing else."""


class Options:
    """What a command line says, by the names of its parser."""

    def __init__(self, **values: Any) -> None:
        vars(self).update(values)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...


def read(command: str, arguments: Sequence[str]) -> Options:
    """What the arguments of a command say."""
    found = plain(command, arguments) if command in ("check", "audit", "inspect") else None
    if found is not None:
        return found
    from xentlint.parsers import PARSERS  # brings argparse

    return PARSERS[command]().parse(arguments)


def plain(command: str, arguments: Sequence[str]) -> Options | None:
    """The options of a command line of paths alone, as most are; ``None``: ask the parser.

    Importing argparse and telling it of forty options takes a third of the time that Python needs
    to start, and all to learn that each has its default. A test holds both ways together.
    """
    if any(argument.startswith("-") for argument in arguments):
        return None
    if command == "inspect":
        found = Options(models=[*arguments], output_format="text", **dict.fromkeys(_MODELS))
        return found if arguments else None
    found = Options(paths=[*arguments], color="auto", **{name: [] for name in _LISTS})
    vars(found).update(dict.fromkeys((*_MODELS, *_UNSAID)))
    vars(found).update({**dict.fromkeys(_OFF, False), **dict.fromkeys(_ON, True)})
    if command == "check":
        vars(found).update({**dict.fromkeys(_FIXES, False), "output": None})
    return found


_MODELS: Final = ("max_config_size", "expect")
_LISTS: Final = ("select", "extend_select", "ignore", "exclude", "extend_exclude")
_UNSAID: Final = (
    "output_format", "prefer", "unsafe_fixes", "output_file", "fail_on", "baseline",
    "write_baseline", "add_ignore", "config", "docs", "stdin_filename", "target_keras",
)  # fmt: skip
_OFF: Final = ("quiet", "exit_zero", "statistics", "isolated")
_ON: Final = ("respect_gitignore", "force_exclude", "screens")
_FIXES: Final = ("fix", "diff", "show_fixes", "fix_only", "exit_non_zero_on_fix")
