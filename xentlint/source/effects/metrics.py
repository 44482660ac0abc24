"""Metrics: given to ``compile`` they meet the model's outputs, else what they are called on."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import libcst as cst

from xentlint.catalog.losses import LOSSES
from xentlint.catalog.metrics import METRICS
from xentlint.catalog.rows import MetricRow
from xentlint.facts import Consumer
from xentlint.source.arguments import bind_row, value_of
from xentlint.source.conditions import ALWAYS
from xentlint.source.effects import misplaced
from xentlint.source.effects.decodings import SCALES, agreed, later, origin, tensor_of
from xentlint.source.effects.expected import consumers, of_row
from xentlint.source.handles import Handle
from xentlint.source.joins import choices_of
from xentlint.source.run import Run
from xentlint.source.sequences import content
from xentlint.source.uses import Meeting, meet
from xentlint.source.values import (
    Arg,
    Args,
    Bindings,
    Const,
    Entries,
    Function,
    Items,
    Loss,
    Method,
    Metric,
    Partial,
    Ref,
    Rest,
    Spot,
    Tensor,
    Value,
)

Heads = list[tuple[str | None, Value]]
_PROJECT: Final = (Function, Method, Partial)


class Compiled(NamedTuple):
    """One ``compile``, whose losses have met the outputs."""

    at: Spot
    dotted: str
    keras: int | None
    losses: list[Meeting]


def compiled(run: Run, args: Args, heads: Heads, before: int, at: Spot, dotted: str) -> None:
    """``compile(metrics=…, weighted_metrics=…)``; its losses are the meetings since ``before``."""
    losses = [m for m in run.meetings[before:] if m.use.consumer.kind == "loss"]
    call = Compiled(at, dotted, run.evidence.keras(dotted), losses)
    given = [args.keywords.get(name) for name in ("metrics", "weighted_metrics")]
    for arg in (*given, *_by_position(args, call.keras)):
        if arg is not None:
            _pair(run, arg.value, heads, arg.spot or at, call)


def _by_position(args: Args, keras: int | None) -> list[Arg]:
    """The third argument in Keras 2, the fourth in Keras 3, where ``loss_weights`` is the third."""
    found = {2: (2, 4), 3: (3, 4), None: (2, 3)}[keras if keras in (2, 3) else None]
    return [args.positional[i] for i in found if i < len(args.positional)]


# -- which metric meets which output -------------------------------------------------------------


def _pair(run: Run, spec: Value, heads: Heads, given: Spot, call: Compiled) -> None:
    for guard, plain in choices_of(spec):
        with run.under(guard):
            if type(plain) is Ref and plain.kind == "dict":
                _by_name(run, plain, heads, given, call)
            elif items := _items(run, plain):
                _listed(run, plain, items, heads, given, call)
            else:
                for name, head in heads:
                    _one(run, plain, name, head, given, call)


def _items(run: Run, spec: Value) -> Items | None:
    """What a list or tuple holds; a string is no list here."""
    return content(run, spec) if type(spec) in (Items, Ref) else None


def _by_name(run: Run, spec: Ref, heads: Heads, given: Spot, call: Compiled) -> None:
    entries = run.get(spec, "entries")
    if type(entries) is not Entries:
        return
    for i, (key, value) in enumerate(entries.pairs):
        place = _element(given, i)
        if len(heads) == 1:
            _every(run, value, heads[0], place, call)
        elif type(key) is Const:
            for name, head in heads:
                if name is not None and name == key.value:
                    _every(run, value, (name, head), place, call)


def _listed(run: Run, spec: Value, items: Items, heads: Heads, given: Spot, call: Compiled) -> None:
    """A flat list is for every output in Keras 2; with several in Keras 3 it pairs by position."""
    values = items.values
    nested = any(_items(run, value) is not None for value in values)
    open_ = any(type(value) is Rest for value in values)
    if len(heads) == 1 or (not nested and (call.keras == 2 or len(values) != len(heads))):
        for head in heads:
            _every(run, spec, head, given, call)
    elif len(values) == len(heads) and not open_:
        for i, (head, value) in enumerate(zip(heads, values, strict=True)):
            _every(run, value, head, _element(given, i), call)


def _every(
    run: Run, spec: Value, head: tuple[str | None, Value], given: Spot, call: Compiled
) -> None:
    """All metrics in a value that may be a list of them."""
    items = _items(run, spec)
    if items is None:
        for guard, plain in choices_of(spec):
            with run.under(guard):
                _one(run, plain, *head, given, call)
        return
    for i, value in enumerate(items.values):
        inner = value.value if type(value) is Rest else value
        _every(run, inner, head, _element(given, i), call)


def _element(given: Spot, index: int) -> Spot:
    """The place of an element, where the list or dict itself is written there."""
    node = given.node
    if (
        isinstance(node, (cst.List, cst.Tuple, cst.Dict))
        and not any(
            isinstance(e, (cst.StarredElement, cst.StarredDictElement)) for e in node.elements
        )
        and index < len(node.elements)
    ):
        return Spot(given.source, node.elements[index].value)
    return given


# -- one metric, one output ----------------------------------------------------------------------


def _one(run: Run, spec: Value, name: str | None, head: Value, given: Spot, call: Compiled) -> None:
    for guard, tensor in choices_of(head):
        if type(tensor) is not Tensor or tensor.scale not in SCALES:
            continue
        losses = _losses_of(call, tensor, name)
        with run.under(guard):
            if type(spec) in _PROJECT:
                _function(run, spec, tensor, given, losses)
                continue
            for own, consumer, reason in consumers(spec, tensor, given, call.keras, losses):
                reason = reason or _doubt(tensor.scale, consumer, losses)
                if reason != _SILENT:
                    meet(
                        run,
                        consumer,
                        tensor,
                        at=given,
                        guards=(ALWAYS, own),
                        output=name,
                        backend=run.evidence.backend(call.dotted),
                        keras=call.keras,
                        reason=reason,
                        handle=_handle(spec, consumer, given, call),
                    )


def _losses_of(call: Compiled, tensor: Tensor, output: str | None) -> list[Consumer]:
    """The losses that this head met in the same ``compile``."""
    return [
        m.use.consumer
        for m in call.losses
        if origin(tensor_of(m)) == origin(tensor) and m.use.head.output == output
    ]


def _handle(spec: Value, consumer: Consumer, given: Spot, call: Compiled) -> Handle:
    row = METRICS.get(consumer.name) or LOSSES.get(consumer.name)
    args = spec.args if type(spec) in (Metric, Loss) else {}
    dotted = getattr(spec, "flavour", "") or getattr(spec, "name", "") or call.dotted
    return Handle(call.at, None, row, args, consumer.place, spec, dotted)


_SILENT: Final = "silent"
_DOUBT: Final = "the loss takes the output for probabilities too: the activation may be missing"


def _doubt(scale: str, consumer: Consumer, losses: list[Consumer]) -> str | None:
    """Why a metric is not judged by the scale alone: what the loss takes the output for."""
    expected = {loss.expects for loss in losses}
    if agreed(scale, expected) or any(loss.form != "plain" for loss in losses):
        return None
    if scale == "logits" and expected == {"probabilities"}:
        return _DOUBT if consumer.expects == "probabilities" else None
    return _SILENT


def _function(run: Run, spec: Value, tensor: Tensor, given: Spot, losses: list[Consumer]) -> None:
    """A metric of the project's own: what it does with the output is followed.

    A loss inside of it is a metric there.
    """
    before = len(run.meetings)
    labels = run.fresh("labels that Keras passes", data=True)
    run.call(run, spec, Args((Arg(labels, given), Arg(tensor, given))), given)
    made = run.meetings[before:]
    del run.meetings[before:]
    agrees = agreed(tensor.scale, {loss.expects for loss in losses})
    for meeting in made:
        consumer = meeting.use.consumer
        if consumer.kind == "loss":
            if agrees:
                use = meeting.use._replace(consumer=consumer._replace(kind="metric"))
                run.meetings.append(meeting._replace(use=use, key=(*meeting.key, "metric")))
        else:
            run.meetings.append(meeting)


# -- metrics that the program calls itself -------------------------------------------------------


def called(run: Run, metric: Metric, args: Args, spot: Spot) -> Value:
    """``metric(y, p)`` and ``metric.update_state(y, p)``."""
    bound = bind_row(("y_true", "y_pred"), args)
    _arrive(run, metric.row, metric.args, bound, spot, metric.spot or spot, metric.flavour)
    return run.fresh("the value of a metric", data=True)


def function(run: Run, row: MetricRow, dotted: str, args: Args, spot: Spot) -> Value:
    """``keras.metrics.binary_accuracy(y, p)``."""
    bound = bind_row(row.parameters, args)
    names = ("labels", "predictions") if "predictions" in row.parameters else ("y_true", "y_pred")
    if not args.open and not any(name in bound for name in names):
        return misplaced.mark(row.name)
    tensors = {
        new: bound[old]
        for new, old in zip(("y_true", "y_pred"), names, strict=True)
        if old in bound
    }
    _arrive(run, row, bound, tensors, spot, spot, dotted)
    return run.fresh("the value of a metric", data=True)


def _arrive(
    run: Run, row: MetricRow, args: Bindings, bound: Bindings, at: Spot, place: Spot, dotted: str
) -> None:
    if "y_pred" not in bound:
        return
    predictions, labels = bound["y_pred"].value, value_of(bound, "y_true", None)
    known: dict[str, Any] = {
        "backend": run.evidence.backend(dotted),
        "keras": run.evidence.keras(dotted),
    }
    handle = Handle(at, None, row, args, place, None, dotted)
    for own, consumer, reason in of_row(row, args, place):
        if consumer.expects == "any":
            continue
        if misplaced.are_swapped(predictions, labels):
            for guard, tensor in choices_of(labels):
                later(
                    run,
                    consumer._replace(place=at),
                    tensor,
                    at,
                    guards=(guard, own),
                    slot="labels",
                    other="labels",
                    handle=handle,
                    **known,
                )
            continue
        for guard, tensor in choices_of(predictions):
            later(
                run,
                consumer,
                tensor,
                at,
                guards=(guard, own),
                reason=reason,
                handle=handle,
                **known,
            )
