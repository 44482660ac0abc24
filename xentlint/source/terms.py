"""Terms: the identity by which two unknowns are the same, and their words in a condition."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from xentlint.source.conditions import Atom, Guard, holds
from xentlint.source.values import Api, ClassValue, Const, Ref, Unknown, Value

OBJECT = "object"
"""The kind of term of what a class makes, by its capital letter: it is never ``None``."""


def term_of(value: Value) -> Hashable | None:
    """A term for a value; ``None`` for one that has no identity of its own."""
    kind = type(value)
    if kind is Unknown:
        return value.term  # type: ignore[no-any-return]
    if kind is Const:
        return constant(value)
    if kind is Ref:
        return ("ref", value.id)
    if kind is Api:
        return ("api", value.name)
    if kind is ClassValue:
        return ("class", value.name)
    return None


def constant(value: Value) -> tuple[str, Any] | None:
    """A constant as a term, with ``True`` and ``1`` apart."""
    if type(value) is Const:
        try:
            hash(value.value)
        except TypeError:
            return None
        return ("bool" if isinstance(value.value, bool) else "const", value.value)
    return None


def owner_of(term: Hashable) -> Hashable | None:
    """What a setting belongs to: ``args`` for ``args.loss``, ``config`` for ``config["loss"]``."""
    if isinstance(term, tuple) and len(term) == 3 and term[0] in (".", "[]"):
        owner: Hashable = term[1]
        return owner
    return None


def is_negative(term: Hashable) -> bool:
    """Whether a minus sign is written on a product: ``-y``, ``-w * y``, ``y / -2``."""
    if not isinstance(term, tuple) or not term:
        return False
    if term[0] == "const":
        return isinstance(term[1], (int, float)) and term[1] < 0
    if term[0] == "op" and term[1] in ("*", "/"):
        return is_negative(term[2]) != is_negative(term[3])
    return bool(term[0] == "-")


def words(term: Hashable) -> str:
    """A term as a user would write it."""
    if not isinstance(term, tuple) or not term:
        return str(term)
    kind, *parts = term
    if kind == "parameter":
        return str(parts[-1])
    if kind in ("const", "bool"):
        return repr(parts[0])
    if kind == "fresh":
        return str(parts[-1]) or "a value that is not known"
    if kind == "result":
        return f"{parts[-1]}(…)"
    if kind == ".":
        return f"{words(parts[0])}.{parts[1]}"
    if kind == "[]":
        key = words(parts[1]) if isinstance(parts[1], tuple) else repr(parts[1])
        return f"{words(parts[0])}[{key}]"
    if kind == "()":
        return f"{words(parts[0])}({', '.join(words(part) for part in parts[1])})"
    if kind == "op":
        return f"{words(parts[1])} {parts[0]} {words(parts[2])}"
    if kind == "not":
        return f"not {words(parts[0])}"
    if kind == "-":
        return f"-{words(parts[0])}"
    if kind == "compare":
        return f"{words(parts[1])} {parts[0]} {parts[2]!r}"
    if kind in ("api", "class", "unbound"):
        return str(parts[0]).removeprefix("builtins.")
    if kind == "self":
        return "self"
    return parts[-1] if parts and isinstance(parts[-1], str) else "a value that is not known"


_OPPOSITE = {"==": "!=", "<": ">=", ">": "<=", "in": "not in"}


def literal_words(atom: Atom, sign: bool) -> str:
    """A literal as a condition: ``n_classes == 1``, ``not binary``."""
    if atom.kind == "truth":
        return words(atom.term) if sign else f"not {words(atom.term)}"
    if atom.kind in ("opaque", "long"):
        text = words(atom.term)
        return text if sign else f"not: {text}"
    if atom.kind == "==" and atom.arg is None:
        return f"{words(atom.term)} is {'' if sign else 'not '}None"
    operator = atom.kind if sign else _OPPOSITE[atom.kind]
    return f"{words(atom.term)} {operator} {atom.arg!r}"


def decisions_of(guard: Guard) -> int:
    """On how many decisions a guard hangs."""
    long = {atom.term for atom, _ in guard if atom.kind == "long"}
    return len({atom.term for atom, _ in guard}) + len(long)


def guard_words(guard: Guard) -> str:
    """A guard as a condition; what is true stands first, and what follows from it is left out."""
    known = {atom.term: atom.arg for atom, sign in guard if sign and atom.kind == "=="}
    told = [
        (not sign, literal_words(atom, sign))
        for atom, sign in guard
        if atom.term not in known
        or (sign and atom.kind == "==")
        or holds(atom, known[atom.term]) is None
    ]
    # Two unknowns may be written alike: the parameters of two functions.
    return " and ".join(dict.fromkeys(text for _, text in sorted(told)))
