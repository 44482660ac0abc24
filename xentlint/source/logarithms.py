"""Whether a file whose only consumers are logarithms may hold a cross-entropy written by hand."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator
from typing import Final

from xentlint.catalog.ops import OPS

_LOGARITHM: Final = 1
_MINUS: Final = 2
_FACTOR: Final = 4
_PLAIN: Final = 8
"""A logarithm that is no ``log1p``."""
_OTHER: Final = 16
"""The other half's ``1 - p``: a sum of both halves is one without a factor, too."""
_SUM: Final = 32
_KINDS: Final = {
    "log": _LOGARITHM | _PLAIN,
    "log1p": _LOGARITHM | _OTHER,
    "xlogy": _LOGARITHM | _FACTOR,
    "negate": _MINUS,
    "subtract": _MINUS | _OTHER,
    "multiply": _FACTOR,
    "sum": _SUM,
    "mean": _SUM,
}
"""What the kinds of ops are of a cross-entropy."""


def _named() -> dict[str, int]:
    """What the ops of the catalog are, by their last names."""
    marks: dict[str, int] = {}
    for row in OPS.values():
        if row.kind in _KINDS:
            name = row.name.rpartition(".")[2]
            marks[name] = marks.get(name, 0) | _KINDS[row.kind]
    return marks


_NAMED: Final = _named()
_FOREIGN: Final = _MINUS | _FACTOR | _SUM
"""What a module may do that is not known: one that takes logarithms is asked about by itself."""
_LOGARITHMS: Final = {name for name, marks in _NAMED.items() if marks & _LOGARITHM}
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def may_be_handwritten(data: bytes, is_own: Callable[[str], bool]) -> bool:
    """Whether a file may hold one. What cannot be parsed may be anything.

    ``is_own``: whether a dotted name is a module of the project.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return has_handwritten(tree, is_own)


def has_handwritten(tree: ast.Module, is_own: Callable[[str], bool]) -> bool:
    """Whether a function, with all that it names in its file, has the parts of a cross-entropy."""
    units = [_Unit(statements, names) for statements, names in _divided(tree.body, ())]
    if not any(unit.named & _LOGARITHMS for unit in units):
        return False
    foreign = [unit for unit in units if any(map(is_own, unit.modules))]
    for unit in units if any("*" in unit.imported for unit in foreign) else foreign:
        unit.marks |= _FOREIGN
    marks = dict(_NAMED)
    while True:
        before = sum(marks.values())
        for unit in units:
            for name in unit.named:
                unit.marks |= marks.get(name, 0)
            if _is_whole(unit.marks):
                return True
            for name in unit.bound:
                marks[name] = marks.get(name, 0) | unit.marks
        if sum(marks.values()) == before:
            return False


def _is_whole(marks: int) -> bool:
    """Whether the parts make a cross-entropy: its kinds stand in ``effects/handwritten.py``."""
    both = _PLAIN | _OTHER
    weighted = bool(marks & _FACTOR) or marks & both == both
    needed = _LOGARITHM | _MINUS | _SUM
    return marks & needed == needed and weighted


def _divided(
    body: list[ast.stmt], names: tuple[str, ...]
) -> Iterator[tuple[list[ast.AST], tuple[str, ...]]]:
    """Functions, methods and statements outside of them, with the names that lead to each.

    A class leads to its methods, for an instance is called without naming one.
    """
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            inner = (statement.name, *names)
            yield [*statement.bases, *statement.keywords, *statement.decorator_list], inner
            yield from _divided(statement.body, inner)
        elif isinstance(statement, _FUNCTIONS):
            yield [statement], (statement.name, *names)
        else:
            yield [statement], names


class _Unit:
    """What a piece of code names, what it binds for others, and which parts stand in it."""

    def __init__(self, statements: list[ast.AST], names: tuple[str, ...]) -> None:
        self.named: set[str] = set()
        self.bound = set(names)
        self.modules: set[str] = set()
        self.imported: set[str] = set()
        self.marks = 0
        for statement in statements:
            local: set[str] = set()
            for node in _nodes(statement):
                self._see(node, local)
            if isinstance(statement, _FUNCTIONS):
                self.named -= local
            else:
                self.bound |= local
        self.named |= self.imported

    def _see(self, node: ast.AST, local: set[str]) -> None:
        if isinstance(node, ast.Name):
            (self.named if isinstance(node.ctx, ast.Load) else local).add(node.id)
        elif isinstance(node, ast.Attribute):
            (self.named if isinstance(node.ctx, ast.Load) else self.bound).add(node.attr)
        elif isinstance(node, ast.arg):
            local.add(node.arg)
        elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            local.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._import(node, local)
        elif isinstance(node, ast.Global):
            self.bound.update(node.names)
        else:
            self.marks |= _part(node)

    def _import(self, node: ast.Import | ast.ImportFrom, local: set[str]) -> None:
        if isinstance(node, ast.ImportFrom):
            self.modules.add("." * node.level + (node.module or ""))
            self.imported.update(one.name for one in node.names)
        else:
            self.modules.update(one.name for one in node.names)
        local.update(one.asname or one.name.partition(".")[0] for one in node.names)


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """A node and those in it, in half of the time that ``ast.walk`` takes."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        for value in node.__dict__.values():
            if isinstance(value, ast.AST):
                pending.append(value)
            elif type(value) is list:
                pending += [one for one in value if isinstance(one, ast.AST)]


def _part(node: ast.AST) -> int:
    """What an operator may be of a cross-entropy."""
    if isinstance(node, ast.UnaryOp):
        turns = isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant)
        return _MINUS if turns else 0
    if isinstance(node, ast.BinOp):
        return _operation(node.op, node.left, node.right)
    if isinstance(node, ast.AugAssign):
        return _operation(node.op, node.target, node.value)
    if isinstance(node, ast.Assign):  # sign = -1
        return _MINUS if isinstance(node.value, ast.UnaryOp) else 0
    if isinstance(node, ast.Call) and any(isinstance(one, ast.UnaryOp) for one in node.args):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return _MINUS if _NAMED.get(name, 0) & _FACTOR else 0
    return 0


def _operation(operator: ast.operator, left: ast.AST, right: ast.AST) -> int:
    if isinstance(operator, ast.Sub):
        if isinstance(right, ast.Constant):
            return 0
        return _MINUS | _OTHER if isinstance(left, ast.Constant) else _MINUS
    if isinstance(operator, (ast.Mult, ast.Div)):
        negative = isinstance(left, ast.UnaryOp) or isinstance(right, ast.UnaryOp)
        factor = _FACTOR if isinstance(operator, ast.Mult) else 0
        return factor | _MINUS if negative else factor
    return 0
