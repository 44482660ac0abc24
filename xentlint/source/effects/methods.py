"""Methods of library and built-in objects: lists, dicts, strings, layers, models, tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from xentlint.catalog.layers import LAYERS
from xentlint.catalog.losses import LOSSES, NOT_CROSS_ENTROPY
from xentlint.source.arguments import bind_row
from xentlint.source.effects import (
    arithmetic,
    decodings,
    layers,
    metrics,
    models,
    outlets,
    own_losses,
    percentages,
)
from xentlint.source.effects.losses import call_loss, call_row
from xentlint.source.effects.ops import shape_of
from xentlint.source.joins import alternatives, pairs
from xentlint.source.objects import (
    base_init,
    class_attribute,
    library_base,
    library_flavour,
)
from xentlint.source.run import Run
from xentlint.source.sequences import (
    content,
    entry,
    make_dict,
    make_list,
    shape_of_tensor,
    store_item,
)
from xentlint.source.values import (
    NONE,
    Arg,
    Args,
    Const,
    Entries,
    Function,
    Items,
    Loss,
    Method,
    Metric,
    Partial,
    Ref,
    Rest,
    Spot,
    Super,
    Tensor,
    Value,
)


def call_method(run: Run, receiver: Value, name: str, args: Args, spot: Spot) -> Value:
    """``receiver.name(args)`` where the method is not the project's own."""
    handler = RECEIVERS.get(type(receiver))
    if handler is None:
        return run.fresh(f"what `.{name}()` gives is not followed")
    return handler(run, receiver, name, args, spot)


def call_object(run: Run, ref: Ref, args: Args, spot: Spot) -> Value:
    """Calling a layer or a model on its input."""
    given = args.positional[0] if args.positional else args.keywords.get("inputs")
    value = given.value if given is not None else run.fresh("an input")
    if ref.kind == "layer":
        found = []
        for guard, (plain,) in pairs(value):
            with run.under(guard):
                found.append((guard, layers.apply(run, ref, plain, spot)))
        return _name(run, ref, "name", alternatives(found))
    if models.is_model(ref):
        run.nested.add(ref.id)
        given_back = models.output(run, ref, value, spot)
        outlets.gives(run, "call", given_back, spot)
        return _name(run, ref, "*name", given_back)
    return run.fresh("a call of an object that is not followed")


def _name(run: Run, ref: Ref, field: str, value: Value) -> Value:
    """The tensor with the name of the layer or model that made it."""
    name = run.get(ref, field)
    text = name.value if type(name) is Const and isinstance(name.value, str) else None

    def one(plain: Value) -> Value:
        return replace(plain, name=text) if type(plain) is Tensor and plain.name != text else plain

    if type(value) is Tensor:
        return one(value)
    return alternatives((guard, one(plain)) for guard, (plain,) in pairs(value))


def escape(run: Run, values: Iterable[Value]) -> None:
    """Values handed to code that is not followed: lists may come back changed."""
    for value in values:
        if type(value) is Ref and value.kind == "list":
            items = run.get(value, "items")
            if type(items) is Items and any(type(v) is Ref for v in items.values):
                run.set(value, "items", Items((*items.values, Rest(run.fresh("an added element")))))


# -- containers ----------------------------------------------------------------------------------


def _list(run: Run, ref: Ref, name: str, args: Args, spot: Spot) -> Value:
    items = run.get(ref, "items")
    values = [arg.value for arg in args.positional]
    found = [(guard, plain) for guard, (plain,) in pairs(items)]
    if name in ("append", "extend", "insert", "reverse", "sort", "clear", "remove"):
        run.set(
            ref,
            "items",
            alternatives((guard, _changed(run, plain, name, values)) for guard, plain in found),
        )
        return NONE
    if name == "pop" and type(items) is Items and items.values:
        index = values[0].value if values and type(values[0]) is Const else -1
        known = not any(type(v) is Rest for v in items.values) and isinstance(index, int)
        if known and -len(items.values) <= index < len(items.values):
            rest = list(items.values)
            taken = rest.pop(index)
            run.set(ref, "items", Items(tuple(rest)))
            return taken
        run.set(ref, "items", Items((Rest(run.fresh("an element of a list")),)))
    if name == "copy" and type(items) is Items:
        return make_list(run, items.values)
    return run.fresh(f"what `.{name}()` of a list gives is not followed")


def _changed(run: Run, items: Value, name: str, values: list[Value]) -> Value:
    if type(items) is not Items:
        return items
    if name == "append" and values:
        return Items((*items.values, values[0]))
    if name == "extend" and values:
        more = content(run, values[0])
        rest = Rest(run.fresh("an element of a sequence that is not known"))
        return Items((*items.values, *(more.values if more is not None else (rest,))))
    if name == "insert" and len(values) == 2 and type(values[0]) is Const:
        changed = list(items.values)
        changed.insert(values[0].value, values[1])
        return Items(tuple(changed))
    if name == "reverse":
        return Items(items.values[::-1])
    if name == "clear":
        return Items(())
    return Items((Rest(run.fresh("an element of a changed list")),))


def _dict(run: Run, ref: Ref, name: str, args: Args, spot: Spot) -> Value:
    values = [arg.value for arg in args.positional]
    entries = run.get(ref, "entries")
    known = type(entries) is Entries and not entries.open
    if name in ("get", "pop", "setdefault") and values:
        default = values[1] if len(values) > 1 else NONE
        return alternatives(
            (guard, entry(run, ref, key, default)) for guard, (key,) in pairs(values[0])
        )
    if name == "items" and known:
        return Items(tuple(Items(pair) for pair in entries.pairs))
    if name == "keys" and known:
        return Items(tuple(key for key, _ in entries.pairs))
    if name == "values" and known:
        return Items(tuple(value for _, value in entries.pairs))
    if name == "copy" and type(entries) is Entries:
        return make_dict(run, entries.pairs, entries.open)
    if name == "update":
        _update(run, ref, values, args)
        return NONE
    return run.fresh(f"what `.{name}()` of a dict gives is not followed")


def _update(run: Run, ref: Ref, values: list[Value], args: Args) -> None:
    for value in values:
        other = run.get(value, "entries") if type(value) is Ref and value.kind == "dict" else None
        if type(other) is Entries and not other.open:
            for key, item in other.pairs:
                store_item(run, ref, key, item)
        else:
            store_item(run, ref, run.fresh("a key"), run.fresh("a value"))
    for name, arg in args.keywords.items():
        store_item(run, ref, Const(name), arg.value)


_TEXT: Final = frozenset(
    [
        "lower",
        "upper",
        "strip",
        "lstrip",
        "rstrip",
        "startswith",
        "endswith",
        "replace",
        "title",
        "capitalize",
        "split",
        "format",
        "join",
        "removeprefix",
        "removesuffix",
        "casefold",
    ]
)


def _constant(run: Run, receiver: Const, name: str, args: Args, spot: Spot) -> Value:
    values = [arg.value for arg in args.positional]
    if name == "format" and isinstance(receiver.value, str):
        percentages.put(run, receiver.value, args, spot)
    plain = all(type(value) is Const for value in values) and not args.keywords and not args.open
    if isinstance(receiver.value, str) and name in _TEXT and plain:
        try:
            result = getattr(receiver.value, name)(*(value.value for value in values))
        except (TypeError, ValueError, IndexError, KeyError):
            return run.fresh("a computed text")
        if isinstance(result, list):
            return make_list(run, tuple(Const(part) for part in result))
        return Const(result)
    return run.fresh("a computed text", data=True)


# -- layers, models, tensors ---------------------------------------------------------------------


def _ref(run: Run, ref: Ref, name: str, args: Args, spot: Spot) -> Value:
    if ref.kind == "list":
        return _list(run, ref, name, args, spot)
    if ref.kind == "dict":
        return _dict(run, ref, name, args, spot)
    if name in ("add_weight", "add_variable"):
        shape = bind_row(("name", "shape"), args).get("shape")
        trained = args.keywords.get("trainable", Arg(NONE)).value != Const(False)
        return run.fresh(
            "a variable",
            "a variable",
            data=True,
            weights=trained,
            shape=shape_of(run, shape.value) if shape else None,
        )
    if models.is_model(ref):
        return models.method(run, ref, name, args, spot)
    if name in ("__call__", "call", "apply"):
        return call_object(run, ref, args, spot)
    return run.fresh(f"what `.{name}()` gives is not followed")


def _super(run: Run, receiver: Super, name: str, args: Args, spot: Spot) -> Value:
    """A method of a library base class, called from a project class."""
    ref = receiver.receiver
    if type(ref) is not Ref or ref.kind != "instance":
        return run.fresh(f"`super().{name}` is not followed")
    if name == "__init__":
        if library_base(ref.maker) == "keras.Sequential":
            models.start(run, ref, bind_row(("layers",), args), spot)
        base_init(run, ref, args, spot)
        return NONE
    if name in ("call", "__call__") and run.get(ref, "*layers") is None:
        return _base_call(run, ref, args, spot)
    if models.is_model(ref):
        return models.method(run, ref, name, args, spot)
    return run.fresh(f"`super().{name}` is not followed")


def _base_call(run: Run, ref: Ref, args: Args, spot: Spot) -> Value:
    """``super().call(x)`` in a subclass of a layer or a loss, as ``super().__init__`` made it."""
    base, flavour = library_base(ref.maker) or "", library_flavour(ref.maker)
    given, made = run.memo.get(("base", ref.id), (Args(open=True), spot))
    if base in LAYERS:
        return call_object(run, layers.make(run, LAYERS[base], flavour, given, spot), args, spot)
    if base in LOSSES:
        loss = call_row(run, LOSSES[base], flavour, given, made)
        return run.call(run, loss, args, spot)
    if base not in NOT_CROSS_ENTROPY:
        run.marks.add(own_losses.UNFOLLOWED)
    return run.fresh("the base class's `call` is not followed")


def _loss(run: Run, loss: Loss, name: str, args: Args, spot: Spot) -> Value:
    if name in ("__call__", "call"):
        return call_loss(run, loss, args, spot)
    return run.fresh(f"what `.{name}()` of a loss gives is not followed")


def _metric(run: Run, metric: Metric, name: str, args: Args, spot: Spot) -> Value:
    if name in ("update_state", "__call__"):
        return metrics.called(run, metric, args, spot)
    return run.fresh("the value of a metric", data=True)


_KEEPS: Final = frozenset(("numpy", "astype", "eval", "reshape", "squeeze", "flatten", "copy"))


def _tensor(run: Run, tensor: Tensor, name: str, args: Args, spot: Spot) -> Value:
    if name == "astype" and args.positional:
        decodings.converted(run, tensor, args.positional[0].value, spot)
    if name == "round" and not args.positional and not args.keywords:
        decodings.rounded(run, tensor, NONE, spot)
    if name in _KEEPS:
        units = tensor.units if name in ("numpy", "eval", "copy", "astype") else None
        return replace(tensor, direct=None, units=units)
    if name == "get_shape":
        return shape_of_tensor(run, tensor)
    if name in ("sum", "mean"):
        return arithmetic.reduce(run, tensor, name, spot)
    return run.fresh(f"what `.{name}()` of a tensor gives is not followed")


def _items(run: Run, items: Items, name: str, args: Args, spot: Spot) -> Value:
    if name == "as_list":
        return items
    return run.fresh(f"what `.{name}()` of a tuple gives is not followed")


def _function(run: Run, function: Function, name: str, args: Args, spot: Spot) -> Value:
    if name in ("get_concrete_function", "python_function", "__get__"):
        return function
    if name == "__call__":
        return run.call(run, function, args, spot)
    return run.fresh(f"what `.{name}()` of a function gives is not followed")


RECEIVERS: Final[dict[type, Callable[[Run, Any, str, Args, Spot], Value]]] = {
    Ref: _ref,
    Const: _constant,
    Super: _super,
    Loss: _loss,
    Metric: _metric,
    Tensor: _tensor,
    Items: _items,
    Function: _function,
}

__all__ = ["Arg", "Method", "Partial", "call_method", "call_object", "class_attribute", "escape"]
