"""Reads one model file, whatever its format: bytes to facts and notes."""

from __future__ import annotations

import os.path

from xentlint.facts import Problem, Use
from xentlint.records import NamedTuple

from . import compiled, jsontext, limits
from .compiled import Facts, Settings, Source
from .errors import ReadError, printable, too_large
from .kinds import HEAD, kind_of
from .models import Output
from .names import is_object
from .tensors import Stacked
from .windows import Budget, Window, open_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NO_MODEL = "no-model"
"""The kind of problem that says so."""
CONFIG_KEYS = ("loss", "metrics", "weighted_metrics")


class Version(NamedTuple):
    """A version or backend that the file names, and where."""

    name: str
    value: str
    where: str


class Model(NamedTuple):
    """One model in a file."""

    title: str
    facts: Facts
    where: str
    """Where its configuration was read."""
    class_name: str | None


class Reading(NamedTuple):
    """All that a file says."""

    path: str
    format: str
    models: list[Model]
    versions: list[Version]
    problems: list[Problem]
    bytes_read: int


class Run:
    """One reading under way: what every format's reader is given."""

    def __init__(self, path: str, window: Window, expect: str | None, prefix: str = "") -> None:
        self.path = path
        self.window = window
        self.budget = window.budget
        self.expect = expect
        self.prefix = prefix
        """Name of the inner file in front of its members, inside a zip."""
        self.models: list[Model] = []
        self.versions: list[Version] = []
        self.problems: list[Problem] = []

    def note(self, kind: str, message: str, fatal: bool = False) -> None:
        self.problems.append(Problem(self.path, None, kind, message, fatal))

    def load(self, data: bytes, what: str) -> Any:
        notes: list[str] = []
        value = jsontext.load(data, what, self.budget.config_limit, notes)
        for text in notes:
            self.note("oddity", text)
        return value

    def version(self, name: str, value: Any, where: str) -> str | None:
        """Note a version; its text."""
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if not isinstance(value, str):
            return None
        self.versions.append(Version(name, printable(value), where))
        return value

    def add(self, source: Source, title: str) -> None:
        """Evaluate a serialized Keras model and keep it."""
        facts = compiled.facts(source, self.budget, self.expect)
        name = source.model.get("class_name") if isinstance(source.model, dict) else None
        where = printable(jsontext.pointer(source.member, source.steps)) or self.path
        shown = printable(name) if isinstance(name, str) else None
        self.models.append(Model(title, facts, where, shown))
        self.problems += facts.problems

    def add_graph(
        self, title: str, outputs: list[Output], stacked: list[Stacked], where: str
    ) -> None:
        """Keep the heads of an inference graph, which has no loss."""
        self.models.append(Model(title, graph_facts(self, outputs, stacked), where, None))
        ends = ", ".join(_ends(output) for output in outputs[:8])
        self.note("no-loss", f"holds no loss: not checked ({ends or 'no output found'})")


def _ends(output: Output) -> str:
    tensor = output.tensor
    name = f"{printable(output.name)} " if output.name else ""
    if tensor.activation:
        return f"{name}ends in {tensor.activation}"
    return f"{name}ends in logits" if tensor.scale == "logits" else f"{name}of unknown scale"


def graph_facts(run: Run, outputs: list[Output], stacked: list[Stacked]) -> Facts:
    source = Source(run.path, "graph", None, run.prefix.removesuffix(": "), backend=None)
    heads = [(output, compiled.head_of(source, output, len(outputs))) for output in outputs]
    uses: list[Use] = [compiled.stacked_use(source, item) for item in stacked]
    expected = [compiled.expected_use(source, output, head, run.expect) for output, head in heads]
    return Facts([*uses, *expected], [], heads, expected)


def read_path(
    path: str, max_config_size: int = limits.CONFIG_SIZE, expect: str | None = None
) -> Reading:
    """Read a file or a model's folder; what cannot be read is a ``Problem`` in the result."""
    budget = Budget(max_config_size)
    try:
        if "://" in path:
            from .remote import open_remote

            budget.deadline += limits.REMOTE_SECONDS
            opened, window = path, open_remote(path, budget)
        else:
            opened = _resolve(path)
            window = open_file(opened, budget)
    except ReadError as error:
        return _failed(path, error)
    try:
        return read_window(opened, window, expect)
    finally:
        window.close()


def _failed(path: str, error: ReadError) -> Reading:
    return Reading(path, "", [], [], [Problem(path, None, error.kind, error.reason)], 0)


FOLDER_FILES = ("saved_model.pb", "saved_model.pbtxt", "config.json", "model.json")


def _resolve(path: str) -> str:
    """The file that stands for a folder: a SavedModel, an unpacked ``.keras``, a TF.js model."""
    if not os.path.isdir(path):
        return path
    for name in FOLDER_FILES:
        inner = os.path.join(path, name)
        if os.path.isfile(inner):
            return inner
    raise ReadError("a folder without a model: no " + ", no ".join(FOLDER_FILES))


def read_window(path: str, window: Window, expect: str | None = None) -> Reading:
    """Read an opened file: the door at which every ``ReadError`` becomes a ``Problem``."""
    run = Run(path, window, expect)
    kind: str | None = None
    try:
        head = window.upto(0, HEAD)
        kind = kind_of(path, head)
        if kind is None:
            # No error: pre-commit names every model.json, whosever it is.
            run.note(NO_MODEL, "not a model")
        else:
            _dispatch(run, kind)
    except ReadError as error:
        run.note(error.kind, error.reason, fatal=True)
    except MemoryError:
        run.note("too-large", "there is not enough memory for it", fatal=True)
    return Reading(
        path, kind or "", run.models, run.versions, run.problems, window.budget.bytes_read
    )


def _dispatch(run: Run, kind: str) -> None:
    """Late imports: each format pays for its own reader only."""
    if kind == "lfs-pointer":
        run.note("not-fetched", "a Git LFS pointer: the model itself was not fetched")
    elif kind == "html":
        run.note("unreadable", "an HTML page, not a model: a download went wrong", fatal=True)
    elif kind == "unknown":
        text = "no model: its content is of no format that its name promises"
        run.note("unreadable", text if run.window.size else "an empty file", fatal=True)
    elif kind == "keras":
        from .containers import read_keras

        read_keras(run)
    elif kind == "hdf5":
        from .hdf5_model import read_hdf5

        read_hdf5(run)
    elif kind == "json":
        read_json(run)
    else:
        from . import exported

        exported.READERS[kind](run)


def read_json(run: Run) -> None:
    """``model.to_json()``, the ``config.json`` of an unpacked ``.keras``, TF.js."""
    if run.window.size > run.budget.config_limit:
        raise too_large("the file", run.window.size, run.budget.config_limit)
    root = run.load(run.window.read(0, run.window.size), "the file")
    if not isinstance(root, dict):
        return
    topology = root.get("modelTopology")
    if isinstance(topology, dict):
        _read_tfjs(run, root, topology)
    elif is_object(root):
        version = root.get("keras_version")
        version = _sibling_version(run) if version is None else version
        text = run.version(
            "keras_version",
            version,
            "metadata.json" if "keras_version" not in root else "keras_version",
        )
        shown = run.version("backend", root.get("backend"), "backend")
        settings = None
        if isinstance(root.get("compile_config"), dict):
            settings = Settings(root["compile_config"], "", ("compile_config",))
        backend = compiled.backend_of(text, shown)
        run.add(Source(run.path, "json", root, "", (), settings, text, backend), "")
    elif is_object(root.get("model_config")):
        _read_topology(run, root, root, ())


def _sibling_version(run: Run) -> Any:
    """The version beside an unpacked ``config.json``."""
    if os.path.basename(run.path) != "config.json":
        return None
    try:
        window = open_file(os.path.join(os.path.dirname(run.path), "metadata.json"), run.budget)
    except ReadError:
        return None
    try:
        size = min(window.size, 1 << 16)
        value = run.load(window.read(0, size), "metadata.json")
    finally:
        window.close()
    return value.get("keras_version") if isinstance(value, dict) else None


def _read_tfjs(run: Run, root: dict[str, Any], topology: dict[str, Any]) -> None:
    run.version("convertedBy", root.get("convertedBy"), "convertedBy")
    run.version("generatedBy", root.get("generatedBy"), "generatedBy")
    if "node" in topology:
        from .tfjs import graph_outputs

        outputs, stacked = graph_outputs(root, topology, run.budget)
        run.add_graph("TF.js graph model", outputs, stacked, "modelTopology")
    else:
        _read_topology(run, root, topology, ("modelTopology",))


def _read_topology(
    run: Run, root: dict[str, Any], topology: dict[str, Any], steps: jsontext.Steps
) -> None:
    inner = topology.get("model_config")
    model, where = (inner, (*steps, "model_config")) if is_object(inner) else (topology, steps)
    if not is_object(model):
        raise ReadError("the topology holds no model")
    settings = None
    for holder, at in ((topology, steps), (root, ())):
        for key in ("training_config", "trainingConfig"):
            if settings is None and isinstance(holder.get(key), dict):
                settings = Settings(holder[key], "", (*at, key))
    version = run.version("keras_version", topology.get("keras_version"), "keras_version")
    run.version("backend", topology.get("backend"), "backend")
    # TF.js runs its own losses, which take what they are given: nothing is recovered there.
    run.add(Source(run.path, "json", model, "", where, settings, version), "")
