"""Findings that another file has by itself: there they are reported, and at no call of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from xentlint.facts import Place, Use
from xentlint.outcome import Judged, made_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    _Key: TypeAlias = tuple[str, object, Place]


class Told(NamedTuple):
    """A finding, and the file that has it by itself, if there is one."""

    item: Judged
    path: str | None


def told(judged: Iterable[Judged], found: Callable[[str], Iterable[Judged]]) -> Iterator[Told]:
    """Where each finding is told: those whose lines stand in other files may be found there.

    What a call decides (a finding that has a condition there, and none here) is told at the call.

    Args:
        judged: What was found, with real places.
        found: The findings of a file by itself.
    """
    known = functools.cache(lambda path: _told(found(path)))
    for item in judged:
        for path in others(item):
            always = known(path).get(_key(item))
            if always or (always is not None and item.use.condition):
                yield Told(item, path)
                break
        else:
            yield Told(item, None)


def _told(found: Iterable[Judged]) -> dict[_Key, bool]:
    """What a file's own findings say, and whether without a condition."""
    told: dict[_Key, bool] = {}
    for item in found:
        if item.verdict.rule is not None:
            key = _key(item)
            told[key] = told.get(key, False) or item.use.condition is None
    return told


def _key(item: Judged) -> _Key:
    return item.verdict.code, made_at(item.use), _lost(item.use)


def _lost(use: Use) -> Place:
    """Where the loss is written."""
    written = (item.place for item in use.related if item.role == "definition")
    place: Place = next(written, use.consumer.place)
    return place


def others(item: Judged) -> list[str]:
    """The files of the head and the loss, where both stand in other files than the finding."""
    made = made_at(item.use)
    if item.verdict.rule is None or not isinstance(made, Place):
        return []
    paths = list(dict.fromkeys((made.path, _lost(item.use).path)))
    return [] if item.use.consumer.place.path in paths else paths
