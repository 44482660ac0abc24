"""Pre-trained bodies, layers over time, losses added by the model itself."""

from __future__ import annotations

from collections.abc import Callable

from .base import Choices, Program, Script
from .bodies import ROWS
from .choosing import codes_of
from .dialects import Names, pick_names
from .heads import Head, head_layers
from .losses import CLASSES, Loss, loss_object

_FORMS = ("string", "class default", "class keyword", "function")


class Special:
    """Names, and a loss for a head of several units."""

    def __init__(self, c: Choices) -> None:
        self.c, self.script = c, Script()
        self.names: Names = pick_names(c, self.script, old=False)

    def loss(
        self, head: Head, families: tuple[str, ...] = ("categorical", "sparse")
    ) -> tuple[str, Loss]:
        """A loss object, right or wrong for the head."""
        form = self.c.some(_FORMS)
        expects = (
            self.c.some(["logits", "probabilities"]) if form == "class keyword" else "probabilities"
        )
        loss = Loss(self.c.some(families), expects, form)
        return loss_object(self.c, self.names, loss), loss

    def program(self, head: Head, loss: Loss) -> Program:
        codes = codes_of(head, loss)
        return Program((("train.py", self.script.render()),), frozenset(self.c.constructs), codes)


def _application(s: Special) -> tuple[str, str]:
    name = s.c.some(["MobileNet", "MobileNet", "VGG16"])
    return s.names.of("applications", name), "alpha=0.25, " if name == "MobileNet" else ""


def whole(s: Special) -> Program:
    """The application with its own classifier."""
    function, more = _application(s)
    written = s.c.some(["", "", "softmax", "None", "'sigmoid'"])
    s.c.tag(
        "applications: classifier_activation" if written else "applications: default classifier"
    )
    text = {
        "": "",
        "softmax": ", classifier_activation='softmax'",
        "None": ", classifier_activation=None",
    }.get(written, ", classifier_activation='sigmoid'")
    more += s.c.some(["", "include_top=True, "])
    head = Head(
        {"": "softmax", "None": "linear", "'sigmoid'": "sigmoid"}.get(written, "softmax"), 6
    )
    loss, spec = s.loss(head)
    s.script.main += [
        f"model = {function}({more}weights=None, classes=6, input_shape=(32, 32, 3){text})",
        f"model.compile(optimizer='adam', loss={loss})",
    ]
    return s.program(head, spec)


def fine_tuned(s: Special) -> Program:
    """``include_top=False`` and a head of one's own."""
    function, more = _application(s)
    head = Head(s.c.some(["softmax", "linear", "sigmoid"]), 5)
    layers = head_layers(s.c, s.names, head)
    loss, spec = s.loss(head)
    pool = s.names.layer("GlobalAveragePooling2D")
    weights = s.c.some(["'imagenet'", "None"])
    base = f"base = {function}({more}weights={weights}, include_top=False, input_shape=(32, 32, 3))"
    s.script.main += [base, "base.trainable = False"]
    form = s.c.pick("fine-tuning", ("Sequential", "called", "base.output"))
    if form == "Sequential":
        s.script.main.append(
            f"model = {s.names.model('Sequential')}([base, {', '.join([pool, *layers])}])"
        )
    else:
        if form == "called":
            s.script.main += [
                f"inputs = {s.names.layer('Input', 'shape=(32, 32, 3)')}",
                "x = base(inputs, training=False)",
            ]
        else:
            s.script.main += ["x = base.output"]
        s.script.main += [f"x = {layer}(x)" for layer in [pool, *layers]]
        start = "inputs" if form == "called" else "base.input"
        s.script.main.append(f"model = {s.names.model('Model')}({start}, x)")
    s.script.main.append(f"model.compile('adam', {loss})")
    return s.program(head, spec)


def over_time(s: Special) -> Program:
    """A head for each step of a sequence."""
    head = Head(s.c.some(["softmax", "linear", "sigmoid"]), s.c.some([3, 5]))
    activation = "" if head.activation == "linear" else f", activation='{head.activation}'"
    dense = s.names.layer("Dense", f"{head.units}{activation}")
    form = s.c.pick(
        "over time",
        ("TimeDistributed", "Dense on sequences", "Conv1D", "TimeDistributed(Activation)"),
    )
    last = [s.names.layer("TimeDistributed", dense)]
    if form == "Dense on sequences":
        last = [dense]
    elif form == "Conv1D":
        last = [s.names.layer("Conv1D", f"{head.units}, 1{activation}")]
    elif form == "TimeDistributed(Activation)" and activation:
        last = [
            s.names.layer("Dense", str(head.units)),
            s.names.layer("TimeDistributed", s.names.layer("Activation", f"'{head.activation}'")),
        ]
    loss, spec = s.loss(head, ("sparse",) if s.c.flag() else ("categorical",))
    body = s.c.some(
        [
            s.names.layer("Dense", "8, activation='relu'"),
            s.names.layer("Conv1D", "6, 2, padding='same', activation='relu'"),
        ]
    )
    layers = ", ".join([s.names.layer("Input", "shape=(4, 3)"), body, *last])
    shape = f"({ROWS}, 4)" if spec.family == "sparse" else f"({ROWS}, 4, {head.units})"
    y = s.names.np(f"random.randint(0, {head.units}, {shape})")
    if spec.family == "categorical":
        y = s.names.np(f"eye({head.units})[np.random.randint(0, {head.units}, ({ROWS}, 4))]")
    s.script.main += [
        f"model = {s.names.model('Sequential')}([{layers}])",
        f"model.compile('adam', loss={loss})",
        f"model.fit({s.names.np(f'random.normal(size=({ROWS}, 4, 3))')}, {y})",
    ]
    return s.program(head, spec)


def add_loss(s: Special) -> Program:
    """A layer that adds a cross-entropy of its own to the model."""
    head = Head(s.c.some(["sigmoid", "linear"]), s.c.some([1, 4]))
    loss = Loss("binary", s.c.some(["logits", "probabilities"]), "class keyword")
    activation = "" if head.activation == "linear" else f", activation='{head.activation}'"
    made = f"{s.names.loss(CLASSES['binary'])}(from_logits={loss.flag})"
    s.names.tf("")
    s.script.define(
        f"class WithLoss({s.names.model('Model')}):",
        "    def __init__(self):",
        "        super().__init__()",
        f"        self.hidden = {s.names.layer('Dense', '8, activation=' + repr('relu'))}",
        f"        self.out = {s.names.layer('Dense', f'{head.units}{activation}')}",
        f"        self.bce = {made}",
        "",
        "    def call(self, inputs):",
        "        x, y = inputs",
        "        p = self.out(self.hidden(x))",
        "        self.add_loss(self.bce(y, p))",
        "        return p",
    )
    x = s.names.np(f"random.normal(size=({ROWS}, 8)).astype('float32')")
    y = s.names.np(f"random.randint(0, 2, ({ROWS}, {head.units})).astype('float32')")
    s.script.main += [
        "model = WithLoss()",
        f"out = model([{x}, {y}])",
        "print(sum(float(one) for one in model.losses))",
    ]
    return s.program(head, loss)


def directory_labels(s: Special) -> Program:
    """``class_mode`` says what the labels are."""
    binary = s.c.flag()
    mode = s.c.some(["binary"]) if binary else s.c.some(["categorical", "sparse"])
    c, units = s.c, 1 if binary else 4
    c.tag("labels: class_mode")
    activation = c.some(["sigmoid" if binary else "softmax", "linear"])
    head = Head(activation, units)
    text = "" if activation == "linear" else f", activation='{activation}'"
    loss, spec = s.loss(head, (mode,))
    dense = s.names.layer("Dense", f"{units}{text}")
    layers = [
        s.names.layer("Input", "shape=(8, 8, 3)"),
        s.names.layer("Conv2D", "4, 3, activation='relu'"),
        s.names.layer("Flatten"),
        dense,
    ]
    package = "tf_keras" if s.names.generation == 2 else "tensorflow.keras"
    s.script.need(f"from {package}.preprocessing.image import ImageDataGenerator")
    s.script.main += [
        "generator = ImageDataGenerator(rescale=1.0 / 255)",
        "train = generator.flow_from_directory(",
        f"    'data/train', target_size=(8, 8), batch_size=24, class_mode='{mode}'",
        ")",
        f"model = {s.names.model('Sequential')}([{', '.join(layers)}])",
        f"model.compile(optimizer='adam', loss={loss})",
        "model.fit(train, epochs=2)",
    ]
    return s.program(head, spec)


SPECIALS: dict[str, Callable[[Special], Program]] = {
    "applications": whole,
    "fine-tuning": fine_tuned,
    "over time": over_time,
    "add_loss": add_loss,
    "class_mode": directory_labels,
}


def special(c: Choices) -> Program:
    """One of the above."""
    return SPECIALS[c.pick("special", list(SPECIALS))](Special(c))
