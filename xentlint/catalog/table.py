"""Reads the catalog's text tables: one name a line, then its parameters in order.

``tf.contrib.layers.linear inputs *num_outputs activation_fn=relu n=num_outputs`` reads:
parameters ``inputs``, ``num_outputs`` and ``activation_fn``; ``num_outputs`` is the width, the
default activation is ``relu``, and ``n`` is another name of ``num_outputs``. ``!softmax`` is an
activation that no parameter sets. Text keeps the rows short, and a row costs about a microsecond.
"""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """One line of a table."""

    name: str
    parameters: tuple[str, ...]
    activation: str | None
    units: str | None
    aliases: tuple[str, ...]


_ACTIVATION_PARAMETERS = ("activation", "activation_fn")


def lines(text: str) -> list[Line]:
    """The lines of a table; names with equal parameters share one, parted by commas."""
    rows: list[Line] = []
    for line in text.splitlines():
        if line:
            row = _line(line)
            if "," in row.name:
                rows.extend(row._replace(name=name) for name in row.name.split(","))
            else:
                rows.append(row)
    return rows


def _line(line: str) -> Line:
    words = line.split()
    if not ("=" in line or "*" in line or "!" in line):
        return Line(words[0], tuple(words[1:]), None, None, ())
    parameters: list[str] = []
    aliases: list[str] = []
    activation = units = None
    for word in words[1:]:
        name, _, value = word.partition("=")
        if word[0] == "*":
            units = word[1:]
            parameters.append(units)
        elif word[0] == "!":
            activation = word[1:]
        elif not value:
            parameters.append(word)
        elif name in _ACTIVATION_PARAMETERS:
            activation = value
            parameters.append(name)
        else:
            aliases.append(word)
    return Line(words[0], tuple(parameters), activation, units, tuple(aliases))
