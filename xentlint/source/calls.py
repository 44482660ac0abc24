"""Calls: what calling each kind of value does; fuel, depth and recursion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from xentlint.source import limits
from xentlint.source.arguments import bind_function
from xentlint.source.conditions import narrow
from xentlint.source.effects import (
    library,
    losses,
    methods,
    metrics,
    models,
    outlets,
    own,
    own_losses,
    pairing,
)
from xentlint.source.objects import call_instance, instantiate
from xentlint.source.run import Run
from xentlint.source.scopes import Frame
from xentlint.source.sequences import make_dict
from xentlint.source.store import Exit
from xentlint.source.terms import term_of
from xentlint.source.values import (
    NONE,
    Alternatives,
    Api,
    Arg,
    Args,
    Bindings,
    Bound,
    ClassValue,
    Const,
    Function,
    Loss,
    Method,
    Metric,
    Partial,
    Ref,
    Spot,
    Unknown,
    Value,
)


def call(run: Run, callee: Value, args: Args, spot: Spot) -> Value:
    """The result of a call, with its effects on the store."""
    handler = HANDLERS.get(type(callee))
    if handler is None:
        run.marks.add(own_losses.UNFOLLOWED)
        return run.fresh("a call of something that is not followed")
    return handler(run, callee, args, spot)


def _alternatives(run: Run, callee: Alternatives, args: Args, spot: Spot) -> Value:
    branches = []
    for guard, plain in callee.choices:
        path = narrow(run.path, guard)
        if path:
            branches.append((path, lambda value=plain: run.call(run, value, args, spot)))
            if type(plain) is Unknown and any(type(other) is Loss for _, other in callee.choices):
                pairing.unknown_call(run, plain, args, spot, guard)
    return run.fork(branches) if branches else run.fresh("a call that never returns")


def _unknown(run: Run, callee: Unknown, args: Args, spot: Spot) -> Unknown:
    """A call of an unknown: the same unknown when the same is asked of it again."""
    values = [arg.value for arg in args.positional] + [arg.value for arg in args.keywords.values()]
    terms = [term_of(value) for value in values]
    run.hand_over(args)
    methods.escape(run, values)
    if not callee.data:
        run.marks.add(own_losses.UNFOLLOWED)
    if isinstance(callee.term, tuple) and callee.term[0] == "." and callee.term[2] == "compile":
        models.compile_unknown(run, callee, args, spot)
    if args.open or None in terms or not isinstance(callee.term, tuple) or callee.term[0] != ".":
        return run.fresh(callee.reason)
    return Unknown(("()", callee.term, tuple(terms)), callee.reason)


def _partial(run: Run, callee: Partial, args: Args, spot: Spot) -> Value:
    merged = Args(
        callee.args.positional + args.positional,
        {**callee.args.keywords, **args.keywords},
        callee.args.open or args.open,
    )
    return run.call(run, callee.function, merged, spot)


def _method(run: Run, callee: Method, args: Args, spot: Spot) -> Value:
    with_self = Args((Arg(callee.receiver), *args.positional), args.keywords, args.open)
    return call_function(run, callee.function, with_self, spot, callee.receiver)


def _function(run: Run, callee: Function, args: Args, spot: Spot) -> Value:
    row = own.row_of(run, callee)
    if row is not None:
        return own.call(run, row, args, spot)
    return call_function(run, callee, args, spot)


def call_function(
    run: Run,
    function: Function,
    args: Args,
    spot: Spot | None,
    receiver: Value = None,
    missing: Callable[[str], Value] | None = None,
) -> Value:
    """Run a project function with its arguments; unknown when a limit is reached."""
    running = sum(
        1 for frame in run.stack if frame.function and frame.function.node is function.node
    )
    name = function.name
    if len(run.stack) >= limits.DEPTH or running >= limits.RECURSION or run.fuel <= 0:
        run.exhausted |= run.fuel <= 0
        run.marks.add(own_losses.UNFOLLOWED)
        run.hand_over(args)
        return run.fresh(f"`{name}` is not followed further: calls inside calls")
    run.reached.add(id(function.node))
    mark = run.store.last
    frame = Frame(
        run.store.new_id(), function.frame.source, function.frame, "function", function, receiver
    )
    bound = bind_function(
        function.node.params,
        args,
        function.defaults,
        missing or (lambda param: _missing(run, frame, param)),
        lambda rest, open_: _keywords(run, rest, open_),
    )
    return _run_body(run, frame, bound, mark, spot)


def _run_body(
    run: Run, frame: Frame, bound: dict[str, Value], mark: int, spot: Spot | None
) -> Value:
    import libcst as cst

    from xentlint.source.conditions import shared
    from xentlint.source.joins import alternatives

    function = frame.function
    assert function is not None
    base, statement, tested = run.path, run.base, run.tested
    frame.depth = run.store.push()
    for param, value in bound.items():
        run.store.set(frame.id, param, value)
    run.stack.append(frame)
    run.trail.append(spot)  # type: ignore[arg-type]
    try:
        if isinstance(function.node, cst.Lambda):
            value = run.evaluate(run, function.node.body, frame)
            frame.exits.append(Exit(run.path, run.store.flatten(frame.depth), value))
        elif run.execute(run, function.node.body.body, frame) is None:
            frame.exits.append(Exit(run.path, run.store.flatten(frame.depth), NONE))
        run.path = base
        _try_uncalled(run, frame)
    finally:
        run.stack.pop()
        run.trail.pop()
        run.store.pop(frame.depth)
        run.path, run.base, run.tested = base, statement, tested
    if not frame.exits:
        return run.fresh(f"`{function.name}` does not return")
    run.join(base, frame.exits, mark)
    if len(frame.exits) == 1:
        return frame.exits[0].value
    common = shared(base)
    return alternatives((way - common, end.value) for end in frame.exits for way in end.path)


def _try_uncalled(run: Run, frame: Frame) -> None:
    """What a function defined and nothing called: whoever it was given to may call it."""
    for function in frame.nested:
        if id(function.node) not in run.reached:
            run.trial(run, function)


def _missing(run: Run, frame: Frame, name: str) -> Unknown:
    reason = f"nothing is known of the argument `{name}`"
    return Unknown(("parameter", frame.id, name), reason)


def _keywords(run: Run, rest: Bindings, unknown: bool) -> Value:
    pairs = tuple((Const(name), arg.value) for name, arg in rest.items())
    return make_dict(run, pairs, unknown)


def _class(run: Run, callee: ClassValue, args: Args, spot: Spot) -> Value:
    row = own.row_of(run, callee)
    if row is not None:
        return own.call(run, row, args, spot)
    return instantiate(run, callee, args, spot)


def _ref(run: Run, callee: Ref, args: Args, spot: Spot) -> Value:
    if callee.kind == "instance":
        result = call_instance(run, callee, args, spot)
        if models.is_model(callee):
            outlets.gives(run, "call", result, spot)
        return result
    return methods.call_object(run, callee, args, spot)


def _api(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    return library.call(run, callee, args, spot)


def _bound(run: Run, callee: Bound, args: Args, spot: Spot) -> Value:
    return methods.call_method(run, callee.receiver, callee.name, args, spot)


def _loss(run: Run, callee: Loss, args: Args, spot: Spot) -> Value:
    return losses.call_loss(run, callee, args, spot)


def _metric(run: Run, callee: Metric, args: Args, spot: Spot) -> Value:
    return metrics.called(run, callee, args, spot)


HANDLERS: Final[dict[type, Callable[[Run, Any, Args, Spot], Value]]] = {
    Alternatives: _alternatives,
    Unknown: _unknown,
    Partial: _partial,
    Method: _method,
    Function: _function,
    ClassValue: _class,
    Ref: _ref,
    Api: _api,
    Bound: _bound,
    Loss: _loss,
    Metric: _metric,
}
