"""Losses that a model is compiled with or that a program calls, in each way of writing."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Choices
from .dialects import Names

CLASSES = {
    "binary": "BinaryCrossentropy",
    "categorical": "CategoricalCrossentropy",
    "sparse": "SparseCategoricalCrossentropy",
}
FUNCTIONS = {
    "binary": "binary_crossentropy",
    "categorical": "categorical_crossentropy",
    "sparse": "sparse_categorical_crossentropy",
}
ALIASES = {
    "binary": ("binary_crossentropy", "bce", "BCE", "BinaryCrossentropy"),
    "categorical": ("categorical_crossentropy", "CategoricalCrossentropy"),
    "sparse": ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"),
}
OLD_ALIASES = {"binary": ("binary_crossentropy", "bce", "BCE")}
RAW = {
    "binary": "sigmoid_cross_entropy_with_logits",
    "categorical": "softmax_cross_entropy_with_logits",
    "sparse": "sparse_softmax_cross_entropy_with_logits",
}
EXPECTS = ("logits", "probabilities")
FAMILIES = ("binary", "categorical", "sparse")

OBJECTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "string": (FAMILIES, ("probabilities",)),
    "class default": (FAMILIES, ("probabilities",)),
    "class keyword": (FAMILIES, EXPECTS),
    "class position": (FAMILIES, EXPECTS),
    "flag variable": (FAMILIES, EXPECTS),
    "flag constant": (FAMILIES, EXPECTS),
    "flag default argument": (FAMILIES, EXPECTS),
    "dict **kwargs": (FAMILIES, EXPECTS),
    "function": (FAMILIES, ("probabilities",)),
    "lambda": (FAMILIES, EXPECTS),
    "partial": (FAMILIES, EXPECTS),
    "own function around one": (FAMILIES, EXPECTS),
    "own function around a raw op": (FAMILIES, ("logits",)),
    "own function around an object": (FAMILIES, EXPECTS),
    "own Loss class": (FAMILIES, EXPECTS),
    "losses.get": (FAMILIES, ("probabilities",)),
    "losses.deserialize": (FAMILIES, EXPECTS),
    "focal": (("binary", "categorical"), EXPECTS),
    "KLDivergence": (("categorical",), ("probabilities",)),
    "label smoothing": (("binary", "categorical"), EXPECTS),
    "hand-written": (("binary", "categorical"), ("probabilities",)),
    "hand-written focal": (("binary",), ("probabilities",)),
    "K function": (FAMILIES, EXPECTS),
    "keras.ops function": (FAMILIES, EXPECTS),
    "factory of closures": (FAMILIES, EXPECTS),
}
"""Form of a loss object → the families and expectations that can be so written."""

CALLED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "loss object": (FAMILIES, EXPECTS),
    "object called inline": (FAMILIES, EXPECTS),
    "losses function": (FAMILIES, EXPECTS),
    "tf.nn op": (FAMILIES, ("logits",)),
    "tf.nn op, v1": (("categorical",), ("logits",)),
    "weighted op": (("binary",), ("logits",)),
    "K function": (FAMILIES, EXPECTS),
    "keras.ops function": (FAMILIES, EXPECTS),
    "tf.compat.v1.losses": (FAMILIES, ("logits",)),
    "hand-written inline": (("binary", "categorical"), ("probabilities",)),
    "own function called": (FAMILIES, EXPECTS),
    "losses.get called": (FAMILIES, ("probabilities",)),
    "partial called": (FAMILIES, EXPECTS),
    "lambda called": (FAMILIES, EXPECTS),
}
"""Form of a call → the families and expectations that can be so written."""


@dataclass(frozen=True)
class Loss:
    """What a loss expects, and the form in which it is written."""

    family: str
    expects: str
    form: str = "class keyword"

    @property
    def applies(self) -> str:
        if self.expects != "logits":
            return "none"
        return "sigmoid" if self.family == "binary" else "softmax"

    @property
    def flag(self) -> bool:
        return self.expects == "logits"


def exists(form: str, names: Names) -> bool:
    if form in ("focal",):
        return names.modern
    if form == "keras.ops function":
        return names.generation == 3
    return True


def loss_object(c: Choices, names: Names, loss: Loss) -> str:
    """An expression for ``compile(loss=…)``; what it needs is defined in the script."""
    writer = _WRITERS.get(loss.form, _own)
    return writer(c, names, loss)


def _string(c: Choices, names: Names, loss: Loss) -> str:
    aliases = ALIASES if names.modern else OLD_ALIASES
    text = c.some(list(aliases.get(loss.family, (FUNCTIONS[loss.family],))))
    if not names.modern:
        text = FUNCTIONS[loss.family]
    quote = c.some(['"', "'"])
    return f"{quote}{text}{quote}"


def _class(c: Choices, names: Names, loss: Loss) -> str:
    name = names.loss(CLASSES[loss.family])
    if loss.form == "class default":
        return c.some([f"{name}()", f"{name}(name='objective')"])
    if loss.form == "class position":
        return f"{name}({loss.flag})"
    smoothing = ", label_smoothing=0.1" if loss.form == "label smoothing" else ""
    return f"{name}(from_logits={loss.flag}{smoothing})"


def _flagged(c: Choices, names: Names, loss: Loss) -> str:
    name, script = names.loss(CLASSES[loss.family]), names.script
    if loss.form == "flag variable":
        variable = script.fresh("use_logits")
        script.main.append(f"{variable} = {loss.flag}")
        return f"{name}(from_logits={variable})"
    if loss.form == "flag constant":
        constant = script.fresh(c.some(["FROM_LOGITS", "LOGITS"]))
        script.constants.append(f"{constant} = {loss.flag}")
        return f"{name}(from_logits={constant})"
    if loss.form == "dict **kwargs":
        constant = script.fresh(c.some(["LOSS_ARGS", "loss_kwargs"]))
        form = c.some(['{{"from_logits": {}}}', "dict(from_logits={})"])
        script.constants.append(f"{constant} = {form.format(loss.flag)}")
        return f"{name}(**{constant})"
    maker = script.fresh("make_loss")
    script.define(
        f"def {maker}(from_logits={loss.flag}):", f"    return {name}(from_logits=from_logits)"
    )
    return f"{maker}()"


def _function(c: Choices, names: Names, loss: Loss) -> str:
    name = FUNCTIONS[loss.family]
    if loss.form == "losses.get":
        return names.of_module("losses", "get") + f'("{name}")'
    if loss.form == "losses.deserialize":
        config = (
            f'{{"class_name": "{CLASSES[loss.family]}", "config": {{"from_logits": {loss.flag}}}}}'
        )
        return names.of_module("losses", "deserialize") + f"({config})"
    return names.loss(name)


def _lambda(c: Choices, names: Names, loss: Loss) -> str:
    y, p = c.some([("y", "p"), ("y_true", "y_pred"), ("t", "o")])
    return f"lambda {y}, {p}: {call(c, names, loss, y, p)}"


def _partial(c: Choices, names: Names, loss: Loss) -> str:
    name = names.loss(FUNCTIONS[loss.family])
    if c.flag():
        names.script.need("import functools")
        return f"functools.partial({name}, from_logits={loss.flag})"
    names.script.need("from functools import partial")
    return f"partial({name}, from_logits={loss.flag})"


def _focal(c: Choices, names: Names, loss: Loss) -> str:
    if loss.family == "binary":
        name, before = names.loss("BinaryFocalCrossentropy"), "False, 0.25, 2.0"
    else:
        name, before = names.loss("CategoricalFocalCrossentropy"), "0.25, 2.0"
    if c.flag():
        return f"{name}({before}, {loss.flag})"
    return f"{name}(gamma=2.0, from_logits={loss.flag})"


def _kld(c: Choices, names: Names, loss: Loss) -> str:
    if c.flag():
        return c.some(['"kl_divergence"', '"kld"', '"KLD"']) if names.generation == 3 else '"kld"'
    return names.loss("KLDivergence") + "()"


def _own(c: Choices, names: Names, loss: Loss) -> str:
    """A function or class of the program's own."""
    name = names.script.fresh(c.some(["custom_loss", "objective", "my_loss", "criterion"]))
    y, p = c.some([("y_true", "y_pred"), ("y", "p"), ("labels", "outputs")])
    define = names.script.define
    if loss.form == "own Loss class":
        made = names.script.fresh("WeightedLoss")
        define(
            f"class {made}({names.loss('Loss')}):",
            f"    def call(self, {y}, {p}):",
            f"        return {call(c, names, loss, y, p)}",
        )
        return f"{made}()"
    if loss.form == "own function around an object":
        inner = names.script.fresh("inner_loss")
        names.script.definitions.append(f"{inner} = {_class(c, names, loss)}")
        define(f"def {name}({y}, {p}):", f"    return 0.5 * {inner}({y}, {p})")
        return name
    if loss.form == "factory of closures":
        define(
            f"def make_{name}(weight=1.0):",
            f"    def {name}({y}, {p}):",
            f"        return weight * {call(c, names, loss, y, p)}",
            "",
            f"    return {name}",
        )
        return f"make_{name}({c.some(['', '2.0', 'weight=0.5'])})"
    body = own_body(c, names, loss, y, p)
    define(f"def {name}({y}, {p}):", *["    " + line for line in body])
    return name


def own_body(c: Choices, names: Names, loss: Loss, y: str, p: str) -> list[str]:
    """Lines of a loss function that end in a return."""
    if loss.form.startswith("hand-written"):
        from .handwritten import written_out

        return written_out(c, names, loss, y, p)
    text = call(c, names, loss, y, p)
    mean = names.tf("reduce_mean")
    if c.flag():
        return [f"loss = {text}", f"return {mean}(loss)"]
    return [f"return {mean}({text})"]


def call(c: Choices, names: Names, loss: Loss, y: str, p: str) -> str:
    """A call of a function on labels and predictions, in the form of the loss if it has one."""
    if loss.form == "own function around a raw op":
        labels = names.tf("cast") + f"({y}, tf.float32)" if loss.family != "sparse" else y
        if loss.family == "sparse":
            labels = names.tf("cast") + f"(tf.reshape({y}, [-1]), tf.int32)"
        return f"{names.tf('nn.' + RAW[loss.family])}(labels={labels}, logits={p})"
    if loss.form == "K function":
        labels = y if loss.family == "sparse" else f"{names.tf('cast')}({y}, tf.float32)"
        return f"{names.backend(FUNCTIONS[loss.family])}({labels}, {p}, from_logits={loss.flag})"
    if loss.form == "keras.ops function":
        return f"{names.ops(FUNCTIONS[loss.family])}({y}, {p}, from_logits={loss.flag})"
    name = names.loss(FUNCTIONS[loss.family])
    if not loss.flag and c.flag():
        return f"{name}({y}, {p})"
    return f"{name}({y}, {p}, from_logits={loss.flag})"


_WRITERS = {
    "string": _string,
    "class default": _class,
    "class keyword": _class,
    "class position": _class,
    "label smoothing": _class,
    "flag variable": _flagged,
    "flag constant": _flagged,
    "flag default argument": _flagged,
    "dict **kwargs": _flagged,
    "function": _function,
    "losses.get": _function,
    "losses.deserialize": _function,
    "lambda": _lambda,
    "partial": _partial,
    "focal": _focal,
    "KLDivergence": _kld,
}
