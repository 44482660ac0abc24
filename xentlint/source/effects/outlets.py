"""Outlets: where a model's predictions go on into code that no consumer of ours stands for.

A fix that changes what the model gives has to change them as well, or to name them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from xentlint.source.effects.decodings import origin, tensor_of
from xentlint.source.joins import choices_of
from xentlint.source.run import Run
from xentlint.source.uses import Meeting
from xentlint.source.values import Ref, Spot, Tensor, Value


class Outlet(NamedTuple):
    """One place in the text."""

    how: str
    """``predict``: arrays, ``call``: a tensor of the program's own, ``save``: the model itself,
    ``hand``: the model or its ``predict`` as an argument of code that is not followed, ``wrap``: a
    model of which it is a part, and which goes on with what it gives."""
    spot: Spot
    tensor: Tensor | None = None
    model: int | None = None
    alone: bool = True
    """Whether the call gives this tensor and nothing else."""
    inside: int | None = None
    """The model in whose own ``call`` it stands."""
    follows: str | None = None
    """The activation that the wrapper applies to it."""
    within: bool = False
    """Whether that is the model that the loss was given to: what it returns is that model's."""


def gives(run: Run, how: str, value: Value, spot: Spot) -> None:
    """A call gives predictions."""
    plain = [v for _, v in choices_of(value)]
    tensors = [v for v in plain if type(v) is Tensor]
    inside = _inside(run)
    run.outlets += [Outlet(how, spot, t, None, len(plain) == 1, inside) for t in tensors]


def _inside(run: Run) -> int | None:
    """The object whose ``call`` runs."""
    for frame in reversed(run.stack):
        if frame.function is not None and frame.function.name in ("call", "__call__"):
            receiver = frame.receiver
            return receiver.id if type(receiver) is Ref else None
    return None


def not_at(run: Run, spot: Spot, mark: int) -> None:
    """Forget what models inside of another one gave where the other one is called: it gives."""
    run.outlets[mark:] = [o for o in run.outlets[mark:] if o.spot.node is not spot.node]


def whole(run: Run, how: str, model: int, outputs: Iterable[Value], spot: Spot) -> None:
    """A model is saved or handed on: whoever gets it takes its outputs for what they were."""
    run.outlets.append(Outlet(how, spot, None, model))
    for output in outputs:
        gives(run, how, output, spot)


def wrapped(run: Run, model: int, follows: str | None, spot: Spot) -> None:
    """A layer is put behind a whole model and takes what that gives."""
    run.outlets.append(Outlet("wrap", spot, None, model, follows=follows))


def with_outlets(run: Run, meetings: list[Meeting]) -> list[Meeting]:
    """The losses of heads with the outlets of these, and with what else is called on them."""
    if not run.outlets:
        return meetings
    consumed: dict[tuple[object, ...], dict[int, Spot]] = {}
    for meeting in meetings:
        handle = meeting.use.handle
        if handle is not None and meeting.use.consumer.kind in ("loss", "metric"):
            # A model that is compiled with the tensor has outlets of its own.
            made = run.memo.get(("made", meeting.model))
            own = consumed.setdefault(origin(tensor_of(meeting)), {})
            own.update((id(spot.node), spot) for spot in (handle.at, made) if spot is not None)
    return [_with(run, meeting, consumed) for meeting in meetings]


def _with(
    run: Run, meeting: Meeting, consumed: dict[tuple[object, ...], dict[int, Spot]]
) -> Meeting:
    use, key = meeting.use, origin(tensor_of(meeting))
    if use.consumer.kind != "loss" or use.handle is None or not key:
        return meeting
    near = [
        outlet._replace(within=outlet.inside is not None and outlet.inside == meeting.model)
        for outlet in run.outlets
        if (outlet.model is not None and outlet.model == meeting.model)
        or (outlet.tensor is not None and origin(outlet.tensor) == key)
    ]
    once = {(outlet.how, id(outlet.spot.node)): outlet for outlet in near}
    handle = use.handle._replace(
        outlets=tuple(once.values()), consumed=tuple(consumed.get(key, {}).values())
    )
    return meeting._replace(use=use._replace(handle=handle))
