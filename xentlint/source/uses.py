"""The only place that makes a Use: a tensor meets a consumer under a condition."""

from __future__ import annotations

from typing import Any, NamedTuple

from xentlint.facts import Consumer, Head, Related, Use
from xentlint.source.conditions import ALWAYS, Guard, both, narrow, shared
from xentlint.source.handles import Handle
from xentlint.source.run import Run
from xentlint.source.terms import decisions_of, guard_words, owner_of
from xentlint.source.values import Logarithms, Spot, Tensor, Unknown, Value


class Meeting(NamedTuple):
    """A use with what is needed to settle it with the others of its group."""

    use: Use
    key: tuple[Any, ...]
    """Equal for meetings that say the same."""
    model: int | None = None
    """The model whose ``compile`` this was."""
    literals: Guard = ALWAYS
    """The decisions that it hangs on."""
    path: Guard = ALWAYS
    """What holds where the consumer stands."""


def meet(
    run: Run,
    consumer: Consumer,
    head: Value,
    *,
    at: Spot,
    guards: tuple[Guard, Guard] = (ALWAYS, ALWAYS),
    output: str | None = None,
    slot: str = "predictions",
    other: str | None = None,
    labels: str | None = None,
    effect: str | None = None,
    backend: str | None = None,
    keras: int | None = None,
    reason: str | None = None,
    handle: Handle | None = None,
) -> None:
    """Record that a head reaches a consumer.

    ``guards``: of the head and of the consumer, beyond the path. ``at``: the call at which
    they meet. ``reason``: why the consumer's side is not known.
    """
    joined = both(*guards)
    if joined is None or not narrow(run.path, joined):
        return
    if consumer.kind == "activation" and at.source is not run.source:
        return  # it belongs to the file where it is written
    path = shared(run.path) - shared(run.base)
    sides = [side - shared(run.base) for side in guards]
    literals = path.union(*sides)
    tensor = head if type(head) is Tensor else None
    place = here(run, consumer.place or at, at)
    related = _related(run, tensor, consumer.place, place, consumer.kind)
    described = Head(
        tensor.scale if tensor else "unknown",
        tensor.activation if tensor else None,
        tensor.units if tensor else _width(head),
        output,
        here(run, tensor.spot, at) if tensor and tensor.spot else None,
    )
    use = Use(
        described,
        consumer._replace(place=place),
        slot=slot,
        other=other,
        size=described.units,
        labels=labels,
        effect=effect,
        keras=keras,
        backend=backend,
        condition=guard_words(literals) or None,
        related=related,
        reason=reason or _reason(head),
        handle=(handle or Handle(at))._replace(tensor=head),
        group=(
            id(at.node),
            tuple(id(s.node) for s in run.trail if s),
            output,
            slot,
            *_apart(consumer),
        ),
        decisions=decisions_of(literals),
    )
    key = (
        place,
        described,
        consumer._replace(place=None),
        slot,
        other,
        use.condition,
        effect,
        labels,
        use.reason,
        use.decisions,
    )
    run.meetings.append(Meeting(use, key, run.compiling, literals, shared(run.path)))
    leading = (consumer.place, place, at, *run.trail)
    run.met.update(id(spot.node) for spot in leading if spot is not None)


def here(run: Run, spot: Spot, at: Spot) -> Spot:
    """A place in the file that is checked: the spot itself, or the call that leads out of it."""
    if spot.source is run.source:
        return spot
    if at.source is run.source:
        return at
    for step in reversed(run.trail):
        if step is not None and step.source is run.source:
            return step
    return spot


def _related(
    run: Run, tensor: Tensor | None, written: Spot | None, place: Spot, what: str
) -> tuple[Related, ...]:
    found = []
    if tensor is not None and tensor.spot is not None:
        if tensor.activation is not None:
            found.append(Related("activation", f"{tensor.activation} is applied here", tensor.spot))
        else:
            found.append(Related("head", "no activation is applied here", tensor.spot))
    if written is not None and written is not place and written != place:
        found.append(Related("definition", f"the {what} is defined here", written))
    return tuple(found)


def _apart(consumer: Consumer) -> tuple[str, ...]:
    """Metrics of one ``compile`` are settled each by itself, its losses together."""
    return () if consumer.kind == "loss" else (consumer.kind, consumer.name)


def _width(head: Value) -> int | None:
    shape = head.shape if type(head) is Unknown else None
    return shape[-1] if shape else None


def _reason(head: Value) -> str | None:
    """Why a head has no known scale."""
    if type(head) is Tensor:
        return None
    if type(head) is Unknown:
        return str(head.reason)
    if type(head) is Logarithms:
        return "a logarithm is on no scale of ours"
    return "what reaches it is not followed"


def settle(run: Run) -> tuple[Use, ...]:
    """Each use once."""
    from xentlint.source.effects.decodings import trained
    from xentlint.source.effects.outlets import with_outlets

    trained(run)
    run.meetings[:] = with_outlets(run, run.meetings)
    seen: dict[Any, Use] = {}
    for meeting in run.meetings:
        use = _with_hidden(run, _with_settings(meeting, run.meetings))
        if use.consumer.expects != "any" and _only_a_part(run, meeting.model):
            use = use._replace(consumer=use.consumer._replace(expects="unknown"), reason=_PART)
        seen.setdefault((meeting.key, use.reason), use)
    return tuple(seen.values())


def _with_settings(meeting: Meeting, meetings: list[Meeting]) -> Use:
    """The use; another setting of one configuration that chooses its loss is a decision as well.

    ``args.loss`` and ``args.activation`` are set together, and nothing here says how. A setting
    counts where it could choose a loss that expects something else of the same head.
    """
    owners = {owner_of(atom.term) for atom, _ in meeting.literals} - {None}
    decided = {atom.term for atom, _ in meeting.literals}
    settings = frozenset(
        (atom, sign)
        for atom, sign in meeting.path
        if owner_of(atom.term) in owners and atom.term not in decided
    )
    use = meeting.use
    choosing = {
        atom.term
        for other in (meetings if settings else ())
        if (other.use.head.place, other.use.head.scale) == (use.head.place, use.head.scale)
        and other.use.consumer.expects != use.consumer.expects
        and both(other.path, settings) is None
        for atom, _ in other.path
    }
    chosen = {(atom, sign) for atom, sign in settings if atom.term in choosing}
    if not chosen:
        return use
    literals = meeting.literals | chosen
    return use._replace(condition=guard_words(literals), decisions=decisions_of(literals))


def _with_hidden(run: Run, use: Use) -> Use:
    """The use, and whether what an editor may change for it makes hidden layers too."""
    handle: Handle = use.handle
    spots = (handle.at, handle.tensor.spot if type(handle.tensor) is Tensor else None)
    hidden = run.hidden & {id(spot.node) for spot in spots if spot is not None}
    return use._replace(handle=handle._replace(hidden=frozenset(hidden))) if hidden else use


_PART = "the model is compiled, but trained only as a part of another one"


def _only_a_part(run: Run, model: int | None) -> bool:
    """A GAN's generator: compiled by habit, called inside of the model that is fitted."""
    return model in run.nested and bool(run.fitted) and model not in run.fitted
