"""The short way past the parser: a command line of paths alone gives what the parser gives."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xentlint import options
from xentlint.parsers import PARSERS

ARGUMENT = st.text(max_size=6) | st.sampled_from(
    ["a b", "a=b", "x.py", "@x", "+x", "~", "\\-", " -"]
)
LINES = st.lists(ARGUMENT, max_size=5)
SHORT = ("check", "audit", "inspect")


def both_ways(command: str, line: list[str]) -> None:
    found = options.plain(command, line)
    assert found is not None
    # As text: `False == 0`, and a default of the other kind would be another default.
    assert repr(sorted(vars(found).items())) == repr(
        sorted(vars(PARSERS[command]().parse(line)).items())
    )


@pytest.mark.parametrize("command", SHORT)
@given(LINES)
@example(["a"])
@example([""])
def test_the_short_way_gives_what_the_parser_gives(command: str, line: list[str]) -> None:
    line = [argument.lstrip("-") for argument in line]
    if line or command != "inspect":
        both_ways(command, line)


@pytest.mark.parametrize("command", SHORT)
@given(LINES, st.sampled_from(["-", "--", "-q", "--fix", "-x", "--no-such", "-1", "-h"]), LINES)
def test_what_may_be_an_option_is_left_to_the_parser(
    command: str, before: list[str], dash: str, after: list[str]
) -> None:
    assert options.plain(command, [*before, dash, *after]) is None


def test_a_model_must_be_named() -> None:
    assert options.plain("inspect", []) is None
    with pytest.raises(options.UsageError, match="MODEL"):
        options.read("inspect", [])


def test_no_line_shares_its_lists_with_the_next() -> None:
    first = options.read("check", ["a"])
    first.select.append("XL101")
    first.paths.append("b")
    assert options.read("check", ["a"]).select == []
    both_ways("check", ["a"])


def test_every_command_has_its_parser() -> None:
    assert list(PARSERS) == list(options.COMMANDS)
