"""Composes model files byte by byte: what no writer would write, and what old ones wrote."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from typing import Any

Value = dict[str, Any]


def dense(units: int = 1, activation: Any = "linear", name: str = "dense") -> Value:
    """A Dense layer as Keras 3 writes it."""
    config = {"name": name, "units": units, "activation": activation}
    return {"module": "keras.layers", "class_name": "Dense", "config": config}


def sequential(*layers: Any, **extra: Any) -> Value:
    config = {"name": "sequential", "layers": list(layers)}
    return {"module": "keras", "class_name": "Sequential", "config": config, **extra}


def compiled(loss: Any, metrics: Any = None) -> Value:
    return {"loss": loss, "metrics": metrics}


def faulty(**extra: Any) -> Value:
    """Softmax into a loss on logits: XL101."""
    return sequential(dense(3, "softmax"), compile_config=compiled(from_logits()), **extra)


def from_logits(on: bool = True, name: str = "SparseCategoricalCrossentropy") -> Value:
    return {"module": "keras.losses", "class_name": name, "config": {"from_logits": on}}


def keras_zip(config: Any, method: int = zipfile.ZIP_STORED, **members: bytes) -> bytes:
    """A ``.keras`` file; ``config`` may be bytes."""
    data = config if isinstance(config, bytes) else json.dumps(config).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.15.1"}')
        archive.writestr("config.json", data)
        archive.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n" + bytes(300))
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _deflated(data: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)  # Python 3.10's zlib.compress has no wbits
    return engine.compress(data) + engine.flush()


def raw_zip(
    entries: list[tuple[bytes, bytes]],
    *,
    local_name: bytes | None = None,
    flags: int = 0,
    local_flags: int | None = None,
    method: int = 0,
    local_method: int | None = None,
    crc: int | None = None,
    size: int | None = None,
    packed: int | None = None,
    extra: bytes = b"",
    count: int | None = None,
    directory_size: int | None = None,
    directory_offset: int | None = None,
) -> bytes:
    """A zip with whatever numbers it is given, in its headers and in its directory."""
    out, directory = bytearray(), bytearray()
    for name, data in entries:
        body = _deflated(data) if method == 8 else data
        sum_ = zlib.crc32(data) if crc is None else crc
        held = len(body) if packed is None else packed
        full = len(data) if size is None else size
        shown = name if local_name is None else local_name
        start = len(out)
        out += struct.pack(
            "<4s5H3L2H", b"PK\x03\x04", 20, flags if local_flags is None else local_flags,
            method if local_method is None else local_method, 0, 0, sum_, held, full, len(shown), 0,
        ) + shown + body  # fmt: skip
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, flags, method, 0, 0, sum_, held, full, len(name),
            len(extra), 0, 0, 0, 0, start,
        ) + name + extra  # fmt: skip
    number = len(entries) if count is None else count
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, number, number,
        len(directory) if directory_size is None else directory_size,
        len(out) if directory_offset is None else directory_offset, 0,
    )  # fmt: skip
    return bytes(out + directory + end)


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes((value & 0x7F | 0x80,))
        value >>= 7
    return out + bytes((value,))


def field(number: int, value: int | bytes | str) -> bytes:
    """A protobuf field: a number, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def node(name: str, op: str, *inputs: str, function: str | None = None) -> bytes:
    """A NodeDef."""
    out = field(1, name) + field(2, op) + b"".join(field(3, item) for item in inputs)
    if function is not None:
        out += field(5, field(1, "f") + field(2, field(10, field(1, function))))
    return out


def saved_model(
    metadata: Any = None,
    *,
    nodes: list[bytes] | None = None,
    output: str | None = None,
    functions: list[bytes] | None = None,
    version: str = "2.3.0",
    identifier: str = "_tf_keras_sequential",
    more_objects: int = 0,
) -> bytes:
    """A ``saved_model.pb`` as TensorFlow 2.0 to 2.4 lays it out."""
    meta = field(1, field(4, "serve") + field(5, version))
    graph = b"".join(field(1, item) for item in nodes or ())
    if functions:
        graph += field(2, b"".join(field(1, item) for item in functions))
    meta += field(2, graph)
    if output is not None:
        outputs = field(2, field(1, "out") + field(2, field(1, output)))
        meta += field(5, field(1, "serving_default") + field(2, outputs))
    user = b""
    if metadata is not None:
        text = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
        user = field(4, field(1, identifier) + field(2, b"\x08\x01") + field(3, text))
    objects = field(1, field(1, field(1, 1) + field(2, "x")) + user)
    objects += field(1, field(1, field(1, 2) + field(2, "y"))) * more_objects
    return field(1, 1) + field(2, meta + field(7, objects))


def function(name: str, result: str, nodes: list[bytes], argument: str = "x") -> bytes:
    """A FunctionDef of one argument and one result."""
    signature = field(1, name) + field(2, field(1, argument)) + field(3, field(1, "out"))
    body = b"".join(field(3, item) for item in nodes)
    return field(1, signature) + body + field(4, field(1, "out") + field(2, result))


def keras_metadata(metadata: Any, identifier: str = "_tf_keras_sequential", more: int = 0) -> bytes:
    text = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
    root = field(2, 0) + field(3, "root") + field(4, identifier) + field(5, text)
    other = field(2, 1) + field(3, "root.layer") + field(4, "_tf_keras_layer") + field(5, "{}")
    return field(1, root) + field(1, other) * more


def onnx(nodes: list[tuple[str, list[str], list[str]]], output: str, units: int = 3) -> bytes:
    """An ONNX model: op, inputs and outputs of each node."""
    body = b"".join(
        field(1, b"".join(field(1, i) for i in inputs) + b"".join(field(2, o) for o in outputs)
              + field(4, op))
        for op, inputs, outputs in nodes
    )  # fmt: skip
    shape = field(2, field(1, field(1, 1)) + field(1, field(1, units)))
    body += field(12, field(1, output) + field(2, field(1, field(1, 1) + shape)))
    return field(1, 8) + field(2, "tests") + field(7, body)
