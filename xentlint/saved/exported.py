"""SavedModels and inference graphs: what TensorFlow, TFLite and ONNX write."""

from __future__ import annotations

import os.path

from . import limits
from .compiled import Settings, Source
from .errors import ReadError, printable, too_large
from .graphs import Graph, trace
from .models import Output
from .names import is_object
from .reading import Run
from .saved_model import Found, read_metadata, read_saved_model
from .windows import open_file
from .wire import Wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read_saved_model_file(run: Run) -> None:
    """``saved_model.pb``, and ``keras_metadata.pb`` beside it."""
    beside = _beside(run)
    found = read_saved_model(Wire(run.window), want_graph=beside is None)
    run.version("tensorflow_version", found.version, "saved_model.pb: meta_info_def")
    member = "saved_model.pb: nodes[0].metadata"
    data = beside
    if beside is not None:
        member = "keras_metadata.pb: root"
    elif _is_keras(found.identifier):
        data = found.metadata
    if data and _add_metadata(run, data, member, found.version):
        return
    _add_graph(run, found)


def _is_keras(identifier: str | None) -> bool:
    return bool(identifier and identifier.startswith("_tf_keras_"))


def _beside(run: Run) -> bytes | None:
    """Keras' JSON out of the ``keras_metadata.pb`` beside the model."""
    if run.prefix or "://" in run.path:
        return None
    path = os.path.join(os.path.dirname(run.path), "keras_metadata.pb")
    if not os.path.lexists(path):
        return None
    window = open_file(path, run.budget)
    try:
        root = read_metadata(Wire(window))
    finally:
        window.close()
    return root.data if root is not None and _is_keras(root.identifier) else None


def _add_metadata(run: Run, data: bytes, member: str, version: str | None) -> bool:
    value = run.load(data, member)
    if not isinstance(value, dict):
        return False
    inner = value.get("model_config")
    model: Any = value
    steps: tuple[str, ...] = ()
    if is_object(inner):
        model, steps = inner, ("model_config",)
    if not is_object(model):
        # A subclassed model without a configuration still has its loss.
        name = value.get("class_name")
        if not isinstance(name, str):
            return False
        model = {"class_name": name, "config": {}, "registered_name": "Custom>" + name}
    settings = None
    if isinstance(value.get("training_config"), dict):
        settings = Settings(value["training_config"], member, ("training_config",))
    keras = run.version("keras_version", value.get("keras_version"), member)
    source = Source(
        run.path, "saved_model", model, member, steps, settings, keras or version, "tensorflow"
    )
    run.add(source, "")
    return True


def _add_graph(run: Run, found: Found) -> None:
    if found.graph is None:
        if found.outputs:
            raise ReadError("the SavedModel's graph is missing")
        run.note("no-signature", "a SavedModel without a serving signature: not checked")
        return
    outputs, stacked = [], []
    for item in found.outputs[: limits.OUTPUTS]:
        tensor, extra = trace(found.graph, item.tensor, item.units, run.budget)
        outputs.append(Output(item.name, tensor))
        if extra is not None:
            stacked.append(extra)
    name = os.path.basename(run.path)
    where = f"{printable(name)}: signature {printable(found.signature)}"
    run.add_graph("SavedModel graph", outputs, stacked, where)


def read_saved_model_text(run: Run) -> None:
    """``saved_model.pbtxt``: as the binary form, but the graph is parsed only where it must be."""
    from . import textgraph

    data = _whole(run)
    beside = _beside(run)
    # The graph is most of the text: read at once where no metadata of Keras may take its place.
    hopeful = beside is not None or b"_tf_keras_" in data
    found = textgraph.read_saved_model_text(data, run.budget, want_graph=not hopeful)
    run.version("tensorflow_version", found.version, "meta_info_def")
    member = "nodes[0].metadata" if beside is None else "keras_metadata.pb: root"
    metadata = found.metadata if beside is None and _is_keras(found.identifier) else beside
    if metadata and _add_metadata(run, metadata, member, found.version):
        return
    if hopeful:
        found = textgraph.read_saved_model_text(data, run.budget, want_graph=True)
    _add_graph(run, found)


def _whole(run: Run) -> bytes:
    if run.window.size > run.budget.config_limit:
        raise too_large("the file", run.window.size, run.budget.config_limit)
    return run.window.read(0, run.window.size)


def read_keras_metadata(run: Run) -> None:
    """``keras_metadata.pb`` alone: read with its ``saved_model.pb`` where that is there."""
    if os.path.exists(os.path.join(os.path.dirname(run.path), "saved_model.pb")):
        run.note("beside", "belongs to the saved_model.pb beside it, and is read with that")
        return
    root = read_metadata(Wire(run.window))
    if root is None or not _add_metadata(run, root.data, "root", None):
        run.note("no-loss", "holds no Keras model: not checked")


def read_graphdef(run: Run) -> None:
    """A frozen graph: the nodes that no other reads are its outputs."""
    from .graphdef import open_frozen

    wire = Wire(run.window)
    _add_frozen(run, *open_frozen(wire, (0, run.window.size)))


def read_graphdef_text(run: Run) -> None:
    from .textgraph import read_graph_text

    _add_frozen(run, *read_graph_text(_whole(run), run.budget))


def _add_frozen(run: Run, graph: Graph, ends: list[str]) -> None:
    outputs, stacked = [], []
    for name in ends[: limits.OUTPUTS]:
        tensor, extra = trace(graph, name, None, run.budget)
        outputs.append(Output(name, tensor))
        if extra is not None:
            stacked.append(extra)
    run.add_graph("frozen graph", outputs, stacked, "node")


def read_tflite_file(run: Run) -> None:
    from .tflite import read_tflite

    outputs, stacked = read_tflite(run.window)
    run.add_graph("TFLite", outputs, stacked, "subgraphs[0]")


def read_onnx_file(run: Run) -> None:
    from .onnx import read_onnx

    outputs, stacked, producer = read_onnx(Wire(run.window))
    run.version("producer", producer, "producer_name")
    run.add_graph("ONNX", outputs, stacked, "graph")


READERS = {
    "saved_model": read_saved_model_file,
    "saved_model_text": read_saved_model_text,
    "keras_metadata": read_keras_metadata,
    "graphdef": read_graphdef,
    "graphdef_text": read_graphdef_text,
    "tflite": read_tflite_file,
    "onnx": read_onnx_file,
}
