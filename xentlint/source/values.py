"""What things are: the value domain of the interpreter. All values are frozen.

What changes (an instance, a list, a Sequential model) is a :class:`Ref`, an identity; its
state stands in the store, so that a fork and a merge treat objects like variables.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from xentlint.catalog.rows import LossRow, MetricRow

if TYPE_CHECKING:
    import libcst as cst

    from xentlint.source.conditions import Guard
    from xentlint.source.modules import Source
    from xentlint.source.scopes import Frame


class Spot(NamedTuple):
    """A node in its file: becomes a Place when it is reported."""

    source: Source
    node: cst.CSTNode

    def __hash__(self) -> int:
        return id(self.node)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spot) and self.node is other.node


@dataclass(frozen=True, slots=True)
class Const:
    """A constant: str, int, float, bool, None, bytes, Ellipsis."""

    value: Any
    spot: Spot | None = field(default=None, compare=False)
    """Of a string: the literal, wherever the value has travelled since."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything. Two unknowns with one term are the same thing."""

    term: Hashable
    reason: str
    shape: tuple[int | None, ...] | None = None
    labels: str | None = None
    """Label evidence: ``one-hot``, ``multi-hot``, ``integer``, ``binary``."""
    data: bool = False
    """Whether it is known to be no output of a model (inputs, labels, constants)."""
    weights: bool = False
    """Whether it is a variable: a product with it is unbounded."""


@dataclass(frozen=True, slots=True)
class Api:
    """A name of a library: ``tensorflow.keras.layers.Dense``, as imported."""

    name: str


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """A module of the project, not yet run."""

    source: Source

    def __hash__(self) -> int:
        return id(self.source)


@dataclass(frozen=True, slots=True)
class Deferred:
    """A name imported from a module of the project; run when it is read."""

    source: Source
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A project function or lambda with the scope that it closes over."""

    node: cst.FunctionDef | cst.Lambda
    frame: Frame
    defaults: dict[str, Value]
    owner: ClassValue | None = None
    kind: str = "function"
    """``function``, ``property``, ``staticmethod``, ``classmethod``."""

    @property
    def name(self) -> str:
        name = getattr(self.node, "name", None)
        return name.value if name is not None else "lambda"


@dataclass(frozen=True, slots=True, eq=False)
class ClassValue:
    """A project class; its namespace is the frame of its body."""

    name: str
    node: cst.ClassDef
    frame: Frame
    bases: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Ref:
    """An object with state: ``kind`` is ``list``, ``dict``, ``sequential``, ``functional``,
    ``instance`` or ``layer``."""

    kind: str
    id: int
    maker: Any = field(default=None, compare=False)
    """The class of an instance, the row of a layer."""
    spot: Spot | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple, or the content of a list. A :class:`Rest` stands for any number of elements."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Rest:
    """Any number of elements of which ``value`` is one."""

    value: Value


@dataclass(frozen=True, slots=True)
class Entries:
    """The content of a dict; ``open`` when it may hold more."""

    pairs: tuple[tuple[Value, Value], ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of a value, not yet called."""

    receiver: Value
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A project function bound to its instance or class."""

    function: Function
    receiver: Value


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """``functools.partial``."""

    function: Value
    args: Args


@dataclass(frozen=True, slots=True)
class Super:
    """``super()`` in a method of ``owner`` on ``receiver``."""

    owner: ClassValue
    receiver: Value


@dataclass(frozen=True, slots=True)
class Tensor:
    """What a model, a layer or an op computes."""

    scale: str
    activation: str | None = None
    """The name to print."""
    units: int | None = None
    """Length of the last axis."""
    spot: Spot | None = field(default=None, compare=False)
    """Where the activation or, without one, the layer or op stands."""
    before: Tensor | None = field(default=None, compare=False)
    """The tensor that the activation was applied to."""
    direct: str | None = None
    """``keras``: Keras remembers its logits; ``op``: made by a TensorFlow op; ``own``: only the
    project's settings know; else ``None``."""
    applied: str | None = None
    """The Keras name of the activation that made its scale."""
    complement: bool = False
    """Whether it is one minus a tensor."""
    rank: int | None = field(default=None, compare=False)
    """Number of axes, where it is known."""
    name: str | None = field(default=None, compare=False)
    """The name of the layer that made it: that of the model's output."""
    chosen: bool = field(default=False, compare=False)
    """Whether it was multiplied with one-hot labels: its sum is the entry that they choose."""
    steps: int = field(default=0, compare=False)
    """How often arithmetic has moved its values since: a threshold on them means another one."""
    percent: int | None = field(default=None, compare=False)
    """The ``steps`` at which it was multiplied by 100: while it has no more, it is a percentage."""


@dataclass(frozen=True, slots=True)
class Logarithms:
    """A part of a hand-written cross-entropy: a sum of ``y * log(p)``."""

    tensors: tuple[tuple[Value, bool], ...]
    """Each tensor, and whether the logarithm is of ``1 - tensor``."""
    weighted: bool
    negated: bool
    reduced: bool
    spot: Spot | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss object of a library."""

    row: LossRow
    args: Bindings = field(compare=False)
    spot: Spot | None = None
    flavour: str = ""
    """The dotted name by which the file calls it."""


@dataclass(frozen=True, slots=True)
class LossSum:
    """``dice_loss + 0.5 * focal_loss``: each of them meets what the sum meets."""

    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric object of a library."""

    row: MetricRow
    args: Bindings = field(compare=False)
    spot: Spot | None = None
    flavour: str = ""


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Several values, each under its guard."""

    choices: tuple[tuple[Guard, Value], ...]


Value: TypeAlias = Any
"""One of the classes above."""


class Arg(NamedTuple):
    """A value with the expression that gave it."""

    value: Value
    spot: Spot | None = None


Bindings: TypeAlias = dict[str, Arg]


class Args(NamedTuple):
    """The arguments of a call. ``open``: a ``*`` or ``**`` of unknown content was among them."""

    positional: tuple[Arg, ...] = ()
    keywords: Bindings = {}  # noqa: RUF012 (a default that nothing changes)
    open: bool = False


NONE = Const(None)


def same(a: Value, b: Value) -> bool:
    """Whether two values are equal, with ``True`` and ``1`` apart."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if type(a) is Const:
        return type(a.value) is type(b.value) and bool(a.value == b.value)
    return bool(a == b)
