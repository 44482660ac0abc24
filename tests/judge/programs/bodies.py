"""What stands before the head: hidden layers, the shape of the input, data for a run."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Choices
from .dialects import Names
from .heads import Head

ROWS = 48
LABELS = ("to_categorical", "one_hot", "np.eye")
_LATER = ("normalised", "recurrent")
"""Layers that ``tensorflow.python.keras`` no longer holds."""
KINDS = ("dense",) * 6 + ("conv", "embedding", "normalised", "recurrent")


@dataclass(frozen=True)
class Body:
    """Hidden layers from an input of ``shape`` to one vector a row."""

    shape: str
    layers: tuple[str, ...]
    x: str
    """An expression for the input data."""


def body(c: Choices, names: Names, kinds: tuple[str, ...] = ()) -> Body:
    kinds = tuple(k for k in kinds or KINDS if names.modern or k not in _LATER)
    kind = c.pick("body", kinds)
    dense = names.layer("Dense", f"{c.some([8, 16, 12])}, activation='relu'")
    if kind == "conv":
        first = names.layer("Conv2D", f"{c.some([4, 6])}, 3, activation='relu'")
        pooled = c.some([names.layer("GlobalAveragePooling2D"), names.layer("Flatten")])
        return Body(
            "(8, 8, 1)", (first, names.layer("MaxPooling2D"), pooled), _data(names, "8, 8, 1")
        )
    if kind in ("embedding", "recurrent"):
        first = names.layer("Embedding", "20, 5")
        second = names.layer("GlobalAveragePooling1D")
        if kind == "recurrent":
            second = names.layer("LSTM", "4")
            if c.flag():
                c.tag("layer: Bidirectional")
                second = names.layer("Bidirectional", names.layer("LSTM", "5"))
        x = names.np(f"random.randint(0, 20, ({ROWS}, 3))")
        return Body("(3,)", (first, second, dense), x)
    hidden: tuple[str, ...] = (dense,)
    if kind == "normalised":
        hidden = (
            names.layer("Dense", "10"),
            names.layer("BatchNormalization"),
            names.layer("Activation", "'relu'"),
            dense,
        )
    elif c.flag():
        hidden = (names.layer("Dense", "16, activation='tanh'"), names.layer("Dropout", "0.2"))
    return Body("(8,)", hidden, _data(names, "8"))


def _data(names: Names, shape: str) -> str:
    return names.np(f"random.normal(size=({ROWS}, {shape})).astype('float32')")


def labels(c: Choices, names: Names, head: Head, family: str) -> str:
    """An expression for the labels; how they are made is evidence."""
    units = head.units
    integers = (
        f"random.randint(0, {max(units, 2)}, {ROWS})"
        if units > 1
        else f"zeros({ROWS}, dtype='int32')"
    )
    if family == "sparse":
        c.tag("labels: integers")
        return names.np(integers)
    if family == "binary":
        c.tag("labels: binary" if units == 1 else "labels: multi-hot")
        return names.np(f"random.randint(0, 2, ({ROWS}, {units})).astype('float32')")
    if units == 1:
        return names.np(f"ones(({ROWS}, 1), dtype='float32')")
    form = c.pick("labels", LABELS if names.modern else LABELS[1:])
    if form == "to_categorical":
        return f"{names.of('utils', 'to_categorical')}({names.np(integers)}, {units})"
    if form == "one_hot":
        return f"{names.tf('one_hot')}({names.np(integers)}, {units})"
    return names.np(f"eye({units}, dtype='float32')[{names.np(integers)}]")
