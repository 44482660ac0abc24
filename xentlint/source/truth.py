"""A value as a truth value: the guards under which it is true or false."""

from __future__ import annotations

from typing import Final

from xentlint.catalog.names import canonical
from xentlint.source.conditions import ALWAYS, Atom, Guard, both
from xentlint.source.run import Run
from xentlint.source.terms import term_of
from xentlint.source.values import (
    Alternatives,
    Api,
    Const,
    Entries,
    Items,
    Ref,
    Rest,
    Unknown,
    Value,
)

Outcome = tuple[Guard, bool]
_LIBRARIES: Final = ("builtins", "keras", "tf", "tfa", "numpy", "jax")
"""Their names are functions, classes and modules."""


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
    if kind is Api and not _is_object(value.name):
        return _both_ways(Atom("truth", term_of(value)), True)
    return [(ALWAYS, True)]


def _is_object(name: str) -> bool:
    """Whether a library name is that of a function, class or module, which is always true.

    Elsewhere it may be a setting: ``flags.FLAGS.binary``, ``config.FROM_LOGITS``.
    """
    return canonical(name).partition(".")[0] in _LIBRARIES and ".FLAGS." not in name


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
