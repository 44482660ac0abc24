"""Edits at a loss: its ``from_logits``, its family, its arguments."""

from __future__ import annotations

import ast
from typing import Final

from xentlint.catalog.losses import LOSSES
from xentlint.facts import Use
from xentlint.source.edits_calls import (
    appended,
    arguments,
    open_ended,
    removed,
    replaced,
)
from xentlint.source.edits_era import classes_exist
from xentlint.source.edits_names import bindings, expression, last_name
from xentlint.source.edits_text import ImpossibleError, Piece, Span, Text
from xentlint.source.handles import Handle
from xentlint.source.values import Api, Const

FAMILIES: Final = {
    "binary": "BinaryCrossentropy",
    "categorical": "CategoricalCrossentropy",
    "sparse": "SparseCategoricalCrossentropy",
}


def switch(text: Text, handle: Handle, on: bool) -> list[Piece]:
    """``from_logits`` set to a value; taken out where that is the default."""
    row = handle.row
    if row is None or row.switch is None:
        raise ImpossibleError("the loss has no `from_logits`")
    given = handle.args.get(row.switch)
    if given is not None:
        return _change(text, text.node(given.spot), on, row.default)
    if isinstance(handle.spec, Const):
        return _object_for_name(text, handle, on)
    if isinstance(handle.spec, Api):
        return _object_for_function(text, handle, on)
    if got := _got(text, handle):
        return _object_in_place(text, handle, on, got)
    call = _partial(text, handle) or own_call(text, handle)
    if open_ended(call):
        raise ImpossibleError("a `*` or `**` argument may hold `from_logits` already")
    return appended(text, arguments(text, call), f"{row.switch}={on}")


def _change(text: Text, node: ast.expr, on: bool, default: bool) -> list[Piece]:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, bool):
        raise ImpossibleError(f"`from_logits` is given as `{text.code(node)}`")
    holder = text.parent(node)
    call = holder if isinstance(holder, ast.Call) else text.parent(holder) if holder else None
    if on != default or not isinstance(call, ast.Call):
        return [replaced(text, node, str(on))]
    if isinstance(holder, ast.keyword):
        return [removed(text, arguments(text, call), node)]
    if call.args and call.args[-1] is node and not call.keywords:
        return [removed(text, arguments(text, call), node)]
    return [replaced(text, node, str(on))]


def own_call(text: Text, handle: Handle) -> ast.Call:
    """The call that names the loss: the place of its other arguments."""
    node = text.node(handle.written)
    if isinstance(node, ast.Call) and named(text, node.func, handle.row.name):
        return node
    if isinstance(node, ast.Call) and _is_only_name(text, node.func, handle.row.name):
        return node
    raise ImpossibleError("the call that makes the loss does not name it")


def _is_only_name(text: Text, node: ast.expr, name: str) -> bool:
    """``loss = keras.losses.binary_crossentropy``: a name that is bound once in the whole file."""
    if not isinstance(node, ast.Name):
        return False
    bound = [n for n in ast.walk(text.tree) if node.id in _binds(n)]
    holder = text.parent(bound[0]) if len(bound) == 1 else None
    return isinstance(holder, ast.Assign) and named(text, holder.value, name)


def _binds(node: ast.AST) -> tuple[str | None, ...]:
    """The names that a node binds by itself."""
    if isinstance(node, ast.Name):
        return (node.id,) if not isinstance(node.ctx, ast.Load) else ()
    if isinstance(node, (ast.arg, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.alias)):
        return tuple(getattr(node, key, None) for key in ("arg", "name", "asname"))
    return ()


def _partial(text: Text, handle: Handle) -> ast.Call | None:
    """``functools.partial(loss, …)`` given to ``compile``, if the file has but one of the loss."""
    node = text.node(handle.written)
    if not _is_compiled(node):
        return None
    found = [
        n for n in ast.walk(text.tree)
        if isinstance(n, ast.Call) and last_name(n.func) == "partial"
        and n.args and named(text, n.args[0], handle.row.name)
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def _got(text: Text, handle: Handle) -> ast.Call | None:
    """``losses.get("categorical_crossentropy")``."""
    node = text.node(handle.written)
    if isinstance(node, ast.Call) and last_name(node.func) == "get" and len(node.args) == 1:
        name = node.args[0]
        return node if isinstance(name, ast.Constant) and isinstance(name.value, str) else None
    return None


def named(text: Text, node: ast.expr, name: str) -> bool:
    """Whether an expression names an API, by itself or by an import."""
    short = name.rpartition(".")[2]
    if last_name(node) == short:
        return True
    return isinstance(node, ast.Name) and any(
        b.name == node.id and b.dotted.rpartition(".")[2] == short for b in bindings(text)
    )


def class_of(name: str) -> str:
    """``BinaryCrossentropy`` of ``keras.losses.binary_crossentropy``, or of itself."""
    plain = name.rpartition(".")[2].replace("_", "").lower()
    for row in LOSSES.values():
        short = row.name.rpartition(".")[2]
        if row.style == "class" and row.name.startswith("keras.") and short.lower() == plain:
            return short
    raise ImpossibleError("the loss has no class that takes `from_logits`")


def _object_for_name(text: Text, handle: Handle, on: bool) -> list[Piece]:
    """A loss object in the place of a string."""
    node = text.node(handle.spec.spot)
    only_in_compile(text, node)
    return _object_in_place(text, handle, on, node)


def _object_in_place(text: Text, handle: Handle, on: bool, node: ast.expr) -> list[Piece]:
    classes_exist(text, handle.dotted)
    code, imports = expression(text, handle.dotted, f"losses.{class_of(handle.row.name)}", node)
    return [replaced(text, node, f"{code}({handle.row.switch}={on})"), *imports]


def only_in_compile(text: Text, node: ast.expr) -> None:
    """A string that other code may read as a string is left alone."""
    value, holder = _whole(text, node)
    if _is_compiled(holder):
        return
    if isinstance(holder, ast.Assign) and len(holder.targets) == 1 and holder.value is value:
        target = text.code(holder.targets[0])
        reads = [
            n for n in ast.walk(text.tree)
            if isinstance(n, (ast.Name, ast.Attribute)) and text.code(n) == target
            and n is not holder.targets[0]
        ]  # fmt: skip
        if reads and all(_is_compiled(_whole(text, n)[1]) for n in reads):
            return
    raise ImpossibleError("the string may be read elsewhere")


def _whole(text: Text, node: ast.AST) -> tuple[ast.AST, ast.AST | None]:
    """The list, dict or argument that holds a value, and what holds that."""
    holder = text.parent(node)
    while isinstance(holder, (ast.List, ast.Tuple, ast.Dict, ast.IfExp, ast.keyword)):
        if isinstance(holder, ast.Dict) and node in holder.keys:
            raise ImpossibleError("the string is a key")
        node, holder = holder, text.parent(holder)
    return node, holder


def _is_compiled(holder: ast.AST | None) -> bool:
    return isinstance(holder, ast.Call) and last_name(holder.func) == "compile"


def given_function(text: Text, handle: Handle) -> ast.expr:
    """The expression that names a function or class given to ``compile``."""
    node = text.node(handle.written)
    found = [
        n for n in ast.walk(node)
        if isinstance(n, (ast.Name, ast.Attribute)) and named(text, n, handle.row.name)
    ]  # fmt: skip
    if len(found) != 1:
        raise ImpossibleError("the loss is not named where it is given")
    return found[0]


def _object_for_function(text: Text, handle: Handle, on: bool) -> list[Piece]:
    node = given_function(text, handle)
    if handle.row.style == "class":
        return [replaced(text, node, f"{text.code(node)}({handle.row.switch}={on})")]
    classes_exist(text, handle.dotted)
    name = class_of(handle.row.name)
    code, imports = expression(text, handle.dotted, f"losses.{name}", node)
    return [replaced(text, node, f"{code}({handle.row.switch}={on})"), *imports]


def instantiate(text: Text, use: Use, handle: Handle) -> list[Piece]:
    """Parentheses behind a class."""
    node = given_function(text, handle)
    on = use.head.scale == "logits" and handle.row.switch is not None
    return [replaced(text, node, text.code(node) + (f"({handle.row.switch}=True)" if on else "()"))]


def set_family(text: Text, handle: Handle, family: str) -> list[Piece]:
    """The cross-entropy of another family, written as the present one is."""
    if handle.row is None or not handle.row.name.startswith("keras."):
        raise ImpossibleError("the loss is no Keras loss")
    if handle.row.name.rpartition(".")[2].lower().replace("_", "") not in _PLAIN:
        raise ImpossibleError("the loss has no counterpart in the other family")
    name = FAMILIES[family]
    if isinstance(handle.spec, Const):
        node = text.node(handle.spec.spot)
        only_in_compile(text, node)
        new = name if handle.spec.value[:1].isupper() and "_" not in handle.spec.value else ""
        quote = text.code(node)[-1]
        new = new if new and handle.spec.value != "BCE" else _function(name)
        return [replaced(text, node, f"{quote}{new}{quote}")]
    if isinstance(handle.spec, Api):
        return _renamed(text, handle, given_function(text, handle), name)
    call = own_call(text, handle)
    kept = {"from_logits", "reduction", "name", "y_true", "y_pred"}
    if family != "sparse":
        kept.add("label_smoothing")
    positional = len(call.args) - (2 if handle.row.style == "function" else 0)
    if open_ended(call) or positional > 1 or any(k.arg not in kept for k in call.keywords):
        raise ImpossibleError("the loss has arguments that the other family may not take")
    return _renamed(text, handle, call.func, name)


_PLAIN: Final = ("binarycrossentropy", "categoricalcrossentropy", "sparsecategoricalcrossentropy")


def _function(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _renamed(text: Text, handle: Handle, node: ast.expr, name: str) -> list[Piece]:
    short = name if handle.row.style == "class" else _function(name)
    if isinstance(node, ast.Attribute):
        end = text.span(node).end
        return [Piece(Span(end - len(node.attr), end), short)]
    code, imports = expression(text, handle.dotted, f"losses.{short}", node)
    return [replaced(text, node, code), *imports]


_FUNCTION: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _is_callers(text: Text, call: ast.Call, first: ast.expr, second: ast.expr) -> bool:
    """Whether the caller may have exchanged them: both are parameters of the function around, in
    its order, and it does other things with them, which an exchange here would leave wrong."""
    function = text.above(call, _FUNCTION)
    if not isinstance(function, _FUNCTION):
        return False
    if not (isinstance(first, ast.Name) and isinstance(second, ast.Name)):
        return False
    args = function.args
    names = [arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    pair = {first.id, second.id}
    if not pair <= set(names) or names.index(first.id) > names.index(second.id):
        return False
    reads = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id in pair]
    return any(not pair <= _given(text.parent(read)) for read in reads)


def _given(node: ast.AST | None) -> set[str]:
    """The names among the arguments of a call."""
    if not isinstance(node, ast.Call):
        return set()
    values = [*node.args, *(k.value for k in node.keywords)]
    return {value.id for value in values if isinstance(value, ast.Name)}


def swap(text: Text, handle: Handle) -> list[Piece]:
    """The first two arguments of a loss call exchanged."""
    call = text.node(handle.at)
    if not isinstance(call, ast.Call) or open_ended(call):
        raise ImpossibleError("the arguments of the loss are not written there")
    values = [*call.args, *(k.value for k in call.keywords if k.arg in ("y_true", "y_pred"))]
    row = handle.row
    if row is not None:
        values = [
            *call.args,
            *(k.value for k in call.keywords if k.arg in (row.labels, row.predictions)),
        ]
    if len(values) < 2:
        raise ImpossibleError("the two tensors of the loss are not written there")
    first, second = values[:2]
    if _is_callers(text, call, first, second):
        raise ImpossibleError("both are passed on as they came: the call of the function is wrong")
    return [replaced(text, first, text.code(second)), replaced(text, second, text.code(first))]
