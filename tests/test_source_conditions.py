"""Guards and paths: what they say is what every assignment of the terms says."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from xentlint.source import terms
from xentlint.source.conditions import (
    ALWAYS,
    Atom,
    Guard,
    both,
    holds,
    narrow,
    simplify,
    widen,
)

TERMS = ("n", "flag")
VALUES = (0, 1, 2, True, False, None, "a")
ATOMS = [Atom("truth", term) for term in TERMS]
ATOMS += [Atom("==", term, value) for term in TERMS for value in (1, 2, "a", None)]
ATOMS += [Atom(kind, "n", 1) for kind in ("<", ">")]

literals = st.tuples(st.sampled_from(ATOMS), st.booleans())
# No guard says a thing and its opposite: `both` gives none for them.
guards = st.frozensets(literals, max_size=4).filter(
    lambda guard: not any((atom, not sign) in guard for atom, sign in guard)
)


def true_in(guard: Guard, world: dict[str, object]) -> bool:
    return all(holds(atom, world[atom.term]) is sign for atom, sign in guard)


WORLDS = [dict(zip(TERMS, values, strict=True)) for values in itertools.product(VALUES, repeat=2)]


def parameter(name: str, function: int) -> tuple[object, ...]:
    return ("parameter", function, name)


def test_a_condition_is_said_once() -> None:
    first, second = parameter("top", 1), parameter("top", 2)
    alike = frozenset({(Atom("truth", first), False), (Atom("truth", second), False)})
    assert terms.guard_words(alike) == "not top"
    n = parameter("n", 1)
    implied = {(Atom("==", n, 1), True), (Atom("==", n, 2), False), (Atom("truth", n), True)}
    assert terms.guard_words(frozenset(implied)) == "n == 1"
    both_matter = {
        (Atom("==", n, "a"), True),
        (Atom("<", n, 3), True),
        (Atom("truth", first), True),
    }
    assert terms.guard_words(frozenset(both_matter)) == "n < 3 and n == 'a' and top"


@given(guards, guards)
def test_a_conjunction_holds_where_both_hold(a: Guard, b: Guard) -> None:
    joined = both(a, b)
    for world in WORLDS:
        expected = true_in(a, world) and true_in(b, world)
        assert (joined is not None and true_in(joined, world)) == expected or joined is None
        if joined is None:
            assert not expected


@given(st.lists(guards, min_size=1, max_size=5))
def test_simplifying_changes_nothing_that_is_said(ways: list[Guard]) -> None:
    short = simplify(ways)
    assert len(short) <= len(ways)
    for world in WORLDS:
        before = any(true_in(way, world) for way in ways)
        # Worlds on which an atom says nothing (None < 1) belong to neither side.
        said = all(holds(atom, world[atom.term]) is not None for way in ways for atom, _ in way)
        assert not said or any(true_in(way, world) for way in short) == before


@given(st.lists(guards, min_size=1, max_size=12), guards)
def test_a_path_never_loses_a_way(ways: list[Guard], guard: Guard) -> None:
    path = narrow(widen(ways), guard)
    for world in WORLDS:
        if any(true_in(way, world) for way in ways) and true_in(guard, world):
            said = all(holds(atom, world[atom.term]) is not None for way in ways for atom, _ in way)
            assert not said or any(true_in(way, world) for way in path)


def test_two_values_of_one_term_contradict_each_other() -> None:
    one = frozenset({(Atom("==", "n", 1), True)})
    assert both(one, frozenset({(Atom("==", "n", 2), True)})) is None
    assert both(one, frozenset({(Atom(">", "n", 1), True)})) is None
    assert both(one, frozenset({(Atom("truth", "n"), False)})) is None
    assert both(one, ALWAYS) == one


def test_a_term_without_parts_has_words() -> None:
    """What no alternative reaches: seen where two public notebooks were checked together."""
    unreachable = ("contradiction",)
    assert terms.words(unreachable) == "a value that is not known"
    assert terms.words(("compare", "==", unreachable, 1)) == "a value that is not known == 1"
