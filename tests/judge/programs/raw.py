"""TensorFlow without Keras: network functions, variables, graphs of version 1."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Choices, Program, Script, indent
from .calls import V1_LOSSES
from .choosing import codes_of
from .heads import Head
from .losses import EXPECTS, RAW, Loss

ACTIVATIONS = {
    "softmax": ("tf.nn.softmax",),
    "sigmoid": ("tf.nn.sigmoid", "tf.sigmoid", "tf.math.sigmoid"),
    "relu": ("tf.nn.relu",),
}


@dataclass
class Raw:
    """A head and a loss, both as ops."""

    c: Choices
    script: Script
    v1: bool
    head: Head
    loss: Loss
    codes: frozenset[str]

    def activation(self, tensor: str) -> str:
        if self.head.activation == "linear":
            return tensor
        names = [n for n in ACTIVATIONS[self.head.activation] if not (self.v1 and "math" in n)]
        return f"{self.c.some(names)}({tensor})"

    def value(self, y: str, p: str) -> str:
        """The loss on labels and predictions."""
        c, loss = self.c, self.loss
        mean = c.some(["tf.reduce_mean", "tf.reduce_sum"])
        if loss.form == "hand-written inline":
            c.tag("loss: hand-written inline")
            log = "tf.log" if self.v1 else "tf.math.log"
            guard = c.some(["", " + 1e-8"])
            if loss.family == "binary":
                return f"-{mean}({y} * {log}({p}{guard}) + (1 - {y}) * {log}(1 - {p}{guard}))"
            axis = c.some(["axis=1", "1", "axis=[1]"])
            return c.some(
                [
                    f"tf.reduce_mean(-tf.reduce_sum({y} * {log}({p}{guard}), {axis}))",
                    f"-tf.reduce_sum({y} * {log}({p}{guard}))",
                    f"-tf.reduce_mean({y} * {log}(tf.clip_by_value({p}, 1e-10, 1.0)))",
                ]
            )
        if loss.form == "tf.compat.v1.losses":
            c.tag("loss: tf.compat.v1.losses")
            name, labels = V1_LOSSES[loss.family]
            prefix = "tf.losses." if self.v1 else "tf.compat.v1.losses."
            return f"{prefix}{name}({labels}={y}, logits={p})"
        if loss.form == "weighted op":
            c.tag("loss: weighted op")
            op = "tf.nn.weighted_cross_entropy_with_logits"
            return f"{mean}({op}(labels={y}, logits={p}, pos_weight=3.0))"
        c.tag("loss: tf.nn op")
        name = RAW[loss.family]
        if self.v1 and loss.family == "categorical" and c.flag():
            c.tag("loss: tf.nn op, v1")
            name += "_v2"
        arguments = [f"labels={y}", f"logits={p}"]
        if c.flag():
            arguments.reverse()
        return f"{mean}(tf.nn.{name}({', '.join(arguments)}))"


def choose_raw(c: Choices, v1: bool) -> Raw:
    form = c.some(
        ["tf.nn op", "tf.nn op", "hand-written inline", "tf.compat.v1.losses", "weighted op"]
    )
    wanted = c.forced.get("loss", "")
    if wanted in ("tf.nn op", "hand-written inline", "tf.compat.v1.losses", "weighted op"):
        form = wanted
    families = ["binary", "categorical", "sparse"]
    if form == "weighted op":
        families = ["binary"]
    if form == "hand-written inline":
        families = ["binary", "categorical"]
    family = c.some(families)
    units = c.some([1, 3]) if family == "binary" else c.some([3, 5, 10])
    right = {"binary": "sigmoid", "categorical": "softmax", "sparse": "softmax"}[family]
    expects = EXPECTS[form == "hand-written inline"]
    correct = "linear" if expects == "logits" else right
    wrong = [a for a in ("linear", right, "relu") if a != correct]
    head = Head(c.some([correct, correct, correct, *wrong]), units)
    loss = Loss(family, expects, form)
    return Raw(c, Script(), v1, head, loss, codes_of(head, loss))


def eager(c: Choices) -> Program:
    """Variables, a network function, a tape."""
    raw = choose_raw(c, v1=False)
    c.tag("raw: eager variables")
    script, units = raw.script, raw.head.units
    script.imports += ["import numpy as np", "import tensorflow as tf"]
    start = c.some(["tf.random.normal", "tf.random.truncated_normal"])
    script.constants += [
        "W1 = tf.Variable(tf.random.normal([8, 12]))",
        "b1 = tf.Variable(tf.zeros([12]))",
        f"W2 = tf.Variable({start}([12, {units}]))",
        f"b2 = tf.Variable(tf.zeros([{units}]))",
    ]
    main, predicted = _network(raw, "x")
    script.main += [f"x = tf.constant({_X})", f"y = {_labels(raw)}"]
    script.main += [
        "with tf.GradientTape() as tape:",
        *indent([*main, f"loss = {raw.value('y', predicted)}"]),
    ]
    script.main.append("grads = tape.gradient(loss, [W1, b1, W2, b2])")
    return Program((("train.py", script.render()),), frozenset(c.constructs), raw.codes)


_X = "np.random.normal(size=(40, 8)).astype('float32')"


def _labels(raw: Raw) -> str:
    units = raw.head.units
    if raw.loss.family == "sparse":
        return f"tf.constant(np.random.randint(0, {units}, 40))"
    if raw.loss.family == "categorical":
        return f"tf.one_hot(np.random.randint(0, {units}, 40), {units})"
    return f"tf.constant(np.random.randint(0, 2, (40, {units})), tf.float32)"


def _network(raw: Raw, x: str) -> tuple[list[str], str]:
    """Lines that apply the network, and the name of what goes to the loss."""
    c, script = raw.c, raw.script
    form = c.pick("network", ("tensor", "tuple", "dict", "two functions", "attribute"))
    first = c.some(
        [
            "tf.nn.relu(tf.matmul(x, W1) + b1)",
            "tf.nn.relu(tf.add(tf.matmul(x, W1), b1))",
            "tf.tanh(x @ W1 + b1)",
        ]
    )
    last = c.some(
        [
            "tf.matmul(h, W2) + b2",
            "tf.add(tf.matmul(h, W2), b2)",
            "tf.nn.bias_add(tf.matmul(h, W2), b2)",
        ]
    )
    body = [f"h = {first}", f"scores = {last}"]
    squash = {"softmax": "tf.nn.softmax", "sigmoid": "tf.nn.sigmoid"}.get(raw.head.activation)
    squash = squash or ("tf.nn.softmax" if raw.head.units > 1 else "tf.nn.sigmoid")
    if form == "tensor":
        script.define("def network(x):", *indent([*body, f"return {raw.activation('scores')}"]))
        return [f"pred = network({x})"], "pred"
    if form in ("tuple", "dict"):
        # Both are returned; which one is taken is the whole question.
        right = raw.head.activation == "linear"
        other = f"{squash}(scores)"
        if raw.head.activation == "relu":
            squash, other = "tf.nn.relu", "tf.nn.relu(scores)"
        if form == "tuple":
            script.define("def network(x):", *indent([*body, f"return scores, {other}"]))
            return [f"first, second = network({x})"], "first" if right else "second"
        script.define(
            "def network(x):", *indent([*body, f"return {{'logits': scores, 'prob': {other}}}"])
        )
        return [f"out = network({x})"], "out['logits']" if right else "out['prob']"
    if form == "two functions":
        script.define("def scores_of(x):", *indent([body[0], f"return {last}"]))
        script.define(
            "def predict(x):",
            *indent(["scores = scores_of(x)", f"return {raw.activation('scores')}"]),
        )
        return [f"pred = predict({x})"], "pred"
    script.define(
        "class Network:",
        "    def __init__(self, x):",
        *indent(body, 2),
        f"        self.output = {raw.activation('scores')}",
    )
    return [f"net = Network({x})"], "net.output"


def graph(c: Choices) -> Program:
    """Version 1: placeholders, a session."""
    raw = choose_raw(c, v1=True)
    script, units = raw.script, raw.head.units
    header = c.some(
        [
            ["import tensorflow.compat.v1 as tf", "tf.disable_v2_behavior()"],
            ["import tensorflow.compat.v1 as tf", "tf.disable_eager_execution()"],
        ]
    )
    script.imports += [header[0], "import numpy as np", "", header[1]]
    c.tag("raw: graph of version 1")
    kind = c.pick("graph network", ("variables", "get_variable", "tf.layers", "function"))
    script.main.append("x = tf.placeholder(tf.float32, [None, 8], name='x')")
    script.main.append(_placeholder(raw))
    script.main += _graph_network(raw, kind, units)
    optimizer = c.some(["tf.train.AdamOptimizer(1e-3)", "tf.train.GradientDescentOptimizer(0.1)"])
    script.main += [
        f"loss = {raw.value('y', 'pred')}",
        f"train_op = {optimizer}.minimize(loss)",
    ]
    if c.flag():
        script.main += [
            "with tf.Session() as sess:",
            "    sess.run(tf.global_variables_initializer())",
        ]
    return Program((("train.py", script.render()),), frozenset(c.constructs), raw.codes)


def _placeholder(raw: Raw) -> str:
    if raw.loss.family == "sparse":
        return "y = tf.placeholder(tf.int32, [None])"
    return f"y = tf.placeholder(tf.float32, [None, {raw.head.units}])"


def _graph_network(raw: Raw, kind: str, units: int) -> list[str]:
    c = raw.c
    if kind == "tf.layers":
        last = {
            "linear": "",
            "relu": ", activation=tf.nn.relu",
            "softmax": ", activation=tf.nn.softmax",
            "sigmoid": ", activation=tf.nn.sigmoid",
        }
        inline = c.flag()
        dense = f"tf.layers.dense(h, {units}{last[raw.head.activation] if inline else ''})"
        lines = ["h = tf.layers.dense(x, 16, activation=tf.nn.relu)"]
        if c.flag():
            lines.append("h = tf.layers.dropout(h, rate=0.4, training=True)")
        if inline:
            return [*lines, f"pred = {dense}"]
        return [*lines, f"scores = {dense}", f"pred = {raw.activation('scores')}"]
    if kind == "function":
        raw.script.define(
            "def mlp(inputs, weights, biases):",
            "    hidden = tf.nn.relu(tf.add(tf.matmul(inputs, weights['h']), biases['h']))",
            "    scores = tf.matmul(hidden, weights['out']) + biases['out']",
            f"    return {raw.activation('scores')}",
        )
        return [
            "weights = {",
            "    'h': tf.Variable(tf.random_normal([8, 16])),",
            f"    'out': tf.Variable(tf.random_normal([16, {units}])),",
            "}",
            "biases = {",
            "    'h': tf.Variable(tf.random_normal([16])),",
            f"    'out': tf.Variable(tf.random_normal([{units}])),",
            "}",
            "pred = mlp(x, weights, biases)",
        ]
    make = (
        "tf.Variable(tf.zeros([8, {}]))" if kind == "variables" else "tf.get_variable('W', [8, {}])"
    )
    lines = [f"W = {make.format(units)}", f"b = tf.Variable(tf.zeros([{units}]))"]
    return [*lines, f"pred = {raw.activation('tf.matmul(x, W) + b')}"]
