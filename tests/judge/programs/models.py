"""Ways of building a model from hidden layers and a head."""

from __future__ import annotations

from collections.abc import Callable

from .base import Choices, indent
from .bodies import Body
from .dialects import Names

Writer = Callable[[Choices, Names, Body, list[str], str], list[str]]


def build(
    c: Choices,
    names: Names,
    body: Body,
    head: list[str],
    variable: str,
    without: tuple[str, ...] = (),
) -> list[str]:
    """Lines that leave a model in ``variable``."""
    form = c.pick("model", [form for form in WRITERS if form not in without])
    return WRITERS[form](c, names, body, head, variable)


def _input(names: Names, body: Body) -> str:
    return names.layer("Input", f"shape={body.shape}")


def _all(names: Names, body: Body, head: list[str]) -> list[str]:
    return [_input(names, body), *body.layers, *head]


def _listed(layers: list[str]) -> list[str]:
    return [f"    {layer}," for layer in layers]


def sequential_list(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    layers = _all(names, body, head)
    name = names.model("Sequential")
    if c.flag():
        return [f"{v} = {name}([{', '.join(layers)}])"]
    return [f"{v} = {name}([", *_listed(layers), "])"]


def sequential_add(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    layers = _all(names, body, head)
    return [f"{v} = {names.model('Sequential')}()", *[f"{v}.add({layer})" for layer in layers]]


def sequential_loop(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    layers = _all(names, body, [])
    dense = names.layer("Dense", "width, activation='relu'")
    return [
        f"{v} = {names.model('Sequential')}()",
        *[f"{v}.add({layer})" for layer in layers],
        c.some(["for width in (16, 8):", "for width in [8]:", "for width in range(4, 10, 4):"]),
        f"    {v}.add({dense})",
        *[f"{v}.add({layer})" for layer in head],
    ]


def sequential_loop_over_layers(
    c: Choices, names: Names, body: Body, head: list[str], v: str
) -> list[str]:
    return [
        f"{v} = {names.model('Sequential')}()",
        "for layer in [",
        *_listed(_all(names, body, head)),
        "]:",
        f"    {v}.add(layer)",
    ]


def sequential_conditional(
    c: Choices, names: Names, body: Body, head: list[str], v: str
) -> list[str]:
    dropout = names.layer("Dropout", "0.3")
    names.script.need("import os")
    return [
        f"{v} = {names.model('Sequential')}()",
        *[f"{v}.add({layer})" for layer in _all(names, body, [])],
        c.some(['if os.environ.get("REGULARISE"):', "if len(os.getcwd()) > 1:"]),
        f"    {v}.add({dropout})",
        *[f"{v}.add({layer})" for layer in head],
    ]


def concatenated(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    return [
        "hidden_layers = [",
        *_listed([_input(names, body), *body.layers]),
        "]",
        f"{v} = {names.model('Sequential')}(hidden_layers + [{', '.join(head)}])",
    ]


def starred(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    return [
        f"stem = [{', '.join([_input(names, body), *body.layers])}]",
        f"{v} = {names.model('Sequential')}([*stem, {', '.join(head)}])",
    ]


def comprehension(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    dense = names.layer("Dense", "n, activation='relu'")
    return [
        f"blocks = [{', '.join([_input(names, body), *body.layers])}]",
        f"blocks += [{dense} for n in (12, 8)]",
        f"blocks.append({head[0]})",
        *[f"blocks.append({layer})" for layer in head[1:]],
        f"{v} = {names.model('Sequential')}(blocks)",
    ]


def popped(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    other = names.layer(
        "Dense", c.some(["7, activation='softmax'", "4", "9, activation='sigmoid'"])
    )
    return [
        *sequential_list(c, names, body, [other], v),
        f"{v}.pop()",
        *[f"{v}.add({layer})" for layer in head],
    ]


def functional(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    lines, last = [f"inputs = {_input(names, body)}"], "inputs"
    for index, layer in enumerate([*body.layers, *head]):
        lines.append(f"h{index} = {layer}({last})")
        last = f"h{index}"
    return [
        *lines,
        f"{v} = {names.model('Model')}({c.some(['inputs, ', 'inputs=inputs, outputs='])}{last})",
    ]


def reused(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    x = c.some(["x", "net", "out"])
    lines = [f"inp = {_input(names, body)}", f"{x} = {body.layers[0]}(inp)"]
    lines += [f"{x} = {layer}({x})" for layer in [*body.layers[1:], *head]]
    return [*lines, f"{v} = {names.model('Model')}(inp, {x})"]


def nested(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    name = names.model("Sequential")
    lines = [f"backbone = {name}([{', '.join([_input(names, body), *body.layers])}])"]
    if c.flag():
        return [*lines, f"{v} = {name}([backbone, {', '.join(head)}])"]
    return [
        *sequential_list(c, names, body, head, "inner"),
        f"image = {_input(names, body)}",
        f"{v} = {names.model('Model')}(image, inner(image))",
    ]


def base_and_head(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    lines = functional(c, names, body, [], "base")
    lines.append(f"top = {head[0]}(base.output)")
    lines += [f"top = {layer}(top)" for layer in head[1:]]
    target = c.some(["base.input", "base.inputs", "inputs=base.input"])
    return [
        *lines,
        f"{v} = {names.model('Model')}({target}, {'outputs=' if '=' in target else ''}top)",
    ]


def base_layer_output(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    other = names.layer("Dense", "6, activation='softmax'")
    lines = functional(c, names, body, [other], "trained")
    lines.append(
        f"features = {c.some(['trained.layers[-2].output', 'trained.get_layer(index=-2).output'])}"
    )
    for layer in head:
        lines.append(f"features = {layer}(features)")
    return [*lines, f"{v} = {names.model('Model')}(trained.input, features)"]


def multi_input(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    dense = names.layer("Dense", "8, activation='relu'")
    lines = [f"left = {_input(names, body)}", f"a = {body.layers[0]}(left)"]
    lines += [f"a = {layer}(a)" for layer in body.layers[1:]]
    lines += [f"b = {dense}(a)", f"both = {names.layer('Concatenate')}([a, b])"]
    lines += [f"both = {layer}(both)" for layer in head]
    return [*lines, f"{v} = {names.model('Model')}(inputs=[left], outputs=both)"]


def residual(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    first, second = (names.layer("Dense", "10, activation='relu'") for _ in range(2))
    lines = [f"inp = {_input(names, body)}", f"x = {body.layers[0]}(inp)"]
    lines += [f"x = {layer}(x)" for layer in body.layers[1:]]
    lines += [
        f"x = {first}(x)",
        "skip = x",
        f"x = {second}(x)",
        f"x = {names.layer('Add')}([x, skip])",
    ]
    lines += [f"x = {layer}(x)" for layer in head]
    return [*lines, f"{v} = {names.model('Model')}(inp, x)"]


def surgery(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    """The head is what was put on the last layer, not what it was built with."""
    start, written, activation = head[0].partition("activation=")
    activation = activation[:-1]
    literal = activation[:1] in ("'", '"')
    if len(head) > 1 or not written or not (literal or "." in activation) or "lambda" in activation:
        return sequential_list(c, names, body, head, v)
    c.tag("model: activation set on the last layer")
    units, was = start.rstrip(", "), c.some(["'softmax'", "'relu'", "'sigmoid'"])
    if literal:
        activation = names.activation(activation.strip("'\""))
    return [
        *sequential_list(c, names, body, [f"{units}, activation={was})"], v),
        f"{v}.layers[-1].activation = {activation}",
    ]


def _class_body(names: Names, body: Body, head: list[str], base: str, name: str) -> list[str]:
    """A subclass with its layers in ``__init__``."""
    parts = [*body.layers, *head]
    fields = [f"self.block{index}" for index in range(len(parts) - 1)] + ["self.classifier"]
    lines = [f"class {name}({base}):", "    def __init__(self):"]
    lines.append(
        f"        super({name}, self).__init__()"
        if len(parts) % 2
        else "        super().__init__()"
    )
    lines += [f"        {field} = {layer}" for field, layer in zip(fields, parts, strict=True)]
    return lines


def _chain(count: int, last: str, start: str = "x") -> list[str]:
    lines = [f"x = self.block{index}({start if not index else 'x'})" for index in range(count)]
    return [*lines, last]


def subclass(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    count = len(body.layers) + len(head) - 1
    argument = c.some(["x", "inputs"])
    signature = c.some([f"self, {argument}", f"self, {argument}, training=None"])
    names.script.define(
        *_class_body(names, body, head, names.model("Model"), "Net"),
        "",
        f"    def call({signature}):",
        *indent(_chain(count, "return self.classifier(x)", argument), 2),
    )
    return [f"{v} = Net()"]


def subclass_inherits(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    """Body in a base class, head in the class derived from it."""
    count = len(body.layers)
    names.script.define(
        f"class Base({names.model('Model')}):",
        "    def __init__(self):",
        "        super().__init__()",
        *[f"        self.block{i} = {layer}" for i, layer in enumerate(body.layers)],
        "",
        "    def features(self, x):",
        *indent(_chain(count, "return x"), 2),
        "",
        "    def call(self, x):",
        "        return self.classify(self.features(x))",
    )
    names.script.define(
        "class Classifier(Base):",
        "    def __init__(self):",
        "        super().__init__()",
        *[f"        self.top{i} = {layer}" for i, layer in enumerate(head)],
        "",
        "    def classify(self, x):",
        *[f"        x = self.top{i}(x)" for i in range(len(head))],
        "        return x",
    )
    return [f"{v} = Classifier()"]


def subclass_super_call(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    count = len(body.layers)
    names.script.define(
        *_class_body(names, body, head[:1], names.model("Model"), "Backbone"),
        "",
        "    def call(self, x):",
        *indent(_chain(count, "return self.classifier(x)"), 2),
    )
    names.script.define(
        "class Extended(Backbone):",
        "    def __init__(self):",
        "        super().__init__()",
        *[f"        self.after{i} = {layer}" for i, layer in enumerate(head[1:])],
        "",
        "    def call(self, x):",
        "        out = super().call(x)",
        *[f"        out = self.after{i}(out)" for i in range(len(head) - 1)],
        "        return out",
    )
    return [f"{v} = Extended()"]


def own_layer(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    names.script.define(
        f"class Head({names.layer('Layer')[:-2]}):",
        "    def __init__(self, **kwargs):",
        "        super().__init__(**kwargs)",
        *[f"        self.part{i} = {layer}" for i, layer in enumerate(head)],
        "",
        "    def call(self, x):",
        *[f"        x = self.part{i}(x)" for i in range(len(head))],
        "        return x",
    )
    return sequential_list(c, names, body, ["Head()"], v)


def subclass_training(c: Choices, names: Names, body: Body, head: list[str], v: str) -> list[str]:
    """A branch for inference only: what trains is the other one."""
    count = len(body.layers) + len(head) - 1
    one_unit = any("Dense(1)" in layer or "Dense(1," in layer for layer in head)
    softmax = names.tf("nn.sigmoid" if one_unit else "nn." + c.some(["softmax", "sigmoid"]))
    test = c.some(
        [
            ["if training:", "    return out", f"return {softmax}(out)"],
            ["if not training:", f"    return {softmax}(out)", "return out"],
            [f"return out if training else {softmax}(out)"],
        ]
    )
    names.script.define(
        *_class_body(names, body, head, names.model("Model"), "Net"),
        "",
        "    def call(self, x, training=False):",
        *indent(_chain(count, "out = self.classifier(x)"), 2),
        *indent(test, 2),
    )
    return [f"{v} = Net()"]


WRITERS: dict[str, Writer] = {
    "Sequential list": sequential_list,
    "Sequential add": sequential_add,
    "add in a loop": sequential_loop,
    "loop over a list of layers": sequential_loop_over_layers,
    "add in a conditional": sequential_conditional,
    "list concatenation": concatenated,
    "starred layers": starred,
    "comprehension": comprehension,
    "pop": popped,
    "functional": functional,
    "functional, name reused": reused,
    "nested": nested,
    "Model(base.input, head(base.output))": base_and_head,
    "output of an inner layer": base_layer_output,
    "several branches": multi_input,
    "residual": residual,
    "activation set later": surgery,
    "subclass": subclass,
    "subclass of a subclass": subclass_inherits,
    "super().call": subclass_super_call,
    "own Layer as head": own_layer,
    "if training": subclass_training,
}
