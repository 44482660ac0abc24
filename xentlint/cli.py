"""Commands and options; what they do lies elsewhere and is imported when it is asked for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NoReturn

from xentlint import __version__

if TYPE_CHECKING:
    from xentlint import config
    from xentlint.engine import Settings
    from xentlint.outcome import Outcome
    from xentlint.pages import Rule
    from xentlint.repair import Mended

CLEAN: Final = 0
FOUND: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130

COMMANDS: Final = {
    "check": "report where a model's output scale and its loss disagree",
    "audit": "list every use of a head with its verdict: ok, a rule's code, or undecided and why",
    "inspect": "show what saved models hold: heads, loss, metrics, versions, and the verdict",
    "rule": "show a rule's page, or list the rules",
    "completion": "print the completion script of a shell: bash, zsh or fish",
    "config": "show the settings that count for a path, and where each comes from",
}

HELP: Final = """\
usage: xentlint [-h] [--version] COMMAND ...

Follow the last activation of a Keras or TensorFlow model to its loss.

commands:
{commands}

examples:
  xentlint check                     everything under this folder
  xentlint check train.py --select XL101,XL102
  xentlint audit --output-format concise src
  xentlint check - --stdin-filename train.py < train.py
  xentlint check --write-baseline known.json
  xentlint inspect model.keras
  xentlint rule XL101
  xentlint config src
  eval "$(xentlint completion bash)"

`xentlint COMMAND --help` shows a command's options.
"""

STATUS: Final = """\
exit status: 0 nothing found; 1 findings, of any severity; 2 the job could not be done: bad usage,
a path that is missing, a file that cannot be read or parsed. 2 wins over 1; the findings are still
printed, and the last line on stderr gives the reason.
"""


# argparse asks gettext for translations, of which there are none: finding that out takes the
# modules `locale` and some files, a tenth of a run on one saved model.
argparse._ = str  # type: ignore[attr-defined]


class UsageError(Exception):
    """What the user asked for makes no sense; the message says why."""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """With a width given: argparse would import shutil to ask for it, as long as all else."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=min(_width(), 100))


class Parser(argparse.ArgumentParser):
    """Raises instead of exiting, so that there is one place that prints errors."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)

    def options(self) -> list[str]:
        return [name for action in self._actions for name in action.option_strings]


def main(argv: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        return _dispatch(arguments)
    except UsageError as error:
        _say(f"xentlint: error: {error}")
        return FAILED
    except KeyboardInterrupt:
        _say("xentlint: interrupted")
        return INTERRUPTED


def _dispatch(arguments: list[str]) -> int:
    first = arguments[0] if arguments else "--help"
    if first in ("-V", "--version"):
        return _write(f"xentlint {__version__}\n", CLEAN)
    if first in ("-h", "--help", "help"):
        commands = "\n".join(f"  {name:<12}{text}" for name, text in COMMANDS.items())
        return _write(HELP.format(commands=commands), CLEAN)
    if first not in COMMANDS:
        raise UsageError(_unknown_command(first))
    if first == "rule":
        return _rule(arguments[1:])
    if first == "inspect":
        return _inspect(arguments[1:])
    if first == "completion":
        return _completion(arguments[1:])
    if first == "config":
        return _config(arguments[1:])
    return _check(arguments[1:], audit=first == "audit")


def _unknown_command(first: str) -> str:
    from xentlint.selection import suggest

    if first.startswith("-"):
        return f"unknown option {first!r}; options follow a command: xentlint check {first}"
    if os.path.exists(first):
        return f"unknown command {first!r}; did you mean `xentlint check {first}`?"
    return f"unknown command {first!r}{suggest(first, COMMANDS)}; see xentlint --help"


def _parser(name: str, usage: str = "[OPTIONS] [PATH ...]") -> Parser:
    return Parser(
        prog=f"xentlint {name}",
        usage=f"xentlint {name} {usage}",
        description=COMMANDS[name].capitalize() + ".",
        epilog=STATUS if name in ("check", "audit", "inspect") else None,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )


def check_parser(name: str) -> Parser:
    """The options of ``check`` and ``audit``."""
    from xentlint import repair
    from xentlint.around import add_options
    from xentlint.inspecting import add_model_options
    from xentlint.report import FORMATS

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
    add_model_options(parser.add_argument_group("saved models"))
    if name == "check":
        repair.add_options(parser)
        parser.epilog = f"{STATUS}\n{repair.PROMISE}"
    add_options(parser)
    # For tests: the screens only save time, so a run without them must report the same.
    parser.set_defaults(prefer=None, unsafe_fixes=None)  # None: as the settings say
    parser.add_argument("--no-screen", dest="screens", action="store_false", help=argparse.SUPPRESS)
    return parser


def _parse(parser: Parser, arguments: list[str]) -> argparse.Namespace:
    known, rest = parser.parse_known_intermixed_args(arguments)
    if rest:
        from xentlint.selection import suggest

        name = rest[0].partition("=")[0]
        raise UsageError(f"unknown option {name!r}{suggest(name, parser.options())}")
    return known


def _check(arguments: list[str], audit: bool) -> int:
    # A reason comes with `=` only: what follows the option is a path.
    arguments = ["--add-ignore=" if item == "--add-ignore" else item for item in arguments]
    options = _parse(check_parser("audit" if audit else "check"), arguments)
    from xentlint import around, report
    from xentlint.engine import run
    from xentlint.progress import bar

    configs = around.configs(options)
    settings = _settings(options, audit, configs)
    here = settings.choices().settings(options.stdin_filename or os.curdir)
    around.heed_fix_settings(options, here)
    _agree(options, here)
    stdin = around.stdin_text(options)
    progress = bar()
    try:
        outcome = run(options.paths or [os.curdir], settings, None, progress, stdin)
    finally:
        if progress is not None:
            progress.close()
    if stdin is not None and not audit and options.fix and not options.diff:
        return _filter(outcome, options, here, stdin[1])
    mended = None if audit else _mended(outcome, options)
    outcome = _after(outcome if mended is None else mended.outcome, options, here)
    view = report.View(audit, _color(options.color), _width(), options.quiet)
    found = (
        around.counts(outcome, here.fail_on)
        if mended is None
        else mended.counts(options, around.counts(outcome, here.fail_on))
    )
    status = FOUND if found and not options.exit_zero else CLEAN
    if mended is not None and (options.diff or options.fix_only):
        text = mended.diff
    elif options.statistics:
        text = around.statistics(outcome)
    else:
        text = report.render(here.output_format, outcome, view)
    status = _deliver(text, options.output_file, status)
    _aside(outcome, options.quiet)
    return FAILED if outcome.failed else status


def _filter(
    outcome: Outcome, options: argparse.Namespace, here: config.Settings, text: bytes
) -> int:
    """The text on stdin, mended, to stdout; the report to stderr."""
    from xentlint import around, report

    outcome, text = around.mend_text(outcome, options, text)
    outcome = _after(outcome, options, here)
    view = report.View(False, False, _width(), options.quiet)
    for line in report.render(here.output_format, outcome, view).splitlines():
        _say(line)
    found = around.counts(outcome, here.fail_on) and not options.exit_zero
    status = _write_bytes(text, FOUND if found else CLEAN)
    _aside(outcome, options.quiet)
    return FAILED if outcome.failed else status


def _mended(outcome: Outcome, options: argparse.Namespace) -> Mended | None:
    """The fixes that were asked for."""
    from xentlint import repair

    if not repair.is_wanted(options):
        return None
    if options.output is not None and list(outcome.origin.kind_of.values()) not in ([], ["model"]):
        raise UsageError("--output is for a saved model: name one")
    mended = repair.mend(outcome, options)
    for line in mended.said:
        _say(f"xentlint: {line}")
    return mended


def _agree(options: argparse.Namespace, here: config.Settings) -> None:
    """Options that make no sense together."""
    if options.statistics and here.output_format not in ("text", "concise"):
        raise UsageError("--statistics goes with the formats text and concise")
    if "-" in options.paths and len(options.paths) > 1:
        raise UsageError("`-` stands alone: nothing else is checked with the text on stdin")
    if options.stdin_filename and options.paths != ["-"]:
        raise UsageError("--stdin-filename goes with `-`: xentlint check - --stdin-filename NAME")
    if getattr(options, "output", None) is not None and not (options.fix or options.fix_only):
        raise UsageError("--output goes with --fix: xentlint check --fix --output NEW MODEL")
    if getattr(options, "output", None) is not None and len(options.paths) != 1:
        raise UsageError("--output is one file: name one saved model")
    if options.paths == ["-"] and options.add_ignore is not None:
        raise UsageError("--add-ignore writes files; there is none on stdin")


def _after(outcome: Outcome, options: argparse.Namespace, here: config.Settings) -> Outcome:
    """What is done with the findings before they are reported."""
    from xentlint import around

    path = here.baseline
    if path is not None and options.baseline is None:
        path = os.path.join(here.root, path)  # as its file says
    if options.write_baseline:
        result = around.write_baseline(outcome, options.write_baseline)
    else:
        result = around.heed_baseline(outcome, path)
    if options.add_ignore is not None:
        added = around.add_ignore(result.outcome, options.add_ignore)
        result = added._replace(said=(*result.said, *added.said))
    for line in result.said:
        _say(f"xentlint: {line}")
    return result.outcome


def _deliver(text: str, path: str | None, status: int) -> int:
    """Write the report where it is wanted."""
    if path is None:
        return _write(text, status)
    from xentlint.writing import put

    problem = put(path, text.encode("utf-8", "backslashreplace"))
    if problem is None:
        return status
    _say(f"xentlint: error: the report could not be written: {problem.path}: {problem.message}")
    return FAILED


def _settings(options: argparse.Namespace, audit: bool, configs: config.Configs) -> Settings:
    from xentlint import around
    from xentlint.engine import Settings

    return Settings(
        select=_codes(options.select, configs),
        extend_select=_codes(options.extend_select, configs),
        ignore=_codes(options.ignore, configs),
        exclude=tuple(options.exclude),
        respect_gitignore=options.respect_gitignore,
        screens=options.screens,
        audit=audit,
        configs=configs,
        given=tuple(around.given(options).items()),
        force_exclude=options.force_exclude,
        max_config_size=options.max_config_size,
        expect=options.expect,
    )


def _codes(given: list[str], configs: config.Configs) -> tuple[str, ...]:
    """``XL101,XL2 XL301`` → the codes, each of which selects something."""
    codes = [code for item in given for code in item.replace(",", " ").split()]
    if codes:
        from xentlint import selection
        from xentlint.configfile import known_codes

        here = configs.of(os.curdir)
        try:
            selection.check(codes, known_codes(here.root, here.extend_rules))
        except selection.UnknownCodeError as error:
            raise UsageError(str(error)) from None
    return tuple(codes)


def _config(arguments: list[str]) -> int:
    parser = _parser("config", "[PATH]")
    parser.add_argument("path", nargs="?", default=os.curdir, metavar="PATH", help="default: .")
    parser.add_argument("--config", metavar="FILE", help="this file counts, and no other")
    parser.add_argument("--isolated", action="store_true", help="no configuration file counts")
    options = _parse(parser, arguments)
    from xentlint import around, config
    from xentlint.report.summary import problem

    if not os.path.exists(options.path):
        raise UsageError(f"{options.path}: there is no such file or folder")
    configs = around.configs(options)
    found = configs.of(options.path)
    for item in found.problems:
        _say(f"xentlint: error: {problem(item)}")
    return FAILED if found.problems else _write(config.rendered(found), CLEAN)


def _color(option: str) -> bool:
    """The option first, then the environment, then whether there is a terminal."""
    if option != "auto":
        return option == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _width() -> int:
    """Columns to fill; a wide fixed width where there is no terminal, so that files do not vary."""
    if not sys.stdout.isatty():
        return 120
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except OSError:
        return 100


def _aside(outcome: Outcome, quiet: bool) -> None:
    """What belongs beside the report: notes, a summary, and last what makes the status 2."""
    from xentlint.report.summary import problem, summary

    for item in outcome.problems:
        if not item.fatal and not quiet:
            _say(f"xentlint: note: {problem(item)}")
    if not quiet and (outcome.files or not outcome.failed):
        _say(f"xentlint: {summary(outcome)}")
    for item in outcome.problems:
        if item.fatal:
            _say(f"xentlint: error: {problem(item)}")


def inspect_parser() -> Parser:
    """The options of ``inspect``."""
    from xentlint.inspecting import add_options

    parser = _parser("inspect", "[OPTIONS] MODEL ...")
    add_options(parser)
    return parser


def _inspect(arguments: list[str]) -> int:
    options = _parse(inspect_parser(), arguments)
    from xentlint.inspecting import run

    shown = run(options)
    status = _write(shown.text, shown.status)
    for line in shown.said:
        _say(f"xentlint: {line}")
    return status


def _rule(arguments: list[str]) -> int:
    parser = _parser("rule", "[CODE ...]")
    parser.add_argument("codes", nargs="*", metavar="CODE", help="default: list all rules")
    options = _parse(parser, arguments)
    from xentlint import pages, selection

    known = pages.paths(pages.folder())
    if not options.codes:
        rows = [pages.read(path) for path in known.values()]
        return _write("".join(_listed(rule) for rule in rows), CLEAN)
    texts = []
    for code in options.codes:
        if code.upper() not in known:
            raise UsageError(str(selection.UnknownCodeError(code, known)))
        texts.append(pages.body(known[code.upper()]))
    text = "\n".join(texts)
    if sys.stdout.isatty():  # a file or a pipe gets the Markdown
        from xentlint.report.page import render
        from xentlint.report.paint import painter

        text = render(text, painter(_color("auto")), _width())
    return _write(text, CLEAN)


def _completion(arguments: list[str]) -> int:
    from xentlint.completion import SHELLS, script

    parser = _parser("completion", "SHELL")
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish")
    shell = _parse(parser, arguments).shell
    from xentlint import pages

    plain = {name: _parser(name) for name in COMMANDS}
    parsers = {**plain, "check": check_parser("check"), "audit": check_parser("audit")}
    parsers["inspect"] = inspect_parser()
    words = {"rule": list(pages.paths(pages.folder())), "completion": list(SHELLS)}
    return _write(script(shell, parsers, words), CLEAN)


def _listed(rule: Rule) -> str:
    off = "" if rule.enabled else "  (off by default)"
    return f"{rule.code}  {rule.severity:<8} {rule.name}{off}\n"


def _write(text: str, status: int) -> int:
    """Write the report. A reader that went away is no error; a full disk is one."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    return _written(lambda: sys.stdout.write(text), status)


def _write_bytes(data: bytes, status: int) -> int:
    return _written(lambda: sys.stdout.buffer.write(data), status)


def _written(write: Callable[[], object], status: int) -> int:
    try:
        write()
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes stdout once more at exit and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _say(f"xentlint: error: the report could not be written: {error.strerror}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return status


def _say(text: str) -> None:
    """One line on stderr; a closed stderr is nobody's business."""
    try:
        if hasattr(sys.stderr, "reconfigure"):
            sys.stderr.reconfigure(errors="backslashreplace")
        print(text, file=sys.stderr, flush=True)
    except OSError:
        pass
