"""Scopes: the frames of modules, functions and classes, and how a name is found in them."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from xentlint.source.values import Api, ClassValue, Function, Unknown, Value

if TYPE_CHECKING:
    from xentlint.source.modules import Source
    from xentlint.source.store import Exit, Store

BUILTINS: Final = frozenset(dir(builtins))


@dataclass(slots=True, eq=False)
class Frame:
    """One scope while it runs. ``id`` is the owner of its names in the store."""

    id: int
    source: Source
    parent: Frame | None = None
    kind: str = "module"
    """``module``, ``function`` or ``class``."""
    function: Function | None = None
    receiver: Value = None
    depth: int = 0
    """Layers of the store below this frame's own."""
    exits: list[Exit] = field(default_factory=list)
    loops: list[tuple[int, list[Exit]]] = field(default_factory=list)
    """Of each loop around the statement: depth of the store, and the exits so far."""
    shared: dict[str, int] = field(default_factory=dict)
    """Names declared ``global`` or ``nonlocal``, with the frame that owns them."""
    unknown_names: bool = False
    """Whether a star import of an unknown module may have bound any name."""
    stars: list[str] = field(default_factory=list)
    """Library packages of which a star import bound every name."""
    names: dict[str, None] = field(default_factory=dict)
    """The names bound in a module, in order."""
    nested: list[Function] = field(default_factory=list)
    """Functions of the checked file that were defined inside of this one."""

    @property
    def module(self) -> Frame:
        frame = self
        while frame.parent is not None:
            frame = frame.parent
        return frame

    @property
    def owner(self) -> ClassValue | None:
        """The class that the running method belongs to (for ``super()``)."""
        frame: Frame | None = self
        while frame is not None:
            if frame.function is not None and frame.function.owner is not None:
                return frame.function.owner
            frame = frame.parent
        return None


def lookup(store: Store, frame: Frame, name: str) -> Value:
    """The value of a name as Python finds it: local, enclosing functions, module, builtins."""
    owner = frame.shared.get(name)
    if owner is not None:
        value = store.get(owner, name)
        return value if value is not None else unbound(name)
    scope: Frame | None = frame
    while scope is not None:
        if scope.kind != "class" or scope is frame:
            value = store.get(scope.id, name)
            if value is not None:
                return value
        scope = scope.parent
    if name in BUILTINS:
        return Api(f"builtins.{name}")
    if frame.module.unknown_names:
        return Unknown(("star", frame.module.id, name), f"`{name}` may come from a star import")
    return unbound(name)


def unbound(name: str) -> Unknown:
    return Unknown(("unbound", name), f"`{name}` is not bound where it is read")


def assign(store: Store, frame: Frame, name: str, value: Value) -> None:
    if frame.kind == "module":
        frame.names[name] = None
    store.set(frame.shared.get(name, frame.id), name, value)
