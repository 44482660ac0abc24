"""What a serialized loss or metric expects: the catalog's rows, applied to a configuration."""

from __future__ import annotations

from xentlint.catalog.losses import (
    BY_SHAPE_STRINGS,
    LOSS_STRINGS,
    LOSSES,
    NOT_CROSS_ENTROPY,
    by_shape,
)
from xentlint.catalog.rows import LossRow, MetricRow
from xentlint.records import NamedTuple

from .errors import printable
from .jsontext import Steps
from .names import function_name, is_lambda, is_object, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Expectation(NamedTuple):
    """A loss or metric, before it is paired with an output."""

    name: str
    shown: str
    expects: str = "unknown"
    family: str = "none"
    applies: str = "none"
    switch: str | None = None
    threshold: float | None = None
    recovers: bool = False
    steps: Steps = ()
    """Where it is written: the switch, where it stands in the file."""
    whole: Steps = ()
    """Where the whole loss or metric stands."""
    reason: str | None = None


WRAPPERS = ("LossFunctionWrapper", "MeanMetricWrapper", "SumOverBatchSizeMetricWrapper")


def _custom(what: str, name: str, steps: Steps) -> Expectation:
    shown = printable(name)
    return Expectation(
        shown, shown, steps=steps, whole=steps, reason=f"the {what} {shown} is custom"
    )


def loss(value: Any, steps: Steps, units: int | None) -> Expectation:
    """What a loss expects, in each of its written forms."""
    if is_lambda(value):
        return _custom("loss", "<lambda>", steps)
    name = function_name(value)
    if name is not None:
        return _loss_by_name(name, steps, units, isinstance(value, str))
    if not is_object(value):
        return _custom("loss", "of an unknown form", steps)
    found = named(value)
    config = found.config if isinstance(found.config, dict) else {}
    if found.own and found.name in WRAPPERS:
        inner = function_name(config.get("fn"))
        if inner is None:
            return _custom("loss", found.name, steps)
        by_name = _loss_by_name(inner, steps, units, False)
        return _switched(by_name, LOSSES.get(by_name.name), config, steps)
    full = "keras.losses." + found.name
    row = LOSSES.get(full) if found.own else None
    if row is None and found.module.startswith("tensorflow_addons"):
        full = "tfa.losses." + found.name
        row = LOSSES.get(full)
    if row is not None:
        base = _from_row(row, found.name + "()", steps)
        return _switched(base, row, config, steps)
    if found.own and full in NOT_CROSS_ENTROPY:
        return Expectation(full, printable(found.name), "any", steps=steps, whole=steps)
    return _custom("loss", found.name, steps)


def _from_row(row: LossRow, shown: str, steps: Steps) -> Expectation:
    on = row.switch is not None and row.default
    return Expectation(
        row.name,
        shown,
        "logits" if on else row.expects,
        row.family,
        row.applies if on or row.expects == "logits" else "none",
        row.switch or "none",
        None,
        row.recovers,
        steps,
        steps,
    )


def _loss_by_name(name: str, steps: Steps, units: int | None, quoted: bool) -> Expectation:
    shown = f'"{printable(name)}"' if quoted else printable(name)
    if name.lower() in BY_SHAPE_STRINGS:
        if units is None:
            reason = f"what {shown} is depends on the number of units"
            return Expectation(name, shown, steps=steps, whole=steps, reason=reason)
        return _from_row(by_shape(units), shown, steps)
    full = LOSS_STRINGS.get(name)
    if full is not None:
        return _from_row(LOSSES[full], shown, steps)
    if name in NOT_CROSS_ENTROPY:
        return Expectation("keras.losses." + name, shown, "any", steps=steps, whole=steps)
    return _custom("loss", name, steps)


def _switched(
    base: Expectation, row: LossRow | None, config: dict[str, Any], steps: Steps
) -> Expectation:
    """With ``from_logits`` as the configuration has it; any true value counts, as in Keras."""
    if row is None or row.switch is None or row.switch not in config:
        return base
    on = bool(config[row.switch])
    bare = base.shown.removesuffix("()")
    return base._replace(
        expects="logits" if on else row.expects,
        applies=row.applies if on else "none",
        shown=f"{bare}({row.switch}={on})",
        steps=(*steps, "config", row.switch),
    )


def metric(value: Any, steps: Steps, units: int | None) -> Expectation:
    """What a metric expects, in each of its written forms."""
    # Late: a model without metrics does not need the table.
    from xentlint.catalog.metrics import BY_SHAPE_STRINGS as BY_SHAPE
    from xentlint.catalog.metrics import METRIC_STRINGS, METRICS

    if is_lambda(value):
        return _custom("metric", "<lambda>", steps)
    name = function_name(value)
    config: dict[str, Any] = {}
    if name is None and is_object(value):
        found = named(value)
        config = found.config if isinstance(found.config, dict) else {}
        if not found.own:
            return _custom("metric", found.name, steps)
        inner = function_name(config.get("fn")) if found.name in WRAPPERS else None
        name = inner or found.name
        if found.name in ("Accuracy", "accuracy"):  # the class, which compares classes
            return Expectation("keras.metrics.Accuracy", "Accuracy", "any", steps=steps)
    if name is None:
        return _custom("metric", "of an unknown form", steps)
    shown = f'"{printable(name)}"' if isinstance(value, str) else printable(name)
    if name in BY_SHAPE or name in ("Accuracy", "ACC", "Acc"):
        return _metric_by_shape(name, shown, steps, units)
    row = METRICS.get(METRIC_STRINGS.get(name, "keras.metrics." + name))
    if row is None:
        return _custom("metric", name, steps)
    return _metric_from_row(row, shown, config, steps)


def _metric_by_shape(name: str, shown: str, steps: Steps, units: int | None) -> Expectation:
    from xentlint.catalog.metrics import METRICS

    if units is None:
        reason = f"what {shown} is depends on the number of units"
        return Expectation(name, shown, steps=steps, whole=steps, reason=reason)
    if name in ("crossentropy", "ce"):
        family = "binary" if units == 1 else "categorical"
        row = METRICS[f"keras.metrics.{family}_crossentropy"]
        return _metric_from_row(row, shown, {}, steps)
    if units == 1:
        return _metric_from_row(METRICS["keras.metrics.BinaryAccuracy"], shown, {}, steps)
    return Expectation("keras.metrics.CategoricalAccuracy", shown, "any", steps=steps, whole=steps)


def _metric_from_row(
    row: MetricRow, shown: str, config: dict[str, Any], steps: Steps
) -> Expectation:
    base = Expectation(
        row.name, shown, row.expects, row.family, "none", row.switch or "none", None, False,
        steps, steps,
    )  # fmt: skip
    if row.switch is None:
        return base
    value = config.get(row.switch, row.default)
    where = (*steps, "config", row.switch) if row.switch in config else steps
    if row.switch == "from_logits":
        on = bool(value)
        return base._replace(expects="logits" if on else row.expects, steps=where)
    found = _thresholds(value)
    if not found:
        return base._replace(steps=where)
    inside = [threshold for threshold in found if 0 < threshold < 1]
    expects = "probabilities" if inside else "logits"
    return base._replace(expects=expects, threshold=(inside or found)[0], steps=where)


def _thresholds(value: Any) -> list[float]:
    values = value if isinstance(value, list) else [value]
    return [
        float(item)
        for item in values[:1000]
        if isinstance(item, int | float) and not isinstance(item, bool) and abs(item) < 1e300
    ]
