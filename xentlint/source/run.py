"""The state of one run over one file: the store, the path, the fuel, what was met.

Only what is truly global to a run stands here. Steps that need each other (expressions,
statements, calls) reach each other through it, so that no module imports in a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from xentlint.source import limits
from xentlint.source.conditions import EVERYWHERE, Atom, Guard, Path, narrow, shared, widen
from xentlint.source.joins import alternatives, choices_of, under
from xentlint.source.scopes import Frame
from xentlint.source.store import Exit, Store, Writes
from xentlint.source.values import (
    Api,
    Args,
    Const,
    Deferred,
    Function,
    Method,
    ModuleValue,
    Ref,
    Spot,
    Unknown,
    Value,
    same,
)

if TYPE_CHECKING:
    import libcst as cst

    from xentlint.source.effects.outlets import Outlet
    from xentlint.source.evidence import Evidence
    from xentlint.source.modules import Project, Source
    from xentlint.source.own import Own
    from xentlint.source.uses import Meeting


class World:
    """What the runs of a session share: the project, and what its modules left behind."""

    def __init__(self, project: Project, own: Own) -> None:
        self.project = project
        self.own = own
        self.shared: Writes = {}
        self.ids = count(1)
        self.fresh = count(1)
        self.frames: dict[Source, Frame] = {}
        self.memo: dict[Hashable, Any] = {}


class Run:
    """One file as the entry point, with the project modules that it imports."""

    evaluate: Callable[[Run, cst.CSTNode, Frame], Value]
    execute: Callable[[Run, Sequence[cst.CSTNode], Frame], Any]
    call: Callable[[Run, Value, Args, Spot], Value]
    attribute: Callable[[Run, Value, str, Spot], Value]
    trial: Callable[[Run, Value], None]
    starred: Callable[[list[str], str], Value | None]

    def __init__(self, world: World, source: Source, evidence: Evidence) -> None:
        self.world = world
        self.project = world.project
        self.source = source
        self.evidence = evidence
        self.store = Store(world.shared, world.ids)
        self.path: Path = EVERYWHERE
        self.base: Path = EVERYWHERE
        self.fuel = limits.ENTRY_FUEL
        self.spent = 0
        self.exhausted = False
        self.meetings: list[Meeting] = []
        self.pending: list[Meeting] = []
        """Metrics and decodings that count only if a loss shows what their tensor is."""
        self.compiling: int | None = None
        """The model whose ``compile`` runs."""
        self.fitted: set[int] = set()
        self.nested: set[int] = set()
        """Models that were fitted, and that were called inside of others."""
        self.hidden: set[int] = set()
        """The nodes that made tensors which went into layers with weights: in a function that
        runs several times, one node may make hidden layers and a head."""
        self.outlets: list[Outlet] = []
        """Where predictions leave models, and models the program."""
        self.handed: dict[int, int] = {}
        """The node of each ``compile`` that hands a loss to the project's own ``train_step``, and
        the node of that loss."""
        self.marks: set[str] = set()
        """What a loss function that runs was seen to do: see ``effects/own_losses.py``."""
        self.met: set[int] = set()
        """The nodes of consumers and calls that a use was made of."""
        self.frames = dict(world.frames)
        """Frames of modules; that of the checked file is its own, as ``__main__``."""
        self.stack: list[Frame] = []
        self.trail: list[Spot] = []
        """The calls that are running, as places, outermost first."""
        self.reached: set[int] = set()
        self.inner: set[int] = set()
        """The nodes of functions defined inside of functions of the checked file."""
        self.trials: dict[int, tuple[list[Meeting], list[Meeting]]] = {}
        """Of those that were handed to code that is not followed: what happens when it calls."""
        self.inner_fuel = 10 * limits.INNER_FUEL
        self.instances: dict[int, list[Ref]] = {}
        """Instances by the id of their class's node, in the order of their making."""
        self.memo = world.memo
        self.tested: tuple[Value, ...] = ()
        """Tensors whose numbers the tests around ask about."""
        self._loading: set[tuple[int, str]] = set()
        self._fresh = world.fresh

    def see(self, name: str, frame: Frame) -> None:
        """An import of the checked file shows what it runs on."""
        if frame.source is self.source:
            self.evidence.see(name)

    def tick(self) -> bool:
        """Use fuel for one statement; false when there is none left."""
        if self.fuel <= 0:
            self.exhausted = True
            return False
        self.fuel -= 1
        self.spent += 1
        return True

    def hand_over(self, args: Args) -> None:
        """Functions among the arguments of code that is not followed may be called there."""
        if not self.inner:
            return
        for arg in (*args.positional, *args.keywords.values()):
            for _, value in choices_of(arg.value):
                function = value.function if type(value) is Method else value
                if type(function) is Function and id(function.node) in self.inner:
                    self.trial(self, value)

    def fresh(self, reason: str, text: str = "", kind: str = "fresh", **known: Any) -> Unknown:
        """An unknown that equals no other; ``kind``: see ``terms.words``."""
        return Unknown((kind, next(self._fresh), text), reason, **known)

    def decision(self, text: str, kind: str = "opaque") -> Atom:
        """A decision that nothing else is tied to."""
        return Atom(kind, ("fresh", next(self._fresh), text))

    def new(self, kind: str, maker: Any = None, spot: Spot | None = None) -> Ref:
        return Ref(kind, self.store.new_id(), maker, spot)

    def get(self, ref: Ref, field: str) -> Value:
        value = self.store.get(ref.id, field)
        return None if value is None else self.read(value)

    def set(self, ref: Ref, field: str, value: Value) -> None:
        self.store.set(ref.id, field, value)

    def read(self, value: Value) -> Value:
        """A stored value as it is here and now."""
        value = under(value, self.path)
        if type(value) is Deferred:
            return self.load(value)
        return value

    def load(self, value: Deferred) -> Value:
        """A name of a project module; runs the module when it has not run yet."""
        key = (id(value.source), value.name)
        if key in self._loading:  # modules that import from each other
            return Unknown(("module", *key), f"`{value.name}` is imported in a circle")
        self._loading.add(key)
        try:
            return self._load(value)
        finally:
            self._loading.discard(key)

    def _load(self, value: Deferred) -> Value:
        own = self.world.own.defined(value.source.path, value.name)
        if own is not None:
            return Api(own.name)
        frame = self.module(value.source)
        if frame is None:
            return Unknown(("module", value.source.path), f"`{value.source.path}` is not followed")
        found = self.store.get(frame.id, value.name)
        if found is not None and found != value:  # ``from . import x`` in __init__ means x.py
            return self.read(found)
        inner = self.project.find(value.name, value.source, 1)
        if inner is not None and inner is not value.source:
            return ModuleValue(inner)
        library = self.starred(frame.stars, value.name)
        if library is not None:
            return library
        reason = f"`{value.name}` is not bound in `{value.source.path}`"
        return Unknown(("module", value.source.path, value.name), reason)

    def module(self, source: Source) -> Frame | None:
        """The frame of a project module, run once, apart from where the importer stands."""
        known = self.frames.get(source) or self.world.frames.get(source)
        if known is not None:
            return known
        if not source.parse():
            return None
        frame = Frame(self.store.new_id(), source)
        self.world.frames[source] = frame
        with self.apart():
            self.store.set(frame.id, "__name__", Const(source.name))
            assert source.tree is not None
            self.execute(self, source.tree.body, frame)
        return frame

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Run on the lowest layer of the store and without conditions, as an import does."""
        saved = (self.store.layers, self.path, self.base, self.stack, self.trail, self.fuel)
        meetings, reached, instances = self.meetings, self.reached, self.instances
        self.store.layers = self.store.layers[:1]
        self.path = self.base = EVERYWHERE
        self.stack, self.trail, self.fuel = [], [], limits.MODULE_FUEL
        self.meetings, self.reached, self.instances = [], set(), {}
        try:
            yield
        finally:
            self.store.layers, self.path, self.base, self.stack, self.trail, self.fuel = saved
            self.meetings, self.reached, self.instances = meetings, reached, instances

    @contextmanager
    def under(self, guard: Guard) -> Iterator[None]:
        """Narrow the path for what runs inside."""
        before = self.path
        self.path = narrow(before, guard) or (guard,)
        try:
            yield
        finally:
            self.path = before

    def forget(self, values: list[Value]) -> Unknown:
        """One unknown for several."""
        first: Unknown = values[0]
        if all(same(first, value) for value in values):
            return first
        return self.fresh(first.reason, data=all(value.data for value in values))

    def join(self, base: Path, exits: list[Exit], mark: int) -> None:
        """Merge the states of several exits into the top layer of the store."""
        self.store.merge(base, exits, mark, self.read, self.forget)

    def fork(self, branches: Sequence[tuple[Path, Callable[[], Any]]]) -> Any:
        """Run each branch on its path from the same state, then join what falls through.

        A branch gives its value; one that left the block (``LEFT``, ``RAISED``) takes its state
        out of the join. Gives the joined value.
        """
        base, mark = self.path, self.store.last
        exits: list[Exit] = []
        raised, intact = True, True
        for path, action in branches:
            self.path = path
            depth = self.store.push()
            value = action()
            writes = self.store.pop(depth)
            intact &= self.path is path
            if value is not LEFT and value is not RAISED:
                exits.append(Exit(self.path, writes, value))
            raised &= value is not LEFT
        self.path = base
        if not exits:
            return RAISED if raised else LEFT
        self.join(base, exits, mark)
        intact &= len(exits) == len(branches)  # together they are the base again
        if not intact and (not raised or len(exits) > 1):
            self.path = widen(way for exit in exits for way in exit.path)
        if len(exits) == 1:
            return exits[0].value
        common = shared(base)
        return alternatives(
            (way - common, exit.value)
            for exit in exits
            if exit.value is not None
            for way in exit.path
        )


LIBRARY = 0
"""The owner of attributes that a file sets on a library's module."""
LEFT = object()
"""The value of a branch that leaves the block: by return, break, continue."""
RAISED = object()
"""The value of a branch that raises: what it ruled out is not worth remembering."""
