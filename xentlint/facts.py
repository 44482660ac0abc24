"""The vocabulary: what a front end says about a program, and what a rule reads.

Named tuples only: this module is on the path of the saved-model inspector, where
each import counts (``dataclasses`` costs 10 ms, ``typing`` 3 ms).
"""

from __future__ import annotations

from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

SCALES: Final = ("logits", "simplex", "independent", "log-probabilities", "other", "unknown")
CONSUMERS: Final = ("loss", "metric", "activation", "decoding")
SLOTS: Final = ("predictions", "labels")
OTHERS: Final = ("labels", "head")
EXPECTS: Final = ("logits", "probabilities", "any", "unknown")
FAMILIES: Final = ("binary", "categorical", "sparse", "none")
APPLIES: Final = ("softmax", "sigmoid", "none")
FORMS: Final = ("plain", "compile-keyword", "in-string", "class", "called")
LABELS: Final = ("one-hot", "multi-hot", "integer", "binary")
EFFECTS: Final = ("recovered", "silent")
DECODED: Final = ("logits", "probabilities")
BACKENDS: Final = ("tensorflow", "jax", "torch")


class Place(NamedTuple):
    """A range of text, or a key inside a saved model.

    Lines and columns are 1-based, columns count characters, the end is exclusive.
    ``cell`` is the 1-based position of a notebook cell. ``pointer`` names member and key
    inside a saved model, whose lines are ``None``.
    """

    path: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    cell: int | None = None
    pointer: str | None = None


class Related(NamedTuple):
    """Another place that belongs to a use: where the activation, the head, the loss stands."""

    role: str
    """``activation``, ``head``, ``loss`` or ``definition``."""
    message: str
    place: Any
    """A :class:`Place`, or before ``locate`` the front end's own handle to the text."""


class Head(NamedTuple):
    """A model output, or any tensor that reaches a consumer."""

    scale: str = "unknown"
    activation: str | None = None
    """The name to print: ``softmax``, ``tf.nn.softmax``; ``None`` where there is none."""
    units: int | None = None
    """Length of the last axis, where it is known."""
    output: str | None = None
    """Name of the model's output, where it has several."""
    place: Any = None


class Consumer(NamedTuple):
    """What takes a tensor and expects a scale of it."""

    kind: str
    name: str
    """The canonical name: ``keras.losses.BinaryCrossentropy``, ``tf.nn.softmax`` …"""
    expects: str = "unknown"
    family: str = "none"
    applies: str = "none"
    form: str = "plain"
    shown: str = ""
    """What messages print: ``"binary_crossentropy"``, ``BinaryCrossentropy(from_logits=True)``."""
    threshold: float | None = None
    place: Any = None
    switch: str | None = None
    """``from_logits`` where the consumer has that parameter, ``none`` where it has none (a raw
    op, a hand-written loss); ``None``: not known. Chooses the words of a help line."""


class Use(NamedTuple):
    """A tensor of some scale reaching a consumer that expects some scale."""

    head: Head
    consumer: Consumer
    slot: str = "predictions"
    other: str | None = None
    """What stands in the other slot (``labels``, ``head``), by evidence; ``None``: unknown."""
    size: int | None = None
    """Length of the axis that the consumer works on: a softmax's own axis, a loss's last."""
    labels: str | None = None
    effect: str | None = None
    """What Keras makes of activation + ``from_logits=True`` on the backend that the file shows:
    ``recovered`` (it warns and takes the logits), ``silent``; ``None``: not known."""
    decoded: str | None = None
    keras: int | None = None
    backend: str | None = None
    condition: str | None = None
    """What follows "only when"; ``None``: on every path."""
    related: tuple[Related, ...] = ()
    reason: str | None = None
    """Why a front end could not tell one side; set when ``given`` or ``expects`` is unknown."""
    handle: Any = None
    """The front end's own key to the text, for its editor."""
    group: Any = None
    """Equal for the alternatives of one meeting: when all of them are wrong, none needs its
    condition."""
    decisions: int = 0
    """Decisions of its own that the condition needs; a finding never hangs on two."""

    @property
    def given(self) -> str:
        return self.head.scale


class Edit(NamedTuple):
    """Replace the text at a place."""

    place: Place
    replacement: str


class Fix(NamedTuple):
    """One way to mend a finding; its edits belong together."""

    intents: tuple[str, ...]
    applicability: str
    """``safe``, ``unsafe`` or ``display``."""
    keeps: tuple[str, ...]
    """Of ``outputs`` and ``training``: what stays the same."""
    description: str
    edits: tuple[Edit, ...]
    left: tuple[Related, ...] = ()
    """What it leaves to do: code that reads what it changes."""


class Finding(NamedTuple):
    """A use that a rule rejects."""

    code: str
    name: str
    severity: str
    """``error`` or ``warning``."""
    message: str
    help: str
    """What to do, in one sentence."""
    use: Use
    fixes: tuple[Fix, ...] = ()
    unfixed: tuple[str, ...] = ()
    """Why it has no fix, where one was looked for."""

    @property
    def place(self) -> Place:
        place: Place = self.use.consumer.place
        return place


class Problem(NamedTuple):
    """A file that could not be read, decoded, parsed or written: a value, never an exception."""

    path: str
    line: int | None
    kind: str
    """``unreadable``, ``encoding``, ``syntax``, ``too-large``, ``internal`` …"""
    message: str
    fatal: bool = True
    """Whether it makes the exit status 2; a note otherwise."""


class FileFacts(NamedTuple):
    """All that a front end says about one file."""

    path: str
    uses: tuple[Use, ...] = ()
    problems: tuple[Problem, ...] = ()
