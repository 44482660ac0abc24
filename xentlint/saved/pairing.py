"""Which loss and which metrics meet which output: by name, by position, or all.

Lists meet outputs by position and dicts by name, in any order; a dict's outputs are taken
in the order of their sorted keys (seen in Keras 2.3.1, TensorFlow 2.4 to 2.15, tf_keras 2.21,
Keras 3.0 and 3.15).
"""

from __future__ import annotations

from xentlint.records import NamedTuple

from .errors import printable
from .jsontext import Steps
from .models import Output, Outputs
from .names import is_lambda, is_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Pair(NamedTuple):
    """One serialized loss or metric that meets one output."""

    output: Output
    value: Any
    steps: Steps


class Paired(NamedTuple):
    pairs: list[Pair]
    reason: str | None = None
    """Why some entry meets no output."""


def _is_leaf(value: Any) -> bool:
    return isinstance(value, str) or is_object(value) or is_lambda(value)


def losses(value: Any, steps: Steps, outputs: Outputs, keras: int | None) -> Paired:
    """The losses of ``compile``, each with its output."""
    heads = outputs.outputs
    if value is None:
        return Paired([])
    if _is_leaf(value):
        return Paired([Pair(head, value, steps) for head in heads])
    if isinstance(value, dict):
        return _by_name(value, steps, heads)
    if isinstance(value, list):
        pairs = []
        if len(heads) == 1 and keras != 3:
            value = value[:1]  # Keras 2 takes the first, Keras 3 adds all up
        for index, item in enumerate(value):
            head = heads[0] if len(heads) == 1 else heads[index] if index < len(heads) else None
            if head is not None:
                pairs += [Pair(head, leaf, at) for leaf, at in _leaves(item, (*steps, index))]
        return Paired(pairs)
    return Paired([], "the loss has an unknown form")


def _by_name(value: dict[str, Any], steps: Steps, heads: list[Output]) -> Paired:
    names = {head.name: head for head in heads if head.name is not None}
    pairs, reason = [], None
    for key, item in value.items():
        found = names.get(key)
        if found is None:
            if item is not None:
                reason = f"no output is named {printable(key)!r}"
            continue
        pairs += [Pair(found, leaf, at) for leaf, at in _leaves(item, (*steps, key))]
    return Paired(pairs, reason)


def _leaves(value: Any, steps: Steps) -> list[tuple[Any, Steps]]:
    """The losses or metrics in a value that may be a list of them."""
    found: list[tuple[Any, Steps]] = []
    stack = [(value, steps)]
    while stack and len(found) < 1000:
        item, where = stack.pop()
        if _is_leaf(item):
            found.append((item, where))
        elif isinstance(item, list):
            pairs = [(part, (*where, index)) for index, part in enumerate(item)]
            stack.extend(reversed(pairs))
    return found


def metrics(value: Any, steps: Steps, outputs: Outputs, keras: int | None) -> Paired:
    """The metrics of ``compile``: a flat list in Keras 2 is for every output."""
    heads = outputs.outputs
    if isinstance(value, dict) and not _is_leaf(value):
        if len(heads) == 1:
            pairs = [
                Pair(heads[0], leaf, at)
                for key, item in value.items()
                for leaf, at in _leaves(item, (*steps, key))
            ]
            return Paired(pairs)
        return _by_name(value, steps, heads)
    if not isinstance(value, list):
        return Paired([Pair(head, value, steps) for head in heads] if _is_leaf(value) else [])
    flat = all(_is_leaf(item) for item in value)
    if len(heads) == 1 or (flat and keras != 3):
        every = _leaves(value, steps)
        return Paired([Pair(head, leaf, at) for head in heads for leaf, at in every])
    if len(value) != len(heads):
        return Paired([], "the metrics do not fit the outputs")
    pairs = []
    for index, (head, item) in enumerate(zip(heads, value, strict=True)):
        pairs += [Pair(head, leaf, at) for leaf, at in _leaves(item, (*steps, index))]
    return Paired(pairs)
