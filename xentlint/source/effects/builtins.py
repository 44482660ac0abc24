"""Python's built-in functions, as far as they carry models, layers and choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from xentlint.catalog.models import ANY, ANY_OF
from xentlint.catalog.names import canonical
from xentlint.source import limits
from xentlint.source.effects import own_losses, percentages
from xentlint.source.effects.decodings import builtin_round
from xentlint.source.joins import alternatives
from xentlint.source.objects import class_attribute, mro
from xentlint.source.run import Run
from xentlint.source.sequences import content, make_dict, make_list
from xentlint.source.targets import set_attribute
from xentlint.source.terms import term_of
from xentlint.source.truth import outcomes
from xentlint.source.values import (
    NONE,
    Api,
    Arg,
    Args,
    ClassValue,
    Const,
    Entries,
    Function,
    Items,
    Ref,
    Rest,
    Spot,
    Super,
    Tensor,
    Unknown,
    Value,
)


def call(run: Run, name: str, args: Args, spot: Spot) -> Value:
    """``name(args)``; what has no handler is unknown, and the same for the same arguments."""
    values = [arg.value for arg in args.positional]
    handler = HANDLERS.get(name)
    if handler is not None and not args.open:
        result = handler(run, values, args, spot)
        if result is not None:
            return result
    own_losses.mark_handed(run, values)
    terms = [term_of(value) for value in values]
    if name in _PURE and None not in terms and not args.keywords:
        return Unknown(("()", ("api", name), tuple(terms)), f"what `{name}` gives is not known")
    return run.fresh(f"what `{name}` gives is not known", data=name in _PURE)


_PURE: Final = frozenset(
    [
        "len",
        "isinstance",
        "issubclass",
        "callable",
        "hasattr",
        "getattr",
        "int",
        "str",
        "float",
        "bool",
        "type",
        "max",
        "min",
        "abs",
        "any",
        "all",
        "sum",
        "id",
        "hash",
        "round",
        "ord",
    ]
)


def _len(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    if len(values) == 1:
        items = content(run, values[0])
        if items is not None and not any(type(value) is Rest for value in items.values):
            return Const(len(items.values))
    return None


def _range(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    if values and all(type(v) is Const and isinstance(v.value, int) for v in values):
        try:
            found = range(*(v.value for v in values))
        except (TypeError, ValueError):
            return None
        if len(found) <= limits.ROUNDS:
            return Items(tuple(Const(i) for i in found))
    return Items((Rest(run.fresh("a number of a range", "the loop's number", data=True)),))


def _enumerate(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    items = content(run, values[0]) if values else None
    if items is None or any(type(value) is Rest for value in items.values):
        return None
    start = values[1].value if len(values) > 1 and type(values[1]) is Const else 0
    return Items(tuple(Items((Const(i), v)) for i, v in enumerate(items.values, start)))


def _zip(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    found = [content(run, value) for value in values]
    if any(i is None or any(type(v) is Rest for v in i.values) for i in found):
        return None
    return Items(tuple(Items(row) for row in zip(*(i.values for i in found if i), strict=False)))


def _list(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    if not values:
        return make_list(run, ())
    items = content(run, values[0])
    return None if items is None else make_list(run, items.values)


def _tuple(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    return content(run, values[0]) if values else Items(())


def _reversed(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    items = content(run, values[0]) if values else None
    return None if items is None else Items(items.values[::-1])


def _dict(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    named = tuple((Const(name), arg.value) for name, arg in args.keywords.items())
    if not values:
        return make_dict(run, named)
    if type(values[0]) is Ref and values[0].kind == "dict":
        entries = run.get(values[0], "entries")
        if type(entries) is not Entries:
            return make_dict(run, named, True)
        return make_dict(run, (*entries.pairs, *named), entries.open)
    items = content(run, values[0])
    rows = [content(run, value) for value in items.values] if items is not None else [None]
    if any(row is None or len(row.values) != 2 for row in rows):
        return make_dict(run, named, True)
    return make_dict(run, tuple((r.values[0], r.values[1]) for r in rows if r) + named)


def _convert(kind: Callable[[Any], Any]) -> Callable[[Run, list[Value], Args, Spot], Value]:
    def handler(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
        if len(values) == 1 and type(values[0]) is Const:
            try:
                return Const(kind(values[0].value))
            except (TypeError, ValueError, OverflowError):
                return None
        return None

    return handler


def _bool(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    if len(values) != 1 or type(values[0]) is Unknown:
        return None
    return alternatives((guard, Const(result)) for guard, result in outcomes(run, values[0]))


def _getattr(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    if len(values) >= 2 and type(values[1]) is Const and isinstance(values[1].value, str):
        return run.attribute(run, values[0], values[1].value, spot)
    if type(values[0]) is Api and len(values) == 2 and canonical(values[0].name) in ANY_OF:
        return Api(f"{values[0].name}.{ANY}")
    return None


def _setattr(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    if len(values) == 3 and type(values[1]) is Const and isinstance(values[1].value, str):
        set_attribute(run, values[0], values[1].value, values[2])
    return NONE


def _isinstance(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    if len(values) != 2:
        return None
    kinds = content(run, values[1]) if type(values[1]) is Items else Items((values[1],))
    if kinds is None or type(values[0]) in (Unknown,):
        return None
    results = [_is_a(run, values[0], kind) for kind in kinds.values]
    if True in results:
        return Const(True)
    return None if None in results else Const(False)


_TYPES: Final = {"str": str, "int": int, "float": float, "bool": bool}


def _is_a(run: Run, value: Value, kind: Value) -> bool | None:
    name = kind.name[9:] if type(kind) is Api and kind.name.startswith("builtins.") else None
    if type(value) is Const:
        if name in _TYPES:
            return isinstance(value.value, _TYPES[name])
        return False if name is not None or _is_class_of_objects(kind) else None
    if name in ("list", "dict", "tuple"):
        if type(value) is Ref and value.kind in ("list", "dict"):
            return value.kind == name
        return type(value) is Items and name == "tuple"
    if name in _TYPES:
        return False if type(value) in (Ref, Function, Tensor) else None
    if type(value) is Ref and value.kind == "instance" and type(kind) is ClassValue:
        return kind in mro(value.maker)
    return None


def _is_class_of_objects(kind: Value) -> bool:
    """A class of the project or of Keras: no string, number or ``None`` is an instance of it."""
    return type(kind) is ClassValue or (
        type(kind) is Api and canonical(kind.name).startswith("keras.")
    )


def _super(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    if len(values) == 2 and type(values[0]) is ClassValue:
        return Super(values[0], values[1])
    return None


def _sorted(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    items = content(run, values[0]) if values else None
    if items is None or args.keywords or any(type(v) is not Const for v in items.values):
        return None
    try:
        return make_list(run, tuple(sorted(items.values, key=lambda value: value.value)))
    except TypeError:
        return None


def _map(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    items = content(run, values[1]) if len(values) == 2 else None
    if items is None or len(items.values) > limits.ROUNDS:
        return None
    if any(type(value) is Rest for value in items.values):
        return None
    return Items(tuple(run.call(run, values[0], Args((Arg(v, spot),)), spot) for v in items.values))


def _type(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    if len(values) == 1 and type(values[0]) is Ref and type(values[0].maker) is ClassValue:
        return values[0].maker
    return None


def _hasattr(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    if len(values) == 2 and type(values[0]) is Ref and values[0].kind == "instance":
        name = values[1].value if type(values[1]) is Const else None
        if isinstance(name, str) and (
            run.get(values[0], name) is not None
            or class_attribute(run, values[0].maker, name) is not None
        ):
            return Const(True)
    return None


def _print(run: Run, values: list[Value], args: Args, spot: Spot) -> Value:
    percentages.said(run, args, spot)
    return NONE


HANDLERS: Final[dict[str, Callable[[Run, list[Value], Args, Spot], Value]]] = {
    "len": _len,
    "range": _range,
    "xrange": _range,
    "enumerate": _enumerate,
    "zip": _zip,
    "list": _list,
    "tuple": _tuple,
    "set": _list,
    "reversed": _reversed,
    "dict": _dict,
    "str": _convert(str),
    "int": _convert(int),
    "float": _convert(float),
    "bool": _bool,
    "getattr": _getattr,
    "setattr": _setattr,
    "hasattr": _hasattr,
    "isinstance": _isinstance,
    "super": _super,
    "sorted": _sorted,
    "map": _map,
    "type": _type,
    "print": _print,
    "round": builtin_round,
}
