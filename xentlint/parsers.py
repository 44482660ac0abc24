"""The options of each command.

Imported only for a command line that has options: see ``options.plain``.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable

from xentlint.completion import SHELLS
from xentlint.options import COMMANDS
from xentlint.parsing import Parser
from xentlint.report import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, TypeAlias

    _Group: TypeAlias = argparse._ActionsContainer

STATUS: Final = """\
exit status: 0 nothing found; 1 findings, of any severity; 2 the job could not be done: bad usage,
a path that is missing, a file that cannot be read or parsed. 2 wins over 1; the findings are still
printed, and the last line on stderr gives the reason.
"""


PROMISE: Final = """\
safe fixes: with equal weights, every output of the model and all that is computed from it outside
of training and metrics stays the same, bit for bit; names that other code reads
(history["accuracy"], monitor="val_accuracy") stay too. A safe fix does not promise that training
stays the same: the loss or metric that the rule proves wrong is mended, so a new run gives other
numbers. Unsafe fixes change outputs or decisions, or more than one file.
"""


def _parser(name: str, usage: str = "[OPTIONS] [PATH ...]") -> Parser:
    return Parser(
        prog=f"xentlint {name}",
        usage=f"xentlint {name} {usage}",
        description=COMMANDS[name].capitalize() + ".",
        epilog=STATUS if name in ("check", "audit", "inspect") else None,
    )


def check_parser(name: str = "check") -> Parser:
    """The options of ``check`` and ``audit``."""
    parser = _parser(name)
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: .)")
    rules = parser.add_argument_group("rules")
    for option, text in (
        ("--select", "only these rules: codes or their beginnings, ALL for all"),
        ("--extend-select", "these rules as well"),
        ("--ignore", "not these rules"),
    ):
        rules.add_argument(option, action="append", default=[], metavar="CODES", help=text)
    output = parser.add_argument_group("output")
    output.add_argument(
        "--output-format",
        choices=tuple(FORMATS),
        metavar="FORMAT",
        help=f"{', '.join(FORMATS)} (default: text)",
    )
    output.add_argument(
        "-q", "--quiet", action="store_true", help="findings only: no help lines, no summary"
    )
    output.add_argument("--exit-zero", action="store_true", help="0 even if there are findings")
    output.add_argument("--color", choices=("auto", "always", "never"), default="auto",
                        help="default: auto, which heeds NO_COLOR and FORCE_COLOR")  # fmt: skip
    output.add_argument("--no-color", dest="color", action="store_const", const="never",
                        help="the same as --color never")  # fmt: skip
    files = parser.add_argument_group("files")
    files.add_argument("--exclude", action="append", default=[], metavar="PATTERN",
                       help="leave these out, as .gitignore writes them")  # fmt: skip
    files.add_argument("--no-respect-gitignore", dest="respect_gitignore", action="store_false",
                       help="look at files that git ignores, too")  # fmt: skip
    _add_model_options(parser.add_argument_group("saved models"))
    if name == "check":
        _add_fix_options(parser.add_argument_group("fixes"))
        parser.epilog = f"{STATUS}\n{PROMISE}"
    _add_report_options(parser)
    # For tests: the screens only save time, so a run without them must report the same.
    parser.set_defaults(prefer=None, unsafe_fixes=None)  # None: as the settings say
    parser.add_argument("--no-screen", dest="screens", action="store_false", help=argparse.SUPPRESS)
    return parser


def _add_fix_options(group: _Group) -> None:
    """What is done about findings."""
    group.add_argument("--fix", action="store_true", help="make the safe fixes")
    group.add_argument("--unsafe-fixes", action="store_true",
                       help="with --fix or --diff: the unsafe ones as well")  # fmt: skip
    group.add_argument("--diff", action="store_true",
                       help="show what --fix would change, and write nothing")  # fmt: skip
    group.add_argument("--show-fixes", action="store_true", help="list what was done")
    group.add_argument("--output", metavar="MODEL",
                       help="with --fix: the mended saved model goes there")  # fmt: skip
    group.add_argument("--fix-only", action="store_true",
                       help="make fixes, and report nothing that remains")  # fmt: skip
    group.add_argument("--prefer", choices=("outputs", "logits"),
                       help="keep what models output and mend the loss (default), or make them "
                            "output logits (unsafe)")  # fmt: skip
    group.add_argument("--exit-non-zero-on-fix", action="store_true",
                       help="exit status 1 if anything was fixed")  # fmt: skip


def _add_report_options(parser: Parser) -> None:
    """What is made of findings, and by whose settings."""
    output = parser.add_argument_group("report")
    output.add_argument("--output-file", metavar="FILE", help="write the report there")
    output.add_argument("--statistics", action="store_true", help="counts by rule, no findings")
    output.add_argument(
        "--fail-on",
        choices=("error", "warning"),
        help="the least severity that makes the exit status 1 (default: warning)",
    )
    known = parser.add_argument_group("known findings")
    known.add_argument("--baseline", metavar="FILE",
                       help="report only what is not in this file; it shrinks")  # fmt: skip
    known.add_argument("--write-baseline", metavar="FILE",
                       help="write all findings there, as known from now on")  # fmt: skip
    known.add_argument("--add-ignore", metavar="[=REASON]",
                       help="silence each finding with a comment")  # fmt: skip
    configured = parser.add_argument_group("configuration")
    configured.add_argument("--config", metavar="FILE", help="this file counts, and no other")
    configured.add_argument("--isolated", action="store_true", help="no configuration file counts")
    _add_file_options(parser.add_argument_group("which files"))
    parser.add_argument("--target-keras", type=int, choices=(2, 3), help=argparse.SUPPRESS)


def _add_file_options(files: _Group) -> None:
    """The options that say what is looked at."""
    files.add_argument("--extend-exclude", action="append", default=[], metavar="PATTERN",
                       help="leave these out as well")  # fmt: skip
    files.add_argument("--no-force-exclude", dest="force_exclude", action="store_false",
                       help="look at excluded files that are named")  # fmt: skip
    files.add_argument("--docs", action="store_const", const=True,
                       help="also the Python blocks of Markdown and reStructuredText")  # fmt: skip
    files.add_argument("--stdin-filename", metavar="NAME",
                       help="what `-`, the text on stdin, is called")  # fmt: skip


def _add_model_options(group: _Group) -> None:
    """The options that say how models are read."""
    group.add_argument("--max-config-size", type=size, metavar="SIZE",
                       help="read configurations up to this size (default: 64M)")  # fmt: skip
    group.add_argument("--expect", choices=("logits", "probabilities"),
                       help="what models that hold no loss should give")  # fmt: skip


def inspect_parser() -> Parser:
    """The options of ``inspect``."""
    parser = _parser("inspect", "[OPTIONS] MODEL ...")
    parser.add_argument("models", nargs="+", metavar="MODEL",
                        help="files, folders of models, addresses (https:, hf: …)")  # fmt: skip
    parser.add_argument("--output-format", choices=tuple(FORMATS), default="text", metavar="FORMAT",
                        help=f"{', '.join(FORMATS)} (default: text); all but text and json "
                             "are those of check, with the findings alone")  # fmt: skip
    _add_model_options(parser)
    return parser


def rule_parser() -> Parser:
    """The arguments of ``rule``."""
    parser = _parser("rule", "[CODE ...]")
    parser.add_argument("codes", nargs="*", metavar="CODE",
                        help="codes, their beginnings, names (default: list all)")  # fmt: skip
    return parser


def config_parser() -> Parser:
    """The options of ``config``."""
    parser = _parser("config", "[PATH]")
    parser.add_argument("path", nargs="?", default=os.curdir, metavar="PATH", help="default: .")
    parser.add_argument("--config", metavar="FILE", help="this file counts, and no other")
    parser.add_argument("--isolated", action="store_true", help="no configuration file counts")
    return parser


def completion_parser() -> Parser:
    """The arguments of ``completion``."""
    parser = _parser("completion", "SHELL")
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish")
    return parser


def size(text: str) -> int:
    """``64M`` → bytes; a unit is a power of 1,024."""
    found = re.match(r"(\d+)\s*([kmgt]?)(?:i?b)?\Z", text.strip(), re.IGNORECASE)
    if found is None or not int(found[1][:20]):
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write bytes, or 512K, 64M, 1G")
    return int(found[1][:20]) << (10 * " kmgt".index(found[2].lower() or " "))


PARSERS: Final[dict[str, Callable[[], Parser]]] = {
    "check": check_parser,
    "audit": lambda: check_parser("audit"),
    "inspect": inspect_parser,
    "rule": rule_parser,
    "completion": completion_parser,
    "config": config_parser,
}
"""Command → what makes its parser."""
