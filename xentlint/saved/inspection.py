"""One model's heads, units, loss, metrics and versions, for people and for programs."""

from __future__ import annotations

from xentlint import rules
from xentlint.facts import Problem, Use
from xentlint.pages import Rule
from xentlint.records import NamedTuple

from . import limits
from .errors import printable
from .reading import Model, Reading, read_path


class HeadReport(NamedTuple):
    """One output."""

    model: str
    """Which model of the file; empty where there is one."""
    output: str | None
    scale: str
    activation: str | None
    units: int | None
    where: str | None


class ConsumerReport(NamedTuple):
    """A loss, a metric or an activation, and what the rules say of it."""

    kind: str
    shown: str
    name: str
    output: str | None
    expects: str
    from_logits: bool | None
    """``None`` where it has no such setting, or is not known."""
    where: str | None
    verdict: str
    """A rule's code, ``ok`` or ``undecided``."""
    severity: str | None
    message: str
    """The finding, or why it is undecided."""


class VersionReport(NamedTuple):
    name: str
    value: str
    where: str


class ModelReport(NamedTuple):
    """All that a model file says, and the verdict."""

    path: str
    format: str
    class_name: str | None
    heads: tuple[HeadReport, ...]
    losses: tuple[ConsumerReport, ...]
    metrics: tuple[ConsumerReport, ...]
    activations: tuple[ConsumerReport, ...]
    """Activations inside the model that meet probabilities, or a single unit."""
    versions: tuple[VersionReport, ...]
    notes: tuple[Problem, ...]
    verdict: str
    """``findings``, ``ok``, ``undecided``, ``no-loss`` or ``not-checked``."""
    bytes_read: int


FORMATS = {
    "keras": "Keras zip",
    "hdf5": "HDF5",
    "json": "JSON",
    "saved_model": "SavedModel",
    "saved_model_text": "SavedModel as text",
    "keras_metadata": "Keras metadata of a SavedModel",
    "tflite": "TFLite",
    "onnx": "ONNX",
    "graphdef": "frozen graph",
    "graphdef_text": "frozen graph as text",
    "lfs-pointer": "Git LFS pointer",
    "html": "HTML page",
}


def inspect_model(
    path: str,
    *,
    max_config_size: int = limits.CONFIG_SIZE,
    expect: str | None = None,
    codes: frozenset[str] | None = None,
) -> ModelReport:
    """Read a model file or folder and judge it, without running it.

    ``codes`` limits the rules; by default all that are enabled are used.
    """
    return report(read_path(path, max_config_size, expect), codes)


def report(reading: Reading, codes: frozenset[str] | None = None) -> ModelReport:
    """The report of a reading."""
    uses = [use for model in reading.models for use in model.facts.uses]
    # A file without a use needs no rule, and a page is not read for nothing.
    loaded = rules.load(codes) if uses else ()
    if codes is None:
        loaded = tuple(rule for rule in loaded if rule.enabled)
    found = [_consumer(use, loaded) for use in uses if use.consumer.name]
    kinds = {
        kind: tuple(item for item in found if item.kind == kind)
        for kind in ("loss", "metric", "activation")
    }
    classes = [model.class_name for model in reading.models if model.class_name]
    return ModelReport(
        reading.path,
        FORMATS.get(reading.format, reading.format),
        classes[0] if classes else None,
        tuple(head for model in reading.models for head in _heads(model)),
        kinds["loss"],
        kinds["metric"],
        kinds["activation"],
        tuple(VersionReport(*version) for version in reading.versions),
        tuple(reading.problems),
        _verdict(reading, found, kinds["loss"]),
        reading.bytes_read,
    )


def _heads(model: Model) -> list[HeadReport]:
    title = model.title.removesuffix(": ")
    return [
        HeadReport(
            title,
            printable(output.name) if output.name is not None else None,
            head.scale,
            head.activation,
            head.units,
            head.place.pointer if head.place is not None else None,
        )
        for output, head in model.facts.outputs
    ]


def _consumer(use: Use, loaded: tuple[Rule, ...]) -> ConsumerReport:
    verdict = rules.judge(use, loaded)
    consumer = use.consumer
    switched = consumer.switch == "from_logits" and consumer.expects in ("logits", "probabilities")
    return ConsumerReport(
        consumer.kind,
        consumer.shown,
        consumer.name,
        use.head.output,
        consumer.expects,
        consumer.expects == "logits" if switched else None,
        consumer.place.pointer if consumer.place is not None else None,
        verdict.code,
        verdict.severity,
        verdict.message or verdict.reason or "",
    )


def _verdict(
    reading: Reading, found: list[ConsumerReport], losses: tuple[ConsumerReport, ...]
) -> str:
    if any(item.severity for item in found):
        return "findings"
    if any(problem.fatal for problem in reading.problems) or not reading.models:
        return "not-checked"
    if any(item.verdict == "undecided" for item in losses):
        return "undecided"
    return "ok" if losses else "no-loss"


def render(found: ModelReport) -> str:
    """The report as text, a line for each thing."""
    lines = [f"{printable(found.path, 4000)}: {found.format or 'not read'}"]
    if found.class_name:
        lines[0] += f", {found.class_name}"
    for version in found.versions:
        lines.append(f"  {version.name} {version.value}{_at(version.where)}")
    for head in found.heads:
        name = f" {head.output}" if head.output else ""
        plural = "s" if head.units != 1 else ""
        units = f", {head.units} unit{plural}" if head.units is not None else ""
        ends = f" ({head.activation})" if head.activation else ""
        prefix = f"{head.model}: " if head.model else ""
        lines.append(f"  {prefix}head{name}: {head.scale}{ends}{units}{_at(head.where)}")
    for item in (*found.losses, *found.metrics, *found.activations):
        lines += _consumer_lines(item)
    for problem in found.notes:
        lines.append(f"  {'error' if problem.fatal else 'note'}: {problem.message}")
    lines.append(f"  verdict: {_WORDS[found.verdict]}")
    return "\n".join(lines) + "\n"


_WORDS = {
    "findings": "head and consumers disagree",
    "ok": "head and loss agree",
    "undecided": "undecided",
    "no-loss": "no loss to check",
    "not-checked": "not checked",
}


def _at(where: str | None) -> str:
    return f"  [{where}]" if where else ""


def _consumer_lines(item: ConsumerReport) -> list[str]:
    output = f" of {item.output}" if item.output else ""
    switch = f", from_logits={item.from_logits}" if item.from_logits is not None else ""
    lines = [
        f"  {item.kind}{output}: {item.shown}, expects {item.expects}{switch}{_at(item.where)}"
    ]
    if item.severity:
        lines.append(f"    {item.severity} {item.verdict}: {item.message}")
    elif item.verdict == "undecided":
        lines.append(f"    undecided: {item.message}")
    return lines
