"""ONNX files: the op behind each output. External data is never looked at.

Field numbers are those of onnx/onnx.proto3 (ONNX 1.19).
"""

from __future__ import annotations

from . import limits
from .errors import ReadError
from .graphs import Graph, Node, trace
from .models import Output
from .tensors import Stacked
from .wire import BYTES, VARINT, Wire

Span = tuple[int, int]


def read_onnx(wire: Wire) -> tuple[list[Output], list[Stacked], str | None]:
    """ModelProto: 2 producer_name, 3 producer_version, 7 graph."""
    graph: Span | None = None
    producer = []
    for number, kind, at, length in wire.fields(0, wire.window.size):
        if number == 7 and kind == BYTES:
            graph = (at, at + length)
        elif number in (2, 3) and kind == BYTES:
            producer.append(wire.text(at, length))
    if graph is None:
        raise ReadError("the ONNX model holds no graph")
    makers, outputs = _graph(wire, graph)
    found = []
    stacked = []
    opened = Graph(lambda name: _node(wire, makers, name), lambda _: None)
    for name, units in outputs[: limits.OUTPUTS]:
        tensor, extra = trace(opened, _key(name), units, wire.window.budget)
        found.append(Output(name, tensor))
        if extra is not None:
            stacked.append(extra)
    return found, stacked, " ".join(producer) or None


def _key(name: str) -> str:
    """ONNX names tensors freely; ``trace`` cuts a name at a colon."""
    return name.replace(":", "\0")


def _graph(wire: Wire, graph: Span) -> tuple[dict[str, Span], list[tuple[str, int | None]]]:
    """GraphProto: 1 node (NodeProto: 2 output), 12 output (ValueInfoProto)."""
    makers: dict[str, Span] = {}
    outputs = []
    for number, kind, at, length in wire.fields(*graph):
        if kind != BYTES:
            continue
        if number == 1:
            for inner, inner_kind, start, size in wire.fields(at, at + length):
                if inner == 2 and inner_kind == BYTES:
                    makers[_key(wire.text(start, size))] = (at, at + length)
            if len(makers) > limits.GRAPH_NODES:
                raise ReadError("the graph has too many nodes", "too-large")
        elif number == 12:
            outputs.append(_output(wire, (at, at + length)))
    return makers, outputs


def _output(wire: Wire, span: Span) -> tuple[str, int | None]:
    """ValueInfoProto: 1 name, 2 type (1 tensor_type (2 shape (1 dim (1 value))))."""
    name, units = "", None
    for number, kind, at, length in wire.fields(*span):
        if number == 1 and kind == BYTES:
            name = wire.text(at, length)
    shape = wire.message(*span, 2, 1, 2)
    if shape is not None:
        for dimension in wire.messages(*shape, 1):
            units = None
            for number, kind, value, _ in wire.fields(*dimension):
                if number == 1 and kind == VARINT and 0 < value < 1 << 31:
                    units = value
    return name, units


def _node(wire: Wire, makers: dict[str, Span], name: str) -> Node | None:
    """NodeProto: 1 input, 3 name, 4 op_type."""
    span = makers.get(name)
    if span is None:
        return None
    inputs, title, op = [], "", ""
    for number, kind, at, length in wire.fields(*span):
        if kind != BYTES:
            continue
        if number == 1:
            inputs.append(_key(wire.text(at, length)))
        elif number == 3:
            title = wire.text(at, length)
        elif number == 4:
            op = wire.text(at, length)
    return Node(title or name.replace("\0", ":"), op, tuple(inputs))
