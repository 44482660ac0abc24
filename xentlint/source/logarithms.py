"""Whether a file whose only consumers are logarithms may hold a cross-entropy written by hand."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence

from xentlint.records import NamedTuple


def may_be_handwritten(data: bytes) -> bool:
    """Whether a function of a file has the logarithm and the minus sign of a cross-entropy.

    Classes count as one, and so does what stands outside of functions. A function that takes a
    logarithm may be what another one calls for it. What cannot be parsed may be anything.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    units = _units(tree)
    logarithms = {"log", "log1p"}
    while True:
        more = {name for unit in units if unit.calls & logarithms for name in unit.binds}
        if more <= logarithms:
            return any(unit.negates and unit.calls & logarithms for unit in units)
        logarithms |= more


class _Unit(NamedTuple):
    """A function, a class, or what stands outside of them: the names it binds and calls."""

    binds: frozenset[str]
    calls: frozenset[str]
    negates: bool


def _units(tree: ast.Module) -> list[_Unit]:
    apart = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    alone = [node for node in tree.body if isinstance(node, apart)]
    rest = [node for node in tree.body if not isinstance(node, apart)]
    return [*(_unit([node]) for node in alone), _unit(rest)]


def _unit(statements: Sequence[ast.stmt]) -> _Unit:
    binds: set[str] = set()
    calls: set[str] = set()
    negates = False
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            binds.add(node.name)
        elif isinstance(node, ast.Call):
            calls.add(getattr(node.func, "attr", getattr(node.func, "id", "")))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            binds.add(node.targets[0].id)
        negates = negates or _negates(node)
    return _Unit(frozenset(binds), frozenset(calls), negates)


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
