"""Commands and options; what they do lies elsewhere and is imported when it is asked for."""

from __future__ import annotations

import os

from xentlint import __version__, terminal
from xentlint.options import COMMANDS, HelpWanted, Options, UsageError, read
from xentlint.terminal import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from xentlint import config
    from xentlint.engine import Settings
    from xentlint.outcome import Outcome
    from xentlint.repair import Mended

CLEAN: Final = 0
FOUND: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130
UNWRITTEN: Final = "xentlint: error: the report could not be written: {}"

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


def main(argv: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    import sys

    arguments = sys.argv[1:] if argv is None else argv
    try:
        return _dispatch(arguments)
    except HelpWanted as wanted:
        return _write(str(wanted), CLEAN)
    except UsageError as error:
        say(f"xentlint: error: {error}")
        return FAILED
    except KeyboardInterrupt:
        say("xentlint: interrupted")
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


def _check(arguments: list[str], audit: bool) -> int:
    # A reason comes with `=` only: what follows the option is a path.
    arguments = ["--add-ignore=" if item == "--add-ignore" else item for item in arguments]
    options = read("audit" if audit else "check", arguments)
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
    to_file = options.output_file is not None  # whatever stdout is
    colored = options.color == "always" if to_file else terminal.color(options.color)
    links = colored and not to_file and terminal.links()
    view = report.View(audit, colored, terminal.width(), options.quiet, links)
    found = (
        around.counts(outcome, here.fail_on)
        if mended is None
        else mended.counts(options, around.counts(outcome, here.fail_on))
    )
    if mended is not None and (options.diff or options.fix_only):
        text = mended.diff
    elif options.statistics:
        text = around.statistics(outcome)
    else:
        text = report.render(here.output_format, outcome, view)
    unwritten = _deliver(text, options.output_file)
    return _end(outcome, options, unwritten, bool(found))


def _filter(outcome: Outcome, options: Options, here: config.Settings, text: bytes) -> int:
    """The text on stdin, mended, to stdout; the report to stderr."""
    from xentlint import around, report

    outcome, text = around.mend_text(outcome, options, text)
    outcome = _after(outcome, options, here)
    view = report.View(False, False, terminal.width(), options.quiet)
    for line in report.render(here.output_format, outcome, view).splitlines():
        say(line)
    unwritten = terminal.write_bytes(text)
    return _end(outcome, options, unwritten, around.counts(outcome, here.fail_on))


def _mended(outcome: Outcome, options: Options) -> Mended | None:
    """The fixes that were asked for."""
    if not (options.fix or options.diff or options.fix_only):
        return None
    from xentlint import repair

    if options.output is not None and list(outcome.origin.kind_of.values()) not in ([], ["model"]):
        raise UsageError("--output is for a saved model: name one")
    mended = repair.mend(outcome, options)
    for line in mended.said:
        say(f"xentlint: {line}")
    return mended


def _agree(options: Options, here: config.Settings) -> None:
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


def _after(outcome: Outcome, options: Options, here: config.Settings) -> Outcome:
    """What is done with the findings before they are reported."""
    from xentlint import around, config

    path = here.baseline
    if path is not None and options.baseline is None:
        path = config.near_path(os.path.join(here.root, path))  # as its file says
    if options.write_baseline:
        result = around.write_baseline(outcome, options.write_baseline)
    else:
        result = around.heed_baseline(outcome, path)
    if options.add_ignore is not None:
        added = around.add_ignore(result.outcome, options.add_ignore)
        result = added._replace(said=(*result.said, *added.said))
    for line in result.said:
        say(f"xentlint: {line}")
    return result.outcome


def _deliver(text: str, path: str | None) -> str | None:
    """Write the report where it is wanted; what is wrong, if that could not be done."""
    if path is None:
        return terminal.write(text)
    from xentlint.writing import put

    problem = put(path, text.encode("utf-8", "backslashreplace"))
    return None if problem is None else f"{problem.path}: {problem.message}"


def _end(outcome: Outcome, options: Options, unwritten: str | None, found: bool) -> int:
    """What belongs beside the report, last of it the reason of a status 2; the status."""
    _aside(outcome, options.quiet)
    if unwritten is not None:
        say(UNWRITTEN.format(unwritten))
    if outcome.failed or unwritten is not None:
        return FAILED
    return FOUND if found and not options.exit_zero else CLEAN


def _settings(options: Options, audit: bool, configs: config.Configs) -> Settings:
    from xentlint import around
    from xentlint.engine import Settings

    return Settings(
        select=_codes("--select", options.select, configs),
        extend_select=_codes("--extend-select", options.extend_select, configs),
        ignore=_codes("--ignore", options.ignore, configs),
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


def _codes(option: str, given: list[str], configs: config.Configs) -> tuple[str, ...]:
    """``XL101,XL2 XL301`` → the codes, each of which selects something."""
    codes = [code for item in given for code in item.replace(",", " ").split()]
    if given and not codes:
        raise UsageError(f"{option} names no code")
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
    options = read("config", arguments)
    from xentlint import around, config
    from xentlint.discover import near
    from xentlint.report.summary import problem

    if not os.path.exists(options.path):
        raise UsageError(f"{options.path}: there is no such file or folder{near(options.path)}")
    configs = around.configs(options)
    found = configs.of(options.path)
    for item in found.problems:
        say(f"xentlint: error: {problem(item)}")
    return FAILED if found.problems else _write(config.rendered(found), CLEAN)


def _aside(outcome: Outcome, quiet: bool) -> None:
    """What belongs beside the report: notes, a summary, and last what makes the status 2."""
    from xentlint.report.summary import problem, summary

    for item in outcome.problems:
        if not item.fatal and not quiet:
            say(f"xentlint: note: {problem(item)}")
    if not quiet and (outcome.checked or not outcome.failed):
        say(f"xentlint: {summary(outcome)}")
    for item in outcome.problems:
        if item.fatal:
            say(f"xentlint: error: {problem(item)}")


def _inspect(arguments: list[str]) -> int:
    options = read("inspect", arguments)
    from xentlint.inspecting import run

    shown = run(options)
    status = _write(shown.text, shown.status)
    for line in shown.said:
        say(f"xentlint: {line}")
    return status


def _rule(arguments: list[str]) -> int:
    options = read("rule", arguments)
    from xentlint import looking

    known = looking.known_pages()
    if not options.codes:
        return _write("".join(looking.line(path) for path in known.values()), CLEAN)
    try:
        text = looking.text(options.codes, known)
    except LookupError as error:
        raise UsageError(error.args[0]) from None
    if terminal.is_terminal():  # a file or a pipe gets the Markdown
        from xentlint.report.page import render
        from xentlint.report.paint import painter

        text = render(text, painter(terminal.color("auto")), terminal.width())
    return _write(text, CLEAN)


def _completion(arguments: list[str]) -> int:
    shell = read("completion", arguments).shell
    from xentlint import looking
    from xentlint.completion import SHELLS, script
    from xentlint.parsers import PARSERS

    parsers = {name: make() for name, make in PARSERS.items()}
    words = {"rule": list(looking.known_pages()), "completion": list(SHELLS)}
    return _write(script(shell, parsers, words), CLEAN)


def _write(text: str, status: int) -> int:
    """Write all that a command has to say."""
    unwritten = terminal.write(text)
    if unwritten is None:
        return status
    say(UNWRITTEN.format(unwritten))
    return FAILED
