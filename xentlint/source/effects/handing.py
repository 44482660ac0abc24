"""Models that go as arguments into library code that is not followed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from xentlint.source.effects import models
from xentlint.source.joins import pairs
from xentlint.source.run import Run
from xentlint.source.values import Bound, Spot, Value

_NO_OUTPUTS: Final = frozenset(
    ("plot_model", "model_to_dot", "print_summary", "Checkpoint", "CheckpointManager", "Saver")
)
"""What takes a model for its layers or its weights, and does not care for what it gives."""


def handed(run: Run, callee: str, values: Iterable[Value], spot: Spot) -> None:
    """Models, or their ``predict``, given to a library."""
    if callee.rpartition(".")[2] in _NO_OUTPUTS:
        return
    for value in values:
        for guard, (plain,) in pairs(value):
            method = type(plain) is Bound and plain.name in models.PREDICT
            model = plain.receiver if method else plain
            if models.is_model(model):
                with run.under(guard):
                    models.leaves(run, model, "hand", spot)
