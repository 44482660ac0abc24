"""Lists, tuples and dicts: making, reading, writing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from xentlint.source import limits
from xentlint.source.conditions import Atom
from xentlint.source.joins import alternatives
from xentlint.source.run import Run
from xentlint.source.terms import constant, term_of
from xentlint.source.values import (
    Alternatives,
    Api,
    Bound,
    Const,
    Entries,
    Items,
    Ref,
    Rest,
    Spot,
    Tensor,
    Unknown,
    Value,
)


def make_list(run: Run, values: tuple[Value, ...]) -> Ref:
    ref = run.new("list")
    if len(values) > limits.ITEMS:
        values = (Rest(run.fresh("an element of a long list")),)
    run.set(ref, "items", Items(values))
    return ref


def make_dict(run: Run, pairs: tuple[tuple[Value, Value], ...], unknown: bool = False) -> Ref:
    ref = run.new("dict")
    run.set(ref, "entries", Entries(pairs[: limits.ITEMS], unknown or len(pairs) > limits.ITEMS))
    return ref


def content(run: Run, value: Value) -> Items | None:
    """The elements that iterating over a value gives; ``None`` if they are not known."""
    kind = type(value)
    if isinstance(value, Items):
        return value
    if kind is Ref:
        if value.kind == "list":
            inner = run.get(value, "items")
            return inner if isinstance(inner, Items) else None
        if value.kind == "dict":
            entries = run.get(value, "entries")
            if type(entries) is Entries and not entries.open:
                return Items(tuple(key for key, _ in entries.pairs))
        return None
    if kind is Const and isinstance(value.value, (str, bytes)) and len(value.value) < limits.ITEMS:
        return Items(tuple(Const(character) for character in value.value))
    return None


def item(run: Run, value: Value, indices: list[Any], spot: Spot) -> Value:
    """``value[indices]``; a slice is a tuple of its three parts."""
    kind = type(value)
    if kind is Tensor:
        return tensor_item(value, indices, spot)
    if kind is Unknown:
        return _unknown_item(run, value, indices)
    if kind is Api:  # os.environ["X"], sys.argv[1]
        reason = f"an element of `{value.name}`"
        return _unknown_item(run, Unknown(term_of(value), reason), indices)
    if len(indices) != 1:
        return run.fresh("an element that is not followed")
    index = indices[0]
    if kind is Const:
        return _character(run, value, index)
    if kind is Ref and value.kind == "dict":
        return entry(run, value, index)
    items = content(run, value)
    if items is None:
        return run.fresh("an element of something that is not followed")
    if isinstance(index, tuple):
        return _slice(run, items, index, kind is Items)
    return alternatives((guard, _at(run, items, plain)) for guard, plain in _choices(index))


def _character(run: Run, value: Const, index: Any) -> Value:
    if isinstance(value.value, (str, bytes)) and type(index) is Const:
        try:
            return Const(value.value[index.value])
        except (TypeError, IndexError):
            pass
    return run.fresh("a part of a text", data=True)


def _choices(value: Value) -> Any:
    return value.choices if type(value) is Alternatives else ((frozenset(), value),)


def _unknown_item(run: Run, value: Unknown, indices: list[Any]) -> Unknown:
    if len(indices) == 1:
        key = term_of(indices[0])
        if key is not None:
            term = ("[]", value.term, key)
            return Unknown(term, value.reason, data=value.data, weights=value.weights)
    return run.fresh(value.reason, data=value.data)


def _at(run: Run, items: Items, index: Value) -> Value:
    values = items.values
    if type(index) is Const and isinstance(index.value, int):
        at = index.value
        window = values[at:] if at < 0 else values[: at + 1]
        if any(type(value) is Rest for value in window) or not -len(values) <= at < len(values):
            if values and type(values[-1]) is Rest and at < 0 and len(window) == -at:
                return run.fresh("an element of a list of unknown length")
            return run.fresh("an element of a list of unknown length")
        return values[at]
    term = term_of(index)
    if term is None or len(values) > limits.CHOICES or any(type(v) is Rest for v in values):
        return run.fresh("an element at an unknown index")
    return alternatives(
        (frozenset({(Atom("==", term, i), True)}), value) for i, value in enumerate(values)
    )


def _slice(run: Run, items: Items, parts: tuple[Any, ...], is_tuple: bool) -> Value:
    bounds: list[Any] = []
    for part in parts:
        if part is None:
            bounds.append(None)
        elif type(part) is Const and (part.value is None or isinstance(part.value, int)):
            bounds.append(part.value)
        else:
            return run.fresh("a slice with unknown bounds")
    start = bounds[0]
    values = items.values
    if any(type(value) is Rest for value in values):
        tail = values[start:] if start is not None and start < 0 else ()
        if not tail or any(type(v) is Rest for v in tail) or bounds[1] is not None:
            return run.fresh("a slice of a list of unknown length")
    found = values[slice(*bounds)]
    return Items(found) if is_tuple else make_list(run, found)


def entry(run: Run, ref: Ref, key: Value, default: Value | None = None) -> Value:
    """``ref[key]`` of a dict, or ``ref.get(key, default)``."""
    entries = run.get(ref, "entries")
    if type(entries) is not Entries:
        return run.fresh("an entry of a dict that is not known")
    wanted = constant(key)
    if wanted is None:
        return _entry_by_term(run, entries, key)
    for known, value in reversed(entries.pairs):
        name = constant(known)
        if name is None:
            return run.fresh("an entry of a dict with unknown keys")
        if name == wanted:
            return run.read(value)
    if default is not None and not entries.open:
        return default
    reason = f"the dict has no known entry {wanted[1]!r}"
    return Unknown(("[]", ("ref", ref.id), wanted), reason)


def _entry_by_term(run: Run, entries: Entries, key: Value) -> Value:
    term = term_of(key)
    constants = [constant(known) for known, _ in entries.pairs]
    if term is None or None in constants or not 0 < len(constants) <= limits.CHOICES:
        return run.fresh("an entry at an unknown key")
    return alternatives(
        (frozenset({(Atom("==", term, known.value), True)}), value)
        for known, value in entries.pairs
    )


def store_item(run: Run, owner: Value, key: Value, value: Value) -> None:
    """``owner[key] = value``; what cannot be followed makes the container unknown."""
    if type(owner) is not Ref:
        return
    if owner.kind == "dict":
        entries = run.get(owner, "entries")
        if type(entries) is Entries:
            if constant(key) is None:
                run.set(owner, "entries", Entries(entries.pairs, True))
                return
            kept = tuple(pair for pair in entries.pairs if constant(pair[0]) != constant(key))
            run.set(owner, "entries", Entries((*kept, (key, value)), entries.open))
    elif owner.kind == "list":
        items = run.get(owner, "items")
        if type(items) is not Items:
            return
        values = list(items.values)
        index = key.value if type(key) is Const and isinstance(key.value, int) else None
        if index is None or any(type(v) is Rest for v in values):
            run.set(owner, "items", Items((Rest(run.fresh("an element that was replaced")),)))
        elif -len(values) <= index < len(values):
            values[index] = value
            run.set(owner, "items", Items(tuple(values)))


def tensor_item(tensor: Tensor, indices: list[Any], spot: Spot) -> Tensor | Unknown:
    """A part of a tensor: on its scale, but one column of a softmax no longer sums to one."""
    last = indices[-1]
    inner = len(indices) > 1 or (type(indices[0]) is Const and indices[0].value is ...)
    whole = isinstance(last, tuple) and all(part is None or part == Const(None) for part in last)
    if not inner or whole or (type(last) is Const and last.value in (..., None)):
        return replace(tensor, direct=None, rank=None)
    units = _width(last) if isinstance(last, tuple) else None
    scale = "independent" if tensor.scale == "simplex" else tensor.scale
    return replace(tensor, scale=scale, units=units, direct=None, rank=None)


def elements(run: Run, value: Value) -> Items | None:
    """What a loop goes over: of a tensor its rows."""
    if type(value) is Tensor:
        return Items((Rest(replace(value, direct=None, rank=None)),))
    return content(run, value)


def shape_of_tensor(run: Run, tensor: Tensor) -> Items:
    """``tensor.shape``: of its axes only the last may be known."""
    last: Value = Const(tensor.units)
    if tensor.units is None:
        last = run.fresh("the width of a tensor", "its last axis", data=True)
    axes = run.fresh("an axis of a tensor", "an axis", data=True)
    return Items((Rest(axes), last))


def _width(parts: tuple[Any, ...]) -> int | None:
    """Length of a slice with constant bounds."""
    start, stop, _step = ((p.value if type(p) is Const else None) for p in parts)
    if parts[2] is None and isinstance(stop, int) and (start is None or isinstance(start, int)):
        width = stop - (start or 0)
        return width if width > 0 and stop > 0 else None
    return None


__all__ = ["Bound", "content", "entry", "item", "make_dict", "make_list", "store_item"]
