"""Whether a file whose only consumers are logarithms may hold a cross-entropy written by hand."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def may_be_handwritten(data: bytes) -> bool:
    """Whether a file may hold one. What cannot be parsed may be anything."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return has_handwritten(tree)


def has_handwritten(tree: ast.Module) -> bool:
    """Whether a function of a file has the logarithm and the minus sign of a cross-entropy.

    A class counts as one, and so does what stands outside of functions. A function that takes a
    logarithm may be what another one calls for it.
    """
    apart = (*_DEFINITIONS, ast.ClassDef)
    units = [[node] for node in tree.body if isinstance(node, apart)]
    units.append([node for node in tree.body if not isinstance(node, apart)])  # type: ignore[misc]
    logarithms = _logarithms(tree)
    return any(
        any(map(_negates, nodes)) and not _called(nodes).isdisjoint(logarithms)
        for nodes in map(_nodes, units)
    )


def _logarithms(tree: ast.Module) -> set[str]:
    """The names of the library's logarithms and of what calls one."""
    named = [
        (node.name, _called(ast.walk(node)))
        for node in ast.walk(tree)
        if isinstance(node, _DEFINITIONS) and not node.name.startswith("__")
    ]
    named += [
        (node.targets[0].id, _called(ast.walk(node)))
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    ]
    known = {"log", "log1p"}
    while more := {name for name, calls in named if not calls.isdisjoint(known)} - known:
        known |= more
    return known


def _nodes(statements: Iterable[ast.AST]) -> list[ast.AST]:
    return [node for statement in statements for node in ast.walk(statement)]


def _called(nodes: Iterable[ast.AST]) -> set[str]:
    """The last names of what is called."""
    functions = (node.func for node in nodes if isinstance(node, ast.Call))
    return {getattr(one, "attr", getattr(one, "id", "")) for one in functions}


def _negates(node: ast.AST) -> bool:
    """Whether a node turns a sign: ``-x``, ``a - f(x)``, ``-1 * x``, ``negative(x)``."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant)
    if isinstance(node, ast.BinOp):
        turns = isinstance(node.op, ast.Sub) or (
            isinstance(node.op, ast.Mult) and isinstance(node.left, (ast.Constant, ast.UnaryOp))
        )
        return turns and isinstance(node.right, (ast.Call, ast.BinOp))
    return isinstance(node, ast.Attribute) and node.attr in ("negative", "neg")
