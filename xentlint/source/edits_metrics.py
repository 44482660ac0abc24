"""Edits at metrics and decodings: thresholds moved to logits, reported names kept."""

from __future__ import annotations

import ast
import re

from xentlint.catalog.metrics import METRICS
from xentlint.facts import Use
from xentlint.source.edits_calls import appended, arguments, open_ended, replaced
from xentlint.source.edits_era import classes_exist
from xentlint.source.edits_losses import (
    given_function,
    only_in_compile,
    own_call,
)
from xentlint.source.edits_names import bindings, expression, last_name
from xentlint.source.edits_text import ImpossibleError, Piece, Text
from xentlint.source.handles import Handle
from xentlint.source.values import Api, Const


def threshold(text: Text, handle: Handle) -> list[Piece]:
    """A threshold on probabilities becomes the one on logits that decides the same."""
    row = handle.row
    if row is None or row.switch not in ("threshold", "thresholds"):
        raise ImpossibleError("the metric has no threshold that could be moved to logits")
    given = handle.args.get(row.switch)
    if given is not None:
        return [_zero(text, text.node(given.spot))]
    return setting(text, handle, f"{row.switch}=0.0")


def _zero(text: Text, node: ast.expr) -> Piece:
    if isinstance(node, ast.Constant) and node.value in (0.5, None) and node.value is not False:
        return replaced(text, node, "0.0")
    raise ImpossibleError(f"the threshold `{text.code(node)}` has no round logit")


def setting(text: Text, handle: Handle, code: str) -> list[Piece]:
    """A setting added to a metric, which becomes an object where it was a name."""
    if isinstance(handle.spec, (Const, Api)):
        return _object(text, handle, code)
    call = own_call(text, handle)
    if open_ended(call):
        raise ImpossibleError("a `*` or `**` argument may hold it already")
    return appended(text, arguments(text, call), code)


def _object(text: Text, handle: Handle, code: str) -> list[Piece]:
    row, spec = handle.row, handle.spec
    name = _class_of(row.name)
    if isinstance(spec, Const):
        node = text.node(spec.spot)
        only_in_compile(text, node)
        reported = _reported(spec.value, row.style, name, handle)
        if reported is not None:
            quote = text.code(node)[-1]
            code = f"{code}, name={quote}{reported}{quote}"
    else:
        node = given_function(text, handle)
        if row.style == "class":
            return [replaced(text, node, f"{text.code(node)}({code})")]
    classes_exist(text, handle.dotted)
    written, imports = expression(text, handle.dotted, f"metrics.{name}", node)
    return [replaced(text, node, f"{written}({code})"), *imports]


def _class_of(name: str) -> str:
    """``BinaryAccuracy`` of ``keras.metrics.binary_accuracy``, or of itself."""
    plain = name.rpartition(".")[2].replace("_", "").lower()
    for row in METRICS.values():
        short = row.name.rpartition(".")[2]
        if row.style == "class" and row.name.startswith("keras.") and short.lower() == plain:
            return short
    raise ImpossibleError("the metric has no class with that setting")


def _reported(written: str, style: str, name: str, handle: Handle) -> str | None:
    """The name under which Keras reports a string, where the object's own differs.

    ``"accuracy"`` keeps its name in every Keras; of the other strings those do that are the
    class's own name in small letters.
    """
    own = re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()
    if written in (own, name):
        return None
    if written in ("accuracy", "acc"):
        return written
    raise ImpossibleError(f'the name that Keras reports for "{written}" would change')


def decoding(text: Text, use: Use, handle: Handle, family: str | None) -> list[Piece]:
    """``p > 0.5`` becomes ``p > 0.0``."""
    if use.consumer.name != "compare" or use.consumer.threshold != 0.5:
        raise ImpossibleError("no threshold of logits decides the same")
    if family != "binary":
        raise ImpossibleError("only a sigmoid has one logit for its threshold")
    node = text.node(handle.at)
    numbers = [
        n for n in [*getattr(node, "comparators", ()), getattr(node, "left", None),
                    *getattr(node, "args", ())]
        if isinstance(n, ast.Constant) and n.value == 0.5
    ]  # fmt: skip
    if len(numbers) != 1:
        raise ImpossibleError("the threshold is not written where it is compared")
    return [replaced(text, numbers[0], "0.0")]


def applied(text: Text, use: Use, handle: Handle, family: str | None) -> list[Piece]:
    """``np.round(p)`` becomes ``np.round(tf.sigmoid(p))``."""
    node = text.node(handle.at)
    if use.consumer.name != "round" or family != "binary":
        raise ImpossibleError("where the activation belongs is not clear")
    if not isinstance(node, ast.Call) or not node.args:
        raise ImpossibleError("the rounded value is not written there")
    inner = node.args[0]
    library = next((b.name for b in bindings(text) if b.dotted == "tensorflow"), None)
    if library is None or last_name(node.func) not in ("round", "rint", "around", "round_"):
        raise ImpossibleError("the file has no name for the sigmoid")
    code = f"{library}.sigmoid({text.code(inner)})"
    # A tensor has no `__round__`; arrays and their elements do.
    plain = isinstance(node.func, ast.Name) and node.func.id == "round"
    return [replaced(text, inner, f"{code}.numpy()" if plain else code)]
