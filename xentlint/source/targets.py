"""Assignment targets: names, attributes, subscripts, tuples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import libcst as cst

from xentlint.source.conditions import Guard, Path
from xentlint.source.joins import choices_of
from xentlint.source.run import LIBRARY, Run
from xentlint.source.scopes import Frame, assign
from xentlint.source.sequences import content, make_list, store_item
from xentlint.source.values import Alternatives, Api, ClassValue, Ref, Rest, Tensor, Unknown, Value


def bind_target(run: Run, target: cst.CSTNode, value: Value, frame: Frame) -> None:
    """Bind a value to whatever stands on the left of ``=``."""
    if isinstance(target, cst.Name):
        assign(run.store, frame, target.value, _named(value, target.value))
    elif isinstance(target, (cst.Tuple, cst.List)):
        _unpack(run, target, value, frame)
    elif isinstance(target, cst.Attribute):
        set_attribute(run, run.evaluate(run, target.value, frame), target.attr.value, value)
    elif isinstance(target, cst.Subscript):
        owner = run.evaluate(run, target.value, frame)
        name = target.value
        if isinstance(name, cst.Name) and any(type(v) is Tensor for _, v in choices_of(owner)):
            mixed = run.fresh("an array into which something was written")
            assign(run.store, frame, name.value, mixed)
        elif len(target.slice) == 1 and isinstance(target.slice[0].slice, cst.Index):
            key = run.evaluate(run, target.slice[0].slice.value, frame)
            store_item(run, owner, key, value)
    elif isinstance(target, cst.StarredElement):
        bind_target(run, target.value, value, frame)


def _named(value: Value, name: str) -> Value:
    """An unknown without a name of its own takes that of the variable that holds it."""
    if type(value) is Unknown and isinstance(value.term, tuple):
        kind, *rest = value.term
        if kind == "result" or (kind == "fresh" and not rest[-1]):
            return replace(value, term=("fresh", rest[0], name))
    return value


def set_attribute(run: Run, owner: Value, name: str, value: Value) -> None:
    """``owner.name = value``, for each object that the owner may be."""
    if type(owner) is Ref:
        run.set(owner, name, value)
    elif type(owner) is Alternatives:
        branches: list[tuple[Path, Callable[[], Any]]] = []
        for guard, plain in owner.choices:
            if type(plain) is Ref:
                path = tuple(way | guard for way in run.path)
                branches.append((path, partial(run.set, plain, name, value)))
            else:
                branches.append((tuple(way | guard for way in run.path), lambda: None))
        run.fork(branches)
    elif type(owner) is ClassValue:
        run.store.set(owner.frame.id, name, value)
    elif type(owner) is Api:  # ``tf.model = Sequential()``
        run.store.set(LIBRARY, f"{owner.name}.{name}", value)


def _unpack(run: Run, target: cst.Tuple | cst.List, value: Value, frame: Frame) -> None:
    elements = list(target.elements)
    star = next((i for i, e in enumerate(elements) if isinstance(e, cst.StarredElement)), None)
    count = len(elements)
    for i, element in enumerate(elements):
        part = _part(run, value, i, count, star)
        inner = element.value if not isinstance(element, cst.StarredElement) else element
        bind_target(run, inner, part, frame)


def _part(run: Run, value: Value, index: int, count: int, star: int | None) -> Value:
    """The element of a value that goes to the ``index``-th of ``count`` targets."""
    from xentlint.source.joins import alternatives, pairs

    choices: list[tuple[Guard, Value]] = []
    for guard, (plain,) in pairs(value):
        items = content(run, plain)
        if items is None or any(type(v) is Rest for v in items.values):
            term = ("[]", plain.term, index) if type(plain) is Unknown else None
            reason = getattr(plain, "reason", "an element of a sequence that is not known")
            choices.append((guard, Unknown(term, reason) if term else run.fresh(reason)))
            continue
        values = items.values
        if star is None:
            if len(values) != count:
                choices.append((guard, run.fresh("a sequence of another length is unpacked")))
            else:
                choices.append((guard, values[index]))
        elif index < star:
            choices.append((guard, values[index] if index < len(values) else run.fresh("short")))
        elif index == star:
            stop = len(values) - (count - star - 1)
            choices.append((guard, make_list(run, values[star:stop])))
        else:
            offset = index - count
            ok = -offset <= len(values)
            choices.append((guard, values[offset] if ok else run.fresh("short")))
    return alternatives(choices)
