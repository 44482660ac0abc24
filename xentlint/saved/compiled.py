"""A serialized Keras model with its compile settings becomes Uses."""

from __future__ import annotations

from xentlint.facts import Consumer, Head, Place, Problem, Related, Use
from xentlint.records import NamedTuple

from . import consumers, limits, pairing
from .consumers import Expectation
from .errors import printable
from .jsontext import Steps, pointer
from .models import Output, Outputs, evaluate
from .names import is_object, named
from .tensors import Stacked, Tensor
from .windows import Budget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Settings(NamedTuple):
    """The compile settings, and where they stand."""

    value: Any
    member: str
    steps: Steps


class Source(NamedTuple):
    """One serialized model: where its parts stand, and what the file says beside them."""

    path: str
    kind: str
    model: Any
    member: str
    steps: Steps = ()
    settings: Settings | None = None
    version: str | None = None
    backend: str | None = None


class Handle(NamedTuple):
    """The editor's key to a use: members and steps of its parts."""

    kind: str
    path: str
    member: str
    """The member that holds the model."""
    activation: Steps
    """The head's activation, or its layer where it has none."""
    layer: Steps
    consumer_member: str
    consumer: Steps
    """The whole loss, metric or activation."""

    @property
    def consumer_key(self) -> object:
        """Equal for uses whose consumer is one and the same text."""
        return self.path, self.consumer_member, self.consumer


class Facts(NamedTuple):
    """What a model gives."""

    uses: list[Use]
    problems: list[Problem]
    outputs: list[tuple[Output, Head]]
    loss: list[Use]


def generation(version: str | None) -> int | None:
    """``2.3.0-tf`` is Keras 2."""
    head = version.partition(".")[0] if version else ""
    number = int(head) if head.isascii() and head.isdigit() and len(head) < 4 else None
    return 2 if number in (1, 2) else number


def backend_of(version: str | None, written: str | None) -> str | None:
    """The backend; where none is written, Keras 2 had TensorFlow only."""
    return "tensorflow" if written is None and generation(version) == 2 else written


def facts(source: Source, budget: Budget, expect: str | None = None) -> Facts:
    """All uses in one serialized model."""
    stacked: list[Stacked]
    if is_object(source.model):
        outputs, stacked = evaluate(named(source.model), source.steps, budget)
    else:
        outputs, stacked = Outputs([], reason="the file holds no model's configuration"), []
    heads = [(output, head_of(source, output, len(outputs.outputs))) for output in outputs.outputs]
    uses = [stacked_use(source, item) for item in stacked]
    problems: list[Problem] = []
    loss_uses: list[Use] = []
    value = source.settings.value if source.settings else None
    loss = value.get("loss") if isinstance(value, dict) else None
    if loss is None or not isinstance(value, dict):
        problems.append(Problem(source.path, None, "no-loss", _no_loss(outputs), False))
        loss_uses += [expected_use(source, output, head, expect) for output, head in heads]
    else:
        loss_uses += _loss_uses(source, outputs, loss)
        uses += _metric_uses(source, outputs, value)
    return Facts([*uses, *loss_uses][: limits.OUTPUTS], problems, heads, loss_uses)


def _no_loss(outputs: Outputs) -> str:
    if outputs.reason:
        return f"saved without a loss: not checked; {outputs.reason}"
    return "saved without a loss: not checked"


def _place(source: Source, member: str, steps: Steps) -> Place:
    return Place(source.path, pointer=printable(pointer(member, steps), 2000))


def head_of(source: Source, output: Output, count: int) -> Head:
    tensor = output.tensor
    name = printable(output.name) if output.name is not None and count > 1 else None
    place = _place(source, source.member, tensor.steps) if tensor.steps else None
    return Head(tensor.scale, tensor.activation, tensor.units, name, place)


def _consumer(source: Source, kind: str, found: Expectation, member: str) -> Consumer:
    return Consumer(
        kind,
        found.name,
        found.expects,
        found.family,
        found.applies,
        "plain",
        found.shown,
        found.threshold,
        _place(source, member, found.steps),
        found.switch,
    )


def _related(head: Head, role: str = "activation") -> tuple[Related, ...]:
    if head.place is None:
        return ()
    message = f"the activation is {head.activation}" if head.activation else "no activation here"
    return (Related(role, message, head.place),)


def _use(
    source: Source, output: Output, head: Head, kind: str, found: Expectation, member: str
) -> Use:
    tensor = output.tensor
    return Use(
        head,
        _consumer(source, kind, found, member),
        size=tensor.units,
        effect=_effect(source, tensor, found),
        keras=generation(source.version),
        backend=source.backend,
        related=_related(head),
        reason=found.reason or tensor.reason,
        handle=Handle(
            source.kind, source.path, source.member, tensor.steps, tensor.layer, member, found.whole
        ),
    )


def _effect(source: Source, tensor: Tensor, found: Expectation) -> str | None:
    """Whether Keras takes the logits from behind the activation, on the backend in the file.

    Recovered by Keras of TensorFlow 2.4 on (seen in 2.4, 2.5, 2.6, 2.8, 2.12, tf_keras 2.21,
    Keras 3.0, 3.15): an activation by name, as the last thing in the model.
    """
    if found.expects != "logits" or tensor.scale not in ("simplex", "independent"):
        return None
    if source.backend in ("jax", "torch") or not found.recovers:
        return "silent"
    if source.backend != "tensorflow" or tensor.activation not in ("softmax", "sigmoid"):
        return None
    if tensor.made == "kept":
        return "silent"
    return "recovered" if tensor.made == "named" and _recovers(source.version) else None


def _recovers(version: str | None) -> bool:
    parts = (version or "").split(".")
    if len(parts) < 2 or not (parts[0].isdigit() and parts[1].isdigit()):
        return False
    return len(parts[0]) < 4 and len(parts[1]) < 4 and (int(parts[0]), int(parts[1])) >= (2, 4)


def stacked_use(source: Source, found: Stacked) -> Use:
    given, row = found.given, found.row
    place = _place(source, source.member, given.steps) if given.steps else None
    head = Head(given.scale, given.activation, given.units, None, place)
    consumer = Consumer(
        "activation",
        f"keras.activations.{row.name}",
        "logits",
        "none",
        row.applies,
        "plain",
        row.name,
        None,
        _place(source, source.member, found.steps),
        "none",
    )
    return Use(
        head,
        consumer,
        size=found.size,
        keras=generation(source.version),
        backend=source.backend,
        related=_related(head) if given.activation else (),
        handle=Handle(
            source.kind, source.path, source.member, given.steps, given.layer, source.member,
            found.steps,
        ),
    )  # fmt: skip


def _loss_uses(source: Source, outputs: Outputs, loss: Any) -> list[Use]:
    settings = source.settings
    assert settings is not None
    steps = (*settings.steps, "loss")
    if not outputs.outputs:
        reason = outputs.reason or "the model has no outputs"
        blank = Outputs([Output(None, Tensor("unknown", reason=reason))])
        if isinstance(loss, dict) and not is_object(loss):
            blank = Outputs(
                [Output(str(key), Tensor("unknown", reason=reason)) for key in loss][:1000]
            )
        outputs = blank
    paired = pairing.losses(loss, steps, outputs, generation(source.version))
    count = len(outputs.outputs)
    uses = []
    for output, value, where in paired.pairs:
        found = consumers.loss(value, where, output.tensor.units)
        head = head_of(source, output, count)
        uses.append(_use(source, output, head, "loss", found, settings.member))
    if paired.reason:
        found = Expectation("", "the loss", steps=steps, whole=steps, reason=paired.reason)
        blank_output = Output(None, Tensor("unknown"))
        uses.append(_use(source, blank_output, Head(), "loss", found, settings.member))
    return uses


def _metric_uses(source: Source, outputs: Outputs, value: dict[str, Any]) -> list[Use]:
    settings = source.settings
    assert settings is not None
    uses = []
    for key in ("metrics", "weighted_metrics"):
        steps = (*settings.steps, key)
        paired = pairing.metrics(value.get(key), steps, outputs, generation(source.version))
        for output, item, where in paired.pairs:
            found = consumers.metric(item, where, output.tensor.units)
            head = head_of(source, output, len(outputs.outputs))
            uses.append(_use(source, output, head, "metric", found, settings.member))
    return uses


def expected_use(source: Source, output: Output, head: Head, expect: str | None) -> Use:
    """A head without a loss: what ``--expect`` says of it, or undecided."""
    if expect is None:
        found = Expectation("", "no loss", reason="the model was saved without a loss")
    else:
        found = Expectation(f"--expect {expect}", "the caller", expect)
    use = _use(source, output, head, "loss", found, source.member)
    # Nobody wrote the expectation: the head's place says all.
    consumer = use.consumer._replace(place=head.place or Place(source.path))
    return use._replace(consumer=consumer, related=())
