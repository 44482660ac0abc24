"""Edits for consumers that are not written as Keras takes them (XL204)."""

from __future__ import annotations

import ast

from xentlint.facts import Use
from xentlint.source import edits_losses
from xentlint.source.edits_calls import arguments, removed, replaced
from xentlint.source.edits_era import classes_exist
from xentlint.source.edits_names import expression, last_name
from xentlint.source.edits_text import ImpossibleError, Piece, Text
from xentlint.source.handles import Handle
from xentlint.source.values import Const


def move(text: Text, use: Use, handle: Handle) -> list[Piece]:
    """``from_logits`` out of ``compile`` or a string, into a loss object."""
    on = use.head.scale == "logits"
    if use.consumer.form == "compile-keyword":
        call = text.node(handle.at)
        if not isinstance(call, ast.Call):
            raise ImpossibleError("the call of compile is not written there")
        given = [k.value for k in call.keywords if k.arg == "from_logits"]
        if len(given) != 1:
            raise ImpossibleError("`from_logits` is not written in the call of compile")
        pieces = [removed(text, arguments(text, call), given[0])]
        if on and use.consumer.applies == "none":
            pieces += edits_losses.switch(text, handle, True)
        return pieces
    if not isinstance(handle.spec, Const) or handle.row is None or handle.row.switch is None:
        raise ImpossibleError("the string is not written there")
    node = text.node(handle.spec.spot)
    edits_losses.only_in_compile(text, node)
    module = "metrics" if use.consumer.kind == "metric" else "losses"
    classes_exist(text, handle.dotted)
    name = edits_losses.class_of(handle.row.name)
    code, imports = expression(text, handle.dotted, f"{module}.{name}", node)
    setting = "from_logits=True" if on else ""
    return [replaced(text, node, f"{code}({setting})"), *imports]


def without_call(text: Text, use: Use, handle: Handle) -> list[Piece]:
    """``loss=binary_crossentropy(from_logits=True)``: an object, or the function itself."""
    place = text.node(handle.at)
    short = use.consumer.name.rpartition(".")[2]
    calls = [
        n for n in ast.walk(place)
        if isinstance(n, ast.Call) and last_name(n.func) == short
    ]  # fmt: skip
    if len(calls) != 1:
        raise ImpossibleError("the call is not written where the loss is given")
    call = calls[0]
    if not call.args and not call.keywords:
        return [replaced(text, call, text.code(call.func))]
    if call.args or any(k.arg != "from_logits" for k in call.keywords):
        raise ImpossibleError("the call has arguments that an object may not take")
    module = "metrics" if use.consumer.kind == "metric" else "losses"
    name = edits_losses.class_of(use.consumer.name)
    code, imports = expression(text, handle.dotted, f"{module}.{name}", call)
    value = text.code(call.keywords[0].value)
    setting = "" if value == "False" else f"from_logits={value}"
    return [replaced(text, call, f"{code}({setting})"), *imports]
