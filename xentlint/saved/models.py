"""Walks a serialized model from its inputs to its outputs: the heads, with their scale.

No recursion: a nested model is a request to the loop in ``evaluate``, which holds the stack.
Each call of a nested model is evaluated anew, within the budget.
"""

from __future__ import annotations

from collections.abc import Generator

from xentlint.records import NamedTuple

from . import limits
from .errors import ReadError, printable
from .jsontext import Steps
from .names import Named, is_object, named
from .tensors import Applied, Stacked, Tensor, apply_layer, layer_row
from .windows import Budget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MODEL_CLASSES = ("Sequential", "Functional", "Model")

Node = tuple[str, int]
Reference = tuple[str, int, int]


class Output(NamedTuple):
    """One head under the name by which a loss may name it."""

    name: str | None
    tensor: Tensor


class Outputs(NamedTuple):
    """The heads of a model, in the order in which list losses meet them."""

    outputs: list[Output]
    keyed: bool = False
    """Whether the model gives a dict: then losses go by its keys alone."""
    reason: str | None = None
    """Why there are none."""


class Call(NamedTuple):
    """A model to evaluate on these inputs."""

    found: Named
    steps: Steps
    inputs: list[Tensor]


Frame = Generator[Call, Outputs, Outputs]


class Evaluation:
    """What one evaluation collects."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.stacked: dict[Steps, Stacked] = {}
        self.calls = 0
        self.known: dict[tuple[Steps, tuple[Tensor, ...]], Outputs] = {}
        """Results of nested models: the same model on the same inputs gives the same."""
        self.resetting: dict[tuple[object, ...], bool] = {}

    def charge(self, count: int = 1) -> None:
        self.budget.work(count)
        self.calls += count
        if self.calls > limits.MODEL_CALLS:
            raise ReadError("the model calls too many layers", "too-large")


DATA = Tensor("unknown", reason="the output is an input of the model")


def is_model(found: Named) -> bool:
    """A model whose layers its configuration holds: then its head can be read."""
    return found.own and found.name in MODEL_CLASSES and _layers(found) is not None


def _layers(found: Named) -> list[Any] | None:
    config = found.config
    if isinstance(config, list):  # Sequential before Keras 2.2.3
        return config
    layers = config.get("layers") if isinstance(config, dict) else None
    return layers if isinstance(layers, list) else None


def _base(found: Named, steps: Steps) -> Steps:
    return (*steps, "config") if isinstance(found.config, list) else (*steps, "config", "layers")


def evaluate(found: Named, steps: Steps, budget: Budget) -> tuple[Outputs, list[Stacked]]:
    """The heads of a model and the activations in it that are worth a use."""
    run = Evaluation(budget)
    stack = [_frame(run, Call(found, steps, [DATA]))]
    result: Outputs | None = None
    while stack:
        try:
            call = next(stack[-1]) if result is None else stack[-1].send(result)
        except StopIteration as stop:
            stack.pop()
            result = stop.value
            continue
        result = run.known.get((call.steps, tuple(call.inputs)))
        if result is not None:
            continue
        if len(stack) >= limits.MODEL_DEPTH:
            raise ReadError("models are nested too deeply", "too-large")
        run.charge(limits.MODEL_COST)
        stack.append(_remembering(run, call))
    assert result is not None
    return result, list(run.stacked.values())


def _remembering(run: Evaluation, call: Call) -> Frame:
    result = yield from _frame(run, call)
    run.known[call.steps, tuple(call.inputs)] = result
    return result


def _frame(run: Evaluation, call: Call) -> Frame:
    if not is_model(call.found):
        return _custom(call.found)
    if call.found.name == "Sequential":
        return _sequential(run, call)
    return _functional(run, call)


def _custom(found: Named) -> Frame:
    """A subclassed model: what its ``call`` does is not in the file."""
    shown = printable(found.name)
    what = "has no layers in its configuration" if found.own else "is a class of its own"
    return Outputs([], reason=f"the model {shown} {what}")
    yield  # a generator like the others


def _sequential(run: Evaluation, call: Call) -> Frame:
    tensors = call.inputs
    base = _base(call.found, call.steps)
    layers = _layers(call.found) or []
    run.charge(len(layers))
    for index in _asked_for(run, layers):
        layer = layers[index]
        if not isinstance(layer, dict) or not is_object(layer):
            return Outputs([], reason=f"layer {index} is not understood")
        found = named(layer)
        if found.name == "InputLayer" and found.own:
            continue
        tensors = yield from _apply(run, found, (*base, index), tensors)
    name = _name(layers[-1], named(layers[-1])) if layers else None
    if not tensors:
        return Outputs([], reason="the model has no layers")
    return Outputs([Output(name if len(tensors) == 1 else None, tensor) for tensor in tensors])


PLAIN = ("linear", "relu", "tanh", "gelu", "elu", "selu", "silu", "swish", "leaky_relu")


def _asked_for(run: Evaluation, layers: list[Any]) -> list[int]:
    """The layers of a chain whose result counts.

    Where two follow each other whose results hang on none of their inputs, nobody asks for what
    the first one gives. Long models are mostly of such layers: they are stepped over.
    """
    known = run.resetting
    found: list[int] = []
    before = False
    for index, layer in enumerate(layers):
        try:
            key = (
                layer["class_name"],
                layer["config"]["activation"],
                layer.get("module"),
                layer.get("registered_name"),
            )
            resets = known[key]
        except (AttributeError, IndexError, KeyError, TypeError):  # new, or of another form
            resets = _resets(run, layer)
        if not (before and resets) and index:
            found.append(index - 1)
        before = resets
    if layers:
        found.append(len(layers) - 1)
    return found


def _resets(run: Evaluation, layer: Any) -> bool:
    """Whether a layer's result hangs on none of its inputs, and no rule asks for either."""
    if not isinstance(layer, dict) or not is_object(layer):
        return False
    config, module = layer["config"], layer.get("module")
    activation = config.get("activation") if isinstance(config, dict) else None
    if activation not in PLAIN or not isinstance(module, str | None):
        return False
    registered = layer.get("registered_name")
    row = layer_row(named({**layer, "config": None})) if not registered else None
    found = row is not None and row.kind == "affine"
    if not isinstance(registered, list | dict):
        run.resetting[layer["class_name"], activation, module, registered] = found
    return found


def _name(layer: dict[str, Any], found: Named) -> str | None:
    name = layer.get("name")
    if not isinstance(name, str) and isinstance(found.config, dict):
        name = found.config.get("name")
    return name if isinstance(name, str) else None


def _apply(
    run: Evaluation, found: Named, steps: Steps, inputs: list[Tensor]
) -> Generator[Call, Outputs, list[Tensor]]:
    """The results of one layer; a model, or a wrapped one, is asked of ``evaluate``."""
    inner, where = _unwrapped(found, steps)
    if inner is None:
        reason = f"{printable(found.name)} wraps too deeply"
        return [Tensor("unknown", None, None, steps, steps, "", reason)]
    if inner.name in MODEL_CLASSES and inner.own:
        outputs = yield Call(inner, where, inputs)
        if outputs.outputs:
            return [output.tensor for output in outputs.outputs]
        reason = outputs.reason or "a model without an output"
        return [Tensor("unknown", None, None, where, where, "", reason)]
    applied = apply_layer(inner, where, inputs)
    _remember(run, applied)
    tensor = applied.tensor
    if inner is not found:
        tensor = _behind_wrapper(found, tensor)
    return [tensor]


def _remember(run: Evaluation, applied: Applied) -> None:
    stacked = applied.stacked
    if stacked is not None and len(run.stacked) < limits.OUTPUTS:
        run.stacked.setdefault(stacked.steps, stacked)


def _unwrapped(found: Named, steps: Steps) -> tuple[Named | None, Steps]:
    """The layer inside ``TimeDistributed(Bidirectional(…))``."""
    for _ in range(8):
        row = layer_row(found)
        if row is None or row.kind != "wrap" or not isinstance(found.config, dict):
            return found, steps
        key = "cell" if found.name == "RNN" else "layer"
        inner = found.config.get(key)
        if not isinstance(inner, dict) or not is_object(inner):
            return found, steps
        found, steps = named(inner), (*steps, "config", key)
    return None, steps


def _behind_wrapper(wrapper: Named, tensor: Tensor) -> Tensor:
    if wrapper.name == "Bidirectional":
        config = wrapper.config if isinstance(wrapper.config, dict) else {}
        mode = config.get("merge_mode", "concat")
        if mode in ("sum", "mul") and tensor.scale != "logits":
            reason = "Bidirectional mixes two directions"
            return Tensor("unknown", None, None, tensor.steps, tensor.layer, "", reason)
        return tensor._replace(units=None, made="kept")
    # The recovery of Keras does not reach through TimeDistributed.
    return tensor._replace(made="kept")


def _functional(run: Evaluation, call: Call) -> Frame:
    config = call.found.config
    layers: dict[str, tuple[int, Named, list[Any]]] = {}
    base = _base(call.found, call.steps)
    for index, layer in enumerate(_layers(call.found) or ()):
        run.budget.work()
        if isinstance(layer, dict) and is_object(layer):
            found = named(layer)
            name = _name(layer, found)
            if name is not None:
                layers[name] = (index, found, _inbound(layer))
    wanted, keyed = _output_references(config.get("output_layers"))
    if not wanted:
        return Outputs([], reason="the model names no outputs")
    inputs = _input_names(config.get("input_layers"))
    known: dict[Node, list[Tensor]] = {}
    for position, name in enumerate(inputs):
        given = call.inputs[position] if position < len(call.inputs) else DATA
        known[name, 0] = [given]
    shift = _shifts(layers, wanted, run.budget)
    for _, reference in wanted:
        yield from _reach(run, layers, shift, known, base, reference)
    found_outputs = [
        Output(name, _pick(known.get((ref[0], ref[1])), ref[2])) for name, ref in wanted
    ]
    return Outputs(found_outputs, keyed)


def _pick(tensors: list[Tensor] | None, index: int) -> Tensor:
    if tensors is None:
        return Tensor("unknown", reason="an output names a layer that is not there")
    if 0 <= index < len(tensors):
        return tensors[index]
    if len(tensors) == 1 and tensors[0].scale == "unknown":
        return tensors[0]
    return Tensor("unknown", reason="a layer has several results")


def _reach(
    run: Evaluation,
    layers: dict[str, tuple[int, Named, list[Any]]],
    shift: dict[str, int],
    known: dict[Node, list[Tensor]],
    base: Steps,
    goal: Reference,
) -> Generator[Call, Outputs, None]:
    """Evaluate what ``goal`` needs, inputs first."""
    open_nodes: set[Node] = set()
    stack: list[Node] = [(goal[0], goal[1])]
    while stack:
        node = stack[-1]
        if node in known:
            stack.pop()
            continue
        entry = layers.get(node[0])
        if entry is None:
            known[node] = [Tensor("unknown", reason="a layer that is not there")]
            continue
        index, found, inbound = entry
        position = node[1] - shift.get(node[0], 0)
        needs = _references(inbound[position]) if 0 <= position < len(inbound) else []
        missing = [(n, k) for n, k, _ in needs if (n, k) not in known]
        if missing:
            if node in open_nodes:
                raise ReadError("the layers of the model form a cycle")
            open_nodes.add(node)
            stack.extend(missing)
            continue
        run.charge()
        if found.name == "InputLayer" and found.own:
            known[node] = [DATA]
            continue
        given = [_pick(known[n, k], t) for n, k, t in needs]
        known[node] = yield from _apply(run, found, (*base, index), given)


def _shifts(
    layers: dict[str, tuple[int, Named, list[Any]]],
    wanted: list[tuple[str | None, Reference]],
    budget: Budget,
) -> dict[str, int]:
    """Nested functional models count their calls from 1: their own node is the first."""
    highest: dict[str, int] = {}
    for _, (name, index, _) in wanted:
        highest[name] = max(index, highest.get(name, 0))
    for _, _, inbound in layers.values():
        for node in inbound:
            budget.work()
            for name, index, _ in _references(node):
                highest[name] = max(index, highest.get(name, 0))
    return {
        name: 1
        for name, index in highest.items()
        if name in layers and layers[name][2] and index == len(layers[name][2])
    }


def _inbound(layer: dict[str, Any]) -> list[Any]:
    nodes = layer.get("inbound_nodes")
    return nodes if isinstance(nodes, list) else []


def _references(node: Any) -> list[Reference]:
    """The tensors that a call names, in either generation's form.

    Ex) ``[["dense", 0, 0, {}]]``, ``{"args": [{"class_name": "__keras_tensor__", "config":
    {"keras_history": ["dense", 0, 0]}}], "kwargs": {}}``
    """
    found: list[Reference] = []
    stack = [node]
    while stack and len(found) < limits.OUTPUTS:
        item = stack.pop()
        if isinstance(item, dict):
            if item.get("class_name") == "__keras_tensor__":
                config = item.get("config")
                item = config.get("keras_history") if isinstance(config, dict) else None
                reference = _reference(item)
                if reference is not None:
                    found.append(reference)
                continue
            stack.extend(reversed(item.values()))
        elif isinstance(item, list):
            reference = _reference(item)
            if reference is not None:
                found.append(reference)
                stack.extend(part for part in item[3:4] if isinstance(part, dict))
            else:
                stack.extend(reversed(item))
    return found


def _reference(item: Any) -> Reference | None:
    if isinstance(item, list) and len(item) >= 3 and isinstance(item[0], str):
        name, node, tensor = item[:3]
        if type(node) is int and type(tensor) is int and node >= 0 and tensor >= 0:
            return name, node, tensor
    return None


def _output_references(value: Any) -> tuple[list[tuple[str | None, Reference]], bool]:
    """Name and tensor of each output. ``["b", 0, 0]``, a list of such, or a dict of such.

    Losses in a list meet a dict's outputs in the order of the sorted keys.
    """
    single = _reference(value)
    if single is not None:
        return [(single[0], single)], False
    if isinstance(value, dict):
        found = [(key, _reference(value[key])) for key in sorted(value)]
        if all(reference is not None for _, reference in found):
            return [(key, ref) for key, ref in found if ref is not None], True
    references = _references(value)
    names: dict[str, int] = {}
    result: list[tuple[str | None, Reference]] = []
    for reference in references:
        # Keras tells outputs of one layer apart by a number behind its name.
        count = names.get(reference[0], 0)
        names[reference[0]] = count + 1
        result.append((f"{reference[0]}_{count}" if count else reference[0], reference))
    return result, False


def _input_names(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [ref[0] for ref in (_reference(value[key]) for key in sorted(value)) if ref]
    return [reference[0] for reference in _references(value)]
