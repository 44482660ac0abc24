"""A loss that the program calls itself, on labels and predictions."""

from __future__ import annotations

from .base import Choices
from .choosing import Pair, choose
from .dialects import Names
from .handwritten import log_name
from .losses import CALLED, CLASSES, FUNCTIONS, RAW, Loss, _own

V1_LOSSES = {
    "binary": ("sigmoid_cross_entropy", "multi_class_labels"),
    "categorical": ("softmax_cross_entropy", "onehot_labels"),
    "sparse": ("sparse_softmax_cross_entropy", "labels"),
}


def choose_called(c: Choices, names: Names, forms: tuple[str, ...] = tuple(CALLED)) -> Pair:
    """A pair whose loss is called; the form says how."""
    return choose(c, names, forms)


def called(c: Choices, names: Names, loss: Loss, y: str, p: str) -> str:
    """An expression of the loss on ``y`` and ``p``; what it needs is defined in the script."""
    form, name = loss.form, FUNCTIONS[loss.family]
    if form in (
        "loss object",
        "object called inline",
        "partial called",
        "lambda called",
        "losses.get called",
    ):
        return _through_a_value(c, names, loss, y, p)
    if form == "losses function":
        return f"{names.tf('reduce_mean')}({_with_flag(c, names.loss(name), loss, y, p)})"
    mean = names.tf("reduce_mean")
    typed = y if loss.family == "sparse" else f"tf.cast({y}, tf.float32)"
    if form == "tf.nn op":
        order = [f"labels={typed}", f"logits={p}"]
        if c.flag():
            order.reverse()
        return f"{mean}({names.tf('nn.' + RAW[loss.family])}({', '.join(order)}))"
    if form == "tf.nn op, v1":
        op = names.tf("compat.v1.nn.softmax_cross_entropy_with_logits_v2")
        return f"{mean}({op}(labels={typed}, logits={p}))"
    if form == "weighted op":
        op = names.tf("nn.weighted_cross_entropy_with_logits")
        return f"{mean}({op}(labels={typed}, logits={p}, pos_weight=2.0))"
    if form == "K function":
        return f"{mean}({_with_flag(c, names.backend(name), loss, typed, p)})"
    if form == "keras.ops function":
        return f"{mean}({_with_flag(c, names.ops(name), loss, typed, p)})"
    if form == "tf.compat.v1.losses":
        op, labels = V1_LOSSES[loss.family]
        return f"{names.tf('compat.v1.losses.' + op)}({labels}={y}, logits={p})"
    if form == "own function called":
        return f"{_own_function(c, names, loss)}({y}, {p})"
    return _inline(c, names, loss, typed, p)


def _with_flag(c: Choices, name: str, loss: Loss, y: str, p: str) -> str:
    if not loss.flag and c.flag():
        return f"{name}({y}, {p})"
    return c.some([f"{name}({y}, {p}, from_logits={loss.flag})", f"{name}({y}, {p}, {loss.flag})"])


def _through_a_value(c: Choices, names: Names, loss: Loss, y: str, p: str) -> str:
    name = names.loss(CLASSES[loss.family]) if "object" in loss.form else FUNCTIONS[loss.family]
    built = f"{name}()" if not loss.flag and c.flag() else f"{name}(from_logits={loss.flag})"
    if loss.form == "object called inline":
        return f"{built}({y}, {p})"
    variable = names.script.fresh(c.some(["loss_fn", "loss_object", "criterion", "cce"]))
    if loss.form == "partial called":
        names.script.need("import functools")
        built = f"functools.partial({names.loss(name)}, from_logits={loss.flag})"
    elif loss.form == "lambda called":
        built = f"lambda t, o: {names.loss(name)}(t, o, from_logits={loss.flag})"
    elif loss.form == "losses.get called":
        built = names.of_module("losses", "get") + f'("{name}")'
    names.script.define(f"{variable} = {built}")
    call = c.some([f"{variable}({y}, {p})", f"{variable}(y_true={y}, y_pred={p})"])
    if "called" in loss.form:
        call = f"{variable}({y}, {p})"
        return f"{names.tf('reduce_mean')}({call})"
    return call


def _own_function(c: Choices, names: Names, loss: Loss) -> str:
    inner = c.some(["own function around one", "own function around an object"])
    return _own(c, names, Loss(loss.family, loss.expects, inner))


def _inline(c: Choices, names: Names, loss: Loss, y: str, p: str) -> str:
    log, mean, total = log_name(c, names), names.tf("reduce_mean"), names.tf("reduce_sum")
    guard = c.some(["", " + 1e-7"])
    if loss.family == "binary":
        return f"-{mean}({y} * {log}({p}{guard}) + (1.0 - {y}) * {log}(1.0 - {p}{guard}))"
    c.tag("hand-written: categorical")
    return c.some(
        [
            f"-{total}({y} * {log}({p}{guard}))",
            f"{mean}(-{total}({y} * {log}({p}{guard}), axis=1))",
            f"{mean}({total}(-{y} * {log}({p}{guard}), axis=[1]))",
        ]
    )
