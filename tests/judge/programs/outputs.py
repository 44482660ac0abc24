"""Models with several outputs, and builders with several losses."""

from __future__ import annotations

from .base import Choices, Program, Script, indent
from .bodies import body, labels
from .choosing import Pair, choose
from .compiled import COMPILED
from .dialects import Names, pick_names
from .heads import head_layers
from .losses import loss_object

_SIMPLE = tuple(
    form
    for form in COMPILED
    if form
    in (
        "string",
        "class default",
        "class keyword",
        "class position",
        "function",
        "lambda",
        "partial",
    )
)


class Several:
    """Two or three heads on one body, each with a loss."""

    def __init__(self, c: Choices) -> None:
        self.c, self.script = c, Script()
        self.names: Names = pick_names(c, self.script)
        self.body = body(c, self.names, ("dense", "dense", "conv"))
        self.outputs = c.some([["a", "b"], ["label", "mask"], ["kind", "age", "risk"]])
        self.pairs = [self._pair() for _ in self.outputs]
        self.heads = [
            head_layers(c, self.names, pair.head, f'name="{name}"')
            for pair, name in zip(self.pairs, self.outputs, strict=True)
        ]
        self.losses = [loss_object(c, self.names, pair.loss) for pair in self.pairs]
        self.ys = [labels(c, self.names, pair.head, pair.loss.family) for pair in self.pairs]
        self.codes = frozenset().union(*(pair.codes for pair in self.pairs))

    def _pair(self) -> Pair:
        return choose(self.c, self.names, _SIMPLE)

    def stem(self) -> list[str]:
        lines = [
            f"inputs = {self.names.layer('Input', f'shape={self.body.shape}')}",
            f"x = {self.body.layers[0]}(inputs)",
        ]
        return lines + [f"x = {layer}(x)" for layer in self.body.layers[1:]]

    def applied(self) -> list[str]:
        lines = []
        for name, layers in zip(self.outputs, self.heads, strict=True):
            source = "x"
            for layer in layers:
                lines.append(f"{name}_out = {layer}({source})")
                source = f"{name}_out"
        return lines

    def program(self) -> Program:
        return Program(
            (("train.py", self.script.render()),), frozenset(self.c.constructs), self.codes
        )


def several(c: Choices) -> Program:
    """One model, several heads; losses by position or by name."""
    s = Several(c)
    model = s.names.model("Model")
    outputs = [f"{name}_out" for name in s.outputs]
    as_dict = c.pick("outputs", ("list", "dict")) == "dict" and s.names.modern
    given = "{" + ", ".join(f'"{n}": {o}' for n, o in zip(s.outputs, outputs, strict=True)) + "}"
    listed = f"[{', '.join(outputs)}]"
    lines = [*s.stem(), *s.applied(), f"model = {model}(inputs, {given if as_dict else listed})"]
    by_name = as_dict or c.flag()
    c.tag("losses: by name" if by_name else "losses: by position")
    weights = c.some(["", ", loss_weights=" + (_weights(s, by_name))])
    losses = _losses(s, by_name)
    if c.flag():
        lines += [
            f"objectives = {losses}",
            f"model.compile(optimizer='adam', loss=objectives{weights})",
        ]
    else:
        lines.append(f"model.compile(optimizer='adam', loss={losses}{weights})")
    ys = _dict(s.outputs, s.ys) if by_name else f"[{', '.join(s.ys)}]"
    if c.flag():
        s.script.define("def build():", *indent([*lines, "return model"]))
        lines = ["model = build()"]
    s.script.main += [*lines, f"model.fit({s.body.x}, {ys})"]
    return s.program()


def _dict(names: list[str], values: list[str]) -> str:
    return "{" + ", ".join(f'"{n}": {v}' for n, v in zip(names, values, strict=True)) + "}"


def _losses(s: Several, by_name: bool) -> str:
    return _dict(s.outputs, s.losses) if by_name else f"[{', '.join(s.losses)}]"


def _weights(s: Several, by_name: bool) -> str:
    ones = ["1.0", "0.5", "2.0"][: len(s.outputs)]
    return _dict(s.outputs, ones) if by_name else f"[{', '.join(ones)}]"


def shared_head(c: Choices) -> Program:
    """One head layer on two branches."""
    script = Script()
    names = pick_names(c, script)
    pair = choose(c, names, _SIMPLE, keep=lambda pair: pair.head.units > 1)
    stem = body(c, names, ("dense",))
    head = head_layers(c, names, pair.head, 'name="shared"')
    loss = loss_object(c, names, pair.loss)
    c.tag("model: shared head")
    dense = names.layer("Dense", "8, activation='relu'")
    lines = [
        f"one, two = {names.layer('Input', 'shape=(8,)')}, {names.layer('Input', 'shape=(8,)')}",
        f"encoder = {stem.layers[0]}",
        *[f"part{i} = {layer}" for i, layer in enumerate([dense, *head])],
    ]
    for start, name in (("one", "u"), ("two", "v")):
        lines.append(f"{name} = encoder({start})")
        lines += [f"{name} = part{i}({name})" for i in range(len(head) + 1)]
    c.tag("model: multi-input")
    lines.append(f"model = {names.model('Model')}([one, two], [u, v])")
    lines.append(f"model.compile(optimizer='sgd', loss=[{loss}, {loss}])")
    y = labels(c, names, pair.head, pair.loss.family)
    script.main += [*lines, f"x = {stem.x}", f"y = {y}", "model.fit([x, x], [y, y])"]
    return Program((("train.py", script.render()),), frozenset(c.constructs), pair.codes)


def several_losses(c: Choices) -> Program:
    """One builder, compiled with each of several losses in turn."""
    script = Script()
    names = pick_names(c, script)
    first = choose(c, names, _SIMPLE)
    second = choose(c, names, _SIMPLE, keep=lambda pair: pair.head == first.head)
    stem = body(c, names, ("dense", "dense", "conv"))
    head = head_layers(c, names, first.head)
    losses = [loss_object(c, names, pair.loss) for pair in (first, second)]
    lines = [
        f"model = {names.model('Sequential')}([",
        f"    {names.layer('Input', f'shape={stem.shape}')},",
    ]
    lines += [f"    {layer}," for layer in [*stem.layers, *head]]
    script.define("def build():", *indent([*lines, "])", "return model"]))
    form = c.pick("several losses", ("list", "dict", "one after the other", "comprehension", "zip"))
    compile_ = "net.compile(optimizer='adam', loss=loss)"
    if form == "list":
        main = [f"for loss in [{', '.join(losses)}]:", "    net = build()", f"    {compile_}"]
    elif form == "dict":
        pairs = ", ".join(f'"{name}": {loss}' for name, loss in zip("ab", losses, strict=True))
        main = [f"for name, loss in {{{pairs}}}.items():", "    net = build()", f"    {compile_}"]
    elif form == "zip":
        main = [
            f"for rate, loss in zip([0.1, 0.01], [{', '.join(losses)}]):",
            "    net = build()",
            f"    {compile_}",
        ]
    elif form == "comprehension":
        script.define(
            "def prepared(loss):", "    net = build()", f"    {compile_}", "    return net"
        )
        main = [f"nets = [prepared(loss) for loss in ({', '.join(losses)})]"]
    else:
        main = []
        for index, loss in enumerate(losses):
            main += [f"net{index} = build()", f"net{index}.compile(optimizer='adam', loss={loss})"]
    script.main += main
    return Program(
        (("train.py", script.render()),), frozenset(c.constructs), first.codes | second.codes
    )
