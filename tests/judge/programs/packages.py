"""Programs of several files: model, loss and constants from modules of the project."""

from __future__ import annotations

from collections.abc import Callable

from . import models
from .base import Choices, Program, Script, indent
from .bodies import Body, body, labels
from .choosing import Pair, choose
from .compiled import COMPILED
from .dialects import Names, pick_names
from .heads import head_layers
from .losses import CLASSES, loss_object


class Package:
    """A model in one file, a loss in another, a script that trains."""

    def __init__(self, c: Choices) -> None:
        self.c = c
        self.nets, self.costs, self.main = Script(), Script(), Script()
        names: Names = pick_names(c, self.nets)
        self.names = names
        forms = tuple(form for form in COMPILED if form != "flag variable")
        self.pair: Pair = choose(c, names.on(self.costs), forms)
        self.body: Body = body(c, names, ("dense", "dense", "embedding"))
        head = head_layers(c, names, self.pair.head)
        lines = models.build(
            c, names, self.body, head, "model", ("if training", "activation set later")
        )
        self.nets.define("def build_model():", *indent([*lines, "return model"]))
        self.loss_text = loss_object(c, names.on(self.costs), self.pair.loss)
        self.on_main = names.on(self.main)

    def trains(self, model: str, loss: str) -> None:
        """The script's last lines."""
        y = labels(self.c, self.on_main, self.pair.head, self.pair.loss.family)
        x = self.body.x
        self.main.need("import numpy as np")
        self.main.main += [
            f"model = {model}",
            f"model.compile(optimizer='adam', loss={loss})",
            f"model.fit({x}, {y})",
        ]

    def program(self, **files: Script) -> Program:
        shown = tuple((path, script.render()) for path, script in files.items())
        return Program(shown, frozenset(self.c.constructs), self.pair.codes)

    def files(self, *rows: tuple[str, Script | str]) -> Program:
        shown = tuple(
            (path, part if isinstance(part, str) else part.render()) for path, part in rows
        )
        return Program(shown, frozenset(self.c.constructs), self.pair.codes)


def flat(p: Package) -> Program:
    """Files side by side, absolute imports."""
    p.costs.define("def make_loss():", f"    return {p.loss_text}")
    p.main.imports += p.c.some(
        [
            ["from nets import build_model", "from costs import make_loss"],
            ["from nets import build_model as build", "import costs"],
            ["import nets", "import costs as c"],
        ]
    )
    spelled = {
        "from nets import build_model": ("build_model()", "make_loss()"),
        "from nets import build_model as build": ("build()", "costs.make_loss()"),
        "import nets": ("nets.build_model()", "c.make_loss()"),
    }
    p.trains(*spelled[p.main.imports[0]])
    return p.files(("train.py", p.main), ("nets.py", p.nets), ("costs.py", p.costs))


def _constant_loss(p: Package) -> None:
    p.costs.definitions.append(f"LOSS = {p.loss_text}")


def package(p: Package) -> Program:
    """A package, absolute imports from the script."""
    _constant_loss(p)
    p.main.imports += ["from project.nets import build_model", "from project.costs import LOSS"]
    p.trains("build_model()", "LOSS")
    return p.files(
        ("train.py", p.main),
        ("project/__init__.py", ""),
        ("project/nets.py", p.nets),
        ("project/costs.py", p.costs),
    )


def reexported(p: Package) -> Program:
    """Names that ``__init__`` hands on."""
    _constant_loss(p)
    p.main.imports += p.c.some([["from project import LOSS, build_model"], ["import project"]])
    if p.main.imports == ["import project"]:
        p.trains("project.build_model()", "project.LOSS")
    else:
        p.trains("build_model()", "LOSS")
    init = "from .costs import LOSS\nfrom .nets import build_model\n"
    return p.files(
        ("train.py", p.main),
        ("project/__init__.py", init),
        ("project/nets.py", p.nets),
        ("project/costs.py", p.costs),
    )


def relative(p: Package) -> Program:
    """The training function inside of the package, relative imports."""
    _constant_loss(p)
    trainer = Script()
    trainer.imports += p.c.some(
        [
            ["from .nets import build_model", "from .costs import LOSS"],
            ["from . import nets, costs"],
        ]
    )
    build, loss = (
        ("build_model()", "LOSS")
        if len(trainer.imports) == 2
        else ("nets.build_model()", "costs.LOSS")
    )
    trainer.define(
        "def train(x, y):",
        f"    model = {build}",
        f"    model.compile(optimizer='adam', loss={loss})",
        "    model.fit(x, y)",
    )
    p.main.imports.append("from project.training import train")
    y = labels(p.c, p.on_main, p.pair.head, p.pair.loss.family)
    p.main.need("import numpy as np")
    p.main.main.append(f"train({p.body.x}, {y})")
    return p.files(
        ("train.py", p.main),
        ("project/__init__.py", ""),
        ("project/nets.py", p.nets),
        ("project/costs.py", p.costs),
        ("project/training.py", trainer),
    )


def constants(p: Package) -> Program:
    """Only a constant from elsewhere: the flag of the loss."""
    if p.pair.loss.form not in ("class keyword", "class default", "class position"):
        return package(p)
    p.c.tag("modules: constant flag")
    config = Script()
    config.constants.append(f"FROM_LOGITS = {p.pair.loss.flag}")
    p.main.imports += p.c.some([["from settings import FROM_LOGITS"], ["import settings"]])
    flag = "FROM_LOGITS" if "from" in p.main.imports[0] else "settings.FROM_LOGITS"
    p.main.imports.append("from nets import build_model")
    p.trains("build_model()", f"{p.on_main.loss(CLASSES[p.pair.loss.family])}(from_logits={flag})")
    return p.files(("train.py", p.main), ("nets.py", p.nets), ("settings.py", config))


def class_elsewhere(p: Package) -> Program:
    """A builder class from another file."""
    _constant_loss(p)
    p.nets.define("class Factory:", "    def create(self):", "        return build_model()")
    p.main.imports += ["from nets import Factory", "from costs import LOSS"]
    p.trains("Factory().create()", "LOSS")
    return p.files(("train.py", p.main), ("nets.py", p.nets), ("costs.py", p.costs))


PACKAGES: dict[str, Callable[[Package], Program]] = {
    "side by side": flat,
    "package": package,
    "__init__ re-exports": reexported,
    "relative imports": relative,
    "constants": constants,
    "class from elsewhere": class_elsewhere,
}


def packaged(c: Choices) -> Program:
    """One of the layouts."""
    return PACKAGES[c.pick("modules", list(PACKAGES))](Package(c))
