"""Functions on tensors: one handler for each kind of the catalog's rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from xentlint.catalog.rows import OpRow
from xentlint.source.arguments import bind_row, value_of
from xentlint.source.conditions import narrow
from xentlint.source.effects import activations, arithmetic, decodings, handwritten, own_losses
from xentlint.source.effects.layers import joined, renamed, same_scale, taken, units_of
from xentlint.source.joins import alternatives, pairs
from xentlint.source.run import Run
from xentlint.source.sequences import content, make_list
from xentlint.source.truth import outcomes
from xentlint.source.values import (
    NONE,
    Args,
    Bindings,
    Const,
    Spot,
    Tensor,
    Unknown,
    Value,
)


def call(run: Run, row: OpRow, dotted: str, args: Args, spot: Spot) -> Value:
    """The result of an op of the catalog."""
    handler = KINDS.get(row.kind)
    own_losses.mark_op(run, row.name)
    if handler is None:
        own_losses.mark_handed(run, [arg.value for arg in args.positional])
        return run.fresh(f"what `{row.name}` gives is on no scale of ours")
    bound = renamed(row.aliases, bind_row(row.parameters, args))
    return handler(run, row, dotted, bound, spot)


def _first(run: Run, row: OpRow, bound: Bindings, index: int = 0) -> Value:
    if index < len(row.parameters):
        arg = bound.get(row.parameters[index])
        if arg is not None:
            return arg.value
    return run.fresh(f"an argument of `{row.name}` is not known")


def _activation(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    assert row.activation is not None
    direct = "keras" if row.name.startswith("keras.ops") else "op"
    return activations.apply_named(
        run, row.activation, _first(run, row, bound), spot, direct, bound, _short(dotted)
    )


def _short(dotted: str) -> str:
    """A library name as files write it."""
    for long, short in (("tensorflow.", "tf."), ("keras.backend.", "K."), ("tf.keras.", "keras.")):
        dotted = dotted.replace(long, short, 1) if dotted.startswith(long) else dotted
    return dotted


def _keep(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    same = row.name.rpartition(".")[2] in _SAME_SHAPE

    def one(value: Value) -> Value:
        if type(value) is Tensor:
            return replace(value, direct=None, units=value.units if same else None)
        if type(value) is Unknown and value.shape is not None and not same:
            return replace(value, shape=None)
        return value

    value = _first(run, row, bound)
    decodings.converted(run, value, value_of(bound, "dtype"), spot)
    return alternatives((guard, one(plain)) for guard, (plain,) in pairs(value))


_SAME_SHAPE: Final = (
    "identity",
    "cast",
    "saturate_cast",
    "stop_gradient",
    "ensure_shape",
    "convert_to_tensor",
    "dropout",
    "array",
    "asarray",
    "Print",
    "to_float",
)


def _keep_values(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    def one(value: Value) -> Value:
        if type(value) is not Tensor:
            return value
        if value.scale == "simplex":
            return run.fresh(f"`{row.name}` of {value.activation}")
        return replace(value, direct=None, units=None)

    value = _first(run, row, bound)
    return alternatives((guard, one(plain)) for guard, (plain,) in pairs(value))


def _linear(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    units = None
    weights = value_of(bound, "filters")
    if type(weights) is Unknown and weights.shape:
        units = weights.shape[-1]
    value = _first(run, row, bound)
    if row.name == "tf.nn.bias_add" and type(value) is Tensor:
        return value if value.scale == "logits" else run.fresh("a bias on what is no logits")
    return Tensor("logits", None, units, spot)


def _matmul(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    left, right = _first(run, row, bound), _first(run, row, bound, 1)
    return alternatives(
        (guard, arithmetic.matmul(run, a, b, spot)) for guard, (a, b) in pairs(left, right)
    )


def _affine(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    """A layer as a function, ``tf.layers.dense(x, 10)``."""
    width = bound.get(row.units) if row.units else None
    activation = activations.resolve(run, bound, row.activation)
    if "activation_fn" in row.parameters and "activation_fn" not in bound and _arg_scope(run):
        return run.fresh("an arg_scope may set the activation")
    taken(run, _first(run, row, bound))
    linear = Tensor("logits", None, units_of(width.value) if width else None, spot)
    return activations.apply(run, activation.value, linear, activation.spot or spot)


def _arg_scope(run: Run) -> bool:
    return "arg_scope" in run.source.text


def _combine(operator: str) -> Callable[[Run, OpRow, str, Bindings, Spot], Value]:
    def handler(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
        left, right = _first(run, row, bound), _first(run, row, bound, 1)
        return _operate(run, operator, left, right, spot)

    return handler


def _operate(run: Run, operator: str, left: Value, right: Value, spot: Spot) -> Value:
    from xentlint.source.operators import binary

    return binary(run, operator, left, right, spot)


def _negate(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    value = _first(run, row, bound)
    return alternatives(
        (guard, arithmetic.negate(run, plain, spot)) for guard, (plain,) in pairs(value)
    )


def _log(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    return handwritten.logarithm(run, _first(run, row, bound), spot)


def _log1p(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    """``log1p(-p)`` is ``log(1 - p)``."""
    inner = _operate(run, "Add", Const(1), _first(run, row, bound), spot)
    return handwritten.logarithm(run, inner, spot)


def _xlogy(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    logarithm = handwritten.logarithm(run, _first(run, row, bound, 1), spot)
    return _operate(run, "Multiply", _first(run, row, bound), logarithm, spot)


def _exp(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    value = _first(run, row, bound)
    if type(value) is Tensor and value.scale == "log-probabilities":
        return run.fresh("the exponential of log-probabilities")
    return run.fresh("an exponential", data=getattr(value, "data", False))


def _clip(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    """Clipping keeps what a tensor was meant to be: it guards a logarithm."""
    value = _first(run, row, bound)
    return alternatives(
        (guard, replace(plain, direct=None) if type(plain) is Tensor else plain)
        for guard, (plain,) in pairs(value)
    )


def _maximum(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    left, right = _first(run, row, bound), _first(run, row, bound, 1)
    for value, other in ((left, right), (right, left)):
        if type(value) is Tensor and type(other) is Const and other.value != 0:
            return replace(value, direct=None)
    return run.fresh(f"`{row.name}` of two values")


def _reduce(kind: str) -> Callable[[Run, OpRow, str, Bindings, Spot], Value]:
    def handler(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
        value = _first(run, row, bound)
        return alternatives(
            (guard, arithmetic.reduce(run, plain, kind, spot)) for guard, (plain,) in pairs(value)
        )

    return handler


def _labels(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    depth = bound.get("depth") or bound.get("num_classes")
    return run.fresh(
        "one-hot labels",
        "one-hot labels",
        labels="one-hot",
        data=True,
        shape=(None, units_of(depth.value) if depth else None),
    )


def _classes(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    return run.fresh("class indices", "class indices", data=True)


def _input(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    return run.fresh(
        "the model's input or labels",
        "data",
        data=True,
        shape=shape_of(run, value_of(bound, "shape")),
    )


def _variable(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    """Weights; their width is known where their shape is written out.

    A variable whose shape may change, or that is not trained, holds data: labels, a queue.
    """
    kept = Const(False) in (value_of(bound, "trainable"), value_of(bound, "validate_shape"))
    shape = shape_of(run, value_of(bound, "shape"))
    for arg in bound.values():
        if type(arg.value) is Unknown and arg.value.shape:
            shape = arg.value.shape
    if shape is None and bound:
        shape = shape_of(run, next(iter(bound.values())).value)
    return run.fresh("a variable", "a variable", data=True, weights=not kept, shape=shape)


def _random(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    shape = shape_of(run, value_of(bound, "shape", _first(run, row, bound)))
    return run.fresh("drawn numbers", "drawn numbers", data=True, weights=True, shape=shape)


def shape_of(run: Run, value: Value) -> tuple[int | None, ...] | None:
    """A literal shape; ``None`` where one is not written out."""
    items = content(run, value)
    if items is None:
        return None
    return tuple(units_of(item) for item in items.values)


def _where(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    if len(bound) < 3:
        return run.fresh("indices", data=True)
    sides = (_first(run, row, bound, 1), _first(run, row, bound, 2))
    return same_scale(run, sides, "a choice between different scales")


def _cond(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    """``tf.cond(test, f, g)``: the results of both, each on its path."""
    test = _first(run, row, bound)
    before = run.path
    found = []
    for guard, result in outcomes(run, test):
        path = narrow(before, guard)
        if not path:
            continue
        run.path = path
        function = _first(run, row, bound, 1 if result else 2)
        found.append((guard, run.call(run, function, Args(), spot)))
        run.path = before
    return alternatives(found)


def _phase(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    sides = (_first(run, row, bound, 0), _first(run, row, bound, 1))
    return same_scale(run, sides, "different scales in training and out of it")


def _parts(run: Run, row: OpRow, bound: Bindings) -> tuple[Value, ...]:
    """The tensors of a list argument; TensorFlow 0.x had the axis of ``concat`` first."""
    for index in (0, 1):
        items = content(run, _first(run, row, bound, index))
        if items is not None:
            return items.values
    return (run.fresh("a list of tensors that is not known"),)


def _concat(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    parts = _parts(run, row, bound)
    axis = value_of(bound, "axis", NONE)
    if axis == Const(0):
        return same_scale(run, parts, "a concatenation of different scales")
    return joined(run, parts)


def _stack(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    result = same_scale(run, _parts(run, row, bound), "a stack of different scales")
    if type(result) is Tensor:
        inner = result.scale != "simplex" or value_of(bound, "axis", Const(0)) == Const(0)
        return replace(result, units=None) if inner else run.fresh("a stack of softmaxes")
    return result


def _average(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    return same_scale(run, _parts(run, row, bound), "an average of different scales")


def _merge(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    result = same_scale(run, _parts(run, row, bound), f"`{row.name}` of different scales")
    if type(result) is Tensor and result.scale == "logits":
        return replace(result, spot=spot)
    return run.fresh(f"`{row.name}` of what is not all logits")


def _split(run: Run, row: OpRow, dotted: str, bound: Bindings, spot: Spot) -> Value:
    kept = _keep_values(run, row, dotted, bound, spot)
    for name in ("num_or_size_splits", "num"):
        count = bound.get(name)
        number = units_of(count.value) if count else None
        if number is not None and 0 < number <= 16:
            return make_list(run, (kept,) * number)
    return run.fresh("parts of a tensor")


KINDS: Final[dict[str, Callable[[Run, OpRow, str, Bindings, Spot], Any]]] = {
    "activation": _activation,
    "keep": _keep,
    "keep-values": _keep_values,
    "linear": _linear,
    "matmul": _matmul,
    "affine": _affine,
    "add": _combine("Add"),
    "subtract": _combine("Subtract"),
    "multiply": _combine("Multiply"),
    "divide": _combine("Divide"),
    "negate": _negate,
    "log": _log,
    "log1p": _log1p,
    "xlogy": _xlogy,
    "exp": _exp,
    "clip": _clip,
    "maximum": _maximum,
    "sum": _reduce("sum"),
    "mean": _reduce("mean"),
    "one-hot": _labels,
    "argmax": _classes,
    "round": decodings.round_op,
    "greater": decodings.greater_op,
    "input": _input,
    "variable": _variable,
    "random": _random,
    "where": _where,
    "cond": _cond,
    "phase": _phase,
    "concat": _concat,
    "stack": _stack,
    "split": _split,
    "average": _average,
    "merge": _merge,
    "stop": _keep,
}
"""``opaque`` and ``other`` have no handler: their result is unknown."""
