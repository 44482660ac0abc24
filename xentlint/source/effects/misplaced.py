"""Consumers that are written as Keras does not take them, and arguments in each other's place."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any, Final

from xentlint.facts import Consumer, Related
from xentlint.source.joins import choices_of
from xentlint.source.run import Run
from xentlint.source.uses import here
from xentlint.source.values import Arg, Args, Const, Spot, Tensor, Unknown, Value

_IN_STRING: Final = re.compile(r"\s*(\w+)\s*\(.*\bfrom_logits\b.*\)\s*\Z", re.S)
_ON: Final = re.compile(r"\bfrom_logits\s*=\s*True\b")


# -- from_logits in a string ---------------------------------------------------------------------


def named_in(text: str, names: Container[str]) -> str | None:
    """The name in ``"binary_crossentropy(from_logits=True)"``, if it is one of ours."""
    found = _IN_STRING.match(text)
    return found.group(1) if found is not None and found.group(1) in names else None


def switch_in(text: str) -> Arg:
    """What the string meant ``from_logits`` to be."""
    return Arg(Const(_ON.search(text) is not None))


# -- a call where the function belongs -----------------------------------------------------------


def mark(name: str) -> Unknown:
    """The result of calling a loss or metric function without its tensors: an error in Keras."""
    return Unknown(("called", name), f"`{name}` is called without tensors", data=True)


def called_name(value: Value) -> str | None:
    if type(value) is Unknown and isinstance(value.term, tuple) and value.term[0] == "called":
        return str(value.term[1])
    return None


def called(kind: str, name: str, place: Spot) -> Consumer:
    """``loss=binary_crossentropy(from_logits=True)``."""
    short = name.rpartition(".")[2]
    return Consumer(kind, name, "any", form="called", shown=f"{short}(…)", place=place)


# -- from_logits given to compile ----------------------------------------------------------------


def compile_keyword(run: Run, args: Args, before: int, at: Spot) -> None:
    """``compile(from_logits=True)``: one use for the call, in the place of those of its losses."""
    given = args.keywords.get("from_logits")
    losses = [m for m in run.meetings[before:] if m.use.consumer.kind == "loss"]
    if given is None or args.open or not losses:
        return
    rest = [m for m in run.meetings[before:] if m.use.consumer.kind != "loss"]
    first = losses[0]
    use, place = first.use, here(run, given.spot or at, at)
    consumer = use.consumer._replace(form="compile-keyword", expects="any", place=place)
    related = (*use.related, Related("loss", "the loss is given here", use.consumer.place))
    changed = use._replace(consumer=consumer, related=related, reason=None)
    run.meetings[before:] = [
        first._replace(use=changed, key=(*first.key, "compile-keyword")),
        *rest,
    ]


# -- swapped arguments ---------------------------------------------------------------------------

_PREDICTIONS: Final = ("logits", "log-probabilities", "simplex", "independent", "probabilities")


def are_swapped(predictions: Value, labels: Value) -> bool:
    """Whether data stand where the predictions belong, and a model's output where the labels do.

    An activation put on what is not followed may be soft labels: it is no evidence. Neither are
    weights in the place of the predictions, which may be what is trained.
    """
    return all(_is_data(plain) for _, plain in choices_of(predictions)) and all(
        _is_output(plain) for _, plain in choices_of(labels)
    )


def _is_data(value: Value) -> bool:
    if type(value) is not Unknown or value.weights or called_name(value) is not None:
        return False
    return value.labels is not None or value.data


def _is_output(value: Any) -> bool:
    if type(value) is not Tensor or value.scale not in _PREDICTIONS or value.spot is None:
        return False
    return value.scale == "logits" or value.before is not None
