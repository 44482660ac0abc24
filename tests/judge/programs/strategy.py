"""All of it as hypothesis strategies: batches, each around one construct."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import hypothesis
from hypothesis import strategies as st

from . import (
    bodies,
    compiled,
    dialects,
    flow,
    handwritten,
    heads,
    loops,
    losses,
    models,
    outputs,
    packages,
    pretrained,
    raw,
    traps,
)
from .base import Choices, Program

Story = Callable[[Choices], Program]


@dataclass(frozen=True)
class Batch:
    """So many programs of one story, with some options forced."""

    story: Story
    forced: tuple[tuple[str, str], ...]
    count: int

    @property
    def name(self) -> str:
        parts = [self.story.__name__, *(option for _, option in self.forced)]
        return " ".join(parts)


def _each(story: Story, axis: str, options: Any, count: int, **more: str) -> list[Batch]:
    rest = tuple(more.items())
    return [Batch(story, ((axis, option), *rest), count) for option in dict.fromkeys(options)]


def batches() -> list[Batch]:
    """What a full run composes: every construct of the issue at least twenty times."""
    return [
        *_each(compiled.compiled, "naming", [row.name for row in dialects.DIALECTS], 8),
        *_each(compiled.compiled, "model", models.WRITERS, 10),
        *_each(compiled.compiled, "activation", heads.FORMS, 20),
        *_each(compiled.compiled, "loss", losses.OBJECTS, 20),
        *_each(
            compiled.compiled, "model", ["activation set later"], 40, activation="string keyword"
        ),
        *_each(compiled.compiled, "log", handwritten.LOGS, 12, loss="hand-written"),
        *_each(compiled.compiled, "hand-written with", handwritten.GUARDS, 12, loss="hand-written"),
        *_each(compiled.compiled, "meeting", compiled.MEETINGS, 10),
        *_each(compiled.compiled, "keeps the scale", heads.KEEPERS, 8),
        *_each(compiled.compiled, "body", bodies.KINDS, 10),
        *_each(compiled.compiled, "fault", ["stacked"], 20),
        *_each(loops.looped, "loss", losses.CALLED, 18),
        *_each(loops.looped, "loop", loops.LOOPS, 8),
        *_each(loops.looped, "loop", ["step function"], 40),
        *_each(raw.eager, "network", ("tensor", "tuple", "dict", "two functions", "attribute"), 20),
        *_each(
            raw.graph, "graph network", ("variables", "get_variable", "tf.layers", "function"), 20
        ),
        *_each(outputs.several, "outputs", ("list", "dict"), 44),
        Batch(outputs.shared_head, (), 22),
        *_each(
            outputs.several_losses,
            "several losses",
            ("list", "dict", "one after the other", "comprehension", "zip"),
            20,
        ),
        *_each(
            flow.flowing, "flow", [name for name in flow.FLOWS if name != "loop over literals"], 20
        ),
        *_each(
            flow.flowing,
            "loop over",
            ("dict", "list of tuples", "zip", "enumerate", "comprehension"),
            20,
            flow="loop over literals",
        ),
        *_each(packages.packaged, "modules", packages.PACKAGES, 22),
        *_each(packages.packaged, "modules", ["constants"], 26, loss="class keyword"),
        *_each(traps.trapped, "trap", traps.TRAPS, 20),
        *_each(pretrained.special, "special", ("add_loss", "class_mode"), 22),
        *_each(pretrained.special, "special", ["applications"], 64),
        *_each(
            pretrained.special,
            "fine-tuning",
            ("Sequential", "called", "base.output"),
            20,
            special="fine-tuning",
        ),
        *_each(
            pretrained.special,
            "over time",
            ("TimeDistributed", "Dense on sequences", "Conv1D", "TimeDistributed(Activation)"),
            20,
            special="over time",
        ),
    ]


@st.composite
def programs(draw: Any, batch: Batch) -> Program:
    """Programs of a batch."""

    def one_of(options: Any) -> Any:
        return draw(st.sampled_from(options))

    return batch.story(Choices(one_of, dict(batch.forced)))


@functools.cache
def examples(batch: Batch) -> tuple[Program, ...]:
    """The programs of a batch: the same in each run and on each machine."""
    found: list[Program] = []

    @hypothesis.settings(
        max_examples=batch.count,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(programs(batch))
    def collect(program: Program) -> None:
        found.append(program)

    collect()
    return tuple(found)
