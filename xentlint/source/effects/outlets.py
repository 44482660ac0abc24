"""Outlets: where a model's predictions go on into code that no consumer of ours stands for.

A fix that changes what the model gives has to change them as well, or to name them.
"""

from __future__ import annotations

from typing import NamedTuple

from xentlint.source.effects.decodings import origin, tensor_of
from xentlint.source.joins import choices_of
from xentlint.source.run import Run
from xentlint.source.uses import Meeting
from xentlint.source.values import Spot, Tensor, Value


class Outlet(NamedTuple):
    """One place in the text."""

    how: str
    """``predict``: arrays, ``call``: a tensor of the program's own, ``save``: the model itself."""
    spot: Spot
    tensor: Tensor | None = None
    model: int | None = None
    alone: bool = True
    """Whether the call gives this tensor and nothing else."""


def gives(run: Run, how: str, value: Value, spot: Spot) -> None:
    """A call gives predictions."""
    plain = [v for _, v in choices_of(value)]
    tensors = [v for v in plain if type(v) is Tensor]
    run.outlets += [Outlet(how, spot, tensor, None, len(plain) == 1) for tensor in tensors]


def saved(run: Run, model: int, spot: Spot) -> None:
    """A model is written to a file: whoever reads it takes its outputs for what they were."""
    run.outlets.append(Outlet("save", spot, None, model))


def with_outlets(run: Run, meetings: list[Meeting]) -> list[Meeting]:
    """The losses of heads with the outlets of these, and with what else is called on them."""
    if not run.outlets:
        return meetings
    consumed: dict[tuple[object, ...], dict[int, Spot]] = {}
    for meeting in meetings:
        handle = meeting.use.handle
        if handle is not None and meeting.use.consumer.kind in ("loss", "metric"):
            key = origin(tensor_of(meeting))
            consumed.setdefault(key, {})[id(handle.at.node)] = handle.at
    return [_with(run, meeting, consumed) for meeting in meetings]


def _with(
    run: Run, meeting: Meeting, consumed: dict[tuple[object, ...], dict[int, Spot]]
) -> Meeting:
    use, key = meeting.use, origin(tensor_of(meeting))
    if use.consumer.kind != "loss" or use.handle is None or not key:
        return meeting
    near = [
        outlet
        for outlet in run.outlets
        if (outlet.model is not None and outlet.model == meeting.model)
        or (outlet.tensor is not None and origin(outlet.tensor) == key)
    ]
    once = {(outlet.how, id(outlet.spot.node)): outlet for outlet in near}
    handle = use.handle._replace(
        outlets=tuple(once.values()), consumed=tuple(consumed.get(key, {}).values())
    )
    return meeting._replace(use=use._replace(handle=handle))
