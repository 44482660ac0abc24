"""Programs that meet in ``compile``: wherever the model and the loss came from."""

from __future__ import annotations

from collections.abc import Callable

from . import models
from .base import Choices, Program, Script, indent
from .bodies import Body, body, labels
from .choosing import Pair, choose
from .dialects import Names, pick_names
from .heads import Head, head_layers
from .losses import OBJECTS, loss_object

COMPILED = tuple(OBJECTS)
VARIABLES = ("model", "net", "clf", "classifier")


def compile_lines(c: Choices, names: Names, model: str, loss: str) -> list[str]:
    """The call, in one of its shapes."""
    optimizer = names.optimizer(c)
    metrics = c.some(["", ', metrics=["accuracy"]', ', metrics=["mae"]'])
    shape = c.some(["keywords", "keywords", "lines", "position", "bound", "reordered"])
    if shape == "position":
        return [f"{model}.compile({optimizer}, {loss}{metrics})"]
    if shape == "bound":
        name = c.some(["loss_fn", "loss", "cost"])
        return [f"{name} = {loss}", f"{model}.compile(optimizer={optimizer}, loss={name}{metrics})"]
    if shape == "reordered":
        return [f"{model}.compile(loss={loss}, optimizer={optimizer}{metrics})"]
    if shape == "lines":
        return [f"{model}.compile(", f"    optimizer={optimizer},", f"    loss={loss},", ")"]
    return [f"{model}.compile(optimizer={optimizer}, loss={loss}{metrics})"]


class Parts:
    """A chosen pair, with the text of its model, its loss and its data."""

    def __init__(self, c: Choices, script: Script, forms: tuple[str, ...] = COMPILED) -> None:
        self.c, self.script = c, script
        self.names = pick_names(c, script)
        self.pair: Pair = choose(c, self.names, forms)
        self.body: Body = body(c, self.names)
        self.variable = c.some(VARIABLES)
        self.codes = set(self.pair.codes)
        self.head = head_layers(c, self.names, self.pair.head)
        self._stack()
        self.model = models.build(c, self.names, self.body, self.head, self.variable)
        if "model: if training" in c.constructs and self.pair.head.gives in (
            "simplex",
            "independent",
        ):
            self.codes.add("XL105")
        if self.pair.head == Head("softmax", 1) and "model: activation set later" in c.constructs:
            self.model = models.sequential_list(c, self.names, self.body, self.head, self.variable)
        self.loss = loss_object(c, self.names, self.pair.loss)
        self.x = self.body.x
        self.y = labels(c, self.names, self.pair.head, self.pair.loss.family)

    def _stack(self) -> None:
        """Now and then a second activation on the first."""
        head = self.pair.head
        if head.gives not in ("simplex", "independent") or head.units == 1:
            return
        again = {"simplex": "softmax", "independent": "sigmoid"}[head.gives]
        wanted = self.c.forced.get("fault") == "stacked"
        if wanted or self.c.some([False] * 6 + [True]):
            self.c.tag("fault: stacked")
            self.codes.add("XL105")
            self.head.append(self.names.layer("Activation", f'"{again}"'))

    def fit(self, model: str) -> str:
        rest = self.c.some(["", ", epochs=3", ", batch_size=16, epochs=2", ", verbose=0"])
        return f"{model}.fit(x_train, y_train{rest})"

    def data(self) -> list[str]:
        return [f"x_train = {self.x}", f"y_train = {self.y}"]

    def program(self, **more: object) -> Program:
        return Program(
            (("train.py", self.script.render()),),
            frozenset(self.c.constructs),
            frozenset(self.codes),
            **more,  # type: ignore[arg-type]
        )


Meeting = Callable[[Parts], list[str]]


def _variable(p: Parts) -> list[str]:
    return [*p.model, *compile_lines(p.c, p.names, p.variable, p.loss), p.fit(p.variable)]


def _function_result(p: Parts) -> list[str]:
    name = p.c.some(["build_model", "create_model", "make_net", "get_model"])
    p.script.define(f"def {name}():", *indent([*p.model, f"return {p.variable}"]))
    v = p.c.some(VARIABLES)
    return [f"{v} = {name}()", *compile_lines(p.c, p.names, v, p.loss), p.fit(v)]


def _same_function(p: Parts) -> list[str]:
    lines = [*p.model, *compile_lines(p.c, p.names, p.variable, p.loss), f"return {p.variable}"]
    p.script.define("def compiled_model():", *indent(lines))
    return ["network = compiled_model()", p.fit("network")]


def _attribute(p: Parts) -> list[str]:
    v = p.variable
    split = p.c.flag()
    compiling = compile_lines(p.c, p.names, "self.model", p.loss)
    first = [*p.model, f"self.model = {v}"]
    p.script.define(
        "class Trainer:",
        "    def __init__(self, epochs=1):",
        "        self.epochs = epochs",
        "        self.model = None" if not split else "        self.build()",
        "",
        "    def build(self):",
        *indent(first, 2),
        "",
        "    def train(self, x, y):",
        *([] if split else ["        self.build()"]),
        *indent(compiling, 2),
        "        return self.model.fit(x, y, epochs=self.epochs)",
    )
    return ["trainer = Trainer(epochs=2)", "trainer.train(x_train, y_train)"]


def _parameter(p: Parts) -> list[str]:
    argument = p.c.some(["model", "net", "m"])
    p.script.define(
        f"def train({argument}, x, y, epochs=1):",
        *indent(compile_lines(p.c, p.names, argument, p.loss)),
        f"    return {argument}.fit(x, y, epochs=epochs)",
    )
    return [*p.model, f"train({p.variable}, x_train, y_train)"]


def _loss_parameter(p: Parts) -> list[str]:
    p.script.define(
        "def prepare(model, loss, optimizer='adam'):",
        "    model.compile(optimizer=optimizer, loss=loss)",
        "    return model",
    )
    call = p.c.some([f"prepare({p.variable}, {p.loss})", f"prepare({p.variable}, loss={p.loss})"])
    return [*p.model, f"ready = {call}", p.fit("ready")]


def _tuple(p: Parts) -> list[str]:
    p.script.define(
        "def build():", *indent([*p.model, f"return {p.variable}, {p.c.some(['8', 'None'])}"])
    )
    return ["model, size = build()", *compile_lines(p.c, p.names, "model", p.loss), p.fit("model")]


def _dict(p: Parts) -> list[str]:
    key = p.c.some(['"main"', "'a'", "0"])
    return [
        *p.model,
        f"zoo = {{{key}: {p.variable}}}",
        *compile_lines(p.c, p.names, f"zoo[{key}]", p.loss),
        p.fit(f"zoo[{key}]"),
    ]


def _strategy(p: Parts) -> list[str]:
    strategy = p.names.tf(
        p.c.some(["distribute.MirroredStrategy()", "distribute.OneDeviceStrategy('/cpu:0')"])
    )
    inside = [*p.model, *compile_lines(p.c, p.names, p.variable, p.loss)]
    return [f"strategy = {strategy}", "with strategy.scope():", *indent(inside), p.fit(p.variable)]


def _tuner(p: Parts) -> list[str]:
    p.script.need("import keras_tuner as kt")
    lines = [
        'rate = hp.Choice("rate", [1e-2, 1e-3])',
        *p.model,
        *compile_lines(p.c, p.names, p.variable, p.loss),
        f"return {p.variable}",
    ]
    p.script.define("def build_model(hp):", *indent(lines))
    return [
        'tuner = kt.RandomSearch(build_model, objective="val_loss", max_trials=2)',
        "tuner.search(x_train, y_train, epochs=1)",
    ]


def _twice(p: Parts) -> list[str]:
    """Pre-trained with another loss, then compiled again."""
    first = p.c.some(['"mse"', '"mae"', '"hinge"'])
    return [
        *p.model,
        f"{p.variable}.compile(optimizer='sgd', loss={first})",
        *compile_lines(p.c, p.names, p.variable, p.loss),
        p.fit(p.variable),
    ]


def _main_guard(p: Parts) -> list[str]:
    lines = [
        *p.data(),
        *p.model,
        *compile_lines(p.c, p.names, p.variable, p.loss),
        p.fit(p.variable),
    ]
    p.script.define("def main():", *indent(lines))
    return ['if __name__ == "__main__":', "    main()"]


def _helper_with_defaults(p: Parts) -> list[str]:
    p.script.define(
        "def make(verbose=False, *, name='net', **options):",
        *indent([*p.model, f"return {p.variable}"]),
    )
    call = p.c.some(["make()", "make(True)", "make(name='a', depth=3)"])
    return [f"built = {call}", *compile_lines(p.c, p.names, "built", p.loss), p.fit("built")]


def _returned_fit(p: Parts) -> list[str]:
    lines = [*p.model, *compile_lines(p.c, p.names, p.variable, p.loss)]
    lines += [f"history = {p.fit(p.variable)}", "return history.history"]
    p.script.define("def experiment(x_train, y_train):", *indent(lines))
    return ["print(experiment(x_train, y_train))"]


MEETINGS: dict[str, Meeting] = {
    "variable": _variable,
    "function result": _function_result,
    "same function": _same_function,
    "attribute self.model": _attribute,
    "parameter": _parameter,
    "loss as a parameter": _loss_parameter,
    "tuple unpacking": _tuple,
    "dict entry": _dict,
    "strategy scope": _strategy,
    "build(hp)": _tuner,
    "compiled twice": _twice,
    "main guard": _main_guard,
    "helper with defaults": _helper_with_defaults,
    "experiment function": _returned_fit,
}


def compiled(c: Choices) -> Program:
    """One model, one loss, one of the meeting points."""
    script = Script()
    parts = Parts(c, script)
    meeting = c.pick("meeting", list(MEETINGS))
    lines = MEETINGS[meeting](parts)
    script.main += lines if meeting == "main guard" else [*parts.data(), *lines]
    return parts.program()
