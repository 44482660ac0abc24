"""Findings that another file has by itself: there they are reported, and at no call of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from xentlint.facts import Place, Use
from xentlint.outcome import Judged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    _Key: TypeAlias = tuple[str, Place | None, Place]


def told_here(
    judged: Iterable[Judged], found: Callable[[str], Iterable[Judged]]
) -> Iterator[Judged]:
    """Without the findings that stand in other files, and are found there without this one.

    What a call decides (a finding that has a condition there, and none here) is told at the call.

    Args:
        judged: What was found, with real places.
        found: The findings of a file by itself.
    """
    known: dict[str, dict[_Key, bool]] = {}
    for item in judged:
        if not any(_tells(known, path, item, found) for path in _others(item)):
            yield item


def _tells(
    known: dict[str, dict[_Key, bool]],
    path: str,
    item: Judged,
    found: Callable[[str], Iterable[Judged]],
) -> bool:
    if path not in known:
        told = known[path] = {}
        for own in found(path):
            if own.verdict.rule is not None:
                key = _key(own)
                told[key] = told.get(key, False) or own.use.condition is None
    always = known[path].get(_key(item))
    return always is not None and (always or item.use.condition is not None)


def _key(item: Judged) -> _Key:
    return item.verdict.code, _made(item.use), _lost(item.use)


def _made(use: Use) -> Place | None:
    """Where the head is made."""
    made = (item.place for item in use.related if item.role in ("activation", "head"))
    return next(made, None)


def _lost(use: Use) -> Place:
    """Where the loss is written."""
    written = (item.place for item in use.related if item.role == "definition")
    place: Place = next(written, use.consumer.place)
    return place


def _others(item: Judged) -> list[str]:
    """The files of the head and the loss, where both stand in other files than the finding."""
    made = _made(item.use)
    if item.verdict.rule is None or made is None:
        return []
    paths = list(dict.fromkeys((made.path, _lost(item.use).path)))
    return [] if item.use.consumer.place.path in paths else paths
