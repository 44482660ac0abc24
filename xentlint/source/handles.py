"""What a use remembers of the text, for the editor: the values that met, with their spots."""

from __future__ import annotations

from typing import Any, NamedTuple

from xentlint.source.values import Bindings, Spot, Value


class Handle(NamedTuple):
    """A tensor and a consumer as the interpreter saw them."""

    at: Spot
    """The call at which they met; of an activation, where it is written."""
    tensor: Value = None
    row: Any = None
    """The catalog row of the consumer."""
    args: Bindings = {}  # noqa: RUF012 (never changed)
    """What sets the consumer up, and of a function its tensors too."""
    written: Spot | None = None
    """The expression that makes the consumer, or that gives it to ``compile``."""
    spec: Value = None
    """Of a loss that is given by name: the constant or library name."""
    dotted: str = ""
    """The name by which the file calls the consumer, or the library of its model."""
