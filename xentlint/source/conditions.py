"""Conditions over values: literals, guards (conjunctions) and paths (alternatives of guards)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from xentlint.source import limits


class Atom(NamedTuple):
    """A fact about a term that may hold or not."""

    kind: str
    """``truth``, ``==``, ``<``, ``>``, ``in`` (a constant), ``opaque`` (a decision of its own),
    ``long`` (one of many conditions: more than one decision)."""
    term: Hashable
    arg: Any = None


Literal: TypeAlias = tuple[Atom, bool]
Guard: TypeAlias = frozenset[Literal]
Path: TypeAlias = tuple[Guard, ...]

ALWAYS: Final[Guard] = frozenset()
EVERYWHERE: Final[Path] = (ALWAYS,)


def holds(atom: Atom, value: Any) -> bool | None:
    """What an atom says when its term has this value; ``None`` if it cannot be told."""
    try:
        if atom.kind == "truth":
            return bool(value)
        if atom.kind == "==":
            return (type(value) is type(atom.arg) and bool(value == atom.arg)) or (
                _number(value) and _number(atom.arg) and bool(value == atom.arg)
            )
        if atom.kind == "<":
            return bool(value < atom.arg)
        if atom.kind == ">":
            return bool(value > atom.arg)
        if atom.kind == "in":
            return value in atom.arg
    except TypeError:
        return None
    return None


def _number(value: Any) -> bool:
    return isinstance(value, (int, float))


def both(a: Guard, b: Guard) -> Guard | None:
    """The conjunction of two guards; ``None`` when they contradict each other."""
    if not a or a is b:
        return b
    if not b:
        return a
    return _conjunction(a, b)


@lru_cache(maxsize=20_000)
def _conjunction(a: Guard, b: Guard) -> Guard | None:
    if a <= b:
        return b
    if b <= a:
        return a
    for atom, sign in a:
        if (atom, not sign) in b:
            return None
    if _contradicts(_equalities(a), b) or _contradicts(_equalities(b), a):
        return None
    return a | b


@lru_cache(maxsize=20_000)
def _equalities(guard: Guard) -> dict[Hashable, Any]:
    return {atom.term: atom.arg for atom, sign in guard if sign and atom.kind == "=="}


def _contradicts(known: dict[Hashable, Any], guard: Guard) -> bool:
    """Whether a literal is false of a term whose value is known."""
    if not known:
        return False
    for atom, sign in guard:
        if atom.term in known:
            said = holds(atom, known[atom.term])
            if said is not None and said is not sign:
                return True
    return False


def narrow(path: Path, guard: Guard) -> Path:
    """The path with a guard added; empty when it cannot be."""
    if not guard:
        return path
    joined = (both(way, guard) for way in path)
    return tuple(way for way in joined if way is not None)


def widen(ways: Iterable[Guard]) -> Path:
    """Ways as a path: simplified, and cut to what they share when there are too many."""
    path = simplify(ways)
    if len(path) > limits.PATHS:
        return (frozenset.intersection(*path),)
    return path


def shared(path: Path) -> Guard:
    """The literals that hold on every way of a path."""
    if len(path) == 1:
        return path[0]
    return frozenset.intersection(*path) if path else ALWAYS


def simplify(guards: Iterable[Guard]) -> Path:
    """Guards that say the same together, fewer and shorter: ``a b | a not b`` is ``a``."""
    todo = tuple(dict.fromkeys(guards))
    return todo if len(todo) < 2 else _simplified(todo)


@lru_cache(maxsize=20_000)
def _simplified(guards: Path) -> Path:
    if ALWAYS in guards:
        return EVERYWHERE
    todo = list(guards)
    changed = True
    while changed:
        changed = False
        todo.sort(key=len)
        for i, a in enumerate(todo):
            for b in todo[i + 1 :]:
                merged = _merge(a, b)
                if merged is not None:
                    todo.remove(b)
                    todo[i] = merged
                    changed = True
                    break
            if changed:
                break
    return tuple(todo)


def _merge(a: Guard, b: Guard) -> Guard | None:
    """One guard for ``a or b``, where ``a`` is not the longer one."""
    if a <= b:
        return a
    rest = a - b
    if len(rest) != 1:
        return None
    ((atom, sign),) = rest
    opposite = (atom, not sign)
    if opposite not in b:
        return None
    if len(a) == len(b):
        return a & b
    return None
