"""Losses that stand in the text and that no head reached: an audit shows them too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeVar

import libcst as cst

from xentlint.catalog.losses import LOSSES
from xentlint.catalog.names import canonical
from xentlint.facts import Consumer, Head, Use
from xentlint.source.run import Run
from xentlint.source.values import Api, ClassValue, Function, Spot
from xentlint.source.walking import walk

_NAMES: Final = frozenset(name.rpartition(".")[2] for name in LOSSES)
_ROOTS: Final = frozenset(name.partition(".")[0] for name in LOSSES)
_DISTRIBUTIONS: Final = ".distributions."
"""What stands there takes distributions, not tensors: ``tf.distributions.kl_divergence``."""
_Node = TypeVar("_Node", bound=cst.CSTNode)
_PATTERNS: Final = frozenset(("re", "regex", "pattern"))


def unmet(run: Run) -> tuple[Use, ...]:
    """A use for each loss, ``compile`` and raw op of the file without one."""
    assert run.source.tree is not None
    met = run.met
    found = []
    inner = _functions(run.source.tree)
    for node in _nodes(run.source.tree, cst.Call):
        shown = _loss(node)
        if shown is None or id(node) in met or _inside(node, met) or _foreign(run, node, inner):
            continue
        if run.handed.get(id(node)) in met:
            continue
        reason = "no head reaches it"
        if run.exhausted:
            reason = "the file takes more steps than are followed, and it was not reached"
        spot = Spot(run.source, node)
        consumer = Consumer("loss", shown, shown=f"{shown}(…)", place=spot)
        found.append(Use(head=Head(), consumer=consumer, reason=reason, related=()))
    return tuple(found)


def _nodes(tree: cst.CSTNode, kind: type[_Node]) -> Iterator[_Node]:
    return (node for node in walk(tree) if isinstance(node, kind))


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


def _foreign(run: Run, node: cst.Call, inner: set[str]) -> bool:
    """Whether the name is another's: a function of the file, or of a library without our losses.

    What stands in a function of the file has its own lines.
    """
    root: Any = node.func
    names: list[str] = []
    while isinstance(root, cst.Attribute):
        names.append(root.attr.value)
        root = root.value
    if not isinstance(root, cst.Name):
        return False
    value = run.store.get(run.frames[run.source].id, root.value)
    if names[:1] == ["compile"]:
        # `torch.compile`; an object out of a module that was not found may be a model.
        return type(value) is Api and "." not in value.name and canonical(value.name) not in _ROOTS
    if type(value) is Api:
        name = canonical(".".join((value.name, *reversed(names))))
        return name.partition(".")[0] not in _ROOTS or _DISTRIBUTIONS in name
    if names:
        return False
    return type(value) in (Function, ClassValue) or (value is None and root.value in inner)


def _functions(tree: cst.CSTNode) -> set[str]:
    """Names of all functions of a file, also inside of others."""
    return {node.name.value for node in _nodes(tree, cst.FunctionDef)}


def _inside(node: cst.Call, met: set[int]) -> bool:
    """Whether a loss given to this ``compile`` has a line of its own."""
    return any(id(inner) in met for arg in node.args for inner in _nodes(arg, cst.Call))
