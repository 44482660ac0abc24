"""Which ``compile`` call in the source made a saved model: a call that fits, if only one does."""

from __future__ import annotations

from collections.abc import Iterable

from xentlint.facts import Related, Use


def made_by(model_use: Use, source_uses: Iterable[Use]) -> Use | None:
    """The one loss in the source that agrees with the model's in all that both know.

    Both sides are Uses of losses: of equal name (a string, a function and a class of one
    cross-entropy are one), expectation, head, units and output name. Uses of one place count once.
    """
    found: dict[object, Use] = {}
    for use in source_uses:
        if use.consumer.kind == "loss" and _fits(model_use, use):
            found.setdefault(use.consumer.place or id(use), use)
    return next(iter(found.values())) if len(found) == 1 else None


def with_origin(model_use: Use, source_uses: Iterable[Use]) -> Use:
    """The use, which names the call that made it where exactly one fits."""
    origin = made_by(model_use, source_uses)
    if origin is None:
        return model_use
    note = Related("definition", "compiled here", origin.consumer.place)
    return model_use._replace(related=(*model_use.related, note))


def _plain(name: str) -> str:
    """``keras.losses.BinaryCrossentropy`` and ``binary_crossentropy`` are one loss."""
    return name.rpartition(".")[2].replace("_", "").lower()


def _fits(model: Use, source: Use) -> bool:
    one, other = model.consumer, source.consumer
    if not one.name or _plain(one.name) != _plain(other.name) or one.expects != other.expects:
        return False
    if "unknown" in (model.head.scale, source.head.scale):
        return False
    if model.head.scale != source.head.scale:
        return False
    pairs = (
        (model.head.units, source.head.units),
        (model.head.output, source.head.output),
        (model.head.activation, source.head.activation),
    )
    return all(a is None or b is None or a == b for a, b in pairs)
