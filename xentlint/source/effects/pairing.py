"""``compile(loss=…)``: how a loss meets the outputs of a model, whatever it is written as."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from xentlint.catalog.losses import (
    BY_SHAPE_STRINGS,
    LOSS_STRINGS,
    LOSSES,
    NOT_CROSS_ENTROPY,
    by_shape,
)
from xentlint.catalog.names import canonical
from xentlint.facts import Consumer
from xentlint.source.conditions import ALWAYS, Guard
from xentlint.source.effects import misplaced, own, own_losses
from xentlint.source.effects.losses import arrive
from xentlint.source.joins import choices_of
from xentlint.source.run import Run
from xentlint.source.uses import meet
from xentlint.source.values import (
    NONE,
    Api,
    Arg,
    Args,
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


class Pair(NamedTuple):
    """One output and the place of the loss that is for it."""

    output: str | None
    head: Value
    guard: Guard
    """Of the loss, where it is one of several."""
    at: Spot
    """The call that brings the two together."""
    given: Spot
    """The expression of the loss."""
    dotted: str
    """The library of the model."""


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
            _one(run, plain, Pair(name, head, guard, at, given, dotted))


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
        for (name, head), value in zip(heads, _by_name(parts, heads), strict=True):
            if value is not None:
                compile_loss(run, value, [(name, head)], at, given, dotted)
        return
    values = parts.values if type(parts) is Items else ()
    if any(type(value) is Rest for value in values) or (
        len(values) != len(heads) and len(heads) > 1
    ):
        values = tuple(
            run.fresh("the list of losses does not pair with the model's outputs") for _ in heads
        )
    if len(heads) == 1 and len(values) > 1 and not _is_one_tensor(heads[0][1]):
        values = (run.fresh("how many outputs the model has is not known"),)
    for (name, head), value in zip(heads, values, strict=False):
        compile_loss(run, value, [(name, head)], at, given, dotted)


def _by_name(losses: Entries, heads: Heads) -> list[Value]:
    """The entry of a loss dict for each output; ``None`` for one that has no loss.

    An output whose name is not known has an entry that is left over (Keras refuses a dict with a
    name that is no output's): the only one, or any where all of them take any scale.
    """
    by_name = {key.value: value for key, value in losses.pairs if type(key) is Const}
    names = [name for name, _ in heads]
    rest = [value for name, value in by_name.items() if name not in names]
    opened = losses.open or len(by_name) < len(losses.pairs)
    alike = len(rest) == 1 == names.count(None) or all(map(_takes_anything, rest))
    left: Value = rest[0] if rest else None
    if opened or not alike:
        reason = "which entry of the loss dict is for this output is not known"
        left = Unknown(("pairing",), reason)
    without = left if opened or (not alike and None in names) else None
    return [by_name.get(name, left if name is None else without) for name in names]


def _takes_anything(loss: Value) -> bool:
    """A loss that is no cross-entropy."""
    if type(loss) is Unknown:
        return isinstance(loss.term, tuple) and loss.term[0] == "not-cross-entropy"
    name = canonical(loss.name) if type(loss) is Api else getattr(loss, "value", None)
    return isinstance(name, str) and name in NOT_CROSS_ENTROPY


def _is_one_tensor(head: Value) -> bool:
    """Whether an output is a tensor on every path, and no list of them that is not known."""
    return all(type(plain) is Tensor for _, plain in choices_of(head))


def _one(run: Run, spec: Value, pair: Pair) -> None:
    """One loss meets one output."""
    if spec == NONE:
        return
    explained = own.row_of(run, spec)
    if explained is not None and explained.expects is not None:
        shown = explained.name.rpartition(".")[2]
        _arrive(run, own.loss_row(explained), {}, pair, explained.name, pair.given, shown=shown)
    else:
        _KINDS.get(type(spec), _another)(run, spec, pair)


def _arrive(
    run: Run, row: Any, args: Any, pair: Pair, dotted: str, written: Spot | None, **known: Any
) -> None:
    arrive(
        run,
        row,
        args,
        pair.head,
        pair.at,
        dotted,
        written=written,
        compiled=True,
        guard=pair.guard,
        output=pair.output,
        **known,
    )


def _sum(run: Run, spec: LossSum, pair: Pair) -> None:
    for part in spec.parts:
        _one(run, part, pair)


def _string(run: Run, spec: Const, pair: Pair) -> None:
    text = spec.value
    shown = f'"{text}"'
    row = LOSSES.get(LOSS_STRINGS.get(text, "")) if isinstance(text, str) else None
    if not isinstance(text, str):
        _another(run, spec, pair)
    elif row is not None:
        _arrive(run, row, {}, pair, pair.dotted, pair.given, shown=shown, spec=spec)
    elif text in NOT_CROSS_ENTROPY:
        _other_loss(run, pair, shown)
    elif text.lower() in BY_SHAPE_STRINGS and run.evidence.keras(pair.dotted) != 2:
        _by_shape(run, spec, pair)
    elif inner := misplaced.named_in(text, LOSS_STRINGS):
        row, args = LOSSES[LOSS_STRINGS[inner]], {"from_logits": misplaced.switch_in(text)}
        known = {"form": "in-string", "shown": shown, "spec": spec}
        _arrive(run, row, args, pair, pair.dotted, pair.given, **known)
    else:
        _undecided(run, pair, f"the loss string {text!r} is not in the catalog")


def _by_shape(run: Run, spec: Const, pair: Pair) -> None:
    """``"crossentropy"``: over several units the labels choose, and the text may not show them."""
    shown = f'"{spec.value}"'
    widths = {getattr(head, "units", None) for _, head in choices_of(pair.head)}
    rows = {None if width is None else by_shape(width) for width in widths}
    row = rows.pop()
    if row is None or rows:
        _undecided(run, pair, f"what {shown} is depends on the number of units")
    else:
        known = {"spec": spec} if widths == {1} else {}
        _arrive(run, row, {}, pair, pair.dotted, pair.given, shown=shown, **known)


def _loss(run: Run, spec: Loss, pair: Pair) -> None:
    _arrive(run, spec.row, spec.args, pair, spec.flavour or pair.dotted, spec.spot)


def _metric(run: Run, spec: Metric, pair: Pair) -> None:
    """A metric for a loss: Keras calls it all the same."""
    row = LOSSES.get(spec.row.name.replace("metrics", "losses"))
    if row is None:
        _another(run, spec, pair)
    else:
        _arrive(run, row, spec.args, pair, spec.flavour, spec.spot)


def _library(run: Run, spec: Api, pair: Pair) -> None:
    """A function of the library, or a class that nobody made an object of."""
    name = canonical(spec.name)
    row = LOSSES.get(name)
    if row is not None:
        three = run.evidence.keras(spec.name) == 3  # which makes an object of the class
        form = "class" if row.style == "class" and not three else "plain"
        shown = row.name.rpartition(".")[2]
        known = {"form": form, "shown": shown, "spec": spec}
        _arrive(run, row, {}, pair, spec.name, pair.given, **known)
    elif name in NOT_CROSS_ENTROPY:
        _other_loss(run, pair, name.rpartition(".")[2])
    else:
        _undecided(run, pair, f"`{spec.name}` is not in the catalog")


def _object(run: Run, spec: Ref, pair: Pair) -> None:
    """An instance of a Loss class of the project's own."""
    if spec.kind != "instance":
        _another(run, spec, pair)
        return
    with run.under(pair.guard):
        method = _loss_method(run, spec, pair.at)
    if method is spec:
        _undecided(run, pair, "the loss object has no `call`")
    else:
        _called(run, spec, method, pair)


def _function(run: Run, spec: Value, pair: Pair) -> None:
    """A loss function of the project's own."""
    _called(run, spec, spec, pair)


def _called(run: Run, spec: Value, target: Value, pair: Pair) -> None:
    labels = run.fresh("labels that Keras passes", data=True)
    before = len(run.meetings)
    args = Args((Arg(labels, pair.given), Arg(pair.head, pair.given)))
    with run.under(pair.guard):
        marks = own_losses.watched(run, lambda: run.call(run, target, args, pair.at))
    if len(run.meetings) > before:
        return
    reason = own_losses.doubt(marks, pair.head)
    if reason is None:
        _other_loss(run, pair, own_losses.name_of(spec))
    else:
        _undecided(run, pair, f"the loss function applies no known loss: {reason}")


def _loss_method(run: Run, spec: Ref, at: Spot) -> Value:
    """``call`` of a project's own Loss class."""
    from xentlint.source.objects import instance_attribute

    for name in ("call", "__call__"):
        method = instance_attribute(run, spec, name, at)
        if method is not None:
            return method
    return spec


def _unknown(run: Run, spec: Unknown, pair: Pair) -> None:
    if isinstance(spec.term, tuple) and spec.term[0] == "not-cross-entropy":
        _other_loss(run, pair, spec.term[1].rpartition(".")[2])
    else:
        _another(run, spec, pair)


def _another(run: Run, spec: Value, pair: Pair) -> None:
    """What is no loss, or none that is known."""
    if called := misplaced.called_name(spec):
        consumer = misplaced.called("loss", called, pair.given)
        _meet(run, pair, consumer)
    elif type(spec) is ClassValue or type(spec) is Bound:
        _undecided(run, pair, "this kind of loss is not followed")
    else:
        reason = getattr(spec, "reason", "it is not followed")
        _undecided(run, pair, f"the loss is not known: {reason}")


_KINDS: Final[dict[type, Callable[[Run, Any, Pair], None]]] = {
    LossSum: _sum,
    Const: _string,
    Loss: _loss,
    Metric: _metric,
    Api: _library,
    Ref: _object,
    Function: _function,
    Method: _function,
    Partial: _function,
    Unknown: _unknown,
}


def _other_loss(run: Run, pair: Pair, shown: str) -> None:
    """A loss that is no cross-entropy takes any scale."""
    _meet(
        run,
        pair._replace(guard=ALWAYS),
        Consumer("loss", shown, "any", shown=shown, place=pair.given),
    )


def _undecided(run: Run, pair: Pair, reason: str) -> None:
    """A loss of which it is not known what it expects."""
    _meet(
        run,
        pair,
        Consumer("loss", "", "unknown", shown="the loss", place=pair.given),
        reason=reason,
    )


def _meet(run: Run, pair: Pair, consumer: Consumer, **known: Any) -> None:
    for guard, plain in choices_of(pair.head):
        meet(
            run,
            consumer,
            plain,
            at=pair.at,
            guards=(guard, pair.guard),
            output=pair.output,
            **known,
        )


def hand_over(run: Run, given: Arg, at: Spot) -> None:
    """A loss for a ``train_step`` of the project's own: its line stands where that applies it.

    One that is no cross-entropy has nothing to wait for.
    """
    nothing = run.fresh("the model's own `train_step` applies it", data=True)
    for guard, plain in choices_of(given.value):
        if _takes_anything(plain):
            _one(run, plain, Pair(None, nothing, guard, at, given.spot or at, ""))
        elif type(plain) is Loss and plain.spot is not None:
            run.handed[id(at.node)] = id(plain.spot.node)


def unknown_call(run: Run, callee: Unknown, args: Args, spot: Spot, guard: Guard) -> None:
    """A call of what may be a loss that is known, and here is one that is not."""
    for arg in (*args.positional, *args.keywords.values()):
        if any(type(plain) is Tensor for _, plain in choices_of(arg.value)):
            _undecided(run, Pair(None, arg.value, guard, spot, spot, ""), callee.reason)
