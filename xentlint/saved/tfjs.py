"""TF.js models in JSON: a layers model is Keras' own configuration, a graph model has ops.

Checked against tfjs 4.22: tfjs-layers/src/models.ts, tfjs-converter/src/operations.
"""

from __future__ import annotations

import base64
import binascii

from . import limits
from .graphs import NO_OUTPUT, Graph, Node, trace
from .models import Output
from .tensors import Stacked
from .windows import Budget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def graph_outputs(
    root: dict[str, Any], topology: dict[str, Any], budget: Budget
) -> tuple[list[Output], list[Stacked]]:
    """The heads of a graph model: the outputs of its signature, else the nodes nobody reads."""
    nodes: dict[str, Node] = {}
    items = topology.get("node")
    for item in items if isinstance(items, list) else ():
        budget.work()
        if isinstance(item, dict):
            node = _node(item)
            nodes[node.name] = node
    graph = Graph(nodes.get, lambda _: None)
    outputs, stacked = [], []
    for name, tensor, units in _wanted(root, nodes)[: limits.OUTPUTS]:
        made, extra = trace(graph, tensor, units, budget)
        outputs.append(Output(name, made))
        if extra is not None:
            stacked.append(extra)
    return outputs, stacked


def _node(item: dict[str, Any]) -> Node:
    inputs = item.get("input")
    names = inputs if isinstance(inputs, list) else []
    tensors = tuple(t for t in names if isinstance(t, str) and not t.startswith("^"))
    attributes = item.get("attr")
    fused: tuple[str, ...] = ()
    if isinstance(attributes, dict):
        fused = _fused(attributes.get("fused_ops"))
    name, op = item.get("name"), item.get("op")
    return Node(
        name if isinstance(name, str) else "",
        op if isinstance(op, str) else "",
        tensors,
        None,
        fused,
    )


def _fused(value: Any) -> tuple[str, ...]:
    """``{"list": {"s": ["Qmlhc0FkZA==", "UmVsdQ=="]}}``: bytes are base64 in JSON."""
    inner = value.get("list") if isinstance(value, dict) else None
    strings = inner.get("s") if isinstance(inner, dict) else None
    names = []
    for text in strings if isinstance(strings, list) else ():
        try:
            names.append(base64.b64decode(text, validate=True).decode("ascii"))
        except (binascii.Error, ValueError, TypeError):
            names.append("")
    return tuple(names)


def _wanted(root: dict[str, Any], nodes: dict[str, Node]) -> list[tuple[str, str, int | None]]:
    meta = root.get("userDefinedMetadata")
    for signature in (
        root.get("signature"),
        meta.get("signature") if isinstance(meta, dict) else 0,
    ):
        outputs = signature.get("outputs") if isinstance(signature, dict) else None
        if isinstance(outputs, dict) and outputs:
            return [
                (str(key), info["name"], _units(info))
                for key, info in outputs.items()
                if isinstance(info, dict) and isinstance(info.get("name"), str)
            ]
    read = {tensor.partition(":")[0] for node in nodes.values() for tensor in node.inputs}
    return [
        (name, name, None)
        for name, node in nodes.items()
        if name not in read and node.op not in NO_OUTPUT
    ]


def _units(info: dict[str, Any]) -> int | None:
    shape = info.get("tensorShape")
    dimensions = shape.get("dim") if isinstance(shape, dict) else None
    last = dimensions[-1] if isinstance(dimensions, list) and dimensions else None
    size = last.get("size") if isinstance(last, dict) else None
    text = str(size)
    return (
        int(text)
        if text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text)
        else None
    )
