"""The nodes below a node, without the visitor that LibCST's own ``children`` runs each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

import libcst as cst


@cache
def _fields(kind: Any) -> tuple[str, ...] | None:
    """The fields of a class of nodes; ``None`` for any other class."""
    return tuple(field.name for field in fields(kind)) if issubclass(kind, cst.CSTNode) else None


def _is_node(value: Any) -> bool:
    kind: Any = type(value)
    return _fields(kind) is not None


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes that a node is made of, in the order of its fields."""
    found: list[cst.CSTNode] = []
    kind: Any = type(node)
    for name in _fields(kind) or ():
        value = getattr(node, name)
        if isinstance(value, (tuple, list)):
            found += [item for item in value if _is_node(item)]
        elif _is_node(value):
            found.append(value)
    return found


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all below it."""
    todo = [node]
    while todo:
        part = todo.pop()
        yield part
        todo += reversed(children(part))
