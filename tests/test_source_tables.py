"""Knowledge is rows, behaviour is handlers: each kind has one handler, each handler a row."""

from __future__ import annotations

import libcst as cst

from xentlint.catalog.layers import LAYERS
from xentlint.catalog.ops import OPS
from xentlint.source import expressions, statements
from xentlint.source.effects import layers, ops

_NEWER = ("TemplatedString", "StarredDictComp")
"""Of Python 3.14 and later; an element with a star stands inside of a list or tuple."""
WITHOUT = {"opaque", "other"}
"""Kinds that mean: nothing is known of the result."""


def test_every_kind_of_layer_has_its_handler_and_every_handler_a_row() -> None:
    kinds = {row.kind for row in LAYERS.values()} - WITHOUT
    assert kinds == set(layers.KINDS)


def test_every_kind_of_op_has_its_handler_and_every_handler_a_row() -> None:
    kinds = {row.kind for row in OPS.values()} - WITHOUT
    assert kinds == set(ops.KINDS)


def _concrete(base: type) -> set[type]:
    found = set()
    todo = [base]
    while todo:
        cls = todo.pop()
        todo += cls.__subclasses__()
        public = getattr(cst, cls.__name__, None)  # LibCST builds each class twice
        if public is cls and not cls.__name__.startswith("Base"):
            found.add(cls)
    return found


def test_expressions_without_a_handler_are_a_decision() -> None:
    missing = _concrete(cst.BaseExpression) - set(expressions.HANDLERS)
    assert {cls.__name__ for cls in missing} <= {"StarredElement", *_NEWER}


def test_statements_without_a_handler_are_a_decision() -> None:
    every = _concrete(cst.BaseSmallStatement) | _concrete(cst.BaseCompoundStatement)
    missing = {cls.__name__ for cls in every - set(statements.HANDLERS)}
    newer = {"LazyImport", "LazyImportFrom"}
    assert missing - newer == {cls.__name__ for cls in statements.UNFOLLOWED}
