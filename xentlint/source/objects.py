"""Project classes and their instances: lookup along the bases, making, calling."""

from __future__ import annotations

from typing import Final

from xentlint.catalog.names import canonical
from xentlint.source.run import Run
from xentlint.source.values import (
    Api,
    Arg,
    Args,
    ClassValue,
    Const,
    Function,
    Method,
    Ref,
    Spot,
    Unknown,
    Value,
)

_MAX_BASES: Final = 40


def mro(cls: ClassValue) -> list[Value]:
    """A class and its bases, nearest first; library bases as they are named."""
    found: list[Value] = []
    todo: list[Value] = [cls]
    while todo and len(found) < _MAX_BASES:
        value = todo.pop(0)
        if value in found:
            found.remove(value)
        found.append(value)
        if type(value) is ClassValue:
            todo = [*value.bases, *todo] if len(value.bases) == 1 else [*todo, *value.bases]
    return found


def library_base(cls: ClassValue) -> str | None:
    """The canonical name of the library class that a project class derives from."""
    for base in mro(cls):
        if type(base) is Api and base.name != "builtins.object":
            return canonical(base.name)
    return None


def library_flavour(cls: ClassValue) -> str:
    return next((b.name for b in mro(cls) if type(b) is Api and b.name != "builtins.object"), "")


def has_unknown_base(cls: ClassValue) -> bool:
    return any(type(base) not in (ClassValue, Api) for base in mro(cls))


def class_attribute(run: Run, cls: ClassValue, name: str, after: ClassValue | None = None) -> Value:
    """What a class says of a name; ``after``: only the classes behind that one."""
    line = mro(cls)
    if after is not None and after in line:
        line = line[line.index(after) + 1 :]
    for entry in line:
        if type(entry) is ClassValue:
            value = run.store.get(entry.frame.id, name)
            if value is not None:
                return run.read(value)
    return None


def bind(run: Run, value: Value, receiver: Value, spot: Spot) -> Value:
    """A class attribute as seen through an instance: methods bound, properties read."""
    if type(value) is not Function:
        return value
    if value.kind == "staticmethod":
        return value
    if value.kind == "property":
        return run.call(run, Method(value, receiver), Args(), spot)
    return Method(value, receiver)


def instantiate(run: Run, cls: ClassValue, args: Args, spot: Spot) -> Ref:
    """An instance, with its ``__init__`` run."""
    ref = run.new("instance", cls, spot)
    made = run.instances.setdefault(id(cls.node), [])
    made.append(ref)
    initialiser = class_attribute(run, cls, "__init__")
    if type(initialiser) is Function:
        run.call(run, Method(initialiser, ref), args, spot)
    else:
        base_init(run, ref, args, spot)
        _dataclass_fields(run, cls, ref, args)
    return ref


def _dataclass_fields(run: Run, cls: ClassValue, ref: Ref, args: Args) -> None:
    """Keyword arguments of a class without ``__init__`` (dataclass, named tuple) as its fields."""
    if library_base(cls) is None or args.keywords:
        for name, arg in args.keywords.items():
            run.set(ref, name, arg.value)


def base_init(run: Run, ref: Ref, args: Args, spot: Spot) -> None:
    """The library's own ``__init__``: a functional model in a subclass keeps its tensors."""
    run.memo["base", ref.id] = (args, spot)
    for name in ("inputs", "outputs", "name"):
        if name in args.keywords:
            run.set(ref, f"*{name}", args.keywords[name].value)
    if len(args.positional) >= 2 and library_base(ref.maker) == "keras.Model":
        run.set(ref, "*inputs", args.positional[0].value)
        run.set(ref, "*outputs", args.positional[1].value)
    if "from_logits" in args.keywords:
        run.set(ref, "from_logits", args.keywords["from_logits"].value)


def instance_attribute(run: Run, ref: Ref, name: str, spot: Spot) -> Value:
    """``ref.name``: the instance's own, then its class's; ``None`` if neither has it."""
    value = run.get(ref, name)
    if value is not None:
        return value
    value = class_attribute(run, ref.maker, name)
    if value is not None:
        return bind(run, value, ref, spot)
    return None


def build_once(run: Run, ref: Ref, spot: Spot) -> None:
    """Keras runs ``build`` before the first ``call``: weights are made there."""
    method = class_attribute(run, ref.maker, "build")
    if type(method) is Function and run.get(ref, "*built") is None:
        run.set(ref, "*built", Const(True))
        shape = run.fresh("the shape of the input", "the shape of the input", data=True)
        run.call(run, Method(method, ref), Args((Arg(shape, spot),)), spot)


def call_instance(run: Run, ref: Ref, args: Args, spot: Spot) -> Value:
    """``instance(...)``: its ``__call__``, or Keras' path to ``call``."""
    base = library_base(ref.maker)
    for name in ("__call__", "call"):
        method = class_attribute(run, ref.maker, name)
        if type(method) is Function and (
            name == "__call__" or base is not None or has_unknown_base(ref.maker)
        ):
            build_once(run, ref, spot)
            return run.call(run, Method(method, ref), args, spot)
    from xentlint.source.effects import methods

    return methods.call_object(run, ref, args, spot)


def unknown_attribute(ref: Ref, name: str) -> Unknown:
    owner = ref.maker.name if type(ref.maker) is ClassValue else ref.kind
    reason = f"`{name}` of `{owner}` is not set where it is read"
    return Unknown((".", ("self", ref.id), name), reason)


__all__ = ["Arg", "base_init", "bind", "call_instance", "class_attribute", "instantiate", "mro"]
