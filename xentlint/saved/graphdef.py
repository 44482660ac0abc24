"""TensorFlow's GraphDef in a protobuf file: nodes and functions by name, read when asked for.

Field numbers are those of graph, node_def, function, op_def and attr_value.proto under
tensorflow/core/framework (TensorFlow 2.21).
"""

from __future__ import annotations

from collections.abc import Callable

from . import limits
from .errors import ReadError
from .graphs import CALLS, FUSED_OPS, NO_OUTPUT, Function, Graph, Node
from .wire import BYTES, Wire

Span = tuple[int, int]


def _index(wire: Wire, spans: list[Span], number: int, *name: int) -> dict[str, Span]:
    """Sub-messages by the string under ``name``."""
    found: dict[str, Span] = {}
    count = 0
    for start, end in spans:
        for span in wire.messages(start, end, number):
            key = _string(wire, span, *name)
            if key is not None:
                found[key] = span
            count += 1
            if count > limits.GRAPH_NODES:
                raise ReadError("the graph has too many nodes", "too-large")
    return found


def _string(wire: Wire, span: Span, *path: int) -> str | None:
    inner = span
    for number in path[:-1]:
        found = wire.message(*inner, number)
        if found is None:
            return None
        inner = found
    for number, kind, at, length in wire.fields(*inner):
        if number == path[-1] and kind == BYTES:
            return wire.text(at, length)
    return None


def _node(wire: Wire, span: Span) -> Node:
    """NodeDef: 1 name, 2 op, 3 input, 5 attr (a map of 1 key, 2 value)."""
    name = op = ""
    inputs: list[str] = []
    attributes: list[Span] = []
    for number, kind, at, length in wire.fields(*span):
        if kind != BYTES:
            continue
        if number == 1:
            name = wire.text(at, length)
        elif number == 2:
            op = wire.text(at, length)
        elif number == 3:
            tensor = wire.text(at, length)
            if not tensor.startswith("^"):
                inputs.append(tensor)
        elif number == 5:
            attributes.append((at, at + length))
    function: str | None = None
    fused: tuple[str, ...] = ()
    if op in CALLS:
        function = _attribute_function(wire, attributes)
    elif op in FUSED_OPS:
        fused = _attribute_strings(wire, attributes)
    return Node(name, op, tuple(inputs), function, fused)


def _attribute(wire: Wire, attributes: list[Span], key: str) -> Span | None:
    for span in attributes:
        if _string(wire, span, 1) == key:
            return wire.message(*span, 2)
    return None


def _attribute_function(wire: Wire, attributes: list[Span]) -> str | None:
    """AttrValue: 10 func (NameAttrList: 1 name)."""
    value = _attribute(wire, attributes, "f")
    return _string(wire, value, 10, 1) if value is not None else None


def _attribute_strings(wire: Wire, attributes: list[Span]) -> tuple[str, ...]:
    """AttrValue: 1 list (ListValue: 2 s)."""
    value = _attribute(wire, attributes, "fused_ops")
    inner = wire.message(*value, 1) if value is not None else None
    if inner is None:
        return ()
    return tuple(
        wire.text(at, length)
        for number, kind, at, length in wire.fields(*inner)
        if number == 2 and kind == BYTES
    )


def open_graph(wire: Wire, span: Span, nodes: dict[str, Span] | None = None) -> Graph:
    """GraphDef: 1 node, 2 library (FunctionDefLibrary: 1 function)."""
    if nodes is None:
        nodes = _index(wire, [span], 1, 1)
    functions: dict[str, Span] | None = None
    opened: dict[str, Function | None] = {}

    def function(name: str) -> Function | None:
        nonlocal functions
        if functions is None:
            functions = _index(wire, list(wire.messages(*span, 2)), 1, 1, 1)
        if name not in opened:
            where = functions.get(name)
            opened[name] = _function(wire, name, where) if where is not None else None
        return opened[name]

    return Graph(_lookup(wire, nodes), function)


def _lookup(wire: Wire, nodes: dict[str, Span]) -> Callable[[str], Node | None]:
    def node(name: str) -> Node | None:
        span = nodes.get(name)
        return _node(wire, span) if span is not None else None

    return node


def _function(wire: Wire, name: str, span: Span) -> Function:
    """FunctionDef: 1 signature (OpDef: 2 input_arg, 3 output_arg, each 1 name), 3 node_def,
    4 ret (a map of 1 key, 2 value)."""
    signature = wire.message(*span, 1)
    if signature is None:
        raise ReadError("a function without a signature", offset=span[0])
    arguments = [_string(wire, item, 1) or "" for item in wire.messages(*signature, 2)]
    outputs = [_string(wire, item, 1) or "" for item in wire.messages(*signature, 3)]
    returned = {}
    for item in wire.messages(*span, 4):
        returned[_string(wire, item, 1) or ""] = _string(wire, item, 2) or ""
    nodes = _index(wire, [span], 3, 1)
    return Function(
        name,
        tuple(arguments),
        tuple(returned.get(output, output) for output in outputs),
        _lookup(wire, nodes),
    )


def open_frozen(wire: Wire, span: Span) -> tuple[Graph, list[str]]:
    """A frozen graph, and the nodes that no other node reads: its outputs."""
    spans: dict[str, Span] = {}
    read: set[str] = set()
    ends: list[str] = []
    count = 0
    for field, kind, at, length in wire.fields(*span):
        if field != 1 or kind != BYTES:
            continue
        name = op = ""
        for number, text in wire.texts(at, at + length, 3):
            if number == 1:
                name = text
            elif number == 2:
                op = text
            else:
                read.add(text.partition(":")[0].lstrip("^"))
        spans[name] = at, at + length
        if op not in NO_OUTPUT:
            ends.append(name)
        count += 1
        if count > limits.GRAPH_NODES:
            raise ReadError("the graph has too many nodes", "too-large")
    return open_graph(wire, span, spans), [name for name in ends if name not in read]
