"""TFLite files: a bounds-checked FlatBuffer reader, from an output back to its op.

Field numbers and op codes are those of tensorflow/compiler/mlir/lite/schema/schema.fbs
(TensorFlow 2.21). Every offset is checked by the window.
"""

from __future__ import annotations

from xentlint.records import NamedTuple

from . import limits
from .errors import ReadError
from .models import Output
from .tensors import Stacked, Tensor, activation_of
from .windows import Window

CONCATENATION, LOGISTIC, SOFTMAX, LOG_SOFTMAX, CUSTOM = 2, 14, 25, 50, 32
ACTIVATION_CODES = {
    14: "sigmoid", 25: "softmax", 50: "log_softmax", 19: "relu", 21: "relu6", 28: "tanh",
    98: "leaky_relu", 54: "leaky_relu", 111: "elu", 117: "silu", 150: "gelu",
}  # fmt: skip
PASS_CODES = frozenset((6, 22, 39, 43, 53, 70, 114))
"""DEQUANTIZE, RESHAPE, TRANSPOSE, SQUEEZE, CAST, EXPAND_DIMS, QUANTIZE."""
FUSED_FIELD = {1: 3, 2: 1, 3: 3, 4: 4, 9: 0, 0: 0}
"""Where the options of pooling, CONCATENATION, convolutions, FULLY_CONNECTED and ADD keep a fused
activation."""
LINEAR_CODES = {3: "CONV_2D", 4: "DEPTHWISE_CONV_2D", 9: "FULLY_CONNECTED", 67: "TRANSPOSE_CONV",
                126: "BATCH_MATMUL"}  # fmt: skip
FUSED_NAMES = {1: "relu", 2: "relu", 3: "relu6", 4: "tanh"}
LIST_LIMIT = 1 << 20


class _Operator(NamedTuple):
    code: int
    inputs: tuple[int, ...]
    fused: int
    name: str


class Model:
    """The first subgraph: operators by the tensor that they make."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.model = self.pointer(0)

    def number(self, at: int, size: int, signed: bool = False) -> int:
        return int.from_bytes(self.window.read(at, size), "little", signed=signed)

    def pointer(self, at: int) -> int:
        """A position given relative to where it is written."""
        self.window.budget.work()
        return at + self.number(at, 4)

    def field(self, table: int, index: int) -> int | None:
        """Where a table's field stands; ``None`` where it has its default."""
        self.window.budget.work()
        vtable = table - self.number(table, 4, signed=True)
        if vtable < 0:
            raise ReadError("a FlatBuffer table without a layout", offset=table)
        if 4 + 2 * index + 2 > self.number(vtable, 2):
            return None
        offset = self.number(vtable + 4 + 2 * index, 2)
        return table + offset if offset else None

    def vector(self, table: int, index: int, width: int) -> tuple[int, int]:
        """Where a vector's items start, and how many there are."""
        at = self.field(table, index)
        if at is None:
            return 0, 0
        start = self.pointer(at)
        count = self.number(start, 4)
        if count > LIST_LIMIT or start + 4 + count * width > self.window.size:
            raise ReadError("a FlatBuffer list runs out of the file", offset=start)
        return start + 4, count

    def integers(self, table: int, index: int) -> tuple[int, ...]:
        start, count = self.vector(table, index, 4)
        data = self.window.read(start, 4 * count)
        return tuple(
            int.from_bytes(data[4 * i : 4 * i + 4], "little", signed=True) for i in range(count)
        )

    def tables(self, table: int, index: int) -> list[int]:
        start, count = self.vector(table, index, 4)
        return [self.pointer(start + 4 * i) for i in range(count)]

    def string(self, table: int, index: int) -> str:
        start, count = self.vector(table, index, 1)
        return self.window.read(start, min(count, 1000)).decode("utf-8", "replace")


def read_tflite(window: Window) -> tuple[list[Output], list[Stacked]]:
    """The heads of the first subgraph."""
    model = Model(window)
    subgraphs = model.tables(model.model, 2)
    if not subgraphs:
        raise ReadError("the TFLite model holds no graph")
    graph = subgraphs[0]
    codes = model.tables(model.model, 1)
    tensors_start, tensors = model.vector(graph, 0, 4)
    makers = _makers(model, graph)
    outputs, stacked = [], []
    for index in model.integers(graph, 2)[: limits.OUTPUTS]:
        if not 0 <= index < tensors:
            raise ReadError("a TFLite output names no tensor")
        table = model.pointer(tensors_start + 4 * index)
        shape = model.integers(table, 0)
        units = shape[-1] if shape and 0 < shape[-1] < 1 << 31 else None
        tensor, found = _trace(model, codes, makers, index, units)
        outputs.append(Output(model.string(table, 3), tensor))
        if found is not None:
            stacked.append(found)
    return outputs, stacked


def _makers(model: Model, graph: int) -> dict[int, int]:
    """The operator table that makes each tensor."""
    makers: dict[int, int] = {}
    for operator in model.tables(graph, 3):
        for tensor in model.integers(operator, 2):
            makers[tensor] = operator
    return makers


def _trace(
    model: Model, codes: list[int], makers: dict[int, int], index: int, units: int | None
) -> tuple[Tensor, Stacked | None]:
    parts = _parts(model, codes, makers, index)
    if parts == [index]:
        return _trace_part(model, codes, makers, index, units)
    traced = [_trace_part(model, codes, makers, part, None) for part in parts]
    stacked = next((found for _, found in traced if found is not None), None)
    return _joined([tensor for tensor, _ in traced], units), stacked


def _parts(model: Model, codes: list[int], makers: dict[int, int], index: int) -> list[int]:
    """A tensor, or those that are concatenated to it: the heads of a detector, one per layer."""
    found: list[int] = []
    todo = [index]
    for _ in range(limits.GRAPH_STEPS):
        if not todo:
            return found
        index = todo.pop()
        maker, _ = _maker(model, codes, makers, index)
        if maker is not None and maker.code == CONCATENATION and not maker.fused:
            todo += reversed(maker.inputs)
        else:
            found.append(index)
    raise ReadError("a TFLite model concatenates too many tensors", "too-large")


def _joined(parts: list[Tensor], units: int | None) -> Tensor:
    """Parts of one scale have it together; rows of several simplexes need not sum to one."""
    first = parts[0] if parts else Tensor("unknown")
    same = all(part.scale == first.scale for part in parts)
    if len(parts) == 1 or (same and first.scale in ("logits", "independent")):
        return first._replace(units=units)
    steps = ("CONCATENATION",)
    reason = "the graph concatenates tensors that are not all logits or all of range 0 to 1"
    return Tensor("unknown", None, units, steps, steps, "", reason)


def _trace_part(
    model: Model, codes: list[int], makers: dict[int, int], index: int, units: int | None
) -> tuple[Tensor, Stacked | None]:
    made, before = _maker(model, codes, makers, index)
    tensor = _tensor(made, units)
    if tensor.activation is None or before is None:
        return tensor, None
    row = activation_of(tensor.activation).row
    given = _joined(
        [_tensor(_maker(model, codes, makers, part)[0], units)
         for part in _parts(model, codes, makers, before)],
        units,
    )  # fmt: skip
    over_one = tensor.scale == "simplex" and units == 1
    wrong = given.scale in ("simplex", "independent") or over_one
    if row is not None and row.applies != "none" and wrong:
        return tensor, Stacked(given, row, units, tensor.steps)
    return tensor, None


def _maker(
    model: Model, codes: list[int], makers: dict[int, int], index: int
) -> tuple[_Operator | None, int | None]:
    """The operator behind a tensor that does more than pass it on, and its input."""
    for _ in range(limits.GRAPH_STEPS):
        table = makers.get(index)
        if table is None:
            return None, None
        operator = _operator(model, codes, table)
        if operator.code not in PASS_CODES or not operator.inputs:
            return operator, operator.inputs[0] if operator.inputs else None
        index = operator.inputs[0]
    raise ReadError("the operators of a TFLite model form a cycle")


def _operator(model: Model, codes: list[int], table: int) -> _Operator:
    at = model.field(table, 0)
    position = model.number(at, 4) if at is not None else 0
    if position >= len(codes):
        raise ReadError("a TFLite operator names no code", offset=table)
    # Codes over 127 stand in builtin_code (3); older files have deprecated_builtin_code (0) only.
    old, new = model.field(codes[position], 0), model.field(codes[position], 3)
    code = max(
        model.number(old, 1, signed=True) if old is not None else 0,
        model.number(new, 4, signed=True) if new is not None else 0,
    )
    fused = 0
    options = model.field(table, 4)
    if code in FUSED_FIELD and options is not None:
        value = model.field(model.pointer(options), FUSED_FIELD[code])
        fused = model.number(value, 1) if value is not None else 0
    name = model.string(codes[position], 1) if code == CUSTOM else f"number {code}"
    return _Operator(code, model.integers(table, 1), fused, name)


def _tensor(operator: _Operator | None, units: int | None) -> Tensor:
    if operator is None:
        return Tensor("unknown", None, units, reason="the output is an input of the model")
    steps = (LINEAR_CODES.get(operator.code, f"operator {operator.code}"),)
    name = ACTIVATION_CODES.get(operator.code) or FUSED_NAMES.get(operator.fused)
    if name is not None:
        found = activation_of(name)
        if found.row is not None:
            where: tuple[str, ...] = (name.upper() if operator.code != LOGISTIC else "LOGISTIC",)
            return Tensor(found.row.gives, found.shown, units, where, where)
    if operator.code in LINEAR_CODES and not operator.fused:
        return Tensor("logits", None, units, steps, steps)
    reason = f"the graph ends in the TFLite operator {operator.name}"
    return Tensor("unknown", None, units, steps, steps, "", reason)
