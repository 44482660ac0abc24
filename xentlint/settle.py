"""Settles the alternatives of one meeting: which condition a verdict hangs on, if any."""

from __future__ import annotations

from collections.abc import Iterable

from xentlint.facts import Place
from xentlint.outcome import Judged, is_undecided
from xentlint.rules import UNDECIDED, Verdict


def settle(judged: Iterable[Judged]) -> list[Judged]:
    """Conditions that do not matter dropped, findings that hang on two decisions undecided.

    When every alternative of a meeting is rejected by one rule, the meeting is wrong however the
    decisions fall; when all are right, it is right.
    """
    groups: dict[object, list[Judged]] = {}
    for item in judged:
        key = ("alone", id(item)) if item.use.group is None else item.use.group
        groups.setdefault(key, []).append(item)
    return [settled for group in groups.values() for settled in _settle_one(group)]


def _settle_one(group: list[Judged]) -> list[Judged]:
    codes = {item.verdict.code for item in group}
    if len(codes) == 1 and UNDECIDED not in codes:
        return [Judged(item.use._replace(condition=None), item.verdict) for item in group]
    return [_two_decisions(item) if item.use.decisions > 1 else item for item in group]


def _two_decisions(item: Judged) -> Judged:
    if item.verdict.rule is None:
        return item
    reason = f"it hangs on two decisions: {item.use.condition}"
    return Judged(item.use, Verdict(UNDECIDED, reason=reason))


def unanswered(judged: list[Judged]) -> list[Judged]:
    """Without the undecided uses that another file answers.

    A loss that is defined here and meets its head there has its line there.
    """
    defined = {
        _start(related.place)
        for use, _ in judged
        for related in use.related
        if related.role == "definition" and related.place.path != use.consumer.place.path
    }
    return [
        item
        for item in judged
        if not is_undecided(item) or _start(item.use.consumer.place) not in defined
    ]


def _start(place: Place) -> tuple[str, int | None, int | None]:
    return place.path, place.line, place.column
