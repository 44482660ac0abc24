"""Alternatives: flags, conditions decided once for the model and once for the loss, loops."""

from __future__ import annotations

from collections.abc import Callable

from .base import Choices, Program, Script, indent
from .bodies import Body, body
from .dialects import Names, pick_names
from .losses import CLASSES, FUNCTIONS

Environs = tuple[tuple[tuple[str, str], ...], ...]
_MODE: Environs = ((("MODE", "a"),), (("MODE", "b"),))
_FLAG: Environs = ((("RAW_SCORES", "1"),), (("RAW_SCORES", ""),))


class Flow:
    """A script with a body; the alternatives are written by each story."""

    def __init__(self, c: Choices) -> None:
        self.c, self.script = c, Script()
        self.names: Names = pick_names(c, self.script)
        self.body: Body = body(c, self.names, ("dense", "dense", "conv"))

    def builder(self, arguments: str, last: list[str], name: str = "build") -> None:
        """A function that adds what ``last`` says to a Sequential."""
        lines = [f"net = {self.names.model('Sequential')}()"]
        lines += [
            f"net.add({layer})"
            for layer in (self.names.layer("Input", f"shape={self.body.shape}"), *self.body.layers)
        ]
        self.script.define(f"def {name}({arguments}):", *indent([*lines, *last, "return net"]))

    def dense(self, arguments: str) -> str:
        return self.names.layer("Dense", arguments)

    def loss(self, family: str, flag: str = "") -> str:
        """A class with a flag, or without."""
        return f"{self.names.loss(CLASSES[family])}({'from_logits=' + flag if flag else ''})"

    def family(self) -> tuple[str, int, str]:
        return self.c.some(
            [("categorical", 5, "softmax"), ("sparse", 4, "softmax"), ("binary", 1, "sigmoid")]
        )

    def program(
        self, codes: set[str], environs: Environs = ((),), undecidable: bool = False
    ) -> Program:
        return Program(
            (("train.py", self.script.render()),),
            frozenset(self.c.constructs),
            frozenset(codes),
            environs,
            undecidable,
        )


def flag_is_from_logits(f: Flow) -> Program:
    """One boolean picks the activation and is the ``from_logits``; or is negated by mistake."""
    family, units, activation = f.family()
    wrong = f.c.flag()
    f.script.need("import os")
    name = f.c.some(["logits", "use_logits", "raw"])
    test = f.c.some(
        [
            [f"net.add({f.dense(f'{units}, activation=None if {name} else {activation!r}')})"],
            [
                f"net.add({f.dense(str(units))})",
                f"if not {name}:",
                f"    net.add({f.names.layer('Activation', repr(activation))})",
            ],
            [
                f"act = {activation!r}",
                f"if {name}:",
                "    act = None",
                f"net.add({f.dense(f'{units}, activation=act')})",
            ],
        ]
    )
    f.builder(name, test)
    f.script.main += ['flag = bool(os.environ.get("RAW_SCORES"))', "model = build(flag)"]
    passed = "not flag" if wrong else "flag"
    f.script.main.append(f"model.compile(optimizer='adam', loss={f.loss(family, passed)})")
    return f.program({"XL101", "XL102"} if wrong else set(), _FLAG)


def decided_twice(f: Flow) -> Program:
    """``if n == 1`` for the model, and again for the loss: contradictory halves never meet."""
    wrong = f.c.flag()
    f.script.need("import os")
    argument = f.c.some(["n_classes", "classes", "n"])
    binary = f.dense("1, activation='sigmoid'")
    many = f.dense(f"{argument}, activation='softmax'")
    f.builder(
        argument,
        [f"if {argument} == 1:", f"    net.add({binary})", "else:", f"    net.add({many})"],
    )
    ok = f.c.some(
        [
            ("'binary_crossentropy'", "'categorical_crossentropy'"),
            (f.loss("binary"), f.loss("categorical")),
        ]
    )
    bad = (f.loss("binary", "True"), f.loss("categorical", "True"))
    first, second = bad if wrong else ok
    f.script.main += [
        'n_classes = 1 if os.environ.get("MODE") == "a" else 7',
        "model = build(n_classes)",
    ]
    test = f.c.some(["n_classes == 1", "n_classes == 1", "n_classes < 2"])
    f.script.main += f.c.some(
        [
            [f"loss = {first} if {test} else {second}"],
            [f"if {test}:", f"    loss = {first}", "else:", f"    loss = {second}"],
        ]
    )
    f.script.main.append("model.compile(optimizer='adam', loss=loss)")
    return f.program({"XL101"} if wrong else set(), _MODE)


def decided_in_class(f: Flow) -> Program:
    """The same through an attribute, asked in two methods."""
    wrong = f.c.flag()
    f.script.need("import os")
    sequential = f.names.model("Sequential")
    stem = ", ".join([f.names.layer("Input", f"shape={f.body.shape}"), *f.body.layers])
    losses = ("'categorical_crossentropy'", "'binary_crossentropy'")
    if wrong:
        losses = (losses[1], losses[0])
    f.script.define(
        "class Experiment:",
        "    def __init__(self, multiclass):",
        "        self.multiclass = multiclass",
        "",
        "    def model(self):",
        f"        net = {sequential}([{stem}])",
        "        if self.multiclass:",
        f"            net.add({f.dense('6, activation=' + repr('softmax'))})",
        "        else:",
        f"            net.add({f.dense('3, activation=' + repr('sigmoid'))})",
        "        return net",
        "",
        "    def run(self):",
        "        net = self.model()",
        "        if self.multiclass:",
        f"            net.compile('adam', {losses[0]})",
        "        else:",
        f"            net.compile('adam', {losses[1]})",
        "        return net",
    )
    f.script.main += ['job = Experiment(os.environ.get("MODE") == "a")', "job.run()"]
    return f.program({"XL104"} if wrong else set(), _MODE)


def parameter_with_default(f: Flow) -> Program:
    """An activation handed in, by default or by keyword."""
    family, units, activation = f.family()
    f.builder(
        f"units, activation={activation!r}, **options",
        [f"net.add({f.dense('units, activation=activation')})"],
    )
    given = f.c.some(["", ", activation=None", ", None", f", activation={activation!r}"])
    logits = "None" in given
    flag = f.c.flag()
    f.script.main += [
        f"model = build({units}{given})",
        f"model.compile('adam', {f.loss(family, str(flag))})",
    ]
    codes = {(False, True): {"XL101"}, (True, False): {"XL102"}}.get((logits, flag), set())
    return f.program(codes)


def literal_branch(f: Flow) -> Program:
    """A branch that a constant decides: the other side never runs."""
    family, units, activation = f.family()
    on = f.c.flag()
    flag = f.c.flag()
    f.script.constants.append(f"WITH_ACTIVATION = {on}")
    f.builder(
        "",
        [
            "if WITH_ACTIVATION:",
            f"    net.add({f.dense(f'{units}, activation={activation!r}')})",
            "else:",
            f"    net.add({f.dense(str(units))})",
        ],
    )
    f.script.main += ["model = build()", f"model.compile('adam', loss={f.loss(family, str(flag))})"]
    return f.program({(True, True): {"XL101"}, (False, False): {"XL102"}}.get((on, flag), set()))


def only_when(f: Flow) -> Program:
    """Wrong on one side of one decision."""
    family, units, activation = f.family()
    f.script.need("import os")
    f.builder(
        "mode",
        [
            'if mode == "a":',
            f"    net.add({f.dense(f'{units}, activation={activation!r}')})",
            "else:",
            f"    net.add({f.dense(str(units))})",
        ],
    )
    flag = f.c.flag()
    f.script.main += [
        'model = build(os.environ.get("MODE"))',
        f"model.compile('sgd', {f.loss(family, str(flag))})",
    ]
    return f.program({"XL101"} if flag else {"XL102"}, _MODE)


def loop_over_dict(f: Flow) -> Program:
    """Element by element: each activation with its own loss."""
    family, units, activation = f.family()
    wrong = f.c.flag()
    flags = ("True", "False") if wrong else ("False", "True")
    f.builder("activation", [f"net.add({f.dense(f'{units}, activation=activation')})"])
    form = f.c.pick("loop over", ("dict", "list of tuples", "zip", "enumerate", "comprehension"))
    compile_ = f"build(activation).compile('adam', {f.loss(family, 'flag')})"
    rows = f"({activation!r}, {flags[0]}), (None, {flags[1]})"
    if form == "dict":
        lines = [
            f"for activation, flag in {{{activation!r}: {flags[0]}, None: {flags[1]}}}.items():",
            f"    {compile_}",
        ]
    elif form == "list of tuples":
        lines = [f"for activation, flag in [{rows}]:", f"    {compile_}"]
    elif form == "zip":
        lines = [
            f"for activation, flag in zip([{activation!r}, None], [{flags[0]}, {flags[1]}]):",
            f"    {compile_}",
        ]
    elif form == "enumerate":
        f.script.constants.append(f"FLAGS = [{flags[0]}, {flags[1]}]")
        lines = [
            f"for i, activation in enumerate([{activation!r}, None]):",
            "    flag = FLAGS[i]",
            f"    {compile_}",
        ]
    else:
        f.script.define(
            "def ready(activation, flag):",
            "    net = build(activation)",
            f"    net.compile('adam', {f.loss(family, 'flag')})",
            "    return net",
        )
        lines = [f"models = [ready(a, f) for a, f in [{rows}]]"]
    f.script.main += lines
    return f.program({"XL101", "XL102"} if wrong else set())


def table_of_settings(f: Flow) -> Program:
    """Activation and loss looked up in a literal dict."""
    wrong = f.c.flag()
    losses = {"binary": "binary_crossentropy", "multi": "sparse_categorical_crossentropy"}
    second = "softmax" if not wrong else f.c.some(["linear", "sigmoid"])
    f.script.constants += [
        "SETTINGS = {",
        f"    'binary': {{'units': 1, 'activation': 'sigmoid', 'loss': '{losses['binary']}'}},",
        f"    'multi': {{'units': 4, 'activation': '{second}', 'loss': '{losses['multi']}'}},",
        "}",
    ]
    wanted = "config['units'], activation=config['activation']"
    f.builder(
        "task",
        [
            "config = SETTINGS[task]",
            f"net.add({f.dense(wanted)})",
            "net.compile('adam', loss=config['loss'])",
        ],
    )
    f.script.main += [f"build({f.c.some(['multi', 'multi'])!r})"]
    return f.program(({"XL102"} if second == "linear" else {"XL104"}) if wrong else set())


def independent_decisions(f: Flow) -> Program:
    """Two settings that nothing ties together: right or wrong only by luck."""
    family, units, activation = f.family()
    f.script.need("import os")
    f.builder(
        "squash",
        [
            "if squash:",
            f"    net.add({f.dense(f'{units}, activation={activation!r}')})",
            "else:",
            f"    net.add({f.dense(str(units))})",
        ],
    )
    f.script.main += [
        'model = build(os.environ.get("SQUASH") == "1")',
        'flag = os.environ.get("RAW_SCORES") == "1"',
        f"model.compile('adam', {f.loss(family, 'flag')})",
    ]
    both = tuple((("SQUASH", a), ("RAW_SCORES", b)) for a in "01" for b in "01")
    return f.program({"XL101", "XL102"}, both, undecidable=True)


def name_bound_again(f: Flow) -> Program:
    """One name for two models, one loss name for two losses."""
    family, units, activation = f.family()
    wrong = f.c.flag()
    f.builder("activation", [f"net.add({f.dense(f'{units}, activation=activation')})"])
    name = FUNCTIONS[family]
    f.script.main += [
        f"model = build({activation!r})",
        f"loss = '{name}'",
        "model.compile('adam', loss)",
        "model = build(None)",
        *([] if wrong else [f"loss = {f.loss(family, 'True')}"]),
        "model.compile('adam', loss)",
    ]
    return f.program({"XL102"} if wrong else set())


FLOWS: dict[str, Callable[[Flow], Program]] = {
    "flag as from_logits": flag_is_from_logits,
    "decided twice": decided_twice,
    "decided in two methods": decided_in_class,
    "parameter with default": parameter_with_default,
    "constant branch": literal_branch,
    "only when": only_when,
    "loop over literals": loop_over_dict,
    "table of settings": table_of_settings,
    "independent decisions": independent_decisions,
    "name bound again": name_bound_again,
}


def flowing(c: Choices) -> Program:
    """One of the shapes of control flow."""
    return FLOWS[c.pick("flow", list(FLOWS))](Flow(c))
