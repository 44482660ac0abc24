"""The last layers of a model: what scale they give, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Choices
from .dialects import Names

GIVES = {
    "linear": "logits",
    "softmax": "simplex",
    "sigmoid": "independent",
    "log_softmax": "log-probabilities",
    "relu": "other",
    "tanh": "other",
    "softplus": "other",
    "elu": "other",
    "leaky_relu": "other",
}
OTHERS = ("relu", "tanh", "softplus", "elu", "leaky_relu")

FORMS: dict[str, tuple[str, ...]] = {
    "string keyword": (*GIVES,),
    "string position": (*GIVES,),
    "callable tf.nn": ("softmax", "sigmoid", "log_softmax", "relu", "tanh"),
    "callable keras.activations": (*GIVES,),
    "callable keras.ops": ("softmax", "sigmoid", "relu"),
    "object Softmax()": ("softmax",),
    "activations.get": ("softmax", "sigmoid", "relu", "tanh", "linear"),
    "lambda": ("softmax", "sigmoid", "tanh"),
    "own function": ("softmax", "sigmoid", "relu"),
    "constant": ("softmax", "sigmoid", "tanh", "linear"),
    "Activation layer": (*GIVES,),
    "Softmax layer": ("softmax",),
    "ReLU layer": ("relu",),
    "LeakyReLU layer": ("leaky_relu",),
    "Lambda layer": ("softmax", "sigmoid", "log_softmax"),
    "K function": ("softmax", "sigmoid", "relu", "tanh"),
    "none written": ("linear",),
    "None written": ("linear",),
    "mixed precision": ("linear", "softmax", "sigmoid"),
}
"""Form of the activation → the activations that can be so written on a layer."""

KEEPERS = (
    "none",
    "none",
    "none",
    "Dropout",
    "Reshape",
    "Flatten",
    "Identity",
    "Lambda",
    "Activation linear",
)
"""Layers behind the head that keep its scale."""


@dataclass(frozen=True)
class Head:
    """An activation on some units."""

    activation: str
    units: int

    @property
    def gives(self) -> str:
        return GIVES[self.activation]


def head_layers(c: Choices, names: Names, head: Head, options: str = "") -> list[str]:
    """Expressions of the layers that end a model; ``options`` go to the one that has a name."""
    forms = [
        form for form, kinds in FORMS.items() if head.activation in kinds and _exists(form, names)
    ]
    form = c.pick("activation", forms)
    layers = _written(c, names, head, form, options)
    if options or not names.modern or form == "mixed precision":
        return layers  # a layer behind float32 would turn it back to half precision
    return layers + _keepers(c, names, head)


def _exists(form: str, names: Names) -> bool:
    if form == "callable keras.ops":
        return names.generation == 3
    return True


def _written(c: Choices, names: Names, head: Head, form: str, options: str) -> list[str]:
    kind, units = head.activation, head.units
    more = f", {options}" if options else ""
    if kind == "leaky_relu" and names.generation == 2:
        form = "LeakyReLU layer"
    if kind == "log_softmax" and names.generation == 2:
        form = "callable tf.nn"
    if form == "none written":
        return [names.layer("Dense", f"{units}{more}")]
    if form in ("string position", "None written"):
        text = "None" if form == "None written" else f'"{kind}"'
        joined = text if c.flag() and form == "string position" else f"activation={text}"
        return [names.layer("Dense", f"{units}, {joined}{more}")]
    written = _as_value(c, names, kind, form)
    if written is not None:
        return [names.layer("Dense", f"{units}, activation={written}{more}")]
    return [names.layer("Dense", str(units)), _as_layer(c, names, kind, form, options)]


def _as_value(c: Choices, names: Names, kind: str, form: str) -> str | None:
    """What stands behind ``activation=``; ``None`` for a layer of its own."""
    script = names.script
    if form == "string keyword":
        return f'"{kind}"'
    if form == "callable tf.nn":
        return names.tf(f"nn.{kind}")
    if form == "callable keras.activations":
        return names.activation(kind)
    if form == "callable keras.ops":
        return names.ops(kind)
    if form == "object Softmax()":
        return names.layer("Softmax")
    if form == "activations.get":
        return names.of_module("activations", "get") + f'("{kind}")'
    if form == "lambda":
        return _lambda(c, names, kind)
    if form == "own function":
        name = script.fresh(c.some(["final_activation", "squash", "out_act"]))
        script.define(f"def {name}(values):", f"    return {names.tf('nn.' + kind)}(values)")
        return name
    if form == "constant":
        name = script.fresh(c.some(["ACTIVATION", "LAST_ACT", "OUT_ACTIVATION"]))
        script.constants.append(f'{name} = "{kind}"')
        return name
    return None


def _lambda(c: Choices, names: Names, kind: str) -> str:
    variable = c.some(["x", "t", "z"])
    return f"lambda {variable}: {names.tf('nn.' + kind)}({variable})"


def _as_layer(c: Choices, names: Names, kind: str, form: str, options: str) -> str:
    more = f", {options}" if options else ""
    if form == "Softmax layer":
        return names.layer("Softmax", options)
    if form == "ReLU layer":
        return names.layer("ReLU", options)
    if form == "LeakyReLU layer":
        return names.layer("LeakyReLU", options)
    if form == "Lambda layer":
        return names.layer("Lambda", _lambda(c, names, kind) + more)
    if form == "K function":
        return names.layer("Lambda", f"lambda t: {names.backend(kind)}(t){more}")
    if form == "mixed precision":
        policy = "mixed_bfloat16"
        if names.modern and names.dialect.package == "tensorflow.keras":
            names.script.constants.append(
                f'{names.tf("keras.mixed_precision.set_global_policy")}("{policy}")'
            )
        return names.layer("Activation", f'"{kind}", dtype="float32"{more}')
    return names.layer("Activation", f'"{kind}"{more}')


def _keepers(c: Choices, names: Names, head: Head) -> list[str]:
    options = [k for k in KEEPERS if k != "Identity" or names.generation == 3]
    if head.activation in ("softmax", "sigmoid", "log_softmax", "tanh"):
        options = [k for k in options if k != "Dropout"]
    keeper = c.pick("keeps the scale", options)
    if keeper == "none":
        return []
    arguments = {
        "Dropout": "0.1",
        "Reshape": f"({head.units},)",
        "Lambda": "lambda t: t",
        "Activation linear": '"linear"',
    }
    return [
        names.layer(
            "Activation" if keeper == "Activation linear" else keeper, arguments.get(keeper, "")
        )
    ]
