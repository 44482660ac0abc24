"""SavedModels and graphs in protobuf's text form: Keras' metadata, the signature, the nodes.

The fields are those that ``saved_model`` and ``graphdef`` read in the binary form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from . import limits
from .errors import ReadError
from .graphs import CALLS, FUSED_OPS, NO_OUTPUT, Function, Graph, Node
from .pbtxt import HERE, Path, Wanted, message, messages, parse, string, strings
from .saved_model import Found, Signature
from .windows import Budget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .pbtxt import Message


def _paths(prefix: Path, *texts: str) -> frozenset[Path]:
    return frozenset((*prefix, *text.split(".")) for text in " ".join(texts).split())


_META: Path = ("meta_graphs",)
_ROOT_ENTERED = "meta_info_def object_graph_def object_graph_def.nodes"
_USER = "object_graph_def.nodes.user_object"
_METADATA = Wanted(
    _paths((), "meta_graphs") | _paths(_META, _ROOT_ENTERED, _USER),
    _paths(_META, "meta_info_def.tags meta_info_def.tensorflow_version")
    | _paths(_META, f"{_USER}.identifier {_USER}.metadata"),
    _paths(_META, "object_graph_def.nodes"),
)
_SIGNATURE = (
    "signature_def signature_def.value signature_def.value.outputs "
    "signature_def.value.outputs.value signature_def.value.outputs.value.tensor_shape "
    "signature_def.value.outputs.value.tensor_shape.dim"
)
_SIGNATURE_KEPT = (
    "signature_def.key signature_def.value.outputs.key signature_def.value.outputs.value.name "
    "signature_def.value.outputs.value.tensor_shape.dim.size"
)
_FUNCTION = "library.function"


def _graph_paths(prefix: Path) -> Wanted:
    """What is read of a GraphDef at once: names; attributes and functions when they are needed."""
    return Wanted(
        _paths(prefix, f"node library {_FUNCTION} {_FUNCTION}.signature"),
        _paths(prefix, f"node.name node.op node.input {_FUNCTION}.signature.name"),
    )


_ATTRIBUTES = Wanted(
    _paths((), "attr attr.value attr.value.func attr.value.list"),
    _paths((), "attr.key attr.value.func.name attr.value.list.s"),
)
_BODY = Wanted(
    _paths((), "signature signature.input_arg signature.output_arg node_def ret"),
    _paths((), "signature.input_arg.name signature.output_arg.name ret.key ret.value")
    | _paths((), "node_def.name node_def.op node_def.input"),
)


def read_saved_model_text(data: bytes, budget: Budget, want_graph: bool) -> Found:
    """A SavedModel; the graph, which is most of it, only where it is asked for."""
    wanted = _METADATA
    if want_graph:
        graph = _graph_paths((*_META, "graph_def"))
        wanted = Wanted(
            _METADATA.entered | _paths(_META, "graph_def", _SIGNATURE) | graph.entered,
            _METADATA.kept | _paths(_META, _SIGNATURE_KEPT) | graph.kept,
            _METADATA.first,
        )
    metas = messages(parse(data, wanted, budget), "meta_graphs")
    if not metas:
        raise ReadError("not a SavedModel: it holds no graph")
    serving = [m for m in metas if "serve" in strings(message(m, "meta_info_def"), "tags")]
    meta = (serving or metas)[0]
    user = message(meta, "object_graph_def", "nodes", "user_object")
    metadata = user.get("metadata")
    name, outputs = _signature(messages(meta, "signature_def"))
    opened = None
    if outputs and "graph_def" in meta:
        opened = _Text(data, budget).graph(message(meta, "graph_def"))
    return Found(
        string(message(meta, "meta_info_def"), "tensorflow_version"),
        metadata[-1] if metadata else None,
        string(user, "identifier"),
        name,
        outputs,
        opened,
    )


def _signature(found: Iterable[Message]) -> tuple[str | None, list[Signature]]:
    """The outputs of the serving signature, else of the first one."""
    by_name = {string(item, "key") or "": message(item, "value") for item in found}
    names = sorted(name for name in by_name if not name.startswith("__"))
    if not names:
        return None, []
    name = "serving_default" if "serving_default" in names else names[0]
    outputs = []
    for item in messages(by_name[name], "outputs"):
        key, info = string(item, "key"), message(item, "value")
        tensor = string(info, "name")
        if key is not None and tensor is not None:
            outputs.append(Signature(key, tensor, _units(info)))
    return name, sorted(outputs)


def _units(info: Message) -> int | None:
    dimensions = messages(message(info, "tensor_shape"), "dim")
    size = string(dimensions[-1], "size") if dimensions else None
    known = size is not None and size.isascii() and size.isdigit() and len(size) < 10
    return (int(size) or None) if size is not None and known else None


def read_graph_text(data: bytes, budget: Budget) -> tuple[Graph, list[str]]:
    """A GraphDef, and the nodes that no other node reads: its outputs."""
    root = parse(data, _graph_paths(()), budget)
    read: set[str] = set()
    for node in messages(root, "node"):
        read.update(tensor.partition(":")[0].lstrip("^") for tensor in strings(node, "input"))
    ends = [
        name
        for node in messages(root, "node")
        if (name := string(node, "name") or "") not in read and string(node, "op") not in NO_OUTPUT
    ]
    return _Text(data, budget).graph(root), ends


class _Text:
    """The text that nodes and functions stand in: read when they are asked for."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self._data = data
        self._budget = budget

    def graph(self, found: Message) -> Graph:
        functions = {
            string(message(item, "signature"), "name") or "": item
            for item in messages(message(found, "library"), "function")
        }
        opened: dict[str, Function | None] = {}

        def function(name: str) -> Function | None:
            if name not in opened:
                item = functions.get(name)
                opened[name] = self._function(name, item) if item is not None else None
            return opened[name]

        return Graph(self._lookup(messages(found, "node")), function)

    def _lookup(self, found: list[Message]) -> Callable[[str], Node | None]:
        if len(found) > limits.GRAPH_NODES:
            raise ReadError("the graph has too many nodes", "too-large")
        by_name = {string(item, "name") or "": item for item in found}

        def node(name: str) -> Node | None:
            item = by_name.get(name)
            return self._node(name, item) if item is not None else None

        return node

    def _node(self, name: str, found: Message) -> Node:
        op = string(found, "op") or ""
        inputs = tuple(item for item in strings(found, "input") if not item.startswith("^"))
        function: str | None = None
        fused: tuple[str, ...] = ()
        if op in CALLS:
            function = string(message(self._attribute(found, "f"), "func"), "name")
        elif op in FUSED_OPS:
            fused = tuple(strings(message(self._attribute(found, "fused_ops"), "list"), "s"))
        return Node(name, op, inputs, function, fused)

    def _attribute(self, node: Message, key: str) -> Message:
        for item in messages(self._more(node, _ATTRIBUTES), "attr"):
            if string(item, "key") == key:
                return message(item, "value")
        return {}

    def _function(self, name: str, found: Message) -> Function:
        body = self._more(found, _BODY)
        signature = message(body, "signature")
        arguments = [string(item, "name") or "" for item in messages(signature, "input_arg")]
        outputs = [string(item, "name") or "" for item in messages(signature, "output_arg")]
        returned = {string(i, "key") or "": string(i, "value") or "" for i in messages(body, "ret")}
        return Function(
            name,
            tuple(arguments),
            tuple(returned.get(output, output) for output in outputs),
            self._lookup(messages(body, "node_def")),
        )

    def _more(self, found: Message, wanted: Wanted) -> Message:
        """Other fields of a message."""
        return parse(self._data, wanted, self._budget, found[HERE][0])
