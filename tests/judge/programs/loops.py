"""Programs whose loss is called in a loop of their own: tapes, training steps, tensors."""

from __future__ import annotations

from collections.abc import Callable

from . import models
from .base import Choices, Program, Script, indent
from .bodies import body, labels
from .calls import called, choose_called
from .dialects import pick_names
from .heads import head_layers

_STEADY = ("if training",)
"""Forms left out here: which branch runs depends on each call."""


class Loop:
    """A model, a loss to call, and the text of both."""

    def __init__(self, c: Choices) -> None:
        self.c, self.script = c, Script()
        self.names = pick_names(c, self.script, old=False)
        self.pair = choose_called(c, self.names)
        self.body = body(c, self.names, ("dense", "dense", "normalised", "embedding"))
        self.head = head_layers(c, self.names, self.pair.head)
        self.variable = c.some(["model", "net", "classifier"])
        pieces = (c, self.names, self.body, self.head, self.variable)
        one_softmax = self.pair.head.units == 1 and self.pair.head.activation == "softmax"
        self.model = (
            models.sequential_list(*pieces) if one_softmax else models.build(*pieces, _STEADY)
        )
        self.y = labels(c, self.names, self.pair.head, self.pair.loss.family)
        self.names.tf("")

    def loss(self, y: str, p: str) -> str:
        return called(self.c, self.names, self.pair.loss, y, p)

    def optimizer(self) -> str:
        name = self.names.of("optimizers", self.c.some(["Adam", "SGD"]))
        return f"{name}({self.c.some(['', '0.01'])})"

    def data(self) -> list[str]:
        return [f"x_train = {self.body.x}", f"y_train = {self.y}"]

    def program(self) -> Program:
        return Program(
            (("train.py", self.script.render()),),
            frozenset(self.c.constructs),
            frozenset(self.pair.codes),
        )


def _apply(loop: Loop, optimizer: str, v: str) -> list[str]:
    return [
        f"grads = tape.gradient(loss, {v}.trainable_variables)",
        f"{optimizer}.apply_gradients(zip(grads, {v}.trainable_variables))",
    ]


def tape(loop: Loop) -> list[str]:
    v, p = loop.variable, loop.c.some(["pred", "logits", "probs", "out"])
    inside = [f"{p} = {v}(x_train, training=True)", f"loss = {loop.loss('y_train', p)}"]
    lines = [
        f"optimizer = {loop.optimizer()}",
        "for epoch in range(1):",
        "    with tf.GradientTape() as tape:",
    ]
    return [*loop.model, *lines, *indent(inside, 2), *indent(_apply(loop, "optimizer", v))]


def step_function(loop: Loop) -> list[str]:
    v, p = loop.variable, loop.c.some(["pred", "logits", "y_hat"])
    decorator = loop.c.some([["@tf.function"], ["@tf.function"], []])
    loop.c.tag("meeting: @tf.function" if decorator else "meeting: step function")
    inside = [f"{p} = {v}(images, training=True)", f"loss = {loop.loss('targets', p)}"]
    by_parameter = loop.c.flag()
    arguments = f"{v}, optimizer, images, targets" if by_parameter else "images, targets"
    step = [
        *decorator,
        f"def train_step({arguments}):",
        "    with tf.GradientTape() as tape:",
        *indent(inside, 2),
        *indent(_apply(loop, "optimizer", v)),
        "    return loss",
    ]
    setup = [*loop.model, f"optimizer = {loop.optimizer()}"]
    values = f"{v}, optimizer, x_train, y_train" if by_parameter else "x_train, y_train"
    return [*setup, "", *step, "", f"print(float(tf.reduce_mean(train_step({values}))))"]


def dataset(loop: Loop) -> list[str]:
    v = loop.variable
    inside = [f"out = {v}(batch, training=True)", f"loss = {loop.loss('target', 'out')}"]
    return [
        *loop.model,
        f"opt = {loop.optimizer()}",
        "data = tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(24)",
        loop.c.some(
            ["for batch, target in data:", "for step, (batch, target) in enumerate(data):"]
        ),
        "    with tf.GradientTape() as tape:",
        *indent(inside, 2),
        *indent(_apply(loop, "opt", v)),
    ]


def helper(loop: Loop) -> list[str]:
    """The loss in a helper that takes the model."""
    first, second = loop.c.some([("x", "y"), ("inputs", "targets")])
    loop.script.define(
        f"def compute_loss(model, {first}, {second}):",
        *indent(
            [f"outputs = model({first}, training=True)", f"return {loop.loss(second, 'outputs')}"]
        ),
    )
    v = loop.variable
    return [
        *loop.model,
        f"opt = {loop.optimizer()}",
        "with tf.GradientTape() as tape:",
        f"    loss = compute_loss({v}, x_train, y_train)",
        *_apply(loop, "opt", v),
    ]


def direct(loop: Loop) -> list[str]:
    v = loop.variable
    form = loop.c.some(["inline", "bound"])
    if form == "inline":
        return [*loop.model, f"value = {loop.loss('y_train', v + '(x_train)')}", "print(value)"]
    return [
        *loop.model,
        f"y_pred = {v}(x_train)",
        f"value = {loop.loss('y_train', 'y_pred')}",
        "print(value)",
    ]


def train_step(loop: Loop) -> list[str]:
    """A wrapper model with a step of its own."""
    loop.names.tf("")
    inside = [
        "x, y = data",
        "with tf.GradientTape() as tape:",
        "    y_pred = self.inner(x, training=True)",
        f"    loss = {loop.loss('y', 'y_pred')}",
        "grads = tape.gradient(loss, self.inner.trainable_variables)",
        "self.optimizer.apply_gradients(zip(grads, self.inner.trainable_variables))",
        "return {'loss': loss}",
    ]
    loop.script.define(
        f"class Custom({loop.names.model('Model')}):",
        "    def __init__(self, inner):",
        "        super().__init__()",
        "        self.inner = inner",
        "",
        "    def call(self, x, training=None):",
        "        return self.inner(x, training=training)",
        "",
        "    def train_step(self, data):",
        *indent(inside, 2),
    )
    return [
        *loop.model,
        f"custom = Custom({loop.variable})",
        "custom.compile(optimizer='adam')",
        "custom.fit(x_train, y_train, epochs=2)",
    ]


def loss_attribute(loop: Loop) -> list[str]:
    """Model, optimizer and loss as attributes of a trainer."""
    p = loop.c.some(["logits", "prediction"])
    inside = [f"{p} = self.model(x, training=True)", f"loss = {loop.loss('y', p)}"]
    loop.script.define(
        "class Trainer:",
        "    def __init__(self, model, optimizer):",
        "        self.model = model",
        "        self.optimizer = optimizer",
        "",
        "    def step(self, x, y):",
        "        with tf.GradientTape() as tape:",
        *indent(inside, 3),
        *indent(_apply(loop, "self.optimizer", "self.model"), 2),
        "        return loss",
    )
    return [
        *loop.model,
        f"trainer = Trainer({loop.variable}, {loop.optimizer()})",
        "trainer.step(x_train, y_train)",
    ]


LOOPS: dict[str, Callable[[Loop], list[str]]] = {
    "GradientTape": tape,
    "step function": step_function,
    "loop over a dataset": dataset,
    "loss in a helper": helper,
    "loss called on a tensor": direct,
    "train_step": train_step,
    "trainer class": loss_attribute,
}


def looped(c: Choices) -> Program:
    """A model trained, or only measured, by a loop of the program's own."""
    loop = Loop(c)
    form = c.pick("loop", list(LOOPS))
    lines = LOOPS[form](loop)
    loop.script.main += [*loop.data(), *lines]
    return loop.program()
