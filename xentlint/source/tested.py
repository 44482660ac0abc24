"""Tensors whose numbers a test asks about: ``if p.max() > 1: p = softmax(p)`` is no mistake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import libcst as cst

from xentlint.source.joins import choices_of
from xentlint.source.run import Run
from xentlint.source.scopes import Frame
from xentlint.source.values import Tensor
from xentlint.source.walking import children

_NUMBERS: Final = frozenset(
    [
        f"{prefix}{name}"
        for prefix in ("", "reduce_")
        for name in ("all", "any", "max", "min", "sum")
    ]
    + ["allclose", "amax", "amin", "isclose"]
)
"""What reduces a tensor to a number about its numbers; its shape and type say nothing of them."""


@contextmanager
def asked(run: Run, test: cst.BaseExpression, frame: Frame) -> Iterator[list[Tensor]]:
    """While the branches of a test run: the tensors whose numbers it asks about."""
    before = run.tested
    tensors: list[Tensor] = []
    if names := _names(test):
        tensors = [
            plain
            for name in names
            for _, plain in choices_of(run.evaluate(run, name, frame))
            if type(plain) is Tensor
        ]
        run.tested = (*before, *tensors)
    try:
        yield tensors
    finally:
        run.tested = before


def is_asked_about(run: Run, tensor: Tensor) -> bool:
    return any(one == tensor and one.spot == tensor.spot for one in run.tested)


def _names(node: cst.CSTNode) -> list[cst.Name]:
    """The names whose numbers an expression reduces."""
    found = []
    todo = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, cst.Call):
            function = part.func
            last = function.attr if isinstance(function, cst.Attribute) else function
            if isinstance(last, cst.Name) and last.value in _NUMBERS:
                found += _read(part)
                continue
        todo += children(part)
    return found


def _read(call: cst.Call) -> list[cst.Name]:
    """The variables of a call, but for the names of its functions and of what it asks of them."""
    found: list[cst.Name] = []
    todo: list[cst.CSTNode] = [call]
    while todo:
        part = todo.pop()
        if isinstance(part, cst.Name):
            found.append(part)
        elif isinstance(part, (cst.Attribute, cst.Arg)):
            todo.append(part.value)
        else:
            todo += children(part)
    return found
