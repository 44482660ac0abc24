"""Reads the catalog's text tables: one name a line, then its parameters in order.

``tf.contrib.layers.linear inputs *num_outputs activation_fn=relu n=num_outputs`` reads:
parameters ``inputs``, ``num_outputs`` and ``activation_fn``; ``num_outputs`` is the width, the
default activation is ``relu``, and ``n`` is another name of ``num_outputs``. ``!softmax`` is an
activation that no parameter sets. Text keeps the rows short, and a row costs about a microsecond.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Line: TypeAlias = tuple[str, tuple[str, ...], str | None, str | None, tuple[str, ...]]
    """Name, parameters, activation, units and aliases. A plain tuple: 800 are made at start-up."""

_ACTIVATION_PARAMETERS = ("activation", "activation_fn")


def lines(text: str) -> list[Line]:
    """The lines of a table; names with equal parameters share one, parted by commas."""
    rows: list[Line] = []
    for line in text.splitlines():
        if line:
            names, *words = line.split()
            marked = "=" in line or "*" in line or "!" in line
            rest = _marked(words) if marked else (tuple(words), None, None, ())
            if "," in names:
                rows.extend((name, *rest) for name in names.split(","))
            else:
                rows.append((names, *rest))
    return rows


def _marked(
    words: list[str],
) -> tuple[tuple[str, ...], str | None, str | None, tuple[str, ...]]:
    parameters: list[str] = []
    aliases: list[str] = []
    activation = units = None
    for word in words:
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
    return tuple(parameters), activation, units, tuple(aliases)
