"""Positions from generated code are those that Python's own parser gives."""

from __future__ import annotations

import ast

import libcst as cst
import pytest

from xentlint.source.modules import Source
from xentlint.source.positions import place

TEXTS = [
    "a = f(x, y=1)\nb = g(\n    f(2),\n    # a comment\n    h(3),\n)\n",
    "if a:\n\tfor i in b:\n\t\tf(i, 'ä', \"日本\")\n",
    "class C:\n  @d(1)\n  def m(self, x=f(1)): return (\n    g(x)  # why\n    + h(x))\n",
    "x = f(1); y = g('''a\nb''', 2)\r\nz = h(3)\r\n",
    "\ufeffx = f(1)\n",
    "lines = f(a,\\\n  b)\nasync def m():\n    await f(1)\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_calls_stand_where_ast_says(text: str) -> None:
    source = Source("x.py", data=text.encode())
    assert source.parse(), source.problem
    assert source.tree is not None
    calls: list[cst.CSTNode] = []

    class Find(cst.CSTVisitor):
        def visit_Call(self, node: cst.Call) -> None:  # noqa: N802
            calls.append(node)

    source.tree.visit(Find())
    ours = sorted(
        (p.line, p.column, p.end_line, p.end_column)
        for p in (place(source, call) for call in calls)
    )
    lines = text.encode().removeprefix(b"\xef\xbb\xbf").splitlines()

    def column(line: int, offset: int) -> int:
        return len(lines[line - 1][:offset].decode()) + 1

    theirs = sorted(
        (
            node.lineno,
            column(node.lineno, node.col_offset),
            node.end_lineno or 0,
            column(node.end_lineno or 0, node.end_col_offset or 0),
        )
        for node in ast.walk(ast.parse(text.encode()))
        if isinstance(node, ast.Call)
    )
    assert ours == theirs
    assert ours
