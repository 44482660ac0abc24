"""Losses that stand in the text and that no head reached: an audit shows them too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import libcst as cst

from xentlint.catalog.losses import LOSSES
from xentlint.facts import Consumer, Head, Use
from xentlint.source.run import Run
from xentlint.source.values import ClassValue, Function, Spot

_NAMES: Final = frozenset(name.rpartition(".")[2] for name in LOSSES)
_PATTERNS: Final = frozenset(("re", "regex", "pattern"))


def unmet(run: Run) -> tuple[Use, ...]:
    """A use for each loss, ``compile`` and raw op of the file without one."""
    assert run.source.tree is not None
    met = run.met
    found = []
    for node in _calls(run.source.tree):
        shown = _loss(node)
        if shown is None or id(node) in met or _inside(node, met) or _own(run, node):
            continue
        reason = "no head reaches it"
        if run.exhausted:
            reason = "the file takes more steps than are followed, and it was not reached"
        spot = Spot(run.source, node)
        consumer = Consumer("loss", shown, shown=f"{shown}(…)", place=spot)
        found.append(Use(head=Head(), consumer=consumer, reason=reason, related=()))
    return tuple(found)


def _calls(tree: cst.CSTNode) -> Iterator[cst.Call]:
    todo: list[cst.CSTNode] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, cst.Call):
            yield node
        todo += reversed(node.children)


def _loss(node: cst.Call) -> str | None:
    """The name of a loss or of ``compile`` that a call spells."""
    func: Any = node.func
    name = func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", None)
    if name in _NAMES:
        return str(name)
    if name != "compile" or not isinstance(func, cst.Attribute):
        return None
    if isinstance(func.value, cst.Name) and func.value.value in _PATTERNS:
        return None
    return "compile" if _is_given_a_loss(node) else None


def _is_given_a_loss(node: cst.Call) -> bool:
    """Of a ``compile``: by name, in second place, or behind stars."""
    named = {arg.keyword.value for arg in node.args if arg.keyword is not None}
    plain = [arg for arg in node.args if arg.keyword is None]
    return "loss" in named or len(plain) > 1 or any(arg.star for arg in plain)


def _own(run: Run, node: cst.Call) -> bool:
    """Whether the name is one of the file's own functions: what stands in it has its lines."""
    if not isinstance(node.func, cst.Name):
        return False
    value = run.store.get(run.frames[run.source].id, node.func.value)
    return type(value) in (Function, ClassValue)


def _inside(node: cst.Call, met: set[int]) -> bool:
    """Whether a loss given to this ``compile`` has a line of its own."""
    return any(id(inner) in met for arg in node.args for inner in _calls(arg))
