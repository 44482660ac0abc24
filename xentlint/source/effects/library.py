"""Calls of library names: the catalog row of a name chooses what the call does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from xentlint.catalog.activations import ACTIVATIONS
from xentlint.catalog.layers import LAYERS
from xentlint.catalog.losses import LOSSES, NOT_CROSS_ENTROPY
from xentlint.catalog.metrics import METRICS
from xentlint.catalog.models import find as find_model
from xentlint.catalog.names import canonical
from xentlint.catalog.ops import OPS
from xentlint.source.arguments import bind_row
from xentlint.source.effects import (
    activations,
    builtins,
    handing,
    layers,
    losses,
    methods,
    metrics,
    models,
    ops,
    own,
    own_losses,
)
from xentlint.source.effects.special import SPECIAL
from xentlint.source.run import Run
from xentlint.source.terms import OBJECT
from xentlint.source.values import Api, Args, Metric, Spot, Unknown, Value


def call(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    """The result of calling a library name."""
    if callee.name.startswith("builtins."):
        return builtins.call(run, callee.name[9:], args, spot)
    row = own.row_of(run, callee)
    if row is not None:
        return own.call(run, row, args, spot)
    name = _canonical(run, callee.name)
    handler = _handler(name)
    if handler is not None:
        return handler(run, callee, name, args, spot)
    run.hand_over(args)
    values = [arg.value for arg in (*args.positional, *args.keywords.values())]
    methods.escape(run, values[: len(args.positional)])
    own_losses.mark_handed(run, values)
    handing.handed(run, name, values, spot)
    if not has_rows(name):
        run.marks.add(own_losses.UNFOLLOWED)
    reason = f"`{callee.name}` is not in the catalog"
    result = run.fresh(reason, callee.name, "result", data=_is_data(name))
    if name.rpartition(".")[2][:1].isupper():
        return replace(result, term=(OBJECT, result.term, callee.name))
    return result


def _canonical(run: Run, dotted: str) -> str:
    key = ("canonical", dotted)
    found = run.memo.get(key)
    if found is None:
        found = run.memo[key] = canonical(dotted)
    return str(found)


def _is_data(name: str) -> bool:
    """Names whose results are never outputs of a model."""
    root = name.partition(".")[0]
    return root in ("numpy", "pandas", "sklearn", "os", "random", "math", "cv2", "json", "time")


def _handler(name: str) -> Callable[[Run, Api, str, Args, Spot], Value] | None:
    if name in SPECIAL:
        special = SPECIAL[name]
        return lambda run, callee, name, args, spot: special(run, callee, args, spot)
    if name in LOSSES:
        return _loss
    if name in LAYERS:
        return _layer
    if name in OPS:
        return _op
    if name in METRICS:
        return _metric
    if find_model(_class_of(name)) is not None:
        return _model
    if name.startswith("keras.activations.") and name[18:] in ACTIVATIONS:
        return _activation
    if name in NOT_CROSS_ENTROPY:
        return _other_loss
    return None


def _loss(run: Run, callee: Api, name: str, args: Args, spot: Spot) -> Value:
    return losses.call_row(run, LOSSES[name], callee.name, args, spot)


def _layer(run: Run, callee: Api, name: str, args: Args, spot: Spot) -> Value:
    return layers.make(run, LAYERS[name], callee.name, args, spot)


def _op(run: Run, callee: Api, name: str, args: Args, spot: Spot) -> Value:
    return ops.call(run, OPS[name], callee.name, args, spot)


def _metric(run: Run, callee: Api, name: str, args: Args, spot: Spot) -> Value:
    row = METRICS[name]
    if row.style == "function":
        return metrics.function(run, row, callee.name, args, spot)
    return Metric(row, bind_row(row.parameters, args), spot, callee.name)


def _model(run: Run, callee: Api, name: str, args: Args, spot: Spot) -> Value:
    row = find_model(_class_of(name))
    assert row is not None
    return models.make(run, row, callee.name, args if row.name == name else _preset(args), spot)


def _class_of(name: str) -> str:
    """``X.from_pretrained(...)`` makes an X."""
    for method in (".from_pretrained", ".from_preset"):
        name = name.removesuffix(method)
    return name


def _preset(args: Args) -> Args:
    """Of a preset only the keywords are arguments of the class."""
    return args._replace(positional=())


def _activation(run: Run, callee: Api, name: str, args: Args, spot: Spot) -> Value:
    if not args.positional:
        return run.fresh("an activation called without a tensor")
    return activations.apply_named(
        run, name[18:], args.positional[0].value, spot, "keras", bind_row(("x", "axis"), args)
    )


def _other_loss(run: Run, callee: Api, name: str, args: Args, spot: Spot) -> Value:
    return Unknown(("not-cross-entropy", name), f"`{name}` is no cross-entropy", data=True)


def starred(packages: list[str], name: str) -> Api | None:
    """A name that star imports of library packages bind: the last package that has it."""
    for package in reversed(packages):
        dotted = canonical(f"{package}.{name}")
        if _handler(dotted) is not None or dotted in _PACKAGES:
            return Api(f"{package}.{name}")
    return None


_PACKAGES: Final = frozenset(
    name.rpartition(".")[0] for table in (LAYERS, LOSSES, METRICS, OPS) for name in table
)
"""``from keras import *`` binds ``layers`` and ``losses``, too."""


def has_rows(package: str) -> bool:
    """Whether the catalog knows the names of a package, so that others bind nothing of ours."""
    return package.partition(".")[0] in ("keras", "tf", "numpy")
