"""The tensor from before the activation, given to a loss in the place of the one behind it."""

from __future__ import annotations

import ast

from xentlint.source.edits_calls import replaced
from xentlint.source.edits_heads import Function
from xentlint.source.edits_text import ImpossibleError, Piece, Text
from xentlint.source.handles import Handle


def logits_tensor(text: Text, handle: Handle) -> list[Piece]:
    """``probs = softmax(logits)`` and a loss on ``probs``: ``logits`` in its place."""
    row = handle.row
    given = handle.args.get(row.predictions) if row is not None else None
    if given is None or handle.tensor.spot is None:
        raise ImpossibleError("the tensor that the loss takes is not written there")
    taken, made = text.node(given.spot), text.node(handle.tensor.spot)
    statement = text.parent(made)
    if not isinstance(made, ast.Call) or not isinstance(statement, ast.Assign) or not made.args:
        raise ImpossibleError("the code has no name for the logits")
    inner, holder = made.args[0], text.above(made, Function)
    if not isinstance(taken, ast.Name) or not isinstance(inner, ast.Name):
        raise ImpossibleError("the code has no name for the logits")
    names = (taken.id, inner.id)
    target = statement.targets[0]
    same = isinstance(target, ast.Name) and target.id == taken.id
    once = all(_stores(holder or text.tree, name) == 1 for name in names)
    if (
        not same
        or text.above(taken, Function) is not holder
        or not (once or _in_a_row(text, statement, taken, names))
    ):
        raise ImpossibleError("the logits have no name of their own where the loss is")
    return [replaced(text, taken, inner.id)]


def _stores(node: ast.AST, name: str) -> int:
    return sum(
        isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, (ast.Store, ast.Del))
        for n in ast.walk(node)
    )


def _in_a_row(text: Text, statement: ast.stmt, taken: ast.AST, names: tuple[str, str]) -> bool:
    """Whether a use follows an assignment in its block, and nothing between sets the names."""
    holder = text.parent(statement)
    block = next(
        (
            b
            for name in ("body", "orelse", "finalbody")
            if statement in (b := getattr(holder, name, []))
        ),
        [],
    )
    after = block[block.index(statement) + 1 :] if block else []
    for step in after:
        if any(_stores(step, name) for name in names):
            return _is_value_of(step, taken)
        if any(n is taken for n in ast.walk(step)):
            return True
    return False


def _is_value_of(step: ast.stmt, taken: ast.AST) -> bool:
    """``p = loss(p)`` reads before it sets."""
    return isinstance(step, ast.Assign) and any(n is taken for n in ast.walk(step.value))
