"""Edits at a head: its activation taken out, or set."""

from __future__ import annotations

import ast
from typing import Final

from xentlint.catalog.activations import ACTIVATIONS
from xentlint.catalog.layers import LAYERS
from xentlint.catalog.models import APPLICATIONS
from xentlint.source.edits_calls import (
    appended,
    arguments,
    elements,
    open_ended,
    removed,
    replaced,
    without_statement,
)
from xentlint.source.edits_names import bindings, expression, last_name
from xentlint.source.edits_text import ImpossibleError, Piece, Span, Text
from xentlint.source.values import Spot, Tensor, Value

_PARAMETERS: Final = ("activation", "classifier_activation", "activation_fn")
_PRODUCTS: Final = ("matmul", "bias_add", "xw_plus_b", "tensordot")
_TENSORS: Final = ("x", "logits", "features", "input", "inputs", "input_tensor")
Function = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def remove(text: Text, node: ast.expr) -> list[Piece]:
    """An activation taken out, however it is written."""
    _no_shared_layer(text, node)
    if isinstance(node, ast.Call):
        if _is_function(node):
            return _instead(text, node)
        if isinstance(node.func, ast.Call):
            raise ImpossibleError("which network it is shows only when the program runs")
        _no_parameter(text, node.func)
        if parameter := _head_parameter(node):
            return appended(text, arguments(text, node), f"{parameter}=None")
        return _without_layer(text, node)
    holder = text.parent(node)
    call = text.parent(holder) if isinstance(holder, ast.keyword) else holder
    if not isinstance(call, ast.Call):
        raise ImpossibleError("the activation is not written as an argument")
    _no_parameter(text, node)
    if last_name(call.func) in ("Activation", "Lambda"):
        return _without_layer(text, call)
    return [_without_argument(text, call, holder, node)]


def _head_parameter(call: ast.Call) -> str | None:
    """The parameter for the activation of a whole network, called without it."""
    short = last_name(call.func)
    rows = [row for row in APPLICATIONS.values() if row.name.rpartition(".")[2] == short]
    if not rows or rows[0].switch is None:
        return None
    if open_ended(call) or len(call.args) > rows[0].parameters.index(rows[0].switch):
        raise ImpossibleError("the arguments may hold the activation")
    return rows[0].switch


def _is_function(call: ast.Call) -> bool:
    """``tf.nn.softmax(x)``, other than ``Softmax()``."""
    name = last_name(call.func)
    return name.islower() and name in ACTIVATIONS


def _no_shared_layer(text: Text, node: ast.expr) -> None:
    """The activation inside of a layer class is that of hidden layers too."""
    owner = text.above(node, ast.ClassDef)
    if owner is None or not any(last_name(base).endswith("Layer") for base in owner.bases):
        return
    made = [n for n in ast.walk(text.tree)
            if isinstance(n, ast.Call) and last_name(n.func) == owner.name]  # fmt: skip
    if len(made) > 1:
        raise ImpossibleError(
            f"it is the activation of every `{owner.name}`, of which there are several"
        )


def _no_parameter(text: Text, node: ast.expr) -> None:
    """An activation that the caller of a function chooses is the caller's to change."""
    function = text.above(node, Function)
    if isinstance(node, ast.Name) and function is not None:
        assert isinstance(function, Function)
        every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        if any(arg.arg == node.id for arg in every):
            raise ImpossibleError(f"the activation is the parameter `{node.id}` of a function")


def _without_argument(text: Text, call: ast.Call, holder: ast.AST | None, node: ast.expr) -> Piece:
    if isinstance(holder, ast.keyword):
        if holder.arg not in _PARAMETERS:
            raise ImpossibleError(f"`{holder.arg}` is not known as an activation")
        if _is_open_by_default(call, holder.arg or ""):
            return removed(text, arguments(text, call), node)
        return replaced(text, node, "None")
    if call.args[-1] is node and _is_open_by_default(call, "activation"):
        return removed(text, arguments(text, call), node)
    return replaced(text, node, "None")


def _is_open_by_default(call: ast.Call, parameter: str) -> bool:
    """Whether the layer has no activation where none is given."""
    row = LAYERS.get(f"keras.layers.{last_name(call.func)}")
    return row is not None and parameter == "activation" and row.activation is None


def _without_layer(text: Text, layer: ast.Call) -> list[Piece]:
    """An activation layer taken out of a list, an ``add``, or between two tensors."""
    holder = text.parent(layer)
    if isinstance(holder, ast.List):
        return [removed(text, elements(text, holder), layer)]
    if isinstance(holder, ast.Call) and holder.func is layer:
        return _instead(text, holder)
    if isinstance(holder, ast.Call) and last_name(holder.func) == "add":
        statement = text.parent(holder)
        if isinstance(statement, ast.Expr):
            return [without_statement(text, statement)]
    if isinstance(holder, ast.Assign) and len(holder.targets) == 1:
        return _where_it_is_called(text, holder)
    raise ImpossibleError("how the activation layer is used is not followed")


def _where_it_is_called(text: Text, assigned: ast.Assign) -> list[Piece]:
    """``self.softmax = Softmax()`` and the one place where it is called."""
    target = text.code(assigned.targets[0])
    reads = [
        node for node in ast.walk(text.tree)
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load)
        and text.code(node) == target
    ]  # fmt: skip
    call = text.parent(reads[0]) if len(reads) == 1 else None
    if isinstance(call, ast.Call) and call.func is reads[0]:
        return [without_statement(text, assigned), *_instead(text, call)]
    raise ImpossibleError("the activation layer is used in several places")


def _instead(text: Text, call: ast.Call) -> list[Piece]:
    """The argument of a call in the place of the call."""
    given = [k.value for k in call.keywords if k.arg in _TENSORS]
    inner = call.args[0] if call.args else given[0] if given else None
    if inner is None or isinstance(inner, ast.Starred):
        raise ImpossibleError("what the activation is applied to is not written there")
    statement = text.parent(call)
    code, whole = text.code(inner), text.span(call)
    alone = isinstance(statement, ast.Assign) and len(statement.targets) == 1
    if alone and text.code(statement.targets[0]) == code:  # type: ignore[union-attr]
        return [without_statement(text, statement)]  # type: ignore[arg-type]
    span = text.span(inner)
    if "#" in text.text[whole.start : span.start] + text.text[span.end : whole.end]:
        raise ImpossibleError("a comment stands inside the call")
    atom = isinstance(inner, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant))
    apart = isinstance(statement, (ast.Assign, ast.Return, ast.keyword)) or (
        isinstance(statement, ast.Call) and call in statement.args
    )
    if (
        (not atom and not apart)
        or ("\n" in code and not atom)
        or isinstance(inner, ast.GeneratorExp)
    ):
        code = f"({code})"
    return [Piece(whole, code)]


def ends_here(text: Text, node: ast.expr) -> None:
    """An activation that reaches the loss on some paths is not that of hidden layers on others."""
    statement = text.parent(node)
    scope = text.above(node, Function)
    if not isinstance(statement, ast.Assign) or scope is None:
        return
    names = {target.id for target in statement.targets if isinstance(target, ast.Name)}
    for later in ast.walk(scope):
        onward = isinstance(later, ast.Assign) and later.lineno > statement.lineno
        if onward and names & _set(later) & _read(later) and not _apart(text, statement, later):
            raise ImpossibleError("on another path it is the activation of a hidden layer")


def _set(step: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(step)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}  # fmt: skip


def _read(step: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(step)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}  # fmt: skip


def _apart(text: Text, one: ast.AST, other: ast.AST) -> bool:
    """Whether two statements stand in the two branches of an ``if``."""
    branch = text.above(one, ast.If)
    while branch is not None:
        within = [any(n is other for step in block for n in ast.walk(step))
                  for block in (branch.body, branch.orelse)]  # fmt: skip
        mine = [any(n is one for step in block for n in ast.walk(step))
                for block in (branch.body, branch.orelse)]  # fmt: skip
        if any(within) and within != mine:
            return True
        branch = text.above(branch, ast.If)
    return False


def only_read(text: Text, spot: Spot) -> None:
    """What the second of two activations is applied to goes nowhere else."""
    call = text.node(spot)
    given = call.args[0] if isinstance(call, ast.Call) and call.args else None
    if not isinstance(given, ast.Name):
        return
    scope = text.above(given, Function) or text.tree
    reads = [
        n
        for n in ast.walk(scope)
        if isinstance(n, ast.Name) and n.id == given.id and isinstance(n.ctx, ast.Load)
    ]
    if len(reads) > 1:
        raise ImpossibleError(f"`{given.id}` is read in another place, too")


def keeps_its_axis(text: Text, node: ast.expr, tensor: Value) -> None:
    """The axis of a softmax in a convolution is the one that the loss looks at."""
    while isinstance(holder := text.parent(node), (ast.keyword, ast.Call)):
        if isinstance(node, ast.Call) and "Conv" in last_name(node.func):
            break
        node = holder  # type: ignore[assignment]
    flat = isinstance(tensor, Tensor) and tensor.rank == 2
    if flat and isinstance(node, ast.Call) and "Conv" in last_name(node.func):
        raise ImpossibleError("behind the last layer its channels are joined with others")


def set_to(text: Text, node: ast.expr, name: str) -> list[Piece]:
    """An activation given to a layer, or one replaced by another."""
    _no_shared_layer(text, node)
    if not isinstance(node, ast.Call):
        return _another(text, node, name)
    short = last_name(node.func)
    if short in ("Softmax", "ReLU", "LeakyReLU") or _is_function(node):
        return _another_call(text, node, name)
    if short in _PRODUCTS:
        return [_around(text, node, name)]
    row = LAYERS.get(f"keras.layers.{short}")
    if row is not None and row.kind == "recurrent":
        raise ImpossibleError(
            f"the gates of `{short}` bound what it gives, whatever the activation"
        )
    if row is None or "activation" not in row.parameters or row.kind != "affine":
        raise ImpossibleError(f"`{short or text.code(node.func)}` takes no activation")
    known = next((k.value for k in node.keywords if k.arg == "activation"), None)
    index = row.parameters.index("activation")
    if known is None and len(node.args) > index:
        known = node.args[index]
    if known is not None:
        return _another(text, known, name)
    if open_ended(node):
        raise ImpossibleError("a `*` or `**` argument may hold the activation")
    quote = _quote(text)
    return appended(text, arguments(text, node), f"activation={quote}{name}{quote}")


def _around(text: Text, node: ast.expr, name: str) -> Piece:
    """``y = tf.matmul(x, w) + b`` → ``y = tf.nn.softmax(tf.matmul(x, w) + b)``."""
    library = next((b.name for b in bindings(text) if b.dotted == "tensorflow"), None)
    while isinstance(text.parent(node), ast.BinOp):
        node = text.parent(node)  # type: ignore[assignment]
        if not isinstance(node.op, ast.Add):  # type: ignore[attr-defined]
            raise ImpossibleError("where the head ends is not clear")
    if library is None or not isinstance(text.parent(node), (ast.Assign, ast.Return)):
        raise ImpossibleError("where the head ends is not clear")
    return replaced(text, node, f"{library}.nn.{name}({text.code(node)})")


def _another(text: Text, node: ast.expr, name: str) -> list[Piece]:
    _no_parameter(text, node)
    literal = isinstance(node, ast.Constant) and isinstance(node.value, str)
    quote = text.code(node)[-1] if literal else _quote(text)
    holder = text.parent(node)
    call = text.parent(holder) if isinstance(holder, ast.keyword) else holder
    row = LAYERS.get(f"keras.layers.{last_name(call.func)}") if isinstance(call, ast.Call) else None
    if row is None and getattr(holder, "arg", None) != "classifier_activation":
        raise ImpossibleError("the activation is not an argument of a Keras layer")
    if isinstance(node, ast.Name):
        raise ImpossibleError(f"the activation is given as `{node.id}`")
    return [replaced(text, node, f"{quote}{name}{quote}")]


def _another_call(text: Text, node: ast.Call, name: str) -> list[Piece]:
    """``tf.nn.relu(x)`` → ``tf.nn.sigmoid(x)``."""
    if last_name(node.func) == "Softmax" and not node.args and not node.keywords:
        return _activation_layer(text, node, name)
    if isinstance(node.func, ast.Attribute) and node.func.attr in ACTIVATIONS:
        if any(k.arg not in ("name", *_TENSORS) for k in node.keywords) or len(node.args) > 1:
            raise ImpossibleError("the activation has arguments of its own")
        end = text.span(node.func).end
        return [Piece(Span(end - len(node.func.attr), end), name)]
    raise ImpossibleError("the activation layer has no counterpart")


def _activation_layer(text: Text, node: ast.Call, name: str) -> list[Piece]:
    """``layers.Softmax()`` → ``layers.Activation("sigmoid")``."""
    quote = _quote(text)
    imports: list[Piece] = []
    if isinstance(node.func, ast.Attribute):
        code = f"{text.code(node.func.value)}.Activation"
    else:
        bound = next((b for b in bindings(text) if b.name == last_name(node.func)), None)
        if bound is None:
            raise ImpossibleError("where the layer comes from is not clear")
        code, imports = expression(text, bound.dotted, "layers.Activation", node)
    return [replaced(text, node, f"{code}({quote}{name}{quote})"), *imports]


def _quote(text: Text) -> str:
    """The quote that the file uses."""
    return "'" if text.text.count("'") > text.text.count('"') else '"'
