"""A value as a truth value: the guards under which it is true or false."""

from __future__ import annotations

from xentlint.source.conditions import ALWAYS, Atom, Guard, both
from xentlint.source.run import Run
from xentlint.source.values import Alternatives, Const, Entries, Items, Ref, Rest, Unknown, Value

Outcome = tuple[Guard, bool]


def outcomes(run: Run, value: Value) -> list[Outcome]:
    """Each way that a test can end."""
    kind = type(value)
    if kind is Const:
        return [(ALWAYS, bool(value.value))]
    if kind is Alternatives:
        found = []
        for guard, plain in value.choices:
            for inner, result in outcomes(run, plain):
                joined = both(guard, inner)
                if joined is not None:
                    found.append((joined, result))
        return found
    if kind is Unknown:
        return _split(value)
    if kind is Items:
        return _by_length(run, value)
    if kind is Ref and value.kind in ("list", "dict"):
        inner = run.get(value, "items" if value.kind == "list" else "entries")
        if type(inner) is Items:
            return _by_length(run, inner)
        if type(inner) is Entries and not inner.open:
            return [(ALWAYS, bool(inner.pairs))]
        return _split(run.fresh("emptiness", "it is not empty"))
    return [(ALWAYS, True)]


def _by_length(run: Run, items: Items) -> list[Outcome]:
    if items.values and all(type(value) is Rest for value in items.values):
        return _split(run.fresh("emptiness", "it is not empty"))
    return [(ALWAYS, bool(items.values))]


def _split(value: Unknown) -> list[Outcome]:
    atom, sign = literal(value)
    if isinstance(atom.term, tuple) and atom.term[:2] == ("()", ("api", "len")):
        return [(ALWAYS, sign)] if atom.kind == "truth" else _both_ways(atom, sign)
    return _both_ways(atom, sign)


def _both_ways(atom: Atom, sign: bool) -> list[Outcome]:
    return [(frozenset({(atom, sign)}), True), (frozenset({(atom, not sign)}), False)]


def literal(value: Unknown) -> tuple[Atom, bool]:
    """The literal that an unknown used as a test stands for."""
    term = value.term
    sign = True
    while isinstance(term, tuple) and len(term) == 2 and term[0] == "not":
        term = term[1]
        sign = not sign
    if isinstance(term, tuple) and len(term) == 4 and term[0] == "compare":
        _, operator, left, right = term
        return Atom(operator, left, right), sign
    return Atom("truth", term), sign
