"""The source editor: turns the intents of a fix into edits of the text."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from xentlint.facts import Edit, Related, Use
from xentlint.source import (
    edits_before,
    edits_heads,
    edits_losses,
    edits_metrics,
    edits_misplaced,
    edits_outlets,
)
from xentlint.source.edits_text import ImpossibleError, Piece, Text
from xentlint.source.handles import Handle
from xentlint.source.modules import Source
from xentlint.source.values import Spot, Tensor


class Editor:
    """The texts of a run, opened when a finding in them wants a fix."""

    def __init__(self) -> None:
        self._texts: dict[int, Text] = {}

    def edits(
        self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()
    ) -> tuple[Edit, ...] | str:
        """The edits of a fix, or why there are none. ``same``: uses of the same head."""
        if not isinstance(use.handle, Handle):
            return "the front end kept no text"
        found: dict[Edit, None] = {}
        try:
            for step in steps:
                found.update(dict.fromkeys(self._step(use, step, same)))
        except ImpossibleError as error:
            return str(error)
        return tuple(found)

    def left(self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()) -> tuple[Related, ...]:
        """What a fix leaves to do: readers of predictions that it changes and cannot mend."""
        found = []
        if isinstance(use.handle, Handle) and "remove-activation" in steps:
            for text, plan in self._outlets(use, same):
                for item in plan.left:
                    place = text.edit(Piece(text.span(item.node), "")).place
                    found.append(Related("left", item.message, place))
        return tuple(found)

    def _outlets(self, use: Use, same: Sequence[Use]) -> list[tuple[Text, edits_outlets.Plan]]:
        """What becomes of the readers of a head's predictions, text by text."""
        if use.consumer.kind != "loss":
            return []
        losses = [use, *(other for other in same if isinstance(other.handle, Handle))]
        home = use.handle.at.source
        spots = {id(o.spot.source): o.spot for o in edits_outlets.outlets_of(losses)}
        texts = [self._text(spot) for spot in spots.values()]
        family = _family_of(losses)
        return [
            (text, edits_outlets.plan(text, losses, family, use.keras, text.source is home))
            for text in texts
        ]

    def _step(self, use: Use, step: str, same: Sequence[Use]) -> list[Edit]:
        handle: Handle = use.handle
        if step == "set-loss-family":
            losses = [use] if use.consumer.kind == "loss" else [u for u in same if _is_loss(u)]
            return self._families(use, losses)
        if step in ("set-from-logits", "remove-from-logits"):
            text = self._text(_loss_spot(handle))
            pieces = _switch(text, use, handle, step == "set-from-logits")
        elif step == "set-threshold" and use.consumer.kind == "metric":
            text = self._text(_loss_spot(handle))
            pieces = edits_metrics.threshold(text, handle)
        elif step == "set-threshold":
            text = self._text(handle.at)
            pieces = edits_metrics.decoding(text, use, handle, _family_of(same))
        elif step == "apply-activation":
            text = self._text(handle.at)
            pieces = edits_metrics.applied(text, use, handle, _family_of(same))
        elif step == "move-from-logits":
            text = self._text(handle.at)
            pieces = edits_misplaced.move(text, use, handle)
        elif step == "remove-call":
            text = self._text(handle.at)
            pieces = edits_misplaced.without_call(text, use, handle)
        elif step == "swap-arguments":
            text = self._text(handle.at)
            pieces = edits_losses.swap(text, handle)
        elif step == "instantiate":
            text = self._text(handle.written)
            pieces = edits_losses.instantiate(text, use, handle)
        elif step == "use-logits-tensor":
            text = self._text(handle.at)
            pieces = edits_before.logits_tensor(text, handle)
        elif step == "remove-activation":
            text, node = self._activation(use, step)
            if use.condition is not None:
                edits_heads.ends_here(text, node)
            pieces = edits_heads.remove(text, node)
            more = [t.edit(p) for t, plan in self._outlets(use, same) for p in plan.pieces]
            return [*(text.edit(piece) for piece in pieces), *more]
        elif step == "set-activation":
            text, node = self._activation(use, step)
            if use.condition is not None:
                edits_heads.ends_here(text, node)
            fitting = _fitting(use, same)
            if fitting == "softmax":
                edits_heads.keeps_its_axis(text, node, handle.tensor)
            pieces = edits_heads.set_to(text, node, fitting)
        else:
            raise ImpossibleError(f"{step} is not done by this version")
        return [text.edit(piece) for piece in pieces]

    def _families(self, use: Use, losses: Sequence[Use]) -> list[Edit]:
        if not losses:
            raise ImpossibleError("the loss behind the activation was not found")
        family, edits = _family(use), []
        for loss in losses:
            if loss.consumer.family != family:
                text = self._text(_loss_spot(loss.handle))
                pieces = edits_losses.set_family(text, loss.handle, family)
                edits += [text.edit(piece) for piece in pieces]
        return edits

    def _activation(self, use: Use, step: str) -> tuple[Text, ast.expr]:
        """Where the activation of the head is written, or of two the one to change."""
        handle: Handle = use.handle
        spot = handle.tensor.spot if isinstance(handle.tensor, Tensor) else None
        if use.consumer.kind == "activation":
            if step == "remove-activation" and _differ(handle.tensor, use.consumer.applies):
                edits_heads.only_read(self._text(handle.at), handle.at)
            else:
                spot = handle.at
        if spot is None:
            raise ImpossibleError("where the head is made is not known")
        if id(spot.node) in handle.hidden:
            raise ImpossibleError("the same code makes hidden layers, which would change with it")
        text = self._text(spot)
        return text, text.node(spot)

    def _text(self, spot: Spot | None) -> Text:
        if spot is None:
            raise ImpossibleError("it is not written in the code that was read")
        key = id(spot.source)
        if key not in self._texts:
            self._texts[key] = _open(spot.source)
        return self._texts[key]


def _open(source: Source) -> Text:
    if source.text == "":
        source.decode()
    return Text(source)


def _loss_spot(handle: Handle) -> Spot | None:
    """The text that sets ``from_logits``, or else that names the loss."""
    given = handle.args.get(handle.row.switch) if handle.row and handle.row.switch else None
    return given.spot if given is not None else handle.named


def _switch(text: Text, use: Use, handle: Handle, on: bool) -> list[Piece]:
    if use.consumer.kind == "metric" and "from_logits" not in handle.args:
        return edits_metrics.setting(text, handle, f"from_logits={on}")
    return edits_losses.switch(text, handle, on)


def _family_of(losses: Sequence[Use]) -> str | None:
    """The family of the losses of a head, where they have one in common."""
    found = {loss.consumer.family for loss in losses}
    return found.pop() if len(found) == 1 else None


def _is_loss(use: Use) -> bool:
    return use.consumer.kind == "loss"


def _differ(tensor: object, applies: str) -> bool:
    """Whether the first of two activations is another than the second: then the second stays."""
    return isinstance(tensor, Tensor) and tensor.applied not in (None, applies)


def _fitting(use: Use, same: Sequence[Use]) -> str:
    """The activation that a consumer wants to see."""
    written = {other.handle.fits for other in (use, *same) if isinstance(other.handle, Handle)}
    if use.consumer.family == "none" and written - {None}:
        # The terms of one loss may stand apart: one of `1 - p` tells of the others.
        return "sigmoid" if "sigmoid" in written else "softmax"
    if use.consumer.kind == "activation" or use.consumer.family == "binary":
        return "sigmoid"
    if use.consumer.family in ("categorical", "sparse"):
        if use.size == 1:
            raise ImpossibleError("a softmax over one unit is constant")
        return "softmax"
    raise ImpossibleError("which activation fits is not known from the loss")


def _family(use: Use) -> str:
    """The family of loss that fits the head and the labels."""
    if use.consumer.kind == "activation" or use.size == 1:
        return "binary"
    if use.head.scale == "independent":
        return "binary"
    return "sparse" if use.labels == "integer" else "categorical"
