"""Makes models with real Keras, and judges each by what it computes, not by its names.

The live verdict runs the model on random input and its loss on numbers of which the right
answers are known: whether outputs are probabilities, and what the loss makes of its input, are
measured. Nothing of xentlint is used.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

HEADS = (
    "linear", "softmax", "sigmoid", "relu", "tanh", "activation-layer", "softmax-layer",
    "nested", "dropout-after", "reshape-after", "time-distributed", "conv", "stacked", "twice",
    "lambda", "custom-layer", "average", "one-softmax", "operation",
)  # fmt: skip
LOSSES = (
    "string", "short-string", "class-string", "function", "object", "object-logits", "list",
    "dict", "null", "custom", "wrapped", "lambda", "mse", "focal-logits", "kld", "none",
)  # fmt: skip


class Made(NamedTuple):
    """A live model and how it was made."""

    model: Any
    label: str
    head: str
    loss: str
    outputs: int


class Maker:
    """Builds models of one Keras generation: ``keras`` or ``tf_keras``."""

    def __init__(self, keras: Any, seed: int) -> None:
        self.keras = keras
        self.random = random.Random(seed)
        self.rng = np.random.default_rng(seed)
        self.count = 0

        @keras.saving.register_keras_serializable(package="tests")
        class Scaled(keras.layers.Layer):  # type: ignore[misc]
            def call(self, inputs: Any) -> Any:
                return inputs * 2.0

        @keras.saving.register_keras_serializable(package="tests")
        def own_loss(y_true: Any, y_pred: Any) -> Any:
            return keras.losses.mean_squared_error(y_true, y_pred)

        @keras.saving.register_keras_serializable(package="tests")
        class Wrapped(keras.losses.Loss):  # type: ignore[misc]
            def call(self, y_true: Any, y_pred: Any) -> Any:
                return keras.losses.binary_crossentropy(y_true, y_pred, from_logits=True)

        self.scaled, self.own_loss, self.wrapped = Scaled, own_loss, Wrapped

    def head(self, kind: str, units: int, inputs: Any, name: str) -> Any:
        """One output of this kind behind ``inputs``."""
        layers = self.keras.layers
        right = "softmax" if units > 1 else "sigmoid"
        if kind in ("linear", "softmax", "sigmoid", "relu", "tanh"):
            return layers.Dense(units, activation=None if kind == "linear" else kind, name=name)(
                inputs
            )
        if kind == "activation-layer":
            return layers.Activation(right, name=name)(layers.Dense(units)(inputs))
        if kind == "softmax-layer":
            return layers.Softmax(name=name)(layers.Dense(units)(inputs))
        if kind == "nested":
            inner = self.keras.Sequential([layers.Dense(units, activation=right)], name=name)
            return inner(inputs)
        if kind == "dropout-after":
            return layers.Dropout(0.5, name=name)(layers.Dense(units, activation=right)(inputs))
        if kind == "reshape-after":
            return layers.Reshape((1, units), name=name)(layers.Dense(units)(inputs))
        if kind == "time-distributed":
            steps = layers.Reshape((2, 2))(inputs)
            return layers.TimeDistributed(layers.Dense(units, activation=right), name=name)(steps)
        if kind == "conv":
            return layers.Conv1D(units, 1, activation=right, name=name)(
                layers.Reshape((2, 2))(inputs)
            )
        if kind == "stacked":
            return layers.Dense(units, name=name)(layers.Dense(4, activation="softmax")(inputs))
        if kind == "twice":
            return layers.Activation("softmax", name=name)(
                layers.Dense(units, activation="softmax")(inputs)
            )
        if kind == "lambda":
            return layers.Lambda(lambda x: x * 1.0, name=name)(layers.Dense(units)(inputs))
        if kind == "custom-layer":
            return self.scaled(name=name)(layers.Dense(units)(inputs))
        if kind == "average":
            parts = [layers.Dense(units, activation=right)(inputs) for _ in range(2)]
            return layers.Average(name=name)(parts)
        if kind == "one-softmax":
            return layers.Dense(1, activation="softmax", name=name)(inputs)
        dense = layers.Dense(units)(inputs)
        softmax = self.keras.ops.softmax if hasattr(self.keras, "ops") else _tf().nn.softmax
        return softmax(dense)

    def loss(self, kind: str, units: int) -> Any:
        """A loss of this form that fits the units, or not."""
        losses = self.keras.losses
        family = (
            self.random.choice(("sparse_categorical", "categorical")) if units > 1 else "binary"
        )
        if self.random.random() < 0.15:
            family = "binary" if units > 1 else "categorical"
        function = f"{family}_crossentropy"
        class_name = "".join(part.title() for part in family.split("_")) + "Crossentropy"
        logits = self.random.random() < 0.5
        made: dict[str, Callable[[], Any]] = {
            "string": lambda: function,
            "short-string": lambda: "bce" if family == "binary" else function,
            "class-string": lambda: class_name,
            "function": lambda: getattr(losses, function),
            "object": lambda: getattr(losses, class_name)(from_logits=logits),
            "object-logits": lambda: getattr(losses, class_name)(from_logits=True),
            "custom": lambda: self.own_loss,
            "wrapped": lambda: self.wrapped(),
            "none": lambda: None,
            "lambda": lambda: lambda y_true, y_pred: losses.mean_squared_error(y_true, y_pred),
            "mse": lambda: self.random.choice(("mse", losses.Huber(), "hinge")),
            "focal-logits": lambda: losses.BinaryFocalCrossentropy(from_logits=logits),
            "kld": lambda: (
                "kullback_leibler_divergence"
                if self.keras.__name__ == "tf_keras"
                else "kl_divergence"
            ),
        }
        return made.get(kind, made["string"])()

    def make(self, head: str, loss: str) -> Made:
        """A compiled model with weights large enough to tell scales apart."""
        self.count += 1
        units = 1 if head == "one-softmax" else self.random.choice((1, 2, 5))
        count = 2 if loss in ("list", "dict", "null") else 1
        keras = self.keras
        plain = (
            "linear",
            "softmax",
            "sigmoid",
            "relu",
            "tanh",
            "activation-layer",
            "softmax-layer",
        )
        if count == 1 and head in plain and self.random.random() < 0.5:
            model = self._sequential(head, units)
        else:
            inputs = keras.Input((4,))
            outputs = [self.head(head, units, inputs, "zeta")]
            if count == 2:
                outputs.append(self.head(self.random.choice(HEADS[:3]), 3, inputs, "alpha"))
            keyed = (
                {"zz": outputs[0], "aa": outputs[1]}
                if count == 2 and loss == "dict" and self.random.random() < 0.5
                else None
            )
            model = keras.Model(inputs, keyed or (outputs if count > 1 else outputs[0]))
        settings = self._settings(model, loss, units, count)
        model.compile("sgd", loss=settings, metrics=None)
        model.set_weights(
            [self.rng.normal(0, 1.5, w.shape).astype("float32") for w in model.get_weights()]
        )
        return Made(
            model, f"{keras.__name__} {self.count}: {head} / {loss} / {units}", head, loss, count
        )

    def _sequential(self, head: str, units: int) -> Any:
        layers = self.keras.layers
        last = {
            "activation-layer": [
                layers.Dense(units),
                layers.Activation("softmax" if units > 1 else "sigmoid"),
            ],
            "softmax-layer": [layers.Dense(units), layers.Softmax()],
        }.get(head) or [layers.Dense(units, activation=None if head == "linear" else head)]
        return self.keras.Sequential([self.keras.Input((4,)), layers.Dense(3, "relu"), *last])

    def _settings(self, model: Any, loss: str, units: int, count: int) -> Any:
        if count == 1:
            return self.loss(loss, units)
        kinds = ("string", "object", "function")
        made = [self.loss(self.random.choice(kinds), n) for n in (units, 3)]
        keys = sorted(model.output) if isinstance(model.output, dict) else list(model.output_names)
        if isinstance(model.output, dict):  # a list meets them in the order of the sorted keys
            made.reverse()
        if loss == "dict":
            pairs = list(zip(keys, made, strict=True))
            self.random.shuffle(pairs)
            chosen = dict(pairs)
            if self.random.random() < 0.3:
                chosen[pairs[0][0]] = None
            return chosen
        if loss == "null":  # an output without a loss, in a list or a dict
            made[self.random.randrange(2)] = None
            return made if self.random.random() < 0.5 else dict(zip(keys, made, strict=True))
        return made


def _tf() -> Any:
    import tensorflow

    return tensorflow


def scale(values: np.ndarray[Any, Any]) -> str:
    """What the numbers of an output are, by their values alone."""
    rows = values.reshape(-1, values.shape[-1])
    inside = bool((rows >= 0).all() and (rows <= 1).all())
    if inside and rows.shape[1] > 1 and np.allclose(rows.sum(axis=1), 1, atol=1e-4):
        return "simplex"
    if inside and rows.shape[1] == 1 and np.allclose(rows, 1):
        return "ones"
    if inside and rows.max() > 0:
        return "independent"
    if (rows >= 0).all() or (np.abs(rows) <= 1).all():
        return "other"
    return "unbounded"


P = np.array([[0.7, 0.2]], "float32")
Y = np.array([[1.0, 0.0]], "float32")


def expects(loss: Any, keras: Any) -> tuple[str, str]:
    """What a live loss takes its input for, and its family: by its value on known numbers."""
    soft = np.exp(P) / np.exp(P).sum()
    sigm = 1 / (1 + np.exp(-P))
    answers = {
        ("probabilities", "categorical"): -math.log(0.7 / 0.9),
        ("logits", "categorical"): -math.log(soft[0, 0]),
        ("probabilities", "binary"): -(math.log(0.7) + math.log(0.8)) / 2,
        ("logits", "binary"): -(math.log(sigm[0, 0]) + math.log(1 - sigm[0, 1])) / 2,
    }
    for labels in (Y, np.array([0])):
        try:
            value = float(np.mean(np.array(loss(labels, P))))
        except Exception:  # the other kind of labels
            continue
        for answer, expected in answers.items():
            if abs(value - expected) < 1e-3:
                return answer
    return "other", "none"


def values(made: Made) -> tuple[list[str], list[np.ndarray[Any, Any]]]:
    """Each output's name and its numbers, on random input and under several random weights.

    One set of weights may keep an unbounded output between 0 and 1 by chance.
    """
    rng = np.random.default_rng(1)
    kept = made.model.get_weights()
    runs: list[list[np.ndarray[Any, Any]]] = []
    names = list(getattr(made.model, "output_names", ["only"]))
    for _ in range(6):
        data = rng.normal(0, 2, (64, 4)).astype("float32")
        outputs = made.model(data)
        if isinstance(outputs, dict):
            names = sorted(outputs)
            outputs = [outputs[name] for name in names]
        single = not isinstance(outputs, list | tuple)
        runs.append([np.array(value) for value in ([outputs] if single else outputs)])
        made.model.set_weights([rng.normal(0, 2, w.shape).astype("float32") for w in kept])
    made.model.set_weights(kept)
    return names, [np.concatenate(parts) for parts in zip(*runs, strict=True)]


def verdicts(made: Made, keras: Any) -> set[str] | None:
    """The codes that the live model deserves; ``None`` where names alone cannot tell."""
    if made.head in ("lambda", "custom-layer") or made.loss in ("custom", "wrapped", "lambda"):
        return None
    names, flat = values(made)
    loss = made.model.loss
    if isinstance(loss, dict):
        pairs = [(loss.get(name), value) for name, value in zip(names, flat, strict=True)]
    elif isinstance(loss, list | tuple):
        pairs = list(zip(loss, flat, strict=True))
    else:
        pairs = [(loss, value) for value in flat]
    found = {code for one, value in pairs for code in [_code(one, value, keras)] if code}
    if made.head not in ("sigmoid", "twice") and any(scale(value) == "ones" for value in flat):
        found.add("XL103")
    if made.head == "twice":
        found.add("XL105" if flat[0].shape[-1] > 1 else "XL103")
    return found


def _code(loss: Any, value: np.ndarray[Any, Any], keras: Any) -> str | None:
    if loss is None:
        return None
    live = keras.losses.get(loss)
    if getattr(live, "__name__", type(live).__name__).lower().replace("_", "") in _DIVERGENCES:
        wanted, family = "probabilities", "none"
    elif "ocal" in getattr(live, "name", getattr(live, "__name__", "")):
        wanted, family = "logits" if live.get_config()["from_logits"] else "probabilities", "binary"
    else:
        wanted, family = expects(live, keras)
    given, size = scale(value), value.shape[-1]
    if given == "ones":  # the softmax itself is XL103
        return "XL101" if wanted == "logits" else None
    if wanted == "other":
        return None
    if wanted == "logits":
        if family == "categorical" and size == 1:
            return "XL103" if given in ("unbounded", "other") else "XL101"
        return {"unbounded": None, "other": "XL106"}.get(given, "XL101")
    if given == "unbounded":
        return "XL102"
    if given == "other":
        return "XL106"
    if given == "independent" and family == "categorical":
        return "XL104"
    if given == "simplex" and family == "binary":
        return "XL104"
    return None


_DIVERGENCES = ("kldivergence", "kullbackleiblerdivergence")
