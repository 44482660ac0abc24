"""Programs that look wrong and are right, or look right and are wrong."""

from __future__ import annotations

from collections.abc import Callable

from .base import Choices, Program, Script
from .bodies import Body, body, labels
from .dialects import Names, pick_names
from .heads import Head
from .losses import CLASSES, FUNCTIONS, RAW

_FAMILIES = (
    ("sparse", 5, "softmax"),
    ("categorical", 4, "softmax"),
    ("binary", 1, "sigmoid"),
    ("binary", 3, "sigmoid"),
)


class Trap:
    """A body, a family, and whether this one is wrong after all."""

    def __init__(self, c: Choices) -> None:
        self.c, self.script = c, Script()
        self.names: Names = pick_names(c, self.script, old=False)
        self.body: Body = body(c, self.names, ("dense", "dense", "conv"))
        self.family, self.units, self.activation = c.some(_FAMILIES)
        self.wrong = c.some([False, False, True])
        self.names.tf("")

    def layers(self, *last: str) -> str:
        first = self.names.layer("Input", f"shape={self.body.shape}")
        return ", ".join([first, *self.body.layers, *last])

    def sequential(self, variable: str, *last: str) -> str:
        return f"{variable} = {self.names.model('Sequential')}([{self.layers(*last)}])"

    def dense(self, activation: str | None) -> str:
        more = f', activation="{activation}"' if activation else ""
        return self.names.layer("Dense", f"{self.units}{more}")

    def loss(self, logits: bool) -> str:
        name = self.names.loss(CLASSES[self.family])
        return (
            f"{name}(from_logits=True)"
            if logits
            else self.c.some([f"{name}()", f'"{FUNCTIONS[self.family]}"'])
        )

    def logits_or_not(self) -> bool:
        """Whether the loss expects logits where logits arrive."""
        return not self.wrong

    def data(self) -> list[str]:
        y = labels(self.c, self.names, Head("linear", self.units), self.family)
        return [f"x = {self.body.x}", f"y = {y}"]

    def op(self) -> str:
        return f"tf.nn.{self.activation}"

    def program(self, *codes: str) -> Program:
        return Program(
            (("train.py", self.script.render()),), frozenset(self.c.constructs), frozenset(codes)
        )


def serving(t: Trap) -> Program:
    """Logits are trained; a softmax is put behind for use."""
    tail = t.names.layer("Activation", f'"{t.activation}"')
    t.script.main += [
        *t.data(),
        t.sequential("model", t.dense(None)),
        f"model.compile('adam', {t.loss(t.logits_or_not())})",
        "model.fit(x, y)",
        f"serving = {t.names.model('Sequential')}([model, {tail}])",
        "print(serving.predict(x)[:3])",
    ]
    return t.program(*(["XL102"] if t.wrong else []))


def after_predict(t: Trap) -> Program:
    """An activation on what was predicted: right for logits, one too many for probabilities."""
    t.script.main += [
        *t.data(),
        t.sequential("model", t.dense(t.activation if t.wrong else None)),
        f"model.compile('adam', {t.loss(not t.wrong)})",
        "model.fit(x, y)",
        f"probabilities = {t.op()}(model.predict(x))",
    ]
    return t.program(*(["XL105"] if t.wrong else []))


def both_returned(t: Trap) -> Program:
    """``return sigmoid(h), h``: which one is taken is the question."""
    order = t.c.flag()
    pair = f"{t.op()}(h), h" if order else f"h, {t.op()}(h)"
    t.script.define(
        f"class Net({t.names.model('Model')}):",
        "    def __init__(self):",
        "        super().__init__()",
        *[
            f"        self.part{i} = {layer}"
            for i, layer in enumerate([*t.body.layers, t.dense(None)])
        ],
        "",
        "    def call(self, x):",
        "        h = x",
        *[f"        h = self.part{i}(h)" for i in range(len(t.body.layers) + 1)],
        f"        return {pair}",
    )
    wanted = "probs" if t.wrong else "scores"
    unpacked = "probs, scores" if order else "scores, probs"
    arguments = (
        "labels="
        + ("y" if t.family == "sparse" else "tf.cast(y, tf.float32)")
        + f", logits={wanted}"
    )
    t.script.main += [
        *t.data(),
        "net = Net()",
        "with tf.GradientTape() as tape:",
        f"    {unpacked} = net(x)",
        f"    loss = tf.reduce_mean(tf.nn.{RAW[t.family]}({arguments}))",
        "grads = tape.gradient(loss, net.trainable_variables)",
    ]
    return t.program(*(["XL101"] if t.wrong else []))


def own_order(t: Trap) -> Program:
    """The user's own loss takes predictions first."""
    name = t.names.loss(FUNCTIONS[t.family])
    t.script.define(
        "def my_loss(y_pred, y):",
        f"    return tf.reduce_mean({name}(y, y_pred, from_logits={not t.wrong}))",
    )
    t.script.main += [
        *t.data(),
        t.sequential("model", t.dense(None)),
        "print(my_loss(model(x), y))",
    ]
    return t.program(*(["XL102"] if t.wrong else []))


def gan(t: Trap) -> Program:
    """A generator's tanh feeds the discriminator, not the loss."""
    t.script.define(f"bce = {t.names.loss('BinaryCrossentropy')}(from_logits=True)")
    dense, sequential = t.names.of("layers", "Dense"), t.names.model("Sequential")
    last = ", activation='sigmoid'" if t.wrong else ""
    hidden = f"{dense}(16, activation='relu')"
    noise = t.names.layer("Input", "shape=(6,)")
    image = t.names.layer("Input", "shape=(8,)")
    t.script.define(
        "def generator_loss(fake):",
        "    return bce(tf.ones_like(fake), fake)",
        "",
        "def discriminator_loss(real, fake):",
        "    return bce(tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake)",
    )
    t.script.main += [
        f"generator = {sequential}([{noise}, {hidden}, {dense}(8, activation='tanh')])",
        f"discriminator = {sequential}([{image}, {hidden}, {dense}(1{last})])",
        f"images = {t.names.np('random.normal(size=(48, 8))')}.astype('float32')",
        "with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:",
        "    generated = generator(tf.random.normal([48, 6]), training=True)",
        "    real_output = discriminator(images, training=True)",
        "    fake_output = discriminator(generated, training=True)",
        "    g_loss = generator_loss(fake_output)",
        "    d_loss = discriminator_loss(real_output, fake_output)",
        "g_tape.gradient(g_loss, generator.trainable_variables)",
    ]
    return t.program(*(["XL101"] if t.wrong else []))


def autoencoder(t: Trap) -> Program:
    """Pixels in [0, 1] from a sigmoid: right with a binary cross-entropy."""
    dense, sequential = t.names.of("layers", "Dense"), t.names.model("Sequential")
    last = "" if t.wrong else ", activation='sigmoid'"
    shape = t.names.layer("Input", "shape=(16,)")
    loss = t.c.some(["'binary_crossentropy'", t.names.loss("BinaryCrossentropy") + "()"])
    code = t.names.layer("Input", "shape=(4,)")
    inner = t.names.layer("Input", "shape=(16,)")
    t.script.main += [
        f"encoder = {sequential}([{shape}, {dense}(4, activation='relu')])",
        f"decoder = {sequential}([{code}, {dense}(16{last})])",
        f"pixels = {inner}",
        f"autoencoder = {t.names.model('Model')}(pixels, decoder(encoder(pixels)))",
        f"autoencoder.compile(optimizer='adam', loss={loss})",
        f"images = {t.names.np('random.rand(48, 16)')}",
        "autoencoder.fit(images, images)",
    ]
    return t.program(*(["XL102"] if t.wrong else []))


def inner_dense(t: Trap) -> Program:
    """A linear ``Dense(1)`` in the middle is no head."""
    t.script.main += [
        *t.data(),
        t.sequential(
            "model", t.names.layer("Dense", "1"), t.dense(None if t.wrong else t.activation)
        ),
        f"model.compile('adam', {t.loss(False)})",
        "model.fit(x, y)",
    ]
    return t.program(*(["XL102"] if t.wrong else []))


def misnamed(t: Trap) -> Program:
    """A helper says logits and gives probabilities, or the reverse."""
    gives_probabilities = t.c.flag()
    name = "get_logits" if gives_probabilities else "predict_probabilities"
    sequential = t.names.model("Sequential")
    layer = t.dense(t.activation if gives_probabilities else None)
    t.script.define(
        f"def {name}(x):", f"    net = {sequential}([{t.layers(layer)}])", "    return net(x)"
    )
    logits = gives_probabilities == t.wrong
    t.script.main += [
        *t.data(),
        f"scores = {name}(x)",
        f"loss_fn = {t.names.loss(CLASSES[t.family])}(from_logits={logits})",
        "print(loss_fn(y, scores))",
    ]
    return t.program(*([("XL101" if logits else "XL102")] if t.wrong else []))


def in_comments(t: Trap) -> Program:
    """Another model in a comment and in a string."""
    t.script.constants += [
        '"""',
        f'model.add(Dense(3, activation="{t.activation}"))',
        "model.compile(loss=BinaryCrossentropy(from_logits=True))",
        '"""',
        f"# model = Sequential([Dense(4), Activation('{t.activation}')])",
    ]
    t.script.main += [
        *t.data(),
        t.sequential("model", t.dense(None)),
        f"# model.add(Activation('{t.activation}'))",
        f"model.compile('adam', {t.loss(t.logits_or_not())})  # was: 'binary_crossentropy'",
        "model.fit(x, y)",
    ]
    return t.program(*(["XL102"] if t.wrong else []))


def distillation(t: Trap) -> Program:
    """Temperature on both sides of a divergence of probabilities."""
    dense, sequential = t.names.of("layers", "Dense"), t.names.model("Sequential")
    inputs = [t.names.layer("Input", "shape=(8,)") for _ in range(2)]
    student = (
        "tf.nn.softmax(student(x) / temperature, axis=1)"
        if not t.wrong
        else "student(x) / temperature"
    )
    t.script.main += [
        f"teacher = {sequential}([{inputs[0]}, {dense}(16, activation='relu'), {dense}(5)])",
        f"student = {sequential}([{inputs[1]}, {dense}(5)])",
        f"divergence = {t.names.loss('KLDivergence')}()",
        "temperature = 3.0",
        f"x = {t.names.np('random.normal(size=(48, 8))')}.astype('float32')",
        "with tf.GradientTape() as tape:",
        "    soft = tf.nn.softmax(teacher(x) / temperature, axis=1)",
        f"    loss = divergence(soft, {student})",
        "tape.gradient(loss, student.trainable_variables)",
    ]
    return t.program(*(["XL102"] if t.wrong else []))


def surgery_after(t: Trap) -> Program:
    """The activation is put on when training is over."""
    t.script.main += [
        *t.data(),
        t.sequential("model", t.dense(None)),
        f"model.compile('adam', {t.loss(t.logits_or_not())})",
        "model.fit(x, y)",
        f"model.layers[-1].activation = {t.names.activation(t.activation)}",
    ]
    return t.program(*(["XL102"] if t.wrong else []))


def other_loss(t: Trap) -> Program:
    """Q-values and a squared error: no cross-entropy anywhere near the head."""
    loss = t.c.some(["'mse'", "'huber'", t.names.loss("MeanSquaredError") + "()"])
    t.script.main += [
        t.sequential("policy", t.dense(t.activation if t.wrong else None)),
        f"policy.compile(optimizer='adam', loss={loss})",
        f"policy.fit({t.body.x}, {t.names.np(f'random.rand(48, {t.units})')})",
        f"chosen = {t.names.np('argmax')}(policy.predict({t.body.x}), axis=-1)",
        *t.data(),
        t.sequential("model", t.dense(t.activation)),
        f"model.compile('adam', {t.loss(False)})",
        "model.fit(x, y)",
    ]
    return t.program()


def then_linear(t: Trap) -> Program:
    """A linear layer without weights behind the activation changes nothing."""
    linear = t.names.layer("Activation", t.c.some(['"linear"', '"linear", dtype="float32"']))
    t.script.main += [
        *t.data(),
        t.sequential("model", t.dense(t.activation), linear),
        f"model.compile('adam', {t.loss(t.wrong)})",
        "model.fit(x, y)",
    ]
    return t.program(*(["XL101"] if t.wrong else []))


def attention(t: Trap) -> Program:
    """A softmax inside of the network weighs, it does not classify."""
    dense = t.names.of("layers", "Dense")
    t.script.main += [
        *t.data(),
        f"inputs = {t.names.layer('Input', f'shape={t.body.shape}')}",
        f"h = {t.body.layers[0]}(inputs)",
        *[f"h = {layer}(h)" for layer in t.body.layers[1:]],
        f"weights = {dense}(12, activation='softmax')(h)",
        f"values = {dense}(12)(h)",
        f"mixed = {t.names.layer('Multiply')}([weights, values])",
        f"outputs = {t.dense(None)}(mixed)",
        f"model = {t.names.model('Model')}(inputs, outputs)",
        f"model.compile('adam', {t.loss(t.logits_or_not())})",
        "model.fit(x, y)",
    ]
    return t.program(*(["XL102"] if t.wrong else []))


TRAPS: dict[str, Callable[[Trap], Program]] = {
    "softmax for serving": serving,
    "softmax on predictions": after_predict,
    "both returned": both_returned,
    "own argument order": own_order,
    "GAN": gan,
    "autoencoder": autoencoder,
    "inner Dense(1)": inner_dense,
    "misnamed helper": misnamed,
    "comments and strings": in_comments,
    "distillation": distillation,
    "surgery after training": surgery_after,
    "another loss": other_loss,
    "softmax then linear": then_linear,
    "attention": attention,
}


def trapped(c: Choices) -> Program:
    """One of the traps seen in real files."""
    return TRAPS[c.pick("trap", list(TRAPS))](Trap(c))
