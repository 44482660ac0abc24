"""Calls of names that the project's settings explain: nothing is read of what they do."""

from __future__ import annotations

from typing import Final

from xentlint.catalog.rows import LossRow, ModelRow, OwnRow
from xentlint.source.run import Run
from xentlint.source.values import Api, Args, ClassValue, Function, Loss, Spot, Tensor, Value

KIND: Final = "own"
"""Of the row of an object that the settings explain: a layer, or a whole model."""


def row_of(run: Run, value: Value) -> OwnRow | None:
    """What the settings say of a library name, or of a function or class of a module."""
    if type(value) is Api:
        return run.world.own.named(value.name)
    if type(value) is Function and value.frame.kind == "module":
        return run.world.own.defined(value.frame.source.path, value.name)
    if type(value) is ClassValue:
        return run.world.own.defined(value.frame.source.path, value.name)
    return None


def is_class(row: OwnRow) -> bool:
    """By its capital letter, as Python names classes: its code may not be at hand."""
    return row.name.rpartition(".")[2].lstrip("_")[:1].isupper()


def call(run: Run, row: OwnRow, args: Args, spot: Spot) -> Value:
    """The result of a call."""
    from xentlint.source.effects import losses

    if row.gives is None:
        loss = loss_row(row)
        tensors = [*args.positional, *args.keywords.values()]
        if loss.style == "class" or len(tensors) < 2 or not _has_output(tensors[1].value):
            return Loss(loss, {}, spot, row.name)  # an object, or a function that makes one
        losses.arrive(run, loss, {}, tensors[1].value, spot, row.name, labels=tensors[0])
        return losses.loss_value(run)
    if not is_class(row):
        return tensor(row.name, row.gives, spot)
    ref = run.new("application", ModelRow(row.name, KIND, (), "settings", row.gives), spot)
    if "name" in args.keywords:
        run.set(ref, "*name", args.keywords["name"].value)
    return ref


def _has_output(value: Value) -> bool:
    from xentlint.source.joins import choices_of

    return any(type(plain) is Tensor for _, plain in choices_of(value))


def tensor(name: str, gives: str, spot: Spot) -> Tensor:
    """What a function, layer or model of the settings gives."""
    shown = None if gives == "logits" else name.rpartition(".")[2]
    return Tensor(gives, shown, spot=spot, direct=KIND)


def loss_row(row: OwnRow) -> LossRow:
    """A loss as the catalog has them: labels first, predictions second, no switch."""
    return LossRow(
        row.name,
        "class" if is_class(row) else "function",
        row.family,
        ("y_true", "y_pred"),
        "settings",
        switch=None,
        expects=row.expects or "unknown",
    )
