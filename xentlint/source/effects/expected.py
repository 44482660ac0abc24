"""What a metric expects, in each of its written forms: the catalog's rows as they are set up."""

from __future__ import annotations

from xentlint.catalog.losses import LOSSES
from xentlint.catalog.metrics import BY_SHAPE_STRINGS, METRIC_STRINGS, METRICS
from xentlint.catalog.names import canonical
from xentlint.catalog.rows import LossRow, MetricRow
from xentlint.facts import Consumer
from xentlint.source.arguments import value_of
from xentlint.source.conditions import ALWAYS, Guard
from xentlint.source.effects import misplaced
from xentlint.source.joins import choices_of
from xentlint.source.values import (
    NONE,
    Api,
    Bindings,
    Const,
    Loss,
    Metric,
    Spot,
    Tensor,
    Value,
)

Found = tuple[Guard, Consumer, str | None]


def consumers(
    spec: Value, tensor: Tensor, given: Spot, keras: int | None, losses: list[Consumer]
) -> list[Found]:
    """What a metric expects, in each of its written forms."""
    kind = type(spec)
    if kind is Const and isinstance(spec.value, str):
        return _string(spec.value, tensor, spec.spot or given, losses)
    if kind is Metric:
        return of_row(spec.row, spec.args, spec.spot or given)
    if kind is Loss:
        return of_loss(spec.row, spec.args, spec.spot or given)
    if kind is Api:
        name = canonical(spec.name)
        if name in METRICS:
            row = METRICS[name]
            form = "class" if row.style == "class" and keras != 3 else "plain"
            return of_row(row, {}, given, name.rpartition(".")[2], form)
        if name in LOSSES:
            return of_loss(LOSSES[name], {}, given, name.rpartition(".")[2])
    called = misplaced.called_name(spec)
    if called is not None:
        return [(ALWAYS, misplaced.called("metric", called, given), None)]
    return []


def _string(text: str, tensor: Tensor, given: Spot, losses: list[Consumer]) -> list[Found]:
    shown = f'"{text}"'
    if text in ("accuracy", "acc") or text in BY_SHAPE_STRINGS:
        return _by_shape(text, tensor, given, losses)
    inner = misplaced.named_in(text, METRIC_STRINGS)
    if inner is not None and METRIC_STRINGS[inner] in METRICS:
        row = METRICS[METRIC_STRINGS[inner]]
        return of_row(row, {}, given, shown, "in-string")
    row_name = METRIC_STRINGS.get(text)
    if row_name in METRICS:
        return of_row(METRICS[row_name], {}, given, shown)
    return []


def _by_shape(text: str, tensor: Tensor, given: Spot, losses: list[Consumer]) -> list[Found]:
    """``"accuracy"``: binary on one unit, else the largest class, which any scale tells."""
    units, shown = tensor.units, f'"{text}"'
    binary = text in ("accuracy", "acc")
    if units == 1:
        row = METRICS[f"keras.metrics.{'BinaryAccuracy' if binary else 'binary_crossentropy'}"]
        return of_row(row, {}, given, shown)
    families = {loss.family for loss in losses}
    if binary and (units is not None or families <= {"categorical", "sparse"}):
        consumer = Consumer(
            "metric",
            "keras.metrics.CategoricalAccuracy",
            "any",
            "categorical",
            shown=shown,
            place=given,
            switch="none",
        )
        return [(ALWAYS, consumer, None)]
    if not binary and units is not None:
        return of_row(METRICS["keras.metrics.categorical_crossentropy"], {}, given, shown)
    unknown = Consumer("metric", "", "unknown", shown=shown, place=given)
    return [(ALWAYS, unknown, f"what {shown} is depends on the number of units")]


def of_row(
    row: MetricRow, args: Bindings, place: Spot, shown: str | None = None, form: str = "plain"
) -> list[Found]:
    """What a metric of the catalog expects as it is set up."""
    short = row.name.rpartition(".")[2]
    text = shown or (f"{short}()" if row.style == "class" else short)
    base = Consumer(
        "metric",
        row.name,
        row.expects,
        row.family,
        "none",
        form,
        text,
        None,
        place,
        row.switch or "none",
    )
    if row.switch is None:
        return [(ALWAYS, base, None)]
    if "top_k" in args and args["top_k"].value != NONE and row.switch not in args:
        return [(ALWAYS, base._replace(expects="any"), None)]
    if row.switch not in args:
        number = 0.5 if row.switch != "from_logits" and row.expects == "probabilities" else None
        return [(ALWAYS, base._replace(threshold=number), None)]
    found: list[Found] = []
    for guard, value in choices_of(args[row.switch].value):
        if row.switch == "from_logits":
            found.append((guard, *_switched(base, short, value)))
        else:
            found.append((guard, *_thresholded(base, short, row.switch, value)))
    return found


def _switched(base: Consumer, short: str, value: Value) -> tuple[Consumer, str | None]:
    if type(value) is not Const:
        return base._replace(expects="unknown"), "the value of `from_logits` is not known"
    on = bool(value.value)
    expects = "logits" if on else base.expects
    return base._replace(expects=expects, shown=f"{short}(from_logits={on})"), None


def _thresholded(
    base: Consumer, short: str, switch: str, value: Value
) -> tuple[Consumer, str | None]:
    """A number between 0 and 1 is a probability; 0 is the middle of logits."""
    if value == NONE:
        return base, None
    if type(value) is not Const or isinstance(value.value, (bool, str)):
        return base._replace(expects="unknown"), f"the value of `{switch}` is not known"
    number = float(value.value)
    expects = "probabilities" if 0 < number < 1 else "logits"
    return base._replace(
        expects=expects, threshold=number, shown=f"{short}({switch}={value.value})"
    ), None


def of_loss(row: LossRow, args: Bindings, place: Spot, shown: str | None = None) -> list[Found]:
    """A cross-entropy given as a metric."""
    short = row.name.rpartition(".")[2]
    base = Consumer(
        "metric",
        row.name,
        row.expects,
        row.family,
        "none",
        "plain",
        shown or f"{short}()",
        None,
        place,
        row.switch or "none",
    )
    if row.switch is None:
        return [(ALWAYS, base, None)]
    value = value_of(args, row.switch, Const(row.default))
    return [(guard, *_switched(base, short, plain)) for guard, plain in choices_of(value)]
