"""Models written by TF.js' and ONNX' own writers: the verdict on the file is the live model's.

``PYTHONPATH=tests python benchmarks/saved_writers.py [--node FOLDER]`` in an environment of its
own: tensorflow, tf_keras, tensorflowjs 4.22, tf2onnx 1.17. ``FOLDER`` holds
``node_modules/@tensorflow/tfjs``: with it, models that TF.js itself saves are read as well.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
from typing import Any, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [ROOT, os.path.join(ROOT, "tests")]

import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402
from saved import live  # noqa: E402

from xentlint import rules, saved  # noqa: E402

HEADS = ("linear", "softmax", "sigmoid", "activation-layer", "softmax-layer", "nested", "relu")
LOSSES = ("string", "object", "object-logits", "dict", "list")
RULES = tuple(rule for rule in rules.load() if rule.code != "XL301")

SAVE = """
const tf = require('@tensorflow/tfjs');
const fs = require('fs');
const [from, loss, to] = process.argv.slice(1);
const model = JSON.parse(fs.readFileSync(from));
(async () => {
  const made = await tf.loadLayersModel({load: async () => ({modelTopology: model.modelTopology})});
  made.compile({optimizer: 'sgd', loss, metrics: ['accuracy']});
  await made.save({save: async (a) => {
    fs.writeFileSync(to, JSON.stringify({format: 'layers-model', generatedBy: a.generatedBy,
      modelTopology: a.modelTopology, trainingConfig: a.trainingConfig}));
    return {modelArtifactsInfo: {dateSaved: new Date()}};
  }}, {includeOptimizer: true});
})().catch((error) => { console.error(error.message); process.exit(1); });
"""


class Compared(NamedTuple):
    """What is found in a file, and what the live model deserves."""

    writer: str
    label: str
    found: set[str]
    wanted: set[str]


def codes(path: str, expect: str | None = None) -> set[str]:
    facts = saved.read(path, expect=expect)
    assert not any(problem.fatal for problem in facts.problems), facts.problems
    found = (rules.judge(use, RULES) for use in facts.uses)
    return {verdict.code for verdict in found if verdict.rule is not None}


def graph_codes(made: live.Made) -> set[str]:
    """What ``--expect logits`` must say, by the numbers that the model gives."""
    scales = {live.scale(values) for values in live.values(made)[1]}
    found = {"XL103"} if "ones" in scales else set()
    found |= {"XL101"} if scales & {"simplex", "independent", "ones"} else set()
    return found | ({"XL106"} if "other" in scales else set())


def as_layers(made: live.Made, folder: str) -> str:
    """A TF.js layers model, as tensorflowjs converts it from HDF5."""
    from tensorflowjs.converters import keras_h5_conversion

    whole = os.path.join(folder, "m.h5")
    made.model.save(whole)
    topology, _ = keras_h5_conversion.h5_merged_saved_model_to_tfjs_format(whole)
    return put(os.path.join(folder, "layers", "model.json"), {
        "format": "layers-model", "generatedBy": "keras", "convertedBy": "tensorflowjs",
        "modelTopology": topology, "weightsManifest": [],
    })  # fmt: skip


def as_graph(made: live.Made, folder: str) -> str:
    """A TF.js graph model."""
    from tensorflowjs.converters import tf_saved_model_conversion_v2 as conversion

    whole, target = os.path.join(folder, "sm"), os.path.join(folder, "graph")
    made.model.save(whole, save_format="tf")
    conversion.convert_tf_saved_model(whole, target, skip_op_check=True)
    return os.path.join(target, "model.json")


def as_onnx(made: live.Made, folder: str) -> str:
    import tf2onnx

    call = tf.function(made.model)
    signature = [tf.TensorSpec((None, 4), tf.float32)]
    path = os.path.join(folder, "m.onnx")
    tf2onnx.convert.from_function(call, input_signature=signature, output_path=path)
    return path


def put(path: str, value: Any) -> str:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        json.dump(value, out)
    return path


def by_tfjs(layers: str, loss: str, node: str, folder: str) -> str:
    """The same model, compiled and saved by TF.js."""
    path = os.path.join(folder, "saved", "model.json")
    os.makedirs(os.path.dirname(path))
    name = loss.split("_")[0] + "".join(part.title() for part in loss.split("_")[1:])
    command = ["node", "-e", SAVE, layers, name, path]
    subprocess.run(command, cwd=node, check=True, capture_output=True)
    return path


def compare(made: live.Made, node: str | None) -> list[Compared]:
    wanted = live.verdicts(made, tf_keras) or set()
    graphs = graph_codes(made)
    with tempfile.TemporaryDirectory() as folder:
        layers = as_layers(made, folder)
        found = [
            Compared("TF.js layers", made.label, codes(layers), wanted),
            Compared("TF.js graph", made.label, codes(as_graph(made, folder), "logits"), graphs),
            Compared("ONNX", made.label, codes(as_onnx(made, folder), "logits"), graphs),
        ]
        loss = made.model.loss
        if node is not None and made.outputs == 1 and isinstance(loss, str):
            path = by_tfjs(layers, loss, node, folder)
            # TF.js has no metric of logits: its "accuracy" is what a linear head gets wrong.
            found.append(Compared("TF.js' own", made.label, codes(path) - {"XL201"}, wanted))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--node", help="folder with node_modules/@tensorflow/tfjs")
    node = parser.parse_args().node
    maker = live.Maker(tf_keras, 77)
    pairs = [(head, loss) for head in HEADS for loss in LOSSES]
    pairs += [(head, "string") for head in HEADS[:6]]
    counts: collections.Counter[str] = collections.Counter()
    faulty: collections.Counter[str] = collections.Counter()
    wrong = []
    for head, loss in pairs:
        made = maker.make(head, loss)
        if "XL103" in graph_codes(made):
            continue  # writers fold what is always 1.0
        for item in compare(made, node):
            counts[item.writer] += 1
            faulty[item.writer] += bool(item.wanted)
            if item.found != item.wanted:
                wrong.append(item)
                print(item)
    for writer, count in counts.items():
        print(f"{writer}: {count} files, {faulty[writer]} of them faulty")
    print(f"{len(wrong)} verdicts differ from the live models'")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
