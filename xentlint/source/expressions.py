"""Expressions to values: one small function for each kind of LibCST node."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import libcst as cst

from xentlint.source import operators
from xentlint.source.comprehensions import dict_comprehension, list_comprehension
from xentlint.source.conditions import Guard, narrow, widen
from xentlint.source.effects import percentages
from xentlint.source.effects.library import starred
from xentlint.source.joins import alternatives, pairs
from xentlint.source.run import Run
from xentlint.source.scopes import Frame, assign, lookup
from xentlint.source.sequences import content, item, make_dict, make_list
from xentlint.source.tested import asked
from xentlint.source.truth import outcomes
from xentlint.source.values import (
    Arg,
    Args,
    Bindings,
    Const,
    Entries,
    Function,
    Items,
    Ref,
    Rest,
    Spot,
    Unknown,
    Value,
)


def evaluate(run: Run, node: cst.CSTNode, frame: Frame) -> Value:
    """The value of an expression; a node without a handler is unknown."""
    handler = HANDLERS.get(type(node))
    if handler is None:
        return run.fresh(f"{type(node).__name__} is not followed")
    return handler(run, node, frame)


def spot(node: cst.CSTNode, frame: Frame) -> Spot:
    return Spot(frame.source, node)


def _name(run: Run, node: cst.Name, frame: Frame) -> Value:
    if node.value in _CONSTANTS:
        return _CONSTANTS[node.value]
    value = lookup(run.store, frame, node.value)
    if type(value) is Unknown and frame.module.stars:
        return starred(frame.module.stars, node.value) or value
    return run.read(value)


_CONSTANTS: Final = {"True": Const(True), "False": Const(False), "None": Const(None)}


def _attribute(run: Run, node: cst.Attribute, frame: Frame) -> Value:
    value = run.evaluate(run, node.value, frame)
    return run.attribute(run, value, node.attr.value, spot(node, frame))


def _evaluated(node: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" in somebody's string is not our matter
        return node.evaluated_value


def _string(run: Run, node: cst.SimpleString | cst.ConcatenatedString, frame: Frame) -> Value:
    text = node.value if type(node) is cst.SimpleString else ""
    if text and "\\" not in text and text[0] in _QUOTES and text[:3] not in _TRIPLE:
        # LibCST's own way runs the compiler: 100 times slower.
        return Const(text[1:-1], Spot(frame.source, node))
    value = _evaluated(node)
    if value is None:
        return run.fresh("a formatted string")
    return Const(value, Spot(frame.source, node))


_QUOTES: Final = ("'", '"')
_TRIPLE: Final = ("'''", '"""')


def _number(run: Run, node: cst.Integer | cst.Float | cst.Imaginary, frame: Frame) -> Value:
    try:
        if type(node) is cst.Integer and node.value.isdecimal() and len(node.value) < 20:
            return Const(int(node.value))
        return Const(_evaluated(node))
    except ValueError:
        return run.fresh("a number too large")


def _formatted(run: Run, node: cst.FormattedString, frame: Frame) -> Value:
    texts: list[str] | None = []
    for part, after in zip(node.parts, (*node.parts[1:], None), strict=True):
        if not isinstance(part, cst.FormattedStringExpression):
            text = part.value if isinstance(part, cst.FormattedStringText) else ""
            texts = None if texts is None else [*texts, text]
            continue
        value = run.evaluate(run, part.expression, frame)
        place = spot(part.expression, frame)
        percentages.formatted(run, value, part.format_spec or (), after, place)
        plain = type(value) is Const and not part.format_spec and not part.conversion
        texts = [*texts, str(value.value)] if plain and texts is not None else None
    return run.fresh("a formatted string") if texts is None else Const("".join(texts))


def _elements(run: Run, nodes: Any, frame: Frame) -> tuple[Value, ...]:
    values: list[Value] = []
    for element in nodes:
        value = run.evaluate(run, element.value, frame)
        if isinstance(element, cst.StarredElement):
            inner = content(run, value)
            values += inner.values if inner is not None else (Rest(value),)
        else:
            values.append(value)
    return tuple(values)


def _list(run: Run, node: cst.List | cst.Set, frame: Frame) -> Value:
    return make_list(run, _elements(run, node.elements, frame))


def _tuple(run: Run, node: cst.Tuple, frame: Frame) -> Value:
    return Items(_elements(run, node.elements, frame))


def _dict(run: Run, node: cst.Dict, frame: Frame) -> Value:
    found: list[tuple[Value, Value]] = []
    unknown = False
    for element in node.elements:
        value = run.evaluate(run, element.value, frame)
        if isinstance(element, cst.StarredDictElement):
            inner = run.get(value, "entries") if type(value) is Ref else None
            if type(inner) is Entries:
                found += inner.pairs
                unknown |= inner.open
            else:
                unknown = True
        elif isinstance(element, cst.DictElement):
            found.append((run.evaluate(run, element.key, frame), value))
    return make_dict(run, tuple(found), unknown)


def _lambda(run: Run, node: cst.Lambda, frame: Frame) -> Value:
    return Function(node, frame, defaults(run, node.params, frame))


def defaults(run: Run, parameters: cst.Parameters, frame: Frame) -> dict[str, Value]:
    """The default values of a function's parameters, evaluated where it is defined."""
    return {
        param.name.value: run.evaluate(run, param.default, frame)
        for param in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params)
        if param.default is not None
    }


def _choose(run: Run, test: Value, yes: Callable[[], Value], no: Callable[[], Value]) -> Value:
    """The alternatives of two expressions, each evaluated on its own path."""
    before = run.path
    choices: list[tuple[Guard, Value]] = []
    for sign, action in ((True, yes), (False, no)):
        guards = [guard for guard, result in outcomes(run, test) if result is sign]
        ways = widen(way for guard in guards for way in narrow(before, guard))
        if not ways:
            continue
        run.path = ways
        value = action()
        choices += [(guard, value) for guard in guards if narrow(before, guard)]
        run.path = before
    return alternatives(choices)


def _if_expression(run: Run, node: cst.IfExp, frame: Frame) -> Value:
    test = run.evaluate(run, node.test, frame)
    with asked(run, node.test, frame):
        return _choose(
            run,
            test,
            lambda: run.evaluate(run, node.body, frame),
            lambda: run.evaluate(run, node.orelse, frame),
        )


def _boolean(run: Run, node: cst.BooleanOperation, frame: Frame) -> Value:
    left = run.evaluate(run, node.left, frame)

    def right() -> Value:
        return run.evaluate(run, node.right, frame)

    if isinstance(node.operator, cst.And):
        return _choose(run, left, right, lambda: run.read(left))
    return _choose(run, left, lambda: run.read(left), right)


def _unary(run: Run, node: cst.UnaryOperation, frame: Frame) -> Value:
    value = run.evaluate(run, node.expression, frame)
    operator = type(node.operator).__name__
    return operators.unary(run, operator, value, spot(node, frame))


def _binary(run: Run, node: cst.BinaryOperation, frame: Frame) -> Value:
    left = run.evaluate(run, node.left, frame)
    right = run.evaluate(run, node.right, frame)
    operator = type(node.operator).__name__
    if operator == "Modulo":
        percentages.filled(run, left, right, spot(node, frame))
    return operators.binary(run, operator, left, right, spot(node, frame))


def _same(value: Value) -> Value:
    return value


def _comparison(run: Run, node: cst.Comparison, frame: Frame) -> Value:
    left = run.evaluate(run, node.left, frame)
    result: Value = None
    for target in node.comparisons:
        right = run.evaluate(run, target.comparator, frame)
        operator = type(target.operator).__name__
        value = operators.compare(run, operator, left, right, spot(node, frame))
        if result is None:
            result = value
        else:
            result = _choose(run, result, partial(_same, value), lambda: Const(False))
        left = right
    return result


def _subscript(run: Run, node: cst.Subscript, frame: Frame) -> Value:
    value = run.evaluate(run, node.value, frame)
    indices = []
    for element in node.slice:
        if isinstance(element.slice, cst.Index):
            indices.append(run.evaluate(run, element.slice.value, frame))
        elif isinstance(element.slice, cst.Slice):
            bounds = (element.slice.lower, element.slice.upper, element.slice.step)
            parts = [None if b is None else run.evaluate(run, b, frame) for b in bounds]
            indices.append(tuple(parts))
    place = spot(node, frame)
    return alternatives(
        (guard, item(run, plain, indices, place)) for guard, (plain,) in pairs(value)
    )


def arguments(run: Run, node: cst.Call, frame: Frame) -> Args:
    """The arguments of a call, with ``*`` and ``**`` opened where their content is known."""
    positional: list[Arg] = []
    keywords: Bindings = {}
    unknown = False
    for argument in node.args:
        value = run.evaluate(run, argument.value, frame)
        place = spot(argument.value, frame)
        if argument.star == "*":
            inner = content(run, value)
            if inner is None or any(type(v) is Rest for v in inner.values):
                unknown = True
            else:
                positional += [Arg(v, place) for v in inner.values]
        elif argument.star == "**":
            unknown |= not _open_keywords(run, value, place, keywords)
        elif argument.keyword is not None:
            keywords[argument.keyword.value] = Arg(value, place)
        else:
            positional.append(Arg(value, place))
    return Args(tuple(positional), keywords, unknown)


def _open_keywords(run: Run, value: Value, place: Spot, keywords: Bindings) -> bool:
    inner = run.get(value, "entries") if type(value) is Ref and value.kind == "dict" else None
    if type(inner) is not Entries:
        return False
    for key, entry in inner.pairs:
        if type(key) is not Const or not isinstance(key.value, str):
            return False
        keywords[key.value] = Arg(entry, place)
    return not inner.open


def _call(run: Run, node: cst.Call, frame: Frame) -> Value:
    if isinstance(node.func, cst.Name) and node.func.value == "super" and not node.args:
        return operators.zero_argument_super(run, frame)
    callee = run.evaluate(run, node.func, frame)
    args = arguments(run, node, frame)
    return run.call(run, callee, args, spot(node, frame))


def _named(run: Run, node: cst.NamedExpr, frame: Frame) -> Value:
    value = run.evaluate(run, node.value, frame)
    if isinstance(node.target, cst.Name):
        assign(run.store, frame, node.target.value, value)
    return value


def _await(run: Run, node: cst.Await, frame: Frame) -> Value:
    return run.evaluate(run, node.expression, frame)


def _yield(run: Run, node: cst.Yield, frame: Frame) -> Value:
    if node.value is not None:
        inner = node.value.item if isinstance(node.value, cst.From) else node.value
        run.evaluate(run, inner, frame)
    return run.fresh("the value sent to a generator")


HANDLERS: Final[dict[type, Callable[[Run, Any, Frame], Value]]] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _string,
    cst.FormattedString: _formatted,
    cst.Integer: _number,
    cst.Float: _number,
    cst.Imaginary: _number,
    cst.Ellipsis: lambda run, node, frame: Const(...),
    cst.List: _list,
    cst.Set: _list,
    cst.Tuple: _tuple,
    cst.Dict: _dict,
    cst.ListComp: list_comprehension,
    cst.SetComp: list_comprehension,
    cst.GeneratorExp: list_comprehension,
    cst.DictComp: dict_comprehension,
    cst.Lambda: _lambda,
    cst.IfExp: _if_expression,
    cst.BooleanOperation: _boolean,
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _binary,
    cst.Comparison: _comparison,
    cst.Subscript: _subscript,
    cst.NamedExpr: _named,
    cst.Await: _await,
    cst.Yield: _yield,
}
