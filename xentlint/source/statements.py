"""Statements: what each does to the store and the path. A block says whether it falls through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import libcst as cst

from xentlint.source import limits
from xentlint.source.conditions import Path, narrow, shared, simplify, widen
from xentlint.source.definitions import define_class, define_function
from xentlint.source.expressions import spot
from xentlint.source.imports import import_from, import_module
from xentlint.source.joins import pairs
from xentlint.source.operators import binary
from xentlint.source.run import LEFT, RAISED, Run
from xentlint.source.scopes import Frame
from xentlint.source.sequences import elements
from xentlint.source.store import Exit
from xentlint.source.targets import bind_target
from xentlint.source.tested import asked
from xentlint.source.truth import Outcome, outcomes
from xentlint.source.values import NONE, Items, Rest, Unknown, Value
from xentlint.source.walking import children


def execute(run: Run, body: Sequence[cst.CSTNode], frame: Frame) -> Any:
    """Run statements in order: ``None``, or how the block was left before its end."""
    for node in body:
        if type(node) is cst.SimpleStatementLine:
            for small in node.body:
                left = _step(run, small, frame)
                if left is not None:
                    return left
        else:
            left = _step(run, node, frame)
            if left is not None:
                return left
    return None


def _step(run: Run, node: cst.CSTNode, frame: Frame) -> Any:
    handler = HANDLERS.get(type(node))
    if handler is None or not run.tick():
        return None
    run.base = run.path
    left = handler(run, node, frame)
    return left if left is LEFT or left is RAISED else None


def _expression(run: Run, node: cst.Expr, frame: Frame) -> Any:
    if not isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
        run.evaluate(run, node.value, frame)


def _assign(run: Run, node: cst.Assign, frame: Frame) -> Any:
    value = run.evaluate(run, node.value, frame)
    for target in node.targets:
        bind_target(run, target.target, value, frame)


def _annotated(run: Run, node: cst.AnnAssign, frame: Frame) -> Any:
    if node.value is not None:
        bind_target(run, node.target, run.evaluate(run, node.value, frame), frame)


def _augmented(run: Run, node: cst.AugAssign, frame: Frame) -> Any:
    old = run.evaluate(run, node.target, frame)
    value = run.evaluate(run, node.value, frame)
    operator = type(node.operator).__name__.removesuffix("Assign")
    bind_target(run, node.target, binary(run, operator, old, value, spot(node, frame)), frame)


def _delete(run: Run, node: cst.Del, frame: Frame) -> Any:
    targets = (
        [e.value for e in node.target.elements]
        if isinstance(node.target, cst.Tuple)
        else [node.target]
    )
    for target in targets:
        if isinstance(target, cst.Name):
            bind_target(run, target, run.fresh(f"`{target.value}` was deleted"), frame)


def _return(run: Run, node: cst.Return, frame: Frame) -> Any:
    value = NONE if node.value is None else run.evaluate(run, node.value, frame)
    scope: Frame | None = frame
    while scope is not None and scope.kind != "function":
        scope = scope.parent
    if scope is not None:
        scope.exits.append(Exit(run.path, run.store.flatten(scope.depth), value))
    return LEFT


def _raise(run: Run, node: cst.Raise, frame: Frame) -> Any:
    return RAISED


def _leave_loop(run: Run, node: cst.CSTNode, frame: Frame) -> Any:
    if frame.loops:
        depth, exits = frame.loops[-1]
        exits.append(Exit(run.path, run.store.flatten(depth)))
    return LEFT


def _assert(run: Run, node: cst.Assert, frame: Frame) -> Any:
    run.evaluate(run, node.test, frame)


def _ways(run: Run, test: Value, node: cst.BaseExpression) -> tuple[Path, Path]:
    """The paths on which a test is true and false; an empty one where it cannot be.

    Of too many conditions, those of the path are cut first. A test that has too many by itself is
    a decision of its own, the same one wherever these conditions are tested: what its two branches
    do must not meet.
    """
    guards = outcomes(run, test)
    for path in (run.path, (shared(run.path),)):
        yes, no = (_narrowed(path, guards, sign) for sign in (True, False))
        if not yes or not no or max(len(yes), len(no)) <= limits.PATHS:
            return yes, no
    key = ("decided", frozenset(guard for guard, result in guards if result))
    decision = run.memo.get(key)
    if decision is None:
        decision = run.memo[key] = run.decision(_line(node), "long")
    return (
        narrow(run.path, frozenset({(decision, True)})),
        narrow(run.path, frozenset({(decision, False)})),
    )


def _narrowed(path: Path, guards: list[Outcome], sign: bool) -> Path:
    return simplify(
        way for guard, result in guards if result is sign for way in narrow(path, guard)
    )


def _line(node: cst.BaseExpression) -> str:
    """The text of an expression, on one line."""
    return " ".join(cst.Module([]).code_for_node(node).split())


def _if(run: Run, node: cst.If, frame: Frame) -> Any:
    while True:  # a chain of elif is a loop here: 3,000 of them must not recurse
        test = run.evaluate(run, node.test, frame)
        yes, no = _ways(run, test, node.test)
        if yes and no:
            break
        if yes or not no:
            return run.execute(run, node.body.body, frame)
        if node.orelse is None:
            return None
        if isinstance(node.orelse, cst.Else):
            return run.execute(run, node.orelse.body.body, frame)
        node = node.orelse

    ends = []

    def then() -> Any:
        ends.append(run.execute(run, node.body.body, frame))
        return ends[0]

    def otherwise() -> Any:
        if node.orelse is None:
            return None
        if isinstance(node.orelse, cst.If):
            return _if(run, node.orelse, frame)
        return run.execute(run, node.orelse.body.body, frame)

    with asked(run, node.test, frame) as tensors:
        end = run.fork([(yes, then), (no, otherwise)])
    if ends[0] is LEFT:  # what follows is the other branch
        run.tested = (*run.tested, *tensors)
    return end


def _with(run: Run, node: cst.With, frame: Frame) -> Any:
    for item in node.items:
        value = run.evaluate(run, item.item, frame)
        if item.asname is not None:
            bind_target(run, item.asname.name, value, frame)
    return run.execute(run, node.body.body, frame)


def _for(run: Run, node: cst.For, frame: Frame) -> Any:
    iterable = run.evaluate(run, node.iter, frame)
    values = [plain for _, (plain,) in pairs(iterable)]
    items = elements(run, values[0]) if len(values) == 1 else None
    known = items is not None and len(items.values) <= limits.ROUNDS
    if items is None or not known or any(type(v) is Rest for v in items.values):
        _some_round(run, node, frame, _element(run, items, values[0]))
    else:
        for element in items.values:
            bind_target(run, node.target, element, frame)
            if not _round(run, node.body.body, frame):
                return LEFT
    if node.orelse is not None:
        return run.execute(run, node.orelse.body.body, frame)
    return None


def _round(run: Run, body: Any, frame: Frame) -> bool:
    """One round of a loop, which its end, a ``continue`` or a ``break`` ends."""
    base, mark = run.path, run.store.last
    inner = run.store.push()
    ends: list[Exit] = []
    frame.loops.append((inner, ends))
    left = run.execute(run, body, frame)
    frame.loops.pop()
    if left is None:
        ends.append(Exit(run.path, run.store.flatten(inner)))
    run.store.pop(inner)
    run.path = base
    if not ends:
        return False
    run.join(base, ends, mark)
    run.path = widen(way for end in ends for way in end.path)
    return True


def _element(run: Run, items: Items | None, iterable: Value) -> Value:
    """One element of a sequence that is not known one by one."""
    if items is not None and items.values:
        first = items.values[0]
        only = first.value if type(first) is Rest else first
        if len(items.values) == 1:
            return only
    reason = getattr(iterable, "reason", "an element of a sequence that is not known")
    return run.fresh(reason, "the loop's element", data=getattr(iterable, "data", False))


def _some_round(run: Run, node: cst.For, frame: Frame, element: Value) -> None:
    """A loop of unknown length: some round of it runs, or none."""
    decision = run.decision("the loop runs")

    def body() -> Any:
        bind_target(run, node.target, element, frame)
        return None if _round(run, node.body.body, frame) else LEFT

    ran = narrow(run.path, frozenset({(decision, True)}))
    skipped = narrow(run.path, frozenset({(decision, False)}))
    run.fork([(ran, body), (skipped, lambda: None)])


def _while(run: Run, node: cst.While, frame: Frame) -> Any:
    test = run.evaluate(run, node.test, frame)
    yes, no = _ways(run, test, node.test)
    if not yes:
        return None

    def body() -> Any:
        return None if _round(run, node.body.body, frame) else LEFT

    if not no:  # `while True`: left by a break
        left = body()
        return None if left is None or _breaks(node.body) else LEFT
    base = run.path
    decision = run.decision("the loop runs")
    ran = narrow(run.path, frozenset({(decision, True)}))
    skipped = narrow(run.path, frozenset({(decision, False)}))
    run.fork([(ran, body), (skipped, lambda: None)])
    run.path = base
    return None


def _breaks(body: cst.BaseSuite) -> bool:
    """Whether a block holds a ``break`` or ``return`` anywhere (a coarse look)."""
    return any(
        isinstance(child, (cst.Break, cst.BaseSuite, cst.If))
        or isinstance(getattr(child, "body", None), (list, tuple))
        for child in children(body)
    )


def _try(run: Run, node: cst.Try, frame: Frame) -> Any:
    base = run.path
    raised = run.decision("an exception is raised")
    fine = narrow(base, frozenset({(raised, False)}))
    branches: list[tuple[Path, Callable[[], Any]]] = []

    def body() -> Any:
        left = run.execute(run, node.body.body, frame)
        if left is None and node.orelse is not None:
            left = run.execute(run, node.orelse.body.body, frame)
        return left

    branches.append((fine, body))
    for i, handler in enumerate(node.handlers):
        decision = raised if i == 0 else run.decision("an exception is raised")
        way = narrow(base, frozenset({(raised, True), (decision, True)}))

        def handle(handler: Any = handler) -> Any:
            if handler.name is not None:
                bind_target(run, handler.name.name, run.fresh("an exception"), frame)
            return run.execute(run, handler.body.body, frame)

        if not _is_import_fallback(node, handler):
            branches.append((way, handle))
    result = body() if len(branches) == 1 else _fork_try(run, branches)
    if node.finalbody is not None:
        left = run.execute(run, node.finalbody.body.body, frame)
        return result if left is None else left
    return result


def _fork_try(run: Run, branches: list[tuple[Path, Callable[[], Any]]]) -> Any:
    """Body and handlers; what a handler does not write is as the body left it."""
    base, mark = run.path, run.store.last
    exits: list[Exit] = []
    body_writes: dict[Any, Any] = {}
    for i, (path, action) in enumerate(branches):
        run.path = path
        depth = run.store.push()
        value = action()
        writes = run.store.pop(depth)
        if value is LEFT or value is RAISED:
            continue
        if i == 0:
            body_writes = writes
            exits.append(Exit(run.path, writes))
        else:
            exits.append(Exit(run.path, {**body_writes, **writes}))
    run.path = base
    if not exits:
        return LEFT
    run.join(base, exits, mark)
    if len(exits) == 1:
        run.path = exits[0].path
    return None


def _is_import_fallback(node: cst.Try, handler: cst.ExceptHandler) -> bool:
    """``try: import a except ImportError: import b``: two names of one thing; the first is it."""
    lines = [s for s in node.body.body if isinstance(s, cst.SimpleStatementLine)]
    small = [s for line in lines for s in line.body]
    return bool(small) and all(isinstance(s, (cst.Import, cst.ImportFrom)) for s in small)


def _declare(run: Run, node: cst.Global | cst.Nonlocal, frame: Frame) -> Any:
    for name in node.names:
        if isinstance(node, cst.Global):
            frame.shared[name.name.value] = frame.module.id
            continue
        scope = frame.parent
        while scope is not None and scope.kind == "function":
            if run.store.get(scope.id, name.name.value) is not None:
                frame.shared[name.name.value] = scope.id
                break
            scope = scope.parent


def _function(run: Run, node: cst.FunctionDef, frame: Frame) -> Any:
    define_function(run, node, frame)


def _class(run: Run, node: cst.ClassDef, frame: Frame) -> Any:
    define_class(run, node, frame)


def _match(run: Run, node: cst.Match, frame: Frame) -> Any:
    """Each case on a decision of its own; captured names are unknown."""
    run.evaluate(run, node.subject, frame)
    branches: list[tuple[Path, Callable[[], Any]]] = []
    rest = run.path
    for case in node.cases:
        decision = run.decision("a case of the match statement")
        way = narrow(rest, frozenset({(decision, True)}))
        rest = narrow(rest, frozenset({(decision, False)}))

        def action(case: Any = case) -> Any:
            return run.execute(run, case.body.body, frame)

        branches.append((way, action))
    branches.append((rest, lambda: None))
    return run.fork(branches)


HANDLERS: Final[dict[type, Callable[[Run, Any, Frame], Any]]] = {
    cst.Expr: _expression,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Del: _delete,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Break: _leave_loop,
    cst.Continue: _leave_loop,
    cst.Assert: _assert,
    cst.If: _if,
    cst.With: _with,
    cst.For: _for,
    cst.While: _while,
    cst.Try: _try,
    cst.Global: _declare,
    cst.Nonlocal: _declare,
    cst.Import: import_module,
    cst.ImportFrom: import_from,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.Match: _match,
}
UNFOLLOWED: Final = (cst.Pass, cst.TypeAlias, cst.TryStar)
"""Statements without a handler, on purpose: nothing of ours happens in them, or it is too rare."""

__all__ = ["Unknown", "execute"]
