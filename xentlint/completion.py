"""Shell completion: scripts that know the commands, their options and the codes of the rules."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SHELLS: Final = ("bash", "zsh", "fish")


def script(
    shell: str, commands: Mapping[str, argparse.ArgumentParser], words: Mapping[str, list[str]]
) -> str:
    """The script for a shell. ``words``: what may follow a command besides paths."""
    codes = words.get("rule", [])
    options = {name: _options(parser, codes) for name, parser in commands.items()}
    if shell == "fish":
        return _fish(options, words)
    text = _bash(options, words)
    if shell == "zsh":
        return "autoload -U +X bashcompinit && bashcompinit\n" + text
    return text


def _options(parser: argparse.ArgumentParser, codes: list[str]) -> dict[str, tuple[str, list[str]]]:
    """Option → its help and the values that it takes."""
    return {
        name: (action.help or "", codes if action.metavar == "CODES" else _choices(action))
        for action in parser._actions
        for name in action.option_strings
        if action.help != argparse.SUPPRESS and name.startswith("--")
    }


def _choices(action: argparse.Action) -> list[str]:
    return [str(choice) for choice in action.choices or ()]


def _bash(
    options: Mapping[str, Mapping[str, tuple[str, list[str]]]], words: Mapping[str, list[str]]
) -> str:
    cases = []
    for command, named in options.items():
        values = "".join(
            f"        {name}) COMPREPLY=($(compgen -W '{' '.join(choices)}' -- \"$word\"));"
            " return;;\n"
            for name, (_, choices) in named.items()
            if choices
        )
        inner = f'      case "$before" in\n{values}      esac\n' if values else ""
        follows = " ".join([*named, *words.get(command, ())])
        cases.append(f'    {command})\n{inner}      list="{follows}";;\n')
    return (
        "_xentlint() {\n"
        '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" list=""\n'
        '  case "${COMP_WORDS[1]}" in\n'
        f"{''.join(cases)}"
        "  esac\n"
        f'  [ "$COMP_CWORD" = 1 ] && list="{" ".join(options)} --help --version"\n'
        '  COMPREPLY=($(compgen -W "$list" -- "$word"))\n'
        '  case "$word" in -*) ;; *) COMPREPLY+=($(compgen -f -- "$word"));; esac\n'
        "}\n"
        "complete -o filenames -F _xentlint xentlint\n"
    )


def _fish(
    options: Mapping[str, Mapping[str, tuple[str, list[str]]]], words: Mapping[str, list[str]]
) -> str:
    rows = [f"complete -c xentlint -n __fish_use_subcommand -a '{' '.join(options)}'"]
    for command, named in options.items():
        seen = f"-n '__fish_seen_subcommand_from {command}'"
        if words.get(command):
            rows.append(f"complete -c xentlint {seen} -a '{' '.join(words[command])}'")
        for name, (text, choices) in named.items():
            values = f" -x -a '{' '.join(choices)}'" if choices else ""
            quoted = text.replace("\\", "\\\\").replace("'", "\\'")
            rows.append(f"complete -c xentlint {seen} -l {name[2:]} -d '{quoted}'{values}")
    return "\n".join(rows) + "\n"
