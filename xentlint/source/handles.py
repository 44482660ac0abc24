"""What a use remembers of the text, for the editor: the values that met, with their spots."""

from __future__ import annotations

from typing import Any, NamedTuple

from xentlint.source.values import Bindings, Const, Spot, Tensor, Value


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
    outlets: tuple[Any, ...] = ()
    """Of a loss: where else the predictions of its head go (``effects/outlets.py``)."""
    fits: str | None = None
    """Of a hand-written loss: the activation that its terms ask for."""
    consumed: tuple[Spot, ...] = ()
    """Of a loss: the calls of losses and metrics that take its head."""
    hidden: frozenset[int] = frozenset()
    """The nodes, of head and activation, that make hidden layers as well."""

    @property
    def named(self) -> Spot | None:
        """The text that names the consumer: a string literal, or what makes the object."""
        return self.spec.spot if isinstance(self.spec, Const) else self.written

    @property
    def consumer_key(self) -> int | None:
        """Equal for uses whose consumer is one and the same text."""
        spot = self.named if self.row is not None else None
        return id(spot.node) if spot is not None else None

    @property
    def head_key(self) -> int | None:
        """Equal for uses of a head that is made at one and the same place."""
        spot = self.tensor.spot if isinstance(self.tensor, Tensor) else None
        return id(spot.node) if spot is not None else None

    @property
    def made_key(self) -> int:
        """Of an activation as a consumer: the key of the head that it makes."""
        return id(self.at.node)
