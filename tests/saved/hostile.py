# ruff: noqa: E501, RUF028
# fmt: off
"""Hostile and broken model files: what each is, and what must be said of it.

Each case writes one file (or a folder) and names a part of the message, whether it is fatal,
and the findings that must still be there.
"""

from __future__ import annotations

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from . import hdf5_build as h5
from .build import (
    compiled,
    dense,
    faulty,
    field,
    from_logits,
    function,
    keras_metadata,
    keras_zip,
    node,
    onnx,
    raw_zip,
    saved_model,
    sequential,
    varint,
)

SOFTMAX_LOSS = json.dumps({"loss": from_logits()})
CONFIG = json.dumps(faulty()).encode()


class Case(NamedTuple):
    """One bad input."""

    file: str
    make: Callable[[], bytes] | None
    """``None``: ``write`` makes it."""
    says: str = ""
    """Part of a problem's message; empty: no problem."""
    fatal: bool = True
    codes: tuple[str, ...] = ()
    write: Callable[[str], None] | None = None


def data(content: bytes) -> Callable[[], bytes]:
    return lambda: content


def config(value: Any, **members: bytes) -> Callable[[], bytes]:
    return lambda: keras_zip(value, **members)


def bomb(claimed: int | None) -> bytes:
    """256 MiB of spaces in 260 KB."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    # Flushed whole, a block hangs on nothing before it: one packed megabyte serves for all.
    block = engine.compress(b" " * (1 << 20)) + engine.flush(zlib.Z_FULL_FLUSH)
    body = block * 256 + engine.flush()
    size = (256 << 20) if claimed is None else claimed
    whole = raw_zip([(b"config.json", body)], size=size, crc=0, packed=len(body))
    for at in (8, whole.rindex(b"PK\x01\x02") + 10):
        whole = whole[:at] + struct.pack("<H", 8) + whole[at + 2 :]
    return whole


def fifo(path: str) -> None:
    os.mkfifo(path)


def link(target: str) -> Callable[[str], None]:
    return lambda path: os.symlink(target, path)


def nested(depth: int) -> Any:
    model = sequential(dense(3, "softmax"))
    for _ in range(depth):
        model = sequential(model)
    return model


def laughs() -> Any:
    """Each level calls the one below twice: 2 to the 30th layers."""
    model = sequential(dense(3))
    for level in range(30):
        model["config"]["name"] = "inner"
        inner = {**model, "name": "inner", "inbound_nodes": [[["i", 0, 0]], [["inner", 0, 0]]]}
        layers = [{"class_name": "InputLayer", "config": {"name": "i"}, "inbound_nodes": []}, inner]
        model = {
            "class_name": "Functional",
            "config": {
                "name": f"f{level}", "layers": layers,
                "input_layers": [["i", 0, 0]], "output_layers": [["inner", 1, 0]],
            },
        }  # fmt: skip
    return model


def cycle() -> Any:
    layers = [
        {**dense(1, name=name), "name": name, "inbound_nodes": [[[other, 0, 0, {}]]]}
        for name, other in (("a", "b"), ("b", "a"))
    ]
    body = {"layers": layers, "input_layers": [], "output_layers": [["a", 0, 0]]}
    return {"class_name": "Functional", "config": body}


def wide(count: int) -> bytes:
    layer = '{"class_name":"Dense","config":{"units":4,"activation":"relu"}}'
    text = '{"class_name":"Sequential","config":{"layers":[' + ",".join([layer] * count)
    text += ',{"class_name":"Dense","config":{"units":3,"activation":"softmax"}}]},'
    return (text + '"compile_config":' + SOFTMAX_LOSS + "}").encode()


def reach(config_text: str) -> bytes:
    return h5.attributes(model_config=config_text.encode(), training_config=SOFTMAX_LOSS.encode())


MODEL = json.dumps(sequential(dense(3, "softmax")))


def vlen(length: int, heap: bytes, index: int = 1, shape: tuple[int, ...] = ()) -> bytes:
    body = h5.attribute(
        "model_config", h5.reference(length, 4096, index) * max(1, *shape, 1),
        kind=h5.VARIABLE, size=16, shape=shape,
    )  # fmt: skip
    return h5.file(h5.message(0x0C, body), tail=heap)


def amplify() -> bytes:
    text = b"x" * (8 << 20)
    return vlen(len(text), h5.heap(text), shape=(400,))


def loop1() -> bytes:
    """A continuation block that is its own continuation."""
    again = h5.message(0x10, struct.pack("<QQ", 4096, 24))
    return h5.file(again, tail=again)


def loop2() -> bytes:
    body = b"\x10" + struct.pack("<HBQQ", 16, 0, 48, 100)
    return h5.superblock2(48, 400) + h5.header2(body) + bytes(300)


def dense_loop() -> bytes:
    """A B-tree whose node is its own child, under valid checksums."""
    from xentlint.saved.lookup3 import lookup3

    def summed(block: bytes) -> bytes:
        return block + struct.pack("<I", lookup3(block))

    heap = b"FRHP\0" + struct.pack("<HHBI", 8, 0, 2, 4096) + struct.pack("<QQQQ", 0, h5.UNDEFINED, 0, h5.UNDEFINED)  # fmt: skip
    heap += bytes(8 * 8) + struct.pack("<HQQHH", 4, 512, 65536, 40, 1)
    heap = summed(heap + struct.pack("<QH", h5.UNDEFINED, 0))
    tree = b"BTHD\0\x08" + struct.pack("<IHHBBQHQ", 512, 17, 30, 100, 40, 4096 + 512, 1, 1)
    tail = heap.ljust(256, b"\0") + summed(tree).ljust(256, b"\0")
    inner = b"BTIN\0\x08" + bytes(17) + struct.pack("<QB", 4096 + 512, 1) * 2
    tail += inner.ljust(512, b"\0")
    info = b"\0\0" + struct.pack("<QQ", 4096, 4096 + 256)
    return h5.file(h5.message(0x15, info), tail=tail)


def flatbuffer(*numbers: int) -> bytes:
    """A root table whose only vector lies about its length."""
    vtable = struct.pack("<HHHHH", 10, 12, 0, 0, 4)
    table = struct.pack("<i", 10) + struct.pack("<I", 8) + bytes(4)
    head = struct.pack("<I", 18) + b"TFL3" + vtable + table
    return head + struct.pack("<I", 0xFFFFFFF0) + bytes(64)


def recursive_functions() -> bytes:
    call = node("again", "PartitionedCall", "x", function="f")
    main = node("out", "PartitionedCall", "in", function="f")
    return saved_model(nodes=[main], output="out:0", functions=[function("f", "again:o:0", [call])])


def pass_cycle() -> bytes:
    nodes = [node("a", "Identity", "b"), node("b", "Identity", "a")]
    return saved_model(nodes=nodes, output="a:0")


def many_nodes(count: int) -> bytes:
    return field(1, node("n", "Const")) * count


def old_model(value: Any) -> dict[str, Any]:
    return {**sequential(dense(3, "softmax")), "training_config": {"loss": value}}


WRONG_TYPES: tuple[Any, ...] = (None, 3, "x", [], {}, [None], {"class_name": 3}, True)


def wrong_types() -> list[tuple[str, Any]]:
    """A model with each of its parts replaced by what does not belong there."""
    cases = []
    for index, wrong in enumerate(WRONG_TYPES):
        model = faulty()
        for key in ("config", "class_name", "module", "compile_config", "registered_name"):
            cases.append((f"{key}{index}", {**model, key: wrong}))
        for key in ("layers", "name"):
            cases.append((f"{key}{index}", {**model, "config": {**model["config"], key: wrong}}))
        cases.append((f"layer{index}", sequential(wrong, dense(3, "softmax"))))
        for key in ("units", "activation", "name", "data_format"):
            layer = dense(3, "softmax")
            layer["config"][key] = wrong
            cases.append((f"{key}_{index}", sequential(layer, compile_config=compiled("bce"))))
        for key in ("loss", "metrics", "weighted_metrics"):
            settings = {"loss": "bce", key: wrong}
            cases.append((f"c_{key}{index}", sequential(dense(), compile_config=settings)))
        for key in ("input_layers", "output_layers", "layers"):
            body: dict[str, Any] = {
                "layers": [{**dense(name="d"), "name": "d", "inbound_nodes": wrong}],
                "input_layers": [["d", 0, 0]],
                "output_layers": [["d", 0, 0]],
            }
            body[key] = wrong
            cases.append((f"f_{key}{index}", {"class_name": "Functional", "config": body}))
    return cases


CASES: dict[str, Case] = {
    # Files that are none.
    "fifo": Case("m.keras", None, "not a regular file", write=fifo),
    "device": Case("m.keras", None, "not a regular file", write=link("/dev/zero")),
    "link to itself": Case("m.keras", None, "cannot be opened", write=link("m.keras")),
    "missing": Case("m.keras", None, "cannot be opened", write=lambda path: None),
    "empty": Case("m.h5", data(b""), "an empty file"),
    "text": Case("m.keras", data(b"hello"), "of no format that its name promises"),
    "lfs": Case(
        "m.keras", data(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
        "was not fetched", False,
    ),
    "html": Case("m.h5", data(b"\n<!DOCTYPE html><html>"), "an HTML page"),
    "folder without a model": Case("m", None, "a folder without a model", write=os.mkdir),
    "zip called h5": Case("m.h5", config(faulty()), codes=("XL101",)),
    "hdf5 called keras": Case("m.keras", lambda: reach(MODEL), codes=("XL101",)),
    # Zip.
    "zip bomb": Case("m.keras", lambda: bomb(None), "the limit is"),
    "zip bomb that lies": Case("m.keras", lambda: bomb(1000), "unpacks to more"),
    "zip cut off": Case("m.keras", lambda: keras_zip(faulty())[:-30], "no end record"),
    "zip cut in half": Case("m.keras", lambda: keras_zip(faulty())[:300], "no end record"),
    "zip without members": Case("m.keras", data(b"PK\x05\x06" + bytes(18)), "no config.json"),
    "zip CRC": Case("m.keras", lambda: raw_zip([(b"config.json", CONFIG)], crc=1), "CRC"),
    "zip encrypted": Case("m.keras", lambda: raw_zip([(b"config.json", CONFIG)], flags=1), "encr"),
    "zip bz2": Case("m.keras", lambda: raw_zip([(b"config.json", CONFIG)], method=12), "method 12"),
    "zip other name": Case(
        "m.keras", lambda: raw_zip([(b"config.json", CONFIG)], local_name=b"config.jsox"),
        "another name in its own header",
    ),
    "zip other method": Case(
        "m.keras", lambda: raw_zip([(b"config.json", CONFIG)], local_method=8), "other settings"
    ),
    "zip other flags": Case(
        "m.keras", lambda: raw_zip([(b"config.json", CONFIG)], local_flags=1), "other settings"
    ),
    "zip twice": Case(
        "m.keras", lambda: raw_zip([(b"config.json", b"{}"), (b"config.json", CONFIG)]),
        "config.json is there twice", codes=("XL101",),
    ),
    "zip twice by NUL": Case(
        "m.keras",
        lambda: raw_zip([(b"config.json", CONFIG), (b"config.json\0x", CONFIG)]),
        "config.json is there twice", codes=("XL101",),
    ),
    "zip prefix": Case(
        "m.keras", lambda: b"PK\x03\x04" + bytes(96) + keras_zip(faulty()),
        "100 bytes stand before", False, ("XL101",),
    ),
    "zip trailing": Case(
        "m.keras", lambda: keras_zip(faulty()) + b"more", "4 bytes stand behind", False, ("XL101",)
    ),
    "zip traversal": Case(
        "m.keras", config(faulty(), **{"../../etc/passwd": b"x", "C:\\x": b"y"}), codes=("XL101",)
    ),
    "zip packed larger": Case(
        "m.keras", lambda: raw_zip([(b"config.json", CONFIG)], packed=5000), "runs into"
    ),
    "zip size lies": Case(
        "m.keras", lambda: raw_zip([(b"config.json", CONFIG)], size=5), "another size"
    ),
    "zip directory outside": Case(
        "m.keras", lambda: raw_zip([(b"config.json", CONFIG)], directory_size=99999),
        "lies outside",
    ),
    "zip directory offset": Case(
        "m.keras", lambda: raw_zip([(b"config.json", CONFIG)], directory_offset=99999),
        "lies outside",
    ),
    "zip directory short": Case(
        "m.keras", lambda: raw_zip([(b"config.json", CONFIG)], directory_size=20), "damaged"
    ),
    "zip directory huge": Case(
        "m.keras", lambda: raw_zip([(b"config.json", CONFIG)], directory_size=1 << 30),
        "the limit is",
    ),
    "zip 60,000 entries": Case(
        "m.keras",
        lambda: raw_zip([(b"%d" % i, b"") for i in range(60000)] + [(b"config.json", CONFIG)]),
        codes=("XL101",),
    ),
    "zip count lies": Case(
        "m.keras", lambda: raw_zip([(b"config.json", CONFIG)], count=7),
        "names 7 entries and holds 1", False, ("XL101",),
    ),
    "zip64 cut off": Case(
        "m.keras",
        lambda: raw_zip(
            [(b"config.json", CONFIG)], size=0xFFFFFFFF, extra=struct.pack("<HHI", 1, 4, 0)
        ),
        "zip64 sizes",
    ),
    "zip64 huge": Case(
        "m.keras",
        lambda: raw_zip(
            [(b"config.json", CONFIG)], size=0xFFFFFFFF, extra=struct.pack("<HHQ", 1, 8, 1 << 60)
        ),
        "the limit is",
    ),
    "zip deflated": Case("m.keras", lambda: raw_zip([(b"config.json", CONFIG)], method=8), "", True,
                         ("XL101",)),  # fmt: skip
    "zip bad deflate": Case(
        "m.keras", lambda: raw_zip([(b"config.json", b"\xff" * 50)], method=0)
        .replace(b"\x14\0\0\0\0\0", b"\x14\0\0\0\x08\0", 1)
        .replace(b"\x14\0\x14\0\0\0\0\0", b"\x14\0\x14\0\0\0\x08\0", 1),
        "cannot be unpacked",
    ),
    "zip in a zip": Case(
        "m.zip", lambda: keras_zip(b"{}").replace(b"config.json", b"config.jsox")
        and raw_zip([(b"inner.keras", keras_zip(faulty()))]),
        codes=("XL101",),
    ),
    "zip in a zip, deflated": Case(
        "m.zip", lambda: raw_zip([(b"a/inner.keras", keras_zip(faulty()))], method=8),
        codes=("XL101",),
    ),
    "zip in a zip in a zip": Case(
        "m.zip", lambda: raw_zip([(b"a.keras", raw_zip([(b"b.keras", keras_zip(faulty()))]))])
    ),
    "zip in a zip, broken": Case(
        "m.zip", lambda: raw_zip([(b"a.keras", b"PK??"), (b"b.keras", keras_zip(faulty()))]),
        "a.keras: not a zip", codes=("XL101",),
    ),
    # JSON.
    "json deep list": Case("m.keras", config(b"[" * 100_000), "nested too deeply"),
    "json deep dict": Case("m.keras", config(b'{"a":' * 100_000), "nested too deeply"),
    "json many values": Case(
        "m.keras", lambda: keras_zip(b"[" + b"[]," * 3_000_000 + b"0]", zipfile.ZIP_DEFLATED),
        "values",
    ),
    "json huge integer": Case(
        "m.keras", config(b'{"class_name": "Sequential", "config": ' + b"9" * 5000 + b"}"),
        "an integer of 5000 digits",
    ),
    "json NaN": Case(
        "m.keras", config({**faulty(), "x": [float("nan"), float("inf")]}), codes=("XL101",)
    ),
    "json 1e999": Case(
        "m.keras", config(CONFIG.replace(b'"units": 3', b'"units": 1e999')), codes=("XL101",)
    ),
    "json surrogate": Case(
        "m.keras",
        config(sequential(dense(3, "\ud800\x1b[2J"), compile_config=compiled("\udfff"))),
    ),
    "json repeated key": Case(
        "m.keras", config(CONFIG[:-1] + b', "class_name": "Sequential"}'),
        'the key "class_name" twice', False, ("XL101",),
    ),
    "json BOM": Case("m.keras", config(b"\xef\xbb\xbf" + CONFIG), codes=("XL101",)),
    "json UTF-16": Case(
        "m.keras", config(json.dumps(faulty()).encode("utf-16")), codes=("XL101",)
    ),
    "json UTF-16 file": Case("m.json", data(json.dumps(faulty()).encode("utf-16")), codes=("XL101",)),
    "json NUL padding": Case(
        "m.h5", lambda: h5.attributes(
            model_config=MODEL.encode() + bytes(40), training_config=SOFTMAX_LOSS.encode() + b"\0"
        ), codes=("XL101",),
    ),
    "json not UTF-8": Case("m.keras", config(b'{"class_name": "\xff"}'), "is not JSON"),
    "json list": Case("m.keras", config([]), "holds no model"),
    "json scalar": Case("m.keras", config(3), "holds no model"),
    "json cut off": Case("m.keras", config(CONFIG[:-5]), "is not JSON"),
    "json empty": Case("m.keras", config(b""), "is not JSON"),
    # Models.
    "100,000 layers": Case("m.keras", config(wide(100_000)), codes=("XL101",)),
    "300 nested models": Case(
        "m.keras", config({**nested(300), "compile_config": compiled(from_logits())}),
        "?", False,
    ),
    "150 nested models": Case(
        "m.keras", config({**nested(150), "compile_config": compiled(from_logits())}),
        codes=("XL101",),
    ),
    "cycle": Case("m.keras", config(cycle()), "form a cycle"),
    "a billion layers": Case("m.keras", config(laughs()), "saved without a loss", False),
    "lambda": Case(
        "m.keras",
        config(sequential(dense(3, {"class_name": "__lambda__", "config": {"value": ["4wEA"]}}),
                          compile_config=compiled(from_logits()))),
    ),  # fmt: skip
    "module outside of Keras": Case(
        "m.keras",
        config(sequential({**dense(3, "softmax"), "module": "os"},
                          compile_config=compiled(from_logits()))),
    ),  # fmt: skip
    # HDF5.
    "h5 superblock": Case("m.h5", data(h5.SIGNATURE + b"\x09" + bytes(200)), "version 9"),
    "h5 cut off": Case("m.h5", lambda: reach(MODEL)[:100], "cut off"),
    "h5 cut in the head": Case("m.h5", data(h5.SIGNATURE), "cut off"),
    "h5 sizes": Case("m.h5", data(h5.SIGNATURE + bytes((0, 0, 0, 0, 0, 3, 8)) + bytes(99)), "of 3"),
    "h5 root outside": Case("m.h5", data(h5.superblock(1 << 40, 0)), "lies outside"),
    "h5 root undefined": Case("m.h5", data(h5.superblock(h5.UNDEFINED, 0)), "has no address"),
    "h5 wrong checksum": Case("m.h5", lambda: h5.superblock2(48, 99)[:-1] + b"?", "checksum"),
    "h5 loop": Case("m.h5", loop1, "continues in itself"),
    "h5 loop, version 2": Case("m.h5", loop2, "continues in itself"),
    "h5 header too long": Case(
        "m.h5", lambda: (h5.superblock(96, 0) + h5.header(size=0xFFFFFFF0)).ljust(4096, b"\0"),
        "the limit is",
    ),
    "h5 message too long": Case(
        "m.h5", lambda: h5.file(h5.message(0x0C, b"\1" + bytes(15), size=6000)), "cut off"
    ),
    "h5 attribute sizes": Case(
        "m.h5", lambda: h5.file(h5.message(0x0C, b"\1\0\xff\xff\xff\xff\xff\xff" + bytes(8))),
        "cut off",
    ),
    "h5 B-tree loop": Case("m.h5", dense_loop, "not where it belongs"),
    "h5 string longer than its place": Case(
        "m.h5", lambda: vlen(1 << 20, h5.heap(b"{}")), "longer than its place"
    ),
    "h5 string of 4 GB": Case("m.h5", lambda: vlen(0xFFFFFFF0, h5.heap(b"{}")), "the limit is"),
    "h5 heap lies": Case("m.h5", lambda: vlen(2, h5.heap(b"{}", lie=1 << 60)), "cut off"),
    "h5 heap size lies": Case(
        "m.h5", lambda: vlen(2, h5.heap(b"{}", size=1 << 60)[:40], 9), "is missing"
    ),
    "h5 no heap": Case("m.h5", lambda: vlen(2, b"none" + bytes(99)), "not where it belongs"),
    "h5 no heap object": Case("m.h5", lambda: vlen(2, h5.heap(b"{}"), 7), "is missing"),
    "h5 amplification": Case("m.h5", amplify, "is not one string"),
    "h5 shape bomb": Case(
        "m.h5", lambda: h5.file(
            h5.message(0x0C, h5.attribute("model_config", b"x", shape=(1 << 40, 1 << 20)))
        ), "is not one string",
    ),
    "h5 compound": Case(
        "m.h5", lambda: h5.file(
            h5.message(0x0C, h5.attribute("model_config", bytes(8), kind=0x16))
        ), "is not one string",
    ),
    "h5 links only": Case(
        "m.h5", lambda: h5.file(h5.message(0x06, b"\1\0\1\1x/etc/passwd" + bytes(9))),
        "no model configuration", False,
    ),
    "h5 shared message without table": Case(
        "m.h5", lambda: h5.file(h5.message(0x0C, b"\3\1" + bytes(14), flags=2)), "without a table"
    ),
    "h5 shared message, old": Case(
        "m.h5", lambda: h5.file(h5.message(0x0C, b"\1\0" + bytes(14), flags=2)), "is not known"
    ),
    "h5 wrong JSON": Case("m.h5", lambda: reach("{"), "is not JSON"),
    "h5 twice": Case(
        "m.h5", lambda: h5.file(
            h5.message(0x0C, h5.attribute("model_config", b"{}")),
            h5.message(0x0C, h5.attribute("model_config", b"{}")),
        ), "is there twice",
    ),
    # Protobuf.
    "pb empty": Case("saved_model.pb", data(b""), "no graph"),
    "pb endless number": Case("saved_model.pb", data(b"\xff" * 30), "does not end"),
    "pb field too long": Case("saved_model.pb", data(b"\x12" + varint(1 << 40)), "longer than"),
    "pb field 0": Case("saved_model.pb", data(b"\0\1"), "without a number"),
    "pb group": Case("saved_model.pb", data(b"\x0b\x0c"), "wire type 3"),
    "pb no signature": Case("saved_model.pb", lambda: saved_model(), "without a serving", False),
    "pb functions without end": Case("saved_model.pb", recursive_functions, "deeply"),
    "pb identities without end": Case("saved_model.pb", pass_cycle, "too long"),
    "pb 300,000 objects": Case(
        "saved_model.pb",
        lambda: saved_model(old_model(from_logits()), more_objects=300_000), codes=("XL101",),
    ),
    "pb 300,000 nodes": Case("m.pb", lambda: many_nodes(300_000), "too many nodes"),
    "pb bad metadata": Case("saved_model.pb", lambda: saved_model(b"{"), "is not JSON"),
    "pb deep metadata": Case("saved_model.pb", lambda: saved_model(b"[" * 100_000), "deeply"),
    "metadata endless": Case("keras_metadata.pb", data(b"\x0a\xff\xff\xff\xff\x7f"), "longer than"),
    "metadata 1,000,000 nodes": Case(
        "keras_metadata.pb",
        lambda: keras_metadata(old_model(from_logits()), more=300_000), codes=("XL101",),
    ),
    "pbtxt without end": Case("saved_model.pbtxt", data(b"meta_graphs { graph_def { a: 'x"), "not end"),
    "pbtxt braces": Case("saved_model.pbtxt", data(b"meta_graphs {" + b"{" * 100_000), "text form"),
    "pbtxt quotes": Case(
        "saved_model.pbtxt", data(b"x: '" + b"\\'" * 100_000), "does not end"
    ),
    "pbtxt 300,000 nodes": Case(
        "m.pbtxt", data(b'node {\n  name: "n"\n  op: "Const"\n}\n' * 300_000), "than the limits allow"
    ),
    "pbtxt functions without end": Case(
        "saved_model.pbtxt", lambda: (
            b'meta_graphs { graph_def { node { name: "a" op: "PartitionedCall" %s } library { '
            b'function { signature { name: "f" output_arg { name: "o" } } node_def { name: "b" '
            b'op: "PartitionedCall" %s } ret { key: "o" value: "b:o:0" } } } } signature_def { '
            b'key: "serving_default" value { outputs { key: "y" value { name: "a:0" } } } } }'
            % ((b'attr { key: "f" value { func { name: "f" } } }',) * 2)
        ), "deeply",
    ),
    "pbtxt attributes in attributes": Case(
        "m.pbtxt", data(b'node { name: "a" op: "PartitionedCall" ' + b"attr { value { func { " * 50_000),
        "does not end",
    ),
    # TFLite, ONNX, TF.js.
    "tflite cut off": Case("m.tflite", data(b"\x1c\0\0\0TFL3"), "lies outside"),
    "tflite offsets": Case("m.tflite", data(b"\xff\xff\xff\xffTFL3" + bytes(99)), "lies outside"),
    "tflite list lies": Case("m.tflite", flatbuffer, "runs out of the file"),
    "onnx cycle": Case(
        "m.onnx", lambda: onnx([("Identity", ["a"], ["b"]), ("Identity", ["b"], ["a"])], "a"),
        "too long",
    ),
    "onnx external data": Case(
        "m.onnx",
        lambda: onnx([("Softmax", ["a"], ["b"])], "b")
        + field(7, field(5, field(8, "w") + field(13, field(1, "location") + field(2, "/etc/passwd")))),
        "", False,
    ),
    "onnx cut off": Case(
        "m.onnx", lambda: onnx([("Softmax", ["a"], ["b"])], "b")[:-9], "longer than"
    ),
    "tfjs wrong types": Case(
        "model.json", lambda: json.dumps({"modelTopology": {"class_name": 3, "node": 7}}).encode(),
        "", False,
    ),
}  # fmt: skip
CASES |= {
    f"wrong type {name}": Case("m.keras", config(value), "?", False)
    for name, value in wrong_types()
}


def write(name: str, folder: str) -> str:
    """Write one case below ``folder``; its path."""
    case = CASES[name]
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, case.file)
    if case.write is not None:
        case.write(path)
    elif case.make is not None:
        with open(path, "wb") as out:
            out.write(case.make())
    return path
