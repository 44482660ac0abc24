"""``def`` and ``class``: functions with their defaults, classes with their namespace."""

from __future__ import annotations

import libcst as cst

from xentlint.source.expressions import defaults, spot
from xentlint.source.run import Run
from xentlint.source.scopes import Frame, assign
from xentlint.source.values import Api, Arg, Args, ClassValue, Function, Unknown, Value

_KINDS = {
    "builtins.property": "property",
    "functools.cached_property": "property",
    "builtins.staticmethod": "staticmethod",
    "builtins.classmethod": "classmethod",
}


def define_function(run: Run, node: cst.FunctionDef, frame: Frame) -> None:
    owner: ClassValue | None = None
    decorators = [run.evaluate(run, d.decorator, frame) for d in node.decorators]
    kind = next(
        (_KINDS[d.name] for d in decorators if type(d) is Api and d.name in _KINDS), "function"
    )
    if node.name.value == "setter" or any(
        isinstance(d.decorator, cst.Attribute) and d.decorator.attr.value in ("setter", "deleter")
        for d in node.decorators
    ):
        return
    if frame.kind == "class":
        owner = run.memo.get(("class", frame.id))
    function = Function(node, frame, defaults(run, node.params, frame), owner, kind)
    value: Value = function
    if run.stack and frame.source is run.source:
        run.inner.add(id(node))
        frame.nested.append(function)
    for decorator in reversed(decorators):
        value = _decorated(run, decorator, value, node, frame)
    assign(run.store, frame, node.name.value, value)


def _decorated(
    run: Run, decorator: Value, value: Value, node: cst.FunctionDef, frame: Frame
) -> Value:
    """A project's own decorator is called; one of a library leaves the function as it is."""
    if type(decorator) is not Function:
        return value
    result = run.call(run, decorator, Args((Arg(value),)), spot(node, frame))
    return value if type(result) is Unknown else result


def define_class(run: Run, node: cst.ClassDef, frame: Frame) -> None:
    bases = tuple(run.evaluate(run, base.value, frame) for base in node.bases)
    for decorator in node.decorators:
        run.evaluate(run, decorator.decorator, frame)
    inner = Frame(run.store.new_id(), frame.source, frame, "class", depth=frame.depth)
    value = ClassValue(node.name.value, node, inner, bases)
    run.memo["class", inner.id] = value
    assign(run.store, frame, node.name.value, value)
    run.execute(run, node.body.body, inner)
