"""What all reports say about places: how one is written, and which ones belong to a use."""

from __future__ import annotations

from xentlint.facts import Place, Related, Use
from xentlint.outcome import WORDS
from xentlint.report.cells import safe


def shown(place: Place) -> str:
    """A place as editors and terminals understand it: ``path:line:column``."""
    parts = [safe(place.path)]
    if place.cell is not None:
        parts.append(f"cell {place.cell}")
    if place.pointer is not None:
        parts.append(f" {safe(place.pointer)}")
    parts += [str(number) for number in (place.line, place.column) if number is not None]
    return ":".join(parts)


def related(use: Use) -> tuple[Related, ...]:
    """The other places of a use: first where the head was made, then what the front end adds."""
    others = tuple(item for item in use.related if isinstance(item.place, Place))
    head = use.head
    known = (use.consumer.place, *(item.place for item in others))
    if not isinstance(head.place, Place) or head.place in known:
        return others
    if any(item.role in ("activation", "head") for item in others):
        # Made elsewhere, in another function or file: this is where it comes in.
        return (*others, Related("head", f"{WORDS[head.scale]} arrive here", head.place))
    role = "activation" if head.activation else "head"
    return (Related(role, gives(use), head.place), *others)


def gives(use: Use) -> str:
    """What the head's place says: ``softmax gives probabilities``."""
    head = use.head
    if head.scale == "unknown":
        return "the scale of this is not known"
    if head.activation:
        return f"{head.activation} gives {WORDS[head.scale]}"
    return "no activation: logits" if head.scale == "logits" else f"this is {WORDS[head.scale]}"


def takes(use: Use) -> str:
    """What the consumer's place says: ``expects logits``."""
    if use.consumer.kind == "suppression":
        return "nothing to silence"
    if use.slot == "labels":
        return "its two arguments stand in each other's place"
    return f"expects {WORDS[use.consumer.expects]}"
