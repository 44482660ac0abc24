"""Runs one file: its body as ``__main__``, then every function that no call reached."""

from __future__ import annotations

from collections.abc import Callable

from xentlint.source import limits
from xentlint.source.attributes import attribute
from xentlint.source.calls import call, call_function
from xentlint.source.conditions import EVERYWHERE, Atom
from xentlint.source.effects.library import starred
from xentlint.source.entries import Entry, candidates
from xentlint.source.evidence import Evidence
from xentlint.source.expressions import evaluate
from xentlint.source.joins import alternatives, choices_of
from xentlint.source.modules import Source
from xentlint.source.objects import bind, class_attribute, mro
from xentlint.source.run import Run, World
from xentlint.source.scopes import Frame, lookup
from xentlint.source.statements import execute
from xentlint.source.values import (
    Alternatives,
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

Run.evaluate = staticmethod(evaluate)
Run.execute = staticmethod(execute)
Run.call = staticmethod(call)
Run.attribute = staticmethod(attribute)
Run.starred = staticmethod(starred)


def interpret(world: World, source: Source) -> Run:
    """Everything that happens in a parsed file."""
    run = Run(world, source, Evidence(source.text))
    assert source.tree is not None
    frame = Frame(run.store.new_id(), source)
    run.frames[source] = frame
    run.store.set(frame.id, "__name__", Const("__main__"))
    run.execute(run, source.tree.body, frame)
    most = min(limits.FUEL + limits.LINE_FUEL * len(source.lines), limits.MOST_FUEL)
    for entry in candidates(run, source):
        if id(entry.node) in run.reached:
            continue
        run.fuel = min(limits.ENTRY_FUEL, most - run.spent)
        if run.fuel <= 0:
            run.exhausted = True
            if not entry.direct or run.spent >= most + limits.SPARE_FUEL:
                continue
            run.fuel = limits.INNER_FUEL
        run.path = run.base = EVERYWHERE
        _run_entry(run, frame, entry)
    _count_trials(run)
    return run


def _trial(run: Run, value: Value) -> None:
    """Run a function that is handed to code that is not followed, as that code may do.

    What happened counts only if no call reaches the function; the store stays as it was.
    """
    function = value.function if type(value) is Method else value
    known = id(function.node)
    if known in run.trials or known in run.reached or run.inner_fuel <= 0:
        return
    run.trials[known] = ([], [])
    spot = Spot(function.frame.source, function.node)
    saved = (run.meetings, run.pending, run.reached, run.instances, run.fuel, run.exhausted)
    path, base = run.path, run.base
    run.meetings, run.pending, run.reached = [], [], set(run.reached)
    run.instances = {node: list(made) for node, made in run.instances.items()}
    run.fuel = before = min(limits.INNER_FUEL, run.inner_fuel)
    depth = run.store.push()
    try:
        if type(value) is Method:
            _call_method(run, value, value.receiver, spot)
        else:
            _run_returned(run, _call_unknown(run, function, spot), spot)
    finally:
        run.store.pop(depth)
        run.trials[known] = (run.meetings, run.pending)
        run.inner_fuel -= before - run.fuel
        run.meetings, run.pending, run.reached, run.instances, run.fuel, run.exhausted = saved
        run.path, run.base = path, base


def _count_trials(run: Run) -> None:
    """Take over what happened in functions that nothing but unfollowed code can have called."""
    for node, (meetings, pending) in run.trials.items():
        if node not in run.reached:
            run.meetings += meetings
            run.pending += pending


def _run_entry(run: Run, frame: Frame, entry: Entry) -> None:
    """Run a function with unknown arguments; a method on instances of its class."""
    run.reached.add(id(entry.node))
    spot = Spot(run.source, entry.node)
    if entry.owner is None:
        function = _plain(run, frame, entry)
        if function is not None:
            _run_returned(run, _call_unknown(run, function, spot), spot)
        return
    cls = run.read(lookup(run.store, frame, entry.owner.name.value))
    if type(cls) is not ClassValue:
        return
    found = class_attribute(run, cls, entry.node.name.value)
    if type(found) is Function and found.node is entry.node:
        _run_method(run, cls, found, spot)


def _run_method(run: Run, cls: ClassValue, function: Function, spot: Spot) -> None:
    for ref in _receivers(run, cls, spot):
        method = bind(run, function, ref, spot) if function.kind == "function" else function
        _run_returned(run, _call_method(run, method, ref, spot), spot)


def _run_returned(run: Run, value: Value, spot: Spot) -> None:
    """A function that an entry returns and that nothing here calls: a loss made to order."""
    for _, plain in choices_of(value):
        if type(plain) is Function and id(plain.node) not in run.reached:
            _call_unknown(run, plain, spot)


def _plain(run: Run, frame: Frame, entry: Entry) -> Function | None:
    value = run.read(lookup(run.store, frame, entry.node.name.value))
    choices = value.choices if type(value) is Alternatives else ((None, value),)
    for _, plain in choices:
        if type(plain) is Function and plain.node is entry.node:
            return plain
    return Function(entry.node, frame, {}) if type(value) is not Function else None


def _receivers(run: Run, cls: ClassValue, spot: Spot) -> list[Ref]:
    """Instances that the program made, of the class or one derived from it; or one of our own."""
    made = list(run.instances.get(id(cls.node), ()))
    for others in run.instances.values():
        if others and others[0].maker is not cls and cls in mro(others[0].maker):
            made += others
    if made:
        return made[: limits.INSTANCES]
    ref = run.new("instance", cls, spot)
    run.instances.setdefault(id(cls.node), []).append(ref)
    initialiser = class_attribute(run, cls, "__init__")
    if type(initialiser) is Function:
        _call_method(run, Method(initialiser, ref), ref, spot)
    return [ref]


def _call_unknown(run: Run, function: Function, spot: Spot) -> Value:
    return call_function(run, function, _ANY, spot, None, _argument(run, function))


_ANY = Args(open=True)


def _call_method(run: Run, method: Value, ref: Ref, spot: Spot) -> Value:
    if type(method) is Method:
        args = Args((Arg(ref),), {}, True)
        function = method.function
        return call_function(run, function, args, spot, ref, _argument(run, function))
    if type(method) is Function:
        return call_function(run, method, _ANY, spot, None, _argument(run, method))
    return method


def _argument(run: Run, function: Function) -> Callable[[str], Value]:
    """Arguments of a function that nothing calls: its defaults, all of them, or anything."""
    name = function.name
    left = Atom("opaque", ("fresh", id(function.node), f"`{name}` is called with its defaults"))

    def missing(parameter: str) -> Value:
        reason = f"`{parameter}` is a parameter of `{name}`, which no code here calls"
        anything = Unknown(("parameter", id(function.node), parameter), reason)
        default = function.defaults.get(parameter)
        if default is None:
            return anything
        choices = [(frozenset({(left, True)}), default), (frozenset({(left, False)}), anything)]
        return alternatives(choices)

    return missing


Run.trial = staticmethod(_trial)
