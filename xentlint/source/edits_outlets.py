"""Where predictions leave a model whose activation goes: applied there, or named as left to do.

What only orders the predictions (``argmax``) reads logits as well, and a comparison with 0.5 is
moved by the rule on decodings. Anything else gets what it got before: the activation is applied
to the result of ``predict``, and to that of a call of which the program takes the numbers. Another
call of the model may be a part of another model, so it is named.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from xentlint.facts import Use
from xentlint.source.edits_calls import open_ended, replaced
from xentlint.source.edits_names import Binding, bindings, last_name, root_of
from xentlint.source.edits_text import ImpossibleError, Piece, Text
from xentlint.source.effects.outlets import Outlet
from xentlint.source.values import Tensor

_ORDERS: Final = frozenset(("argmax", "argsort", "argpartition", "top_k", "in_top_k", "len"))
_SHAPES: Final = frozenset(("shape", "ndim", "dtype", "size", "argmax", "argsort", "get_shape"))
_SAME: Final = frozenset(
    ("numpy", "squeeze", "flatten", "ravel", "reshape", "tolist", "copy", "array", "asarray",
     "concatenate", "vstack", "stack", "convert_to_tensor")
)  # fmt: skip
_ROUNDS: Final = frozenset(("round", "rint", "around", "round_"))
_GRAPH: Final = re.compile(
    r"\bSession\(|disable_(?:eager_execution|v2_behavior)|compat\.v1|\bcontrib\.|"
    r"tensorflow_version 1"
)
"""What shows a program in which tensors have no ``numpy()``."""
_WHOLE: Final = {
    "save": "the saved model gives logits",
    "hand": "the model that is handed over gives logits",
    "wrap": "a layer behind the model takes logits",
}
"""What is named of outlets of a model as a whole."""
_Scope = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Left(NamedTuple):
    """What a fix leaves to do, and where."""

    node: ast.expr
    message: str


class Plan(NamedTuple):
    """What becomes of the outlets in one text."""

    pieces: tuple[Piece, ...] = ()
    left: tuple[Left, ...] = ()


def plan(
    text: Text, losses: Sequence[Use], family: str | None, keras: int | None, edited: bool
) -> Plan:
    """What taking the activation of a head out means for what reads its predictions here.

    ``losses``: the uses of the head. ``edited``: whether the fix may change this text.
    """
    handles = [use.handle for use in losses]
    applied = next((h.tensor.applied for h in handles if isinstance(h.tensor, Tensor)), None)
    spots = {id(s.node): s for h in handles for s in h.consumed if s.source is text.source}
    consumed = [text.node(spot) for spot in spots.values()]
    pieces: list[Piece] = []
    left: list[Left] = []
    for outlet in outlets_of(losses):
        if outlet.spot.source is not text.source:
            continue
        node = text.node(outlet.spot)
        if outlet.how in _WHOLE:
            if outlet.follows is None or outlet.follows != applied:
                left.append(Left(node, _WHOLE[outlet.how]))
            continue
        if _is_fine(text, node, _Ways(consumed, family, applied, outlet.within)):
            continue
        try:
            if not outlet.alone or not edited:
                raise ImpossibleError("what it gives may belong to a model")
            make = _wrapped if outlet.how == "predict" else _called
            code = make(text, node, applied, keras)
        except ImpossibleError:
            left.append(Left(node, f"`{_short(text, node)}` gives logits: {_advice(applied)}"))
        else:
            pieces.append(replaced(text, node, code))
    return Plan(tuple(pieces), tuple(left))


def outlets_of(losses: Iterable[Use]) -> list[Outlet]:
    """The outlets of a head, each once."""
    found = {(o.how, id(o.spot.node)): o for use in losses for o in use.handle.outlets}
    return list(found.values())


def _advice(applied: str | None) -> str:
    if applied in ("softmax", "sigmoid"):
        return f"apply the {applied} where probabilities are wanted"
    return "see what reads it"


def _short(text: Text, node: ast.AST) -> str:
    code = " ".join(text.code(node).split())
    return code if len(code) <= 40 else f"{code[:37]}..."


def _wrapped(text: Text, node: ast.expr, applied: str | None, keras: int | None) -> str:
    """``tf.nn.softmax(model.predict(x)).numpy()``, as the file names its library."""
    if applied not in ("softmax", "sigmoid") or _GRAPH.search(text.text):
        raise ImpossibleError("the activation cannot be applied there")
    known = bindings(text)
    tensorflow = next((b.name for b in known if b.dotted == "tensorflow"), None)
    if tensorflow is not None and (keras == 3 or _is_tensorflow_keras(known)):
        return f"{tensorflow}.nn.{applied}({text.code(node)}).numpy()"
    ops = next((b.name for b in known if b.dotted == "keras.ops"), None)
    plain = next((b.name for b in known if b.dotted == "keras"), None)
    written = ops is not None or (plain is not None and f"{plain}.ops." in text.text)
    ops = ops or (f"{plain}.ops" if plain else None)
    if ops is None or not (keras == 3 or written):  # Keras 2 has no `ops`
        raise ImpossibleError("the file has no name for the activation")
    return f"{ops}.convert_to_numpy({ops}.{applied}({text.code(node)}))"


def _called(text: Text, node: ast.expr, applied: str | None, keras: int | None) -> str:
    """``tf.nn.softmax(model(x))``, where what reads it shows a tensor that has numbers."""
    seen: set[ast.AST] = set()
    read = set(_ends(text, node, seen))
    arrays = [n for n in seen if isinstance(n, ast.Call) and last_name(n.func) == "numpy"]
    for array in arrays:
        read -= set(_ends(text, array, set()))
    if not all(_compares(holder) for _, holder in read):
        raise ImpossibleError("what it gives may belong to a model")
    library = next((b.name for b in bindings(text) if b.dotted == "tensorflow"), None)
    if applied not in ("softmax", "sigmoid") or library is None or _GRAPH.search(text.text):
        raise ImpossibleError("the activation cannot be applied there")
    return f"{library}.nn.{applied}({text.code(node)})"


def _compares(holder: ast.AST | None) -> bool:
    called = last_name(holder.func) if isinstance(holder, ast.Call) else ""
    return isinstance(holder, ast.Compare) or called in _ORDERS


def _is_tensorflow_keras(known: list[Binding]) -> bool:
    roots = {root_of(b.dotted) for b in known} - {None}
    return all(root is not None and root.startswith("tensorflow") for root in roots)


# -- what reads a value --------------------------------------------------------------------------


class _Ways(NamedTuple):
    """What a reader may do with logits."""

    consumed: list[ast.expr]
    """Calls of losses and metrics, which are mended by themselves."""
    family: str | None
    applied: str | None
    within: bool
    """Whether the value is returned by the model itself, which has outlets of its own."""
    functions: tuple[str, ...] = ()
    """The project's functions that the value was followed into."""


def _is_fine(text: Text, node: ast.expr, ways: _Ways) -> bool:
    """Whether all that reads a value may get logits, or is moved to them by itself."""
    return all(_fits(text, *read, ways) for read in _ends(text, node, set()))


def _fits(text: Text, node: ast.AST, holder: ast.AST | None, ways: _Ways) -> bool:
    if holder in ways.consumed or (ways.within and isinstance(holder, ast.Return)):
        return True
    if isinstance(holder, ast.Attribute):
        return holder.attr in _SHAPES
    if isinstance(holder, ast.Call):
        return _takes_logits(text, node, holder, ways)
    if isinstance(holder, ast.Compare) and ways.family == "binary":
        sides = [holder.left, *holder.comparators]
        order = isinstance(holder.ops[0], (ast.Gt, ast.GtE, ast.Lt, ast.LtE))
        halves = [s for s in sides if isinstance(s, ast.Constant) and s.value == 0.5]
        return order and len(sides) == 2 and len(halves) == 1
    return isinstance(holder, ast.Expr) and not text.source.path.endswith(".ipynb")


def _takes_logits(text: Text, node: ast.AST, call: ast.Call, ways: _Ways) -> bool:
    """Calls that only order, that apply the activation again, or that the rules mend."""
    name = last_name(call.func.func if isinstance(call.func, ast.Call) else call.func)
    if name.lower() == ways.applied:
        return True
    if name in _ORDERS:
        return not any(k.arg == "axis" and text.code(k.value) == "0" for k in call.keywords)
    alone = call.args == [node] and not call.keywords
    if name in _ROUNDS and alone:
        return ways.family == "binary"
    return _fits_inside(text, node, call, ways)


def _fits_inside(text: Text, node: ast.AST, call: ast.Call, ways: _Ways) -> bool:
    """Whether a function of this file does with its argument what is right on either scale.

    What a rule would move to logits is not: others may call the function with probabilities.
    """
    named = [n for n in ast.walk(text.tree)
             if isinstance(n, ast.FunctionDef) and n.name == last_name(call.func)]  # fmt: skip
    if not isinstance(call.func, ast.Name) or len(named) != 1 or open_ended(call):
        return False
    function, given = named[0], named[0].args
    if function.name in ways.functions or node not in call.args or given.posonlyargs:
        return False
    index = [n is node for n in call.args].index(True)
    if index >= len(given.args):
        return False
    within = ways._replace(family=None, functions=(*ways.functions, function.name))
    name = given.args[index].arg
    return all(_is_fine(text, read, within) for read in _loads(function, name))


def _ends(
    text: Text, node: ast.AST, seen: set[ast.AST]
) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    """Each place where a value arrives, with the node that takes it; names are followed."""
    holder = text.parent(node)
    if isinstance(holder, ast.keyword):
        holder = text.parent(holder)
    if node in seen:
        return
    seen.add(node)
    if name := _name_given(holder, node):
        reads = _reads(text, holder or node, name)
        for read in reads:
            yield from _ends(text, read, seen)
        if not reads and name != "_" and text.above(node, _Scope) is None:
            yield node, holder  # another file may import it
        return
    onward = _onward(text, node, holder)
    if onward is not None:
        yield from _ends(text, onward, seen)
    else:
        yield node, holder


def _onward(text: Text, node: ast.AST, holder: ast.AST | None) -> ast.AST | None:
    """The expression that holds the same numbers."""
    if isinstance(holder, ast.Subscript) and holder.value is node:
        return holder
    if isinstance(holder, (ast.List, ast.Tuple, ast.Starred)):
        return holder
    if isinstance(holder, ast.Call) and last_name(holder.func) in _SAME and node in holder.args:
        return holder
    if isinstance(holder, ast.Attribute) and holder.attr in _SAME:
        call = text.parent(holder)
        return call if isinstance(call, ast.Call) else None
    return None


def _name_given(holder: ast.AST | None, node: ast.AST) -> str | None:
    """The one name that an assignment or a loop gives to a value or to each of its elements."""
    if isinstance(holder, ast.Assign) and len(holder.targets) == 1:
        target: ast.expr = holder.targets[0]
    elif isinstance(holder, (ast.For, ast.comprehension)) and holder.iter is node:
        target = holder.target
    else:
        return None
    return target.id if isinstance(target, ast.Name) else None


def _reads(text: Text, holder: ast.AST, name: str) -> list[ast.Name]:
    return _loads(text.above(holder, _Scope) or text.tree, name)


def _loads(scope: ast.AST, name: str) -> list[ast.Name]:
    """Where a name is read, other than in functions that have one of their own."""
    found: list[ast.Name] = []
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if isinstance(node, _Scope) and _binds(node, name):
            continue
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            found.append(node)
        waiting += ast.iter_child_nodes(node)
    return found


def _binds(function: ast.AST, name: str) -> bool:
    return any(
        (isinstance(n, ast.arg) and n.arg == name)
        or (isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store))
        for n in ast.walk(function)
    )
