"""Follows a graph's output back to the op that makes its scale.

One walk for frozen GraphDefs, SavedModels, TF.js graphs and ONNX: a graph is whatever gives
a node by name. Functions are entered and left with a stack of our own.
"""

from __future__ import annotations

from collections.abc import Callable

from xentlint.records import NamedTuple

from . import limits
from .errors import ReadError, printable
from .tensors import Stacked, Tensor, activation_of
from .windows import Budget


class Node(NamedTuple):
    """One op."""

    name: str
    op: str
    inputs: tuple[str, ...]
    function: str | None = None
    """The function that a call op calls."""
    fused: tuple[str, ...] = ()
    """Ops that an optimizer melted into this one."""


class Function(NamedTuple):
    """A function of a graph's library."""

    name: str
    arguments: tuple[str, ...]
    results: tuple[str, ...]
    """What each result is, as an input is written."""
    node: Callable[[str], Node | None]


class Graph(NamedTuple):
    node: Callable[[str], Node | None]
    function: Callable[[str], Function | None]


_PASS_TEXT = (
    "Identity IdentityN Reshape Cast Squeeze ExpandDims StopGradient PreventGradient "
    "EnsureShape CheckNumerics Snapshot Transpose Unsqueeze Flatten DequantizeLinear "
    "QuantizeLinear Dropout"
)
PASS = frozenset(_PASS_TEXT.split())
CALLS = frozenset(("PartitionedCall", "StatefulPartitionedCall"))
ACTIVATION_OPS = {
    "Softmax": "softmax",
    "Sigmoid": "sigmoid",
    "HardSigmoid": "hard_sigmoid",
    "LogSoftmax": "log_softmax",
    "Relu": "relu",
    "Relu6": "relu6",
    "LeakyRelu": "leaky_relu",
    "Prelu": "leaky_relu",
    "PRelu": "leaky_relu",
    "Elu": "elu",
    "Selu": "selu",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Gelu": "gelu",
}
_LINEAR_OPS_TEXT = (
    "MatMul BatchMatMul BatchMatMulV2 BatchMatMulV3 BiasAdd BiasAddV1 Conv2D Conv3D "
    "DepthwiseConv2dNative Conv2DBackpropInput Conv3DBackpropInputV2 FusedBatchNorm "
    "FusedBatchNormV2 FusedBatchNormV3 Einsum Gemm Conv ConvTranspose BatchNormalization "
    "QLinearConv QLinearMatMul ConvInteger MatMulInteger"
)
LINEAR_OPS = frozenset(_LINEAR_OPS_TEXT.split())
FUSED_OPS = frozenset(("_FusedMatMul", "_FusedConv2D", "FusedDepthwiseConv2dNative"))
NO_OUTPUT = frozenset(("Const", "NoOp", "Placeholder", "Assert", "VarHandleOp"))
"""Ops that no graph has for its output, though nobody reads them."""
ADDS = frozenset(("Add", "AddV2"))


class _Frame(NamedTuple):
    """A function that was entered: its graph, and the call's inputs."""

    function: Function
    inputs: tuple[str, ...]


def trace(
    graph: Graph, tensor: str, units: int | None, budget: Budget
) -> tuple[Tensor, Stacked | None]:
    """The scale of a tensor, and an activation on probabilities if its maker is one."""
    walk = _Walk(graph, budget)
    node, reason = walk.maker(tensor)
    if node is None:
        return Tensor("unknown", None, units, reason=reason), None
    made = _tensor(walk, node, units)
    if made.activation is None or made.scale not in ("simplex", "independent"):
        return made, None
    row = activation_of(made.activation).row
    before, _ = walk.maker(node.inputs[0]) if node.inputs else (None, None)
    given = _tensor(walk, before, units) if before is not None else Tensor("unknown", None, units)
    over_one = made.scale == "simplex" and units == 1
    if row is not None and (given.scale in ("simplex", "independent") or over_one):
        return made, Stacked(given, row, units, (node.name,))
    return made, None


def _tensor(walk: _Walk, node: Node, units: int | None) -> Tensor:
    steps = (node.name,)
    name = ACTIVATION_OPS.get(node.op)
    if node.op in FUSED_OPS and node.fused:
        name = ACTIVATION_OPS.get(node.fused[-1])
        if name is None and node.fused[-1] in ("BiasAdd", "biasadd", "FusedBatchNorm"):
            return Tensor("logits", None, units, steps, steps)
    if name is not None:
        found = activation_of(name)
        if found.row is not None:
            return Tensor(found.row.gives, found.shown, units, steps, steps)
    if node.op in LINEAR_OPS:
        return Tensor("logits", None, units, steps, steps)
    if node.op in ADDS:
        # Ex) MatMul + bias, as older graphs write it.
        for tensor in node.inputs[:2]:
            before, _ = walk.fork().maker(tensor)
            if before is not None and before.op in LINEAR_OPS:
                return Tensor("logits", None, units, steps, steps)
    reason = f"the graph ends in the op {printable(node.op)}"
    return Tensor("unknown", None, units, steps, steps, "", reason)


class _Walk:
    """Where a trace is: the functions entered so far."""

    def __init__(self, graph: Graph, budget: Budget, frames: tuple[_Frame, ...] = ()) -> None:
        self.graph = graph
        self.budget = budget
        self.frames = list(frames)
        self.steps = 0

    def fork(self) -> _Walk:
        """Another trace from here, which leaves this one where it is."""
        return _Walk(self.graph, self.budget, tuple(self.frames))

    def maker(self, tensor: str) -> tuple[Node | None, str | None]:
        """The op behind a tensor that is not merely passed on; else why there is none."""
        while True:
            self.budget.work()
            self.steps += 1
            if self.steps > limits.GRAPH_STEPS:
                raise ReadError("the way to a graph's output is too long", "too-large")
            name, index = _split(tensor)
            if self.frames and name in self.frames[-1].function.arguments:
                frame = self.frames.pop()
                position = frame.function.arguments.index(name)
                if position >= len(frame.inputs):
                    return None, "a function is called with too few inputs"
                tensor = frame.inputs[position]
                continue
            lookup = self.frames[-1].function.node if self.frames else self.graph.node
            node = lookup(name)
            if node is None:
                return None, f"the node {printable(name)} is not in the graph"
            if node.op in CALLS:
                entered = self._enter(node, index)
                if isinstance(entered, str):
                    tensor = entered
                    continue
                return None, "a function that is not in the graph"
            if node.op in PASS and node.inputs:
                position = index if node.op == "IdentityN" and index < len(node.inputs) else 0
                tensor = node.inputs[position]
                continue
            return node, None

    def _enter(self, node: Node, index: int) -> str | None:
        function = self.graph.function(node.function or "")
        if function is None or index >= len(function.results):
            return None
        if len(self.frames) >= limits.MODEL_DEPTH:
            raise ReadError("functions call each other too deeply", "too-large")
        self.frames.append(_Frame(function, node.inputs))
        return function.results[index]


def _split(tensor: str) -> tuple[str, int]:
    """``dense/Softmax:0``, in functions ``dense/Softmax:softmax:0``."""
    name, _, rest = tensor.partition(":")
    number = rest.rpartition(":")[2]
    return name, int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
