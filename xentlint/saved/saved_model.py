"""SavedModel folders: Keras' JSON in ``saved_model.pb`` or ``keras_metadata.pb``, or the graph.

TensorFlow 2.0 to 2.4 keep Keras' configuration in the object graph, 2.5 to 2.15 beside it in
``keras_metadata.pb``; what Keras 3 exports, and a plain ``tf.Module``, have the graph only.
Field numbers are those of saved_model, meta_graph and saved_object_graph.proto under
tensorflow/core/protobuf and of saved_metadata.proto of Keras (TensorFlow 2.21, tf_keras 2.21).
"""

from __future__ import annotations

from xentlint.records import NamedTuple

from .errors import ReadError
from .graphs import Graph
from .wire import BYTES, VARINT, Wire

Span = tuple[int, int]


class Signature(NamedTuple):
    """One output of a serving signature."""

    name: str
    tensor: str
    units: int | None


class Found(NamedTuple):
    """What a ``saved_model.pb`` holds for us."""

    version: str | None
    """TensorFlow's."""
    metadata: bytes | None
    """Keras' JSON of the root object."""
    identifier: str | None
    signature: str | None
    outputs: list[Signature]
    graph: Graph | None


def read_saved_model(wire: Wire, want_graph: bool) -> Found:
    """SavedModel: 1 schema version, 2 meta_graphs; of several the one tagged ``serve``."""
    size = wire.window.size
    metas = list(wire.messages(0, size, 2))
    if not metas:
        raise ReadError("not a SavedModel: it holds no graph")
    chosen = metas[0]
    for meta in metas:
        info = wire.message(*meta, 1)
        if len(metas) > 1 and info is not None and "serve" in _strings(wire, info, 4):
            chosen = meta
            break
    return _meta_graph(wire, chosen, want_graph)


def _strings(wire: Wire, span: Span, wanted: int) -> list[str]:
    return [
        wire.text(at, length)
        for number, kind, at, length in wire.fields(*span)
        if number == wanted and kind == BYTES
    ]


def _meta_graph(wire: Wire, meta: Span, want_graph: bool) -> Found:
    """MetaGraphDef: 1 meta_info, 2 graph_def, 5 signature_def, 7 object_graph_def."""
    info = graph = objects = None
    signatures: list[Span] = []
    for number, kind, at, length in wire.fields(*meta):
        if kind != BYTES:
            continue
        if number == 1:
            info = (at, at + length)
        elif number == 2:
            graph = (at, at + length)
        elif number == 5:
            signatures.append((at, at + length))
        elif number == 7:
            objects = (at, at + length)
    versions = _strings(wire, info, 5) if info is not None else []
    identifier = metadata = None
    if objects is not None:
        identifier, metadata = _root(wire, objects)
    name, outputs = _signature(wire, signatures)
    opened = None
    if want_graph and graph is not None and outputs:
        from .graphdef import open_graph

        opened = open_graph(wire, graph)
    return Found(versions[0] if versions else None, metadata, identifier, name, outputs, opened)


def _root(wire: Wire, objects: Span) -> tuple[str | None, bytes | None]:
    """SavedObjectGraph: 1 nodes; SavedObject: 4 user_object; SavedUserObject: 1 identifier,
    3 metadata. The root is the first node."""
    for node in wire.messages(*objects, 1):
        user = wire.message(*node, 4)
        if user is None:
            return None, None
        identifier, metadata = None, None
        for number, kind, at, length in wire.fields(*user):
            if kind == BYTES and number == 1:
                identifier = wire.text(at, length)
            elif kind == BYTES and number == 3:
                metadata = wire.bytes(at, length, wire.window.budget.config_limit)
        return identifier, metadata
    return None, None


def _signature(wire: Wire, signatures: list[Span]) -> tuple[str | None, list[Signature]]:
    """signature_def: a map of 1 key, 2 SignatureDef (2 outputs: a map of 1 key, 2 TensorInfo)."""
    found: dict[str, Span] = {}
    for span in signatures:
        keys, value = _strings(wire, span, 1), wire.message(*span, 2)
        if keys and value is not None and not keys[0].startswith("__"):
            found[keys[0]] = value
    if not found:
        return None, []
    name = "serving_default" if "serving_default" in found else sorted(found)[0]
    outputs = []
    for item in wire.messages(*found[name], 2):
        keys, info = _strings(wire, item, 1), wire.message(*item, 2)
        if keys and info is not None:
            tensors = _strings(wire, info, 1)
            if tensors:
                outputs.append(Signature(keys[0], tensors[0], _units(wire, info)))
    return name, sorted(outputs)


def _units(wire: Wire, info: Span) -> int | None:
    """TensorInfo: 3 tensor_shape (TensorShapeProto: 2 dim (1 size)): the last one."""
    shape = wire.message(*info, 3)
    last = None
    if shape is not None:
        for span in wire.messages(*shape, 2):
            last = 0
            for number, kind, value, _ in wire.fields(*span):
                if number == 1 and kind == VARINT:
                    last = value
    return last if last and last < 1 << 31 else None


class Metadata(NamedTuple):
    """The root of a ``keras_metadata.pb``."""

    identifier: str
    data: bytes


def read_metadata(wire: Wire) -> Metadata | None:
    """SavedMetadata: 1 nodes; SavedObject: 2 node_id, 3 node_path, 4 identifier, 5 metadata."""
    for span in wire.messages(0, wire.window.size, 1):
        path = identifier = ""
        where: Span | None = None
        number_of = 0
        for number, kind, at, length in wire.fields(*span):
            if number == 2 and kind == VARINT:
                number_of = at
            elif kind == BYTES and number == 3:
                path = wire.text(at, length)
            elif kind == BYTES and number == 4:
                identifier = wire.text(at, length)
            elif kind == BYTES and number == 5:
                where = (at, length)
        if where is not None and (path == "root" or (not path and number_of == 0)):
            limit = wire.window.budget.config_limit
            return Metadata(identifier, wire.bytes(*where, limit))
    return None
