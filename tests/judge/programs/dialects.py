"""How a program names Keras: one row a spelling."""

from __future__ import annotations

from dataclasses import dataclass, field

from .base import Choices, Script

PARTS = (
    "layers",
    "models",
    "losses",
    "activations",
    "optimizers",
    "utils",
    "applications",
    "metrics",
)


@dataclass(frozen=True)
class Dialect:
    """Import lines, and for each part a prefix; ``""``: names are imported one by one."""

    name: str
    generation: int
    header: tuple[str, ...]
    prefix: str
    """``tf.keras.{part}.``, ``{part}.`` … for the parts that ``names`` does not hold."""
    names: str = ""
    """The package that single names come from (``from {names}.layers import Dense``)."""
    extra: tuple[str, ...] = ()
    """A line for each part in use: ``from keras import {part}``."""
    package: str = "tensorflow.keras"


_EITHER_KERAS = (
    "try:",
    "    from tensorflow import keras",
    "except ImportError:",
    "    import keras",
)
_EITHER_TF_KERAS = (
    "try:",
    "    import tf_keras as keras",
    "except ImportError:",
    "    from tensorflow import keras",
)

DIALECTS = (
    Dialect("tf.keras", 3, ("import tensorflow as tf",), "tf.keras.{part}."),
    Dialect(
        "from tensorflow import keras",
        3,
        ("import tensorflow as tf", "from tensorflow import keras"),
        "keras.{part}.",
    ),
    Dialect(
        "from tensorflow.keras import part",
        3,
        ("import tensorflow as tf",),
        "{part}.",
        extra=("from tensorflow.keras import {part}",),
    ),
    Dialect(
        "from tensorflow.keras.part import name",
        3,
        ("import tensorflow as tf",),
        "",
        names="tensorflow.keras",
    ),
    Dialect("import keras", 3, ("import keras",), "keras.{part}.", package="keras"),
    Dialect(
        "from keras import part",
        3,
        ("import keras",),
        "{part}.",
        extra=("from keras import {part}",),
        package="keras",
    ),
    Dialect("from keras.part import name", 3, (), "", names="keras", package="keras"),
    Dialect("star import keras", 3, (), "", extra=("from keras.{part} import *",), package="keras"),
    Dialect(
        "star import tensorflow.keras",
        3,
        ("import tensorflow as tf",),
        "",
        extra=("from tensorflow.keras.{part} import *",),
    ),
    Dialect(
        "import tf_keras as keras",
        2,
        ("import tf_keras as keras",),
        "keras.{part}.",
        package="tf_keras",
    ),
    Dialect(
        "from tf_keras import part",
        2,
        (),
        "{part}.",
        extra=("from tf_keras import {part}",),
        package="tf_keras",
    ),
    Dialect("from tf_keras.part import name", 2, (), "", names="tf_keras", package="tf_keras"),
    Dialect(
        "alias of a part",
        3,
        ("import tensorflow as tf",),
        "{part}_.",
        extra=("{part}_ = tf.keras.{part}",),
    ),
    Dialect(
        "alias of a name",
        3,
        ("import tensorflow as tf",),
        "",
        extra=("{name} = tf.keras.{part}.{name}",),
    ),
    Dialect("alias of keras", 3, ("import tensorflow as tf", "K_ = tf.keras"), "K_.{part}."),
    Dialect("try import keras", 3, _EITHER_KERAS, "keras.{part}."),
    Dialect("try import tf_keras", 2, _EITHER_TF_KERAS, "keras.{part}.", package="tf_keras"),
    Dialect(
        "keras.api", 3, (), "{part}.", extra=("from keras.api import {part}",), package="keras"
    ),
    Dialect("tf.compat.v2", 3, ("import tensorflow.compat.v2 as tf",), "tf.keras.{part}."),
    Dialect(
        "tf.compat.v1 keras",
        3,
        ("import tensorflow as tf", "keras = tf.compat.v1.keras"),
        "keras.{part}.",
    ),
    Dialect(
        "import part as alias",
        3,
        ("import tensorflow as tf",),
        "k{part}.",
        extra=("import tensorflow.keras.{part} as k{part}",),
    ),
    Dialect(
        "from import part as alias",
        3,
        ("import keras",),
        "{part}_module.",
        extra=("from keras import {part} as {part}_module",),
        package="keras",
    ),
    Dialect(
        "tensorflow.python.keras",
        2,
        ("import tensorflow as tf",),
        "{part}.",
        extra=("from tensorflow.python.keras import {part}",),
        package="tensorflow.python.keras",
    ),
)


@dataclass
class Names:
    """Writes API names in one dialect, and the imports that they need."""

    dialect: Dialect
    script: Script
    _headed: bool = field(default=False)

    @property
    def generation(self) -> int:
        return self.dialect.generation

    @property
    def modern(self) -> bool:
        """Whether the newer losses and layers exist (not in ``tensorflow.python.keras``)."""
        return self.dialect.package != "tensorflow.python.keras"

    def on(self, script: Script) -> Names:
        """The same dialect in another file."""
        return Names(self.dialect, script)

    def of(self, part: str, name: str) -> str:
        if not self._headed:
            self._headed = True
            for line in self.dialect.header:
                self.script.imports.append(line)
        if self.dialect.names:
            self._import_name(f"from {self.dialect.names}.{part} import ", name)
            return name
        for line in self.dialect.extra:
            self.script.need(line.format(part=part, name=name))
        return self.dialect.prefix.format(part=part) + name

    def of_module(self, part: str, name: str) -> str:
        """For names such as ``get``, which several parts have."""
        if self.dialect.prefix:
            return self.of(part, name)
        self.script.need(f"from {self.dialect.package} import {part}")
        return f"{part}.{name}"

    def _import_name(self, start: str, name: str) -> None:
        for index, line in enumerate(self.script.imports):
            if line.startswith(start):
                if name not in line[len(start) :].split(", "):
                    self.script.imports[index] += f", {name}"
                return
        self.script.imports.append(start + name)

    def layer(self, name: str, arguments: str = "") -> str:
        return f"{self.of('layers', name)}({arguments})"

    def model(self, name: str) -> str:
        return self.of("models", name)

    def loss(self, name: str) -> str:
        return self.of("losses", name)

    def activation(self, name: str) -> str:
        return self.of("activations", name)

    def tf(self, name: str) -> str:
        if not any(line.endswith(" as tf") for line in self.script.imports):
            self.script.imports.insert(0, "import tensorflow as tf")
        return "tf." + name

    def np(self, name: str) -> str:
        self.script.need("import numpy as np")
        return "np." + name

    def backend(self, name: str) -> str:
        self.script.need(f"from {self.dialect.package} import backend as K")
        return "K." + name

    def ops(self, name: str) -> str:
        if self.dialect.package == "keras":
            self.script.need("from keras import ops")
            return "ops." + name
        self.script.need("import keras.ops as kops")
        return "kops." + name

    def optimizer(self, c: Choices) -> str:
        plain = self.dialect.package == "tensorflow.python.keras"
        kind = c.some(["string", "string", "object"])
        if kind == "string" or plain:
            return c.some(['"adam"', '"sgd"', "'rmsprop'"])
        name = c.some(["Adam", "SGD"])
        return f"{self.of('optimizers', name)}({c.some(['', '1e-3', 'learning_rate=0.01'])})"


def pick_names(c: Choices, script: Script, old: bool = True) -> Names:
    """``old``: whether ``tensorflow.python.keras``, which lacks half of it all, will do."""
    rows = {row.name: row for row in DIALECTS if old or row.package != "tensorflow.python.keras"}
    return Names(rows[c.pick("naming", list(rows))], script)
