"""Joining values: alternatives under guards, kept few."""

from __future__ import annotations

from collections.abc import Iterable

from xentlint.source import limits
from xentlint.source.conditions import ALWAYS, Guard, Path, both, narrow, shared, simplify
from xentlint.source.values import Alternatives, Unknown, Value, same

Choice = tuple[Guard, Value]


def choices_of(value: Value) -> tuple[Choice, ...]:
    """A value as guarded alternatives; a plain one has a single choice."""
    if type(value) is Alternatives:
        return value.choices
    return ((ALWAYS, value),)


def alternatives(choices: Iterable[Choice]) -> Value:
    """One value for several: equal ones merged, nested ones opened, contradictions dropped."""
    groups: list[tuple[Value, list[Guard]]] = []
    choices = list(choices)
    if len(choices) == 1 and not choices[0][0]:
        return choices[0][1]
    for guard, value in choices:
        for inner, plain in choices_of(value):
            joined = both(guard, inner)
            if joined is None:
                continue
            for known, guards in groups:
                if same(known, plain):
                    guards.append(joined)
                    break
            else:
                groups.append((plain, [joined]))
    result = [(guard, value) for value, guards in groups for guard in simplify(guards)]
    if len(result) == 1 and not result[0][0]:
        return result[0][1]
    if not result:
        return Unknown(("contradiction",), "no alternative can be reached here")
    if len(result) > limits.CHOICES:
        result = _fewer(groups)
    return Alternatives(tuple(result))


def _fewer(groups: list[tuple[Value, list[Guard]]]) -> list[Choice]:
    """Too many alternatives: whatever they were, the value is unknown."""
    reason = f"more than {limits.CHOICES} alternatives meet here"
    return [(ALWAYS, Unknown(("many", id(groups)), reason))]


def under(value: Value, path: Path) -> Value:
    """A value as it is on a path: impossible choices dropped, known literals left out."""
    if type(value) is not Alternatives:
        return value
    known = shared(path)
    kept = [
        (guard - known if known else guard, choice)
        for guard, choice in value.choices
        if narrow(path, guard)
    ]
    if len(kept) == 1 and not kept[0][0]:
        return kept[0][1]
    if len(kept) == len(value.choices) and not known:
        return value
    return alternatives(kept)


def pairs(*values: Value) -> list[tuple[Guard, tuple[Value, ...]]]:
    """Every combination of alternatives that can meet, under the union of their guards."""
    found: list[tuple[Guard, tuple[Value, ...]]] = [(ALWAYS, ())]
    for value in values:
        step = []
        for guard, chosen in found:
            for inner, plain in choices_of(value):
                joined = both(guard, inner)
                if joined is not None:
                    step.append((joined, (*chosen, plain)))
        found = step
    return found
