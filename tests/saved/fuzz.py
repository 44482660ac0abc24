# ruff: noqa: E501
"""Mutates model files of every format and reads them: ``python -m tests.saved.fuzz 50000``.

Counts exceptions other than the typed one, slow inputs, memory, and how often the mutated
bytes are ones that the reader looks at: a fuzz run that changes weights shows nothing.
"""

from __future__ import annotations

import io
import json
import os
import random
import sys
import time
import zipfile
from typing import NamedTuple

if __package__ in (None, ""):
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from saved import build, hdf5_build
else:
    from . import build, hdf5_build

from xentlint.saved import limits
from xentlint.saved.reading import read_window
from xentlint.saved.windows import Budget, Memory

SLOW = 1.0
INTERESTING = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF)
TOKENS = (b"{", b"}", b"[", b"]", b'"', b"null", b"-1", b"1e999", b"class_name", b"PK\x03\x04",
          b"\\u d8", b"layers", b"softmax", b"\xff\xff\xff\xff", b"\0" * 8)  # fmt: skip


class Watched(Memory):
    """A window that remembers which bytes were asked for."""

    __slots__ = ("ranges",)

    def __init__(self, data: bytes, budget: Budget) -> None:
        super().__init__(data, budget)
        self.ranges: list[tuple[int, int]] = []

    def _fetch(self, offset: int, length: int) -> bytes:
        self.ranges.append((offset, offset + length))
        return super()._fetch(offset, length)


class Result(NamedTuple):
    inputs: int
    looked_at: int
    """Inputs of which a mutated byte was read."""
    unreadable: int
    slow: int
    worst: float
    failures: list[str]


def seeds() -> dict[str, bytes]:
    """One or more small files of each format, by a name that fits."""
    model = json.dumps(build.sequential(build.dense(3, "softmax")))
    training = json.dumps({"loss": build.from_logits(), "metrics": ["accuracy", "AUC"]})
    old = {**build.sequential(build.dense(3, "softmax")), "training_config": json.loads(training)}
    functional = {
        "class_name": "Functional",
        "config": {
            "name": "f",
            "layers": [
                {"class_name": "InputLayer", "config": {"name": "i"}, "name": "i", "inbound_nodes": []},
                {**build.dense(2, "softmax", "a"), "name": "a", "inbound_nodes": [[["i", 0, 0, {}]]]},
                {**build.dense(1, name="b"), "name": "b", "inbound_nodes": [
                    {"args": [{"class_name": "__keras_tensor__", "config": {
                        "shape": [None, 2], "keras_history": ["a", 0, 0]}}], "kwargs": {}}]},
            ],
            "input_layers": [["i", 0, 0]],
            "output_layers": {"y": ["a", 0, 0], "x": ["b", 0, 0]},
        },
        "compile_config": {"loss": {"x": "bce", "y": build.from_logits()}, "metrics": [["AUC"], []]},
    }  # fmt: skip
    call = build.node("call", "StatefulPartitionedCall", "in", function="f")
    inner = [build.node("d", "MatMul", "x"), build.node("s", "Softmax", "d:product:0")]
    head = hdf5_build.header2(
        b"\x0c" + (40).to_bytes(2, "little") + b"\0"
        + hdf5_build.attribute("model_config", b"{}")[:40].ljust(40, b"\0")
    )  # fmt: skip
    return {
        "a.keras": build.keras_zip(build.faulty()),
        "b.keras": build.keras_zip(functional),
        "c.keras": build.raw_zip([(b"config.json", json.dumps(functional).encode())], method=8),
        "d.zip": build.raw_zip([(b"x.keras", build.keras_zip(build.faulty()))]),
        "e.h5": hdf5_build.attributes(
            model_config=model.encode(), training_config=training.encode(), backend=b"tensorflow"
        ),
        "f.h5": hdf5_build.file(
            hdf5_build.message(0x0C, hdf5_build.attribute(
                "model_config", hdf5_build.reference(len(model), 4096, 1),
                kind=hdf5_build.VARIABLE, size=16)),
            tail=hdf5_build.heap(model.encode()),
        ),
        "g.h5": hdf5_build.superblock2(48, 48 + len(head)) + head,
        "model.json": json.dumps(functional).encode(),
        "h.json": json.dumps({"modelTopology": old, "format": "layers-model"}).encode(),
        "i.json": json.dumps({"format": "graph-model", "modelTopology": {"node": [
            {"name": "x", "op": "Placeholder"},
            {"name": "y", "op": "_FusedMatMul", "input": ["x"],
             "attr": {"fused_ops": {"list": {"s": ["Qmlhc0FkZA=="]}}}},
            {"name": "z", "op": "Softmax", "input": ["y"]}]}, "class_name": 1}).encode(),
        "saved_model.pb": build.saved_model(old),
        "j/saved_model.pb": build.saved_model(
            nodes=[call], output="call:0", functions=[build.function("f", "s:softmax:0", inner)]
        ),
        "keras_metadata.pb": build.keras_metadata(old, more=3),
        "saved_model.pbtxt": b'saved_model_schema_version: 1 meta_graphs { meta_info_def { '
        b'tensorflow_version: "2.3" } graph_def { node { name: "a" } } object_graph_def { nodes { '
        b'user_object { identifier: "_tf_keras_sequential" metadata: "'
        + json.dumps(old).replace('"', '\\"').encode() + b'" } } } }',
        "n/saved_model.pbtxt": b'meta_graphs { graph_def { node { name: "call" op: '
        b'"PartitionedCall" input: "in" attr { key: "f" value { func { name: "f" } } } } library { '
        b'function { signature { name: "f" input_arg { name: "x" } output_arg { name: "o" } } '
        b'node_def { name: "s" op: "Softmax" input: "x" } ret { key: "o" value: "s:o:0" } } } } '
        b'signature_def { key: "serving_default" value { outputs { key: "y" value { name: "call:0" '
        b'tensor_shape { dim { size: -1 } dim { size: 3 } } } } } } }',
        "o.pbtxt": b'node {\n  name: "x"\n  op: "Placeholder"\n}\nnode { # comment\n  name: '
        b'"y" op: "_FusedMatMul" input: "x" attr { key: "fused_ops" value { list { s: "BiasAdd" s: '
        b'"Relu" } } } }\nnode { name: "z" op: "Softmax" input: "y" }',
        "k.pb": build.field(1, build.node("x", "Placeholder"))
        + build.field(1, build.node("y", "Softmax", "x")),
        "l.onnx": build.onnx([("Gemm", ["x"], ["h"]), ("Softmax", ["h"], ["y"])], "y"),
        "m.tflite": tflite(),
    }  # fmt: skip


def tflite(*operators: tuple[int, tuple[int, ...]]) -> bytes:
    """A graph of operators, code and inputs, each of which makes the next tensor behind tensor 0.

    By default FULLY_CONNECTED and SOFTMAX. Tables first, then what they point at.
    """
    given = operators or ((9, (0,)), (25, (1,)))
    known = sorted({code for code, _ in given})
    out = bytearray(b"\0\0\0\0TFL3")
    patches: list[tuple[int, int]] = []

    def word(value: int) -> bytes:
        return (value & 0xFFFFFFFF).to_bytes(4, "little")

    def table(**fields: int | None) -> int:
        """Fields ``f0``, ``f1`` … with a number, or ``None`` for a position to be patched."""
        numbers = [int(name[1:]) for name in fields]
        count = max(numbers) + 1
        out.extend(
            (4 + 2 * count).to_bytes(2, "little") + (4 + 4 * len(fields)).to_bytes(2, "little")
        )
        vtable = len(out) - 4
        for number in range(count):
            slot = 4 + 4 * numbers.index(number) if number in numbers else 0
            out.extend(slot.to_bytes(2, "little"))
        start = len(out)
        out.extend(word(start - vtable))
        for value in fields.values():
            out.extend(word(value or 0))
        return start

    def vector(*values: int) -> int:
        at = len(out)
        out.extend(word(len(values)))
        for value in values:
            out.extend(word(value))
        return at

    def later(at: int, target: int) -> int:
        patches.append((at, target))
        return target

    # FlatBuffers point forwards: a list first, then what stands in it.
    model = table(f1=None, f2=None)
    codes = later(model + 4, vector(*[0] * len(known)))
    graphs = later(model + 8, vector(0))
    for index, code in enumerate(known):
        later(codes + 4 + 4 * index, table(f3=code))
    graph = later(graphs + 4, table(f0=None, f2=None, f3=None))
    tensors = later(graph + 4, vector(*[0] * (len(given) + 1)))
    later(graph + 8, vector(len(given)))
    listed = later(graph + 12, vector(*[0] * len(given)))
    for index in range(len(given) + 1):
        tensor = later(tensors + 4 + 4 * index, table(f0=None))
        later(tensor + 4, vector(1, 3))
    for index, (code, inputs) in enumerate(given):
        operator = later(listed + 4 + 4 * index, table(f0=known.index(code), f1=None, f2=None))
        later(operator + 8, vector(*inputs))
        later(operator + 12, vector(index + 1))
    out[0:4] = word(model)
    for at, target in patches:
        out[at : at + 4] = word(target - at)
    return bytes(out)


def mutate(
    data: bytes, chance: random.Random, hot: list[tuple[int, int]]
) -> tuple[bytes, list[int]]:
    """A changed copy, and the places of the change."""
    out = bytearray(data)
    places = []
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        if hot and chance.random() < 0.7:
            start, end = hot[chance.randrange(len(hot))]
            at = min(chance.randrange(start, max(end, start + 1)), len(out) - 1)
        else:
            at = chance.randrange(len(out))
        at = max(at, 0)
        places.append(at)
        way = chance.randrange(7)
        if way == 0:
            out[at] ^= 1 << chance.randrange(8)
        elif way == 1:
            out[at] = chance.choice(INTERESTING)
        elif way == 2:
            out[at : at + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\0\0\0\x80", b"\x01\0\0\0"))
        elif way == 3:
            del out[at : at + chance.randrange(1, 9)]
        elif way == 4:
            out[at:at] = chance.choice(TOKENS)
        elif way == 5:
            source = chance.randrange(len(out))
            out[at:at] = out[source : source + chance.randrange(1, 64)]
        else:
            out[at] = chance.randrange(256)
        if not out:
            out = bytearray(b"\0")
    if chance.random() < 0.03:
        cut = chance.randrange(len(out))
        del out[cut:]
        places.append(max(cut - 1, 0))
    return bytes(out or b"\0"), places


def changed(
    name: str, data: bytes, chance: random.Random, hot: list[tuple[int, int]]
) -> tuple[bytes, list[int]]:
    """A mutated file. A zip's CRC hides what is behind it: half of them are zipped anew."""
    if not name.endswith(".keras") or chance.random() < 0.5:
        return mutate(data, chance, hot)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read("config.json")
    text, places = mutate(text, chance, [])
    start = 30 + len("config.json")
    return build.raw_zip([(b"config.json", text)]), [start + place for place in places]


def one(name: str, data: bytes) -> tuple[float, bool, list[tuple[int, int]]]:
    """Processor time, whether it was unreadable, and what was read; raises what escapes."""
    window = Watched(data, Budget(limits.CONFIG_SIZE))
    before = time.process_time()
    reading = read_window(name, window, "logits")
    spent = time.process_time() - before
    # The first read is of the head that tells the format: it would count every byte as seen.
    return spent, any(problem.fatal for problem in reading.problems), window.ranges[1:]


def run(count: int, seed: int = 0) -> Result:
    """Mutate the seeds in turn."""
    chance = random.Random(seed)
    files = seeds()
    hot = {name: one(name, data)[2] for name, data in files.items()}
    looked = unreadable = slow = 0
    worst = 0.0
    failures: list[str] = []
    names = list(files)
    for index in range(count):
        name = names[index % len(names)]
        data, places = changed(name, files[name], chance, hot[name])
        try:
            spent, bad, ranges = one(name, data)
        except Exception as error:
            failures.append(f"{name} {index}: {type(error).__name__}: {error}")
            continue
        looked += any(start <= at < end for at in places for start, end in ranges)
        unreadable += bad
        slow += spent > SLOW
        worst = max(worst, spent)
    return Result(count, looked, unreadable, slow, worst, failures)


def peak() -> int:
    """Kilobytes of the process's peak memory."""
    with open("/proc/self/status") as status:
        return int(next(line.split()[1] for line in status if line.startswith("VmHWM")))


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    result = run(wanted, first)
    print(result._replace(failures=result.failures[:20]), f"peak {peak()} KB")
    sys.exit(1 if result.failures or result.slow else 0)
