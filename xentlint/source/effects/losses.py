"""Losses: making one, calling one, and how a tensor reaches it."""

from __future__ import annotations

from typing import Any, Final

from xentlint.catalog.losses import LOSS_STRINGS, LOSSES, NOT_CROSS_ENTROPY
from xentlint.catalog.rows import LossRow
from xentlint.facts import Consumer
from xentlint.source.arguments import bind_row, value_of
from xentlint.source.conditions import ALWAYS, Guard, both
from xentlint.source.effects import misplaced, own, own_losses
from xentlint.source.effects.layers import renamed
from xentlint.source.handles import Handle
from xentlint.source.joins import choices_of
from xentlint.source.run import Run
from xentlint.source.truth import literal
from xentlint.source.uses import meet
from xentlint.source.values import (
    NONE,
    Arg,
    Args,
    Bindings,
    Const,
    Entries,
    Loss,
    Ref,
    Spot,
    Tensor,
    Unknown,
    Value,
)


def call_row(run: Run, row: LossRow, dotted: str, args: Args, spot: Spot) -> Value:
    """A call of a catalog loss: a class gives an object, a function or op meets its tensors."""
    if row.style == "class":
        return Loss(row, renamed(row.aliases, bind_row(row.parameters, args)), spot, dotted)
    bound = renamed(row.aliases, bind_row(row.parameters, _in_order(run, row, args)))
    if row.predictions in bound:
        arrive(
            run,
            row,
            bound,
            bound[row.predictions].value,
            spot,
            dotted,
            labels=bound.get(row.labels),
        )
    elif row.style == "function" and row.labels not in bound and not args.open:
        return misplaced.mark(row.name)
    return loss_value(run)


def _in_order(run: Run, row: LossRow, args: Args) -> Args:
    """Positional arguments in today's order: TensorFlow 0.x and Keras 1 had the tensors swapped.

    TensorFlow 1.x refuses them: a file of its time that has them was written for 0.12, unless
    the order says that it was not.
    """
    if len(args.positional) < 2:
        return args
    first, second, *rest = args.positional
    old = (row.name.startswith("tf.nn.") and run.evidence.tf0) or (
        row.name.startswith("keras.backend.") and run.evidence.keras1
    )
    refused = row.name in _REFUSED and run.evidence.tf1 and _is_head(first.value)
    if old or (refused and not _is_head(second.value)):
        return args._replace(positional=(second, first, *rest))
    return args


_REFUSED: Final = (
    "tf.nn.sigmoid_cross_entropy_with_logits",
    "tf.nn.softmax_cross_entropy_with_logits",
    "tf.nn.sparse_softmax_cross_entropy_with_logits",
)
"""Ops whose first parameter is ``_sentinel`` in TensorFlow 1.x (nn_impl.py, nn_ops.py, 1.15)."""


def _is_head(value: Value) -> bool:
    return any(type(plain) is Tensor for _, plain in choices_of(value))


def loss_value(run: Run) -> Unknown:
    return run.fresh("the value of a loss", data=True)


def call_loss(run: Run, loss: Loss, args: Args, spot: Spot) -> Value:
    """``loss(y_true, y_pred)`` of a loss object."""
    bound = bind_row((loss.row.labels, loss.row.predictions), args)
    if loss.row.predictions in bound:
        arrive(
            run,
            loss.row,
            loss.args,
            bound[loss.row.predictions].value,
            spot,
            loss.flavour,
            written=loss.spot,
            labels=bound.get(loss.row.labels),
        )
    return loss_value(run)


def arrive(
    run: Run,
    row: LossRow,
    args: Bindings,
    predictions: Value,
    at: Spot,
    dotted: str,
    *,
    written: Spot | None = None,
    labels: Arg | None = None,
    compiled: bool = False,
    guard: Guard = ALWAYS,
    output: str | None = None,
    form: str = "plain",
    shown: str | None = None,
    spec: Value = None,
) -> None:
    """A tensor reaches a loss of the catalog.

    ``args``: what sets the loss up (``from_logits``). ``guard``: of the loss itself, where it is
    one of several. ``shown``: how the text names it, where that is no call.
    """
    run.marks.add(own_losses.LOSS)
    label = labels.value if labels is not None else None
    slot = "predictions"
    if label is not None and misplaced.are_swapped(predictions, label):
        predictions, slot = label, "labels"
        written = None  # the call is wrong, not the loss: each call is a finding of its own
    for head_guard, head in choices_of(predictions):
        for switch_guard, expects, reason in _expectations(row, args, head_guard):
            own = both(guard, switch_guard)
            if own is None:
                continue
            meet(
                run,
                _consumer(row, args, expects, dotted, form, shown, written or at),
                head,
                at=at,
                guards=(head_guard, own),
                output=output,
                slot=slot,
                other=_other(label) if slot == "predictions" else "labels",
                labels=label.labels if type(label) is Unknown else None,
                effect=_effect(run, row, head, expects, dotted, compiled),
                backend=run.evidence.backend(dotted),
                keras=run.evidence.keras(dotted),
                reason=reason,
                handle=Handle(at, None, row, args, written or at, spec, dotted),
            )


def _expectations(
    row: LossRow, args: Bindings, head_guard: Guard
) -> list[tuple[Guard, str, str | None]]:
    """What a loss expects, with the guard and the reason where that is not known."""
    if row.switch is None:
        return [(ALWAYS, row.expects, None)]
    found: list[tuple[Guard, str, str | None]] = []
    for guard, value in choices_of(value_of(args, row.switch, Const(row.default))):
        if type(value) is Const:
            found.append((guard, "logits" if value.value else row.expects, None))
        elif type(value) is Unknown:
            atom, sign = literal(value)
            if any(known == atom for known, _ in head_guard):
                for on in (True, False):
                    inner = both(guard, frozenset({(atom, on is sign)}))
                    if inner is not None:
                        found.append((inner, "logits" if on else row.expects, None))
            else:
                reason = f"the value of `{row.switch}` is not known: {value.reason}"
                found.append((guard, "unknown", reason))
        else:
            found.append((guard, "unknown", f"the value of `{row.switch}` is not followed"))
    return found


def _consumer(
    row: LossRow,
    args: Bindings,
    expects: str,
    dotted: str,
    form: str,
    shown: str | None,
    place: Any,
) -> Consumer:
    applies = row.applies if expects == "logits" else "none"
    text = shown
    if text is None:
        short = row.name.rpartition(".")[2]
        if row.style == "op" or row.name.startswith("tf."):
            short = row.name
        given = row.switch is not None and row.switch in args
        known = {"logits": "True", "unknown": "…"}.get(expects, "False")
        if row.switch is None or row.style == "op":
            text = short if row.style != "class" else f"{short}()"
        else:
            text = f"{short}({row.switch}={known})" if given else f"{short}()"
    return Consumer(
        "loss",
        row.name,
        expects,
        row.family,
        applies,
        form,
        text,
        None,
        place,
        row.switch or "none",
    )


def _other(label: Value) -> str | None:
    if type(label) is Tensor:
        return "head"
    if type(label) is Unknown and (label.labels is not None or label.data):
        return "labels"
    return None


def _effect(
    run: Run, row: LossRow, head: Value, expects: str, dotted: str, compiled: bool
) -> str | None:
    """What Keras makes of an activation before a loss on logits (see SEMANTICS, section 1)."""
    if type(head) is not Tensor or expects != "logits":
        return None
    if head.direct == own.KIND:
        return None  # what it does last is not known
    recovers = row.recovers or (
        row.recovers_in is not None and row.recovers_in == run.evidence.keras(dotted)
    )
    if not recovers or head.direct is None:
        return "silent"
    backend = run.evidence.backend(dotted)
    if backend is None:
        return None
    if backend != "tensorflow":
        return "silent"
    return "recovered" if head.direct == "keras" or compiled else None


# -- a loss given to compile ---------------------------------------------------------------------


def get(run: Run, args: Args, spot: Spot) -> Value:
    """``keras.losses.get`` and ``deserialize``: a string, a config or the loss itself."""
    if not args.positional:
        return run.fresh("losses.get without an argument")
    value = args.positional[0].value
    if type(value) is Const and isinstance(value.value, str):
        row = LOSSES.get(LOSS_STRINGS.get(value.value, ""))
        if row is not None:
            return Loss(row, {}, spot, "")
        if value.value in NOT_CROSS_ENTROPY:
            return Unknown(("not-cross-entropy", value.value), "no cross-entropy", data=True)
    if type(value) is Ref and value.kind == "dict":
        return _from_config(run, value, spot)
    return value


def _from_config(run: Run, ref: Ref, spot: Spot) -> Value:
    from xentlint.source.sequences import entry

    name = entry(run, ref, Const("class_name"))
    config = entry(run, ref, Const("config"), NONE)
    row = LOSSES.get(LOSS_STRINGS.get(name.value, "")) if type(name) is Const else None
    if row is None:
        return run.fresh("a serialized loss that is not in the catalog")
    inner = run.get(config, "entries") if type(config) is Ref and config.kind == "dict" else None
    bound: Bindings = {}
    if type(inner) is Entries:
        bound = {key.value: Arg(value, spot) for key, value in inner.pairs if type(key) is Const}
    return Loss(row, bound, spot, "")
