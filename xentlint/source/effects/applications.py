"""Models of ``keras.applications`` and of the project's settings: what their top gives."""

from __future__ import annotations

from xentlint.catalog.rows import ModelRow
from xentlint.source.effects import activations, own
from xentlint.source.effects.layers import units_of
from xentlint.source.joins import alternatives
from xentlint.source.run import Run
from xentlint.source.truth import outcomes
from xentlint.source.values import Const, Ref, Spot, Tensor, Value


def output(run: Run, ref: Ref, spot: Spot) -> Value:
    """What the network gives, with its top or without."""
    row: ModelRow = ref.maker
    made = ref.spot or spot
    if row.kind == own.KIND:
        return own.tensor(row.name, row.activation or "unknown", made)
    if row.kind == "logits":
        return Tensor("logits", None, None, made)
    if run.get(ref, "*open") is not None:
        return run.fresh("the arguments of the model are not known")
    short = row.name.rpartition(".")[2]
    top = run.get(ref, f"*{row.top}") if row.top else None
    found = []
    for guard, has_top in outcomes(run, top if top is not None else Const(True)):
        with run.under(guard):
            if not has_top:
                value: Value = run.fresh(f"the features of {short} without its top")
            else:
                value = _top(run, ref, row, made)
            found.append((guard, value))
    return alternatives(found)


def _top(run: Run, ref: Ref, row: ModelRow, made: Spot) -> Value:
    given = run.get(ref, f"*{row.switch}") if row.switch else None
    width = run.get(ref, f"*{row.units}") if row.units else None
    units = row.classes if width is None else units_of(width)
    activation = given if given is not None else Const(row.activation)
    place = run.memo.get(("argument", ref.id, row.switch)) if given is not None else None
    return activations.apply(run, activation, Tensor("logits", None, units, made), place or made)
