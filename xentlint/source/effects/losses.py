"""Losses: making one, calling one, and how a ``loss=`` meets the outputs of a model."""

from __future__ import annotations

from typing import Any, Final

from xentlint.catalog.losses import LOSS_STRINGS, LOSSES, NOT_CROSS_ENTROPY
from xentlint.catalog.names import canonical
from xentlint.catalog.rows import LossRow
from xentlint.facts import Consumer
from xentlint.source.arguments import bind_row, value_of
from xentlint.source.conditions import ALWAYS, Guard, both
from xentlint.source.effects import misplaced, own, own_losses
from xentlint.source.effects.layers import renamed
from xentlint.source.handles import Handle
from xentlint.source.joins import choices_of, pairs
from xentlint.source.run import Run
from xentlint.source.sequences import content
from xentlint.source.truth import literal
from xentlint.source.uses import meet
from xentlint.source.values import (
    NONE,
    Api,
    Arg,
    Args,
    Bindings,
    Bound,
    ClassValue,
    Const,
    Entries,
    Function,
    Items,
    Loss,
    LossSum,
    Method,
    Metric,
    Partial,
    Ref,
    Rest,
    Spot,
    Tensor,
    Unknown,
    Value,
)

Heads = list[tuple[str | None, Value]]
_CALLABLE: Final = (Function, Method, Partial)


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


def compile_loss(run: Run, spec: Value, heads: Heads, at: Spot, given: Spot, dotted: str) -> None:
    """``compile(loss=spec)`` meets the outputs of a model.

    ``given``: the expression of ``spec``. ``dotted``: the library of the model.
    """
    for guard, plain in choices_of(spec):
        parts = _parts(run, plain)
        if parts is not None:
            _each_output(run, plain, parts, heads, at, given, dotted)
            continue
        for name, head in heads:
            _one(run, plain, guard, name, head, at, given, dotted)


def _parts(run: Run, spec: Value) -> Items | Entries | None:
    """A list or dict of losses."""
    if type(spec) is Items:
        return spec
    if type(spec) is Ref and spec.kind == "list":
        return run.get(spec, "items")  # type: ignore[no-any-return]
    if type(spec) is Ref and spec.kind == "dict":
        entries = run.get(spec, "entries")
        names = (
            [key.value for key, _ in entries.pairs if type(key) is Const]
            if type(entries) is Entries
            else []
        )
        return None if "class_name" in names else entries
    return None


def _each_output(
    run: Run, spec: Value, parts: Any, heads: Heads, at: Spot, given: Spot, dotted: str
) -> None:
    if type(parts) is Entries:
        by_name = {key.value: value for key, value in parts.pairs if type(key) is Const}
        names = [name for name, _ in heads]
        for i, (name, head) in enumerate(heads):
            value = by_name.get(name)
            if value is None and len(heads) == 1 and len(by_name) == 1 and name is None:
                value = next(iter(by_name.values()))
            if value is None:
                if name is None or None in names or parts.open:
                    reason = "which entry of the loss dict is for this output is not known"
                    value = Unknown(("pairing", i), reason)
                else:
                    continue
            compile_loss(run, value, [(name, head)], at, given, dotted)
        return
    values = parts.values if type(parts) is Items else ()
    if any(type(value) is Rest for value in values) or (
        len(values) != len(heads) and len(heads) > 1
    ):
        values = tuple(
            run.fresh("the list of losses does not pair with the model's outputs") for _ in heads
        )
    if len(heads) == 1 and len(values) > 1 and not isinstance(heads[0][1], Tensor):
        values = (run.fresh("how many outputs the model has is not known"),)
    for (name, head), value in zip(heads, values, strict=False):
        compile_loss(run, value, [(name, head)], at, given, dotted)


def _one(
    run: Run,
    spec: Value,
    guard: Guard,
    name: str | None,
    head: Value,
    at: Spot,
    given: Spot,
    dotted: str,
) -> None:
    """One loss meets one output."""
    kind = type(spec)
    if kind is LossSum:
        for part in spec.parts:
            _one(run, part, guard, name, head, at, given, dotted)
        return
    common: dict[str, Any] = {"compiled": True, "guard": guard, "output": name}
    if spec == NONE:
        return
    explained = own.row_of(run, spec)
    if explained is not None and explained.expects is not None:
        short = explained.name.rpartition(".")[2]
        arrive(
            run,
            own.loss_row(explained),
            {},
            head,
            at,
            explained.name,
            written=given,
            shown=short,
            **common,
        )
        return
    if kind is Const and isinstance(spec.value, str):
        _string(run, spec, guard, name, head, at, given, dotted)
    elif kind is Loss:
        arrive(
            run, spec.row, spec.args, head, at, spec.flavour or dotted, written=spec.spot, **common
        )
    elif kind is Metric and spec.row.name.replace("metrics", "losses") in LOSSES:
        row = LOSSES[spec.row.name.replace("metrics", "losses")]
        arrive(run, row, spec.args, head, at, spec.flavour, written=spec.spot, **common)
    elif kind is Api:
        row_or_none = LOSSES.get(canonical(spec.name))
        if row_or_none is not None:
            three = run.evidence.keras(spec.name) == 3  # which makes an object of the class
            form = "class" if row_or_none.style == "class" and not three else "plain"
            short = row_or_none.name.rpartition(".")[2]
            arrive(
                run,
                row_or_none,
                {},
                head,
                at,
                spec.name,
                written=given,
                form=form,
                shown=short,
                spec=spec,
                **common,
            )
        elif canonical(spec.name) in NOT_CROSS_ENTROPY:
            _other_loss(run, head, at, given, name, canonical(spec.name).rpartition(".")[2])
        else:
            undecided(run, head, at, given, guard, name, f"`{spec.name}` is not in the catalog")
    elif kind in _CALLABLE or (kind is Ref and spec.kind == "instance"):
        labels = run.fresh("labels that Keras passes", data=True)
        with run.under(guard):
            before = len(run.meetings)
            args = Args((Arg(labels, given), Arg(head, given)))
            target = _loss_method(run, spec, at) if kind is Ref else spec
            if target is spec and kind is Ref:
                undecided(run, head, at, given, guard, name, "the loss object has no `call`")
                return
            marks = own_losses.watched(run, lambda: run.call(run, target, args, at))
        if len(run.meetings) == before:
            reason = own_losses.doubt(marks, head)
            if reason is None:
                _other_loss(run, head, at, given, name, own_losses.name_of(spec))
            else:
                words = f"the loss function applies no known loss: {reason}"
                undecided(run, head, at, given, guard, name, words)
    elif kind is Unknown and isinstance(spec.term, tuple) and spec.term[0] == "not-cross-entropy":
        _other_loss(run, head, at, given, name, spec.term[1].rpartition(".")[2])
    elif called := misplaced.called_name(spec):
        for head_guard, plain in choices_of(head):
            meet(
                run,
                misplaced.called("loss", called, given),
                plain,
                at=at,
                guards=(head_guard, guard),
                output=name,
            )
    elif kind is ClassValue or kind is Bound:
        undecided(run, head, at, given, guard, name, "this kind of loss is not followed")
    else:
        reason = getattr(spec, "reason", "it is not followed")
        undecided(run, head, at, given, guard, name, f"the loss is not known: {reason}")


def _loss_method(run: Run, spec: Ref, at: Spot) -> Value:
    """``call`` of a project's own Loss class."""
    from xentlint.source.objects import instance_attribute

    for name in ("call", "__call__"):
        method = instance_attribute(run, spec, name, at)
        if method is not None:
            return method
    return spec


def _string(
    run: Run,
    spec: Const,
    guard: Guard,
    name: str | None,
    head: Value,
    at: Spot,
    given: Spot,
    dotted: str,
) -> None:
    text = spec.value
    row_name = LOSS_STRINGS.get(text)
    if row_name is not None and row_name in LOSSES:
        arrive(
            run,
            LOSSES[row_name],
            {},
            head,
            at,
            dotted,
            written=given,
            compiled=True,
            guard=guard,
            output=name,
            shown=f'"{text}"',
            spec=spec,
        )
    elif text in NOT_CROSS_ENTROPY:
        _other_loss(run, head, at, given, name, f'"{text}"')
    elif inner := misplaced.named_in(text, LOSS_STRINGS):
        arrive(
            run,
            LOSSES[LOSS_STRINGS[inner]],
            {"from_logits": misplaced.switch_in(text)},
            head,
            at,
            dotted,
            written=given,
            compiled=True,
            guard=guard,
            output=name,
            form="in-string",
            shown=f'"{text}"',
            spec=spec,
        )
    else:
        undecided(
            run, head, at, given, guard, name, f"the loss string {text!r} is not in the catalog"
        )


def _other_loss(
    run: Run, head: Value, at: Spot, given: Spot, output: str | None, shown: str
) -> None:
    """A loss that is no cross-entropy takes any scale."""
    for guard, plain in choices_of(head):
        meet(
            run,
            Consumer("loss", shown, "any", shown=shown, place=given),
            plain,
            at=at,
            guards=(guard, ALWAYS),
            output=output,
        )


def hand_over(run: Run, given: Arg, at: Spot) -> None:
    """A loss for a ``train_step`` of the project's own: its line stands where that applies it.

    One that is no cross-entropy has nothing to wait for.
    """
    nothing = run.fresh("the model's own `train_step` applies it", data=True)
    for guard, plain in choices_of(given.value):
        term = plain.term if type(plain) is Unknown else None
        other = isinstance(term, tuple) and term[0] == "not-cross-entropy"
        named = canonical(plain.name) if type(plain) is Api else getattr(plain, "value", None)
        if other or (isinstance(named, str) and named in NOT_CROSS_ENTROPY):
            _one(run, plain, guard, None, nothing, at, given.spot or at, "")
        elif type(plain) is Loss and plain.spot is not None:
            run.handed[id(at.node)] = id(plain.spot.node)


def undecided(
    run: Run, head: Value, at: Spot, given: Spot, guard: Guard, output: str | None, reason: str
) -> None:
    """A loss of which it is not known what it expects."""
    for head_guard, plain in choices_of(head):
        meet(
            run,
            Consumer("loss", "", "unknown", shown="the loss", place=given),
            plain,
            at=at,
            guards=(head_guard, guard),
            output=output,
            reason=reason,
        )


def unknown_call(run: Run, callee: Unknown, args: Args, spot: Spot, guard: Guard) -> None:
    """A call of what may be a loss that is known, and here is one that is not."""
    for arg in (*args.positional, *args.keywords.values()):
        if any(type(plain) is Tensor for _, plain in choices_of(arg.value)):
            undecided(run, arg.value, spot, spot, guard, None, callee.reason)


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


__all__ = ["arrive", "call_loss", "call_row", "compile_loss", "content", "get", "pairs"]
