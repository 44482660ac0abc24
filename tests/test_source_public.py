"""What public code showed: shapes of programs that an audit has to decide, and their traps."""

from __future__ import annotations

from pathlib import Path

import pytest

from xentlint.engine import Settings, run

HEADER = """
import tensorflow as tf
from tensorflow.keras import layers, backend as K
def model(activation=None, units=1):
    return tf.keras.Sequential([layers.Dense(units, activation=activation)])
"""


def audit(tmp_path: Path, body: str, header: str = HEADER) -> list[tuple[str, str]]:
    """Verdict and reason of each use of a loss."""
    path = tmp_path / "program.py"
    path.write_text(header + body)
    found = run([str(path)], Settings(audit=True, net=False))
    assert not found.problems
    return [
        (item.verdict.code, item.use.reason or "")
        for item in found.judged
        if item.use.consumer.kind == "loss"
    ]


PLAIN = {
    "wasserstein": "def f(y, p):\n    return K.mean(y * p)\n",
    "huber": "def f(y, p):\n    return K.mean(K.sqrt(1 + K.square(y - p)) - 1, axis=-1)\n",
    "scaled": "def f(y, p):\n    n = tf.cast(tf.shape(y)[0], tf.float32)\n"
    "    return tf.reduce_sum(tf.abs(y - p)) / 2.0\n",
    "nothing": "f = lambda y, p: p\n",
    "object": "class F:\n    def __call__(self, y, p):\n        return K.mean(y * p)\nf = F()\n",
    "made": "def make(c):\n    def g(y, p):\n        return c * K.mean(y * p)\n    return g\n"
    "f = make(2.0)\n",
}


@pytest.mark.parametrize("body", PLAIN.values(), ids=PLAIN.keys())
def test_a_loss_of_ones_own_without_a_cross_entropy_takes_any_scale(
    tmp_path: Path, body: str
) -> None:
    for activation in ("None", "'sigmoid'", "'tanh'"):
        use = f"m = model({activation})\nm.compile('adam', loss=f)\n"
        assert [code for code, _ in audit(tmp_path, body + use)] == ["ok"]


DOUBTFUL = {
    "a function that is not followed": "from elsewhere import g\n"
    "def f(y, p):\n    return K.mean(g(y, p))\n",
    "a function handed over": "def g(p):\n    return K.mean(p)\n"
    "def f(y, p):\n    return tf.map_fn(g, p)\n",
    "a logarithm": "def f(y, p):\n    return K.mean(K.square(K.log(p) - y))\n",
    "softplus": "def f(y, p):\n    return K.mean(tf.nn.softplus(-p))\n",
    "Dice by hand": "def f(y, p):\n    return 1 - 2 * K.sum(y * p) / (K.sum(y) + K.sum(p))\n",
}


@pytest.mark.parametrize("body", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_a_loss_of_ones_own_that_may_hide_one_is_undecided(tmp_path: Path, body: str) -> None:
    found = audit(tmp_path, f"{body}m = model()\nm.compile('adam', loss=f)\n")
    assert [code for code, _ in found] == ["undecided"]
    assert found[0][1].startswith("the loss function applies no known loss: ")


def test_dice_by_hand_is_right_behind_probabilities(tmp_path: Path) -> None:
    body = DOUBTFUL["Dice by hand"] + "m = model('sigmoid')\nm.compile('adam', loss=f)\n"
    assert [code for code, _ in audit(tmp_path, body)] == ["ok"]


SILENT = {
    "without a loss": "m = model()\nm.compile('adam')\n",
    "with none": "m = model()\nm.compile('adam', loss=None)\n",
    "of one's own": (
        "class M(tf.keras.Model):\n"
        "    def compile(self, opt, loss_fn):\n"
        "        super().compile()\n"
        "        self.loss_fn = loss_fn\n"
        "m = M()\n"
        "m.compile('adam', f)\n"
    ),
    "of another library": "import torch\nn = torch.compile(net, mode)\n",
}


@pytest.mark.parametrize("body", SILENT.values(), ids=SILENT.keys())
def test_a_compile_that_sets_no_loss_is_no_use(tmp_path: Path, body: str) -> None:
    assert audit(tmp_path, body) == []


def test_part_of_a_gan_with_a_loss_that_takes_any_scale(tmp_path: Path) -> None:
    body = """
g, d = model('tanh'), model()
g.compile(loss='mse')
z = tf.keras.Input((1,))
gan = tf.keras.Model(z, d(g(z)))
gan.compile(loss='mse')
gan.fit(x, y)
"""
    assert {code for code, _ in audit(tmp_path, body)} == {"ok"}


def test_functions_of_other_libraries_and_of_ones_own_are_no_losses_of_ours(
    tmp_path: Path,
) -> None:
    body = """
from sklearn.metrics import log_loss
import torch.nn.functional as F
print(log_loss(truth, predicted), F.binary_cross_entropy(decoded, x))
kl = tf.distributions.kl_divergence(old, new)
def build(p):
    def sigmoid_cross_entropy_with_logits(x, y):
        return tf.nn.sigmoid_cross_entropy_with_logits(logits=x, labels=y)
    return sigmoid_cross_entropy_with_logits(layers.Dense(1)(p), y)
"""
    assert [code for code, _ in audit(tmp_path, body)] == ["ok"]


def test_tensorflow_1_refused_positional_arguments(tmp_path: Path) -> None:
    """Such a file was written for 0.12, where the logits came first."""
    header = "import tensorflow as tf\nx, y = tf.placeholder('float'), tf.placeholder('float')\n"
    body = """
w = tf.Variable(tf.random_normal([1, 1]))
out = tf.matmul(x, w)
tf.nn.sigmoid_cross_entropy_with_logits(out, y)
tf.nn.sigmoid_cross_entropy_with_logits(tf.sigmoid(out), y)
tf.nn.sigmoid_cross_entropy_with_logits(y, out)
"""
    assert [code for code, _ in audit(tmp_path, body, header)] == ["ok", "XL101", "ok"]


NET = """
import tensorflow as tf
def net():
    return tf.keras.Sequential([tf.keras.layers.Dense(3, activation="softmax")])
"""
TRAIN = """
import sys
sys.path.append("..")
from lib.nets import net
import tensorflow as tf
m = net()
m.compile(loss=tf.keras.losses.CategoricalCrossentropy(from_logits=True))
"""


def test_a_folder_between_the_script_and_the_root_is_searched(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for folder in ("book/lib", "book/chapter"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "book/lib/nets.py").write_text(NET)
    (tmp_path / "book/random.py").write_text("def net(): return 1\n")
    train = tmp_path / "book/chapter/train.py"
    train.write_text(TRAIN)
    assert [f.code for f in run([str(train)], Settings(net=False)).findings] == ["XL101"]
    train.write_text(
        "import random\nimport tensorflow as tf\n" + TRAIN.replace("lib.nets", "random")
    )
    assert run([str(train)], Settings(net=False)).findings == ()


DECIDED = {
    "the entry that one-hot labels choose": (
        "m = model('softmax', 4)\n"
        "chosen = tf.reduce_sum(m(x) * tf.one_hot(a, 4), axis=1)\n"
        "loss = -tf.reduce_mean(tf.math.log(chosen) * advantage)\n",
        "ok",
    ),
    "a power of a probability": (
        "p = layers.Dense(2, activation='sigmoid')(x) ** 4\nloss = K.binary_crossentropy(y, p)\n",
        "ok",
    ),
    "similarities of two towers": (
        "s = tf.matmul(layers.Dense(8)(x), layers.Dense(8)(z), transpose_b=True) / 0.1\n"
        "loss = tf.keras.losses.sparse_categorical_crossentropy(y, s, from_logits=True)\n",
        "ok",
    ),
    "a loss handed to a train_step": (
        "class M(tf.keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.head = layers.Dense(3)\n"
        "    def call(self, x):\n"
        "        return self.head(x)\n"
        "    def train_step(self, data):\n"
        "        return {'loss': self.loss(data[1], self(data[0]))}\n"
        "m = M()\n"
        "f = tf.keras.losses.CategoricalCrossentropy(from_logits=True)\n"
        "m.compile('adam', loss=f)\n"
        "m.fit(x, y)\n"
        "n = M()\n"
        "n.compile('adam', loss='mse')\n",
        "ok",
    ),
    "a gate on logits": (
        "g = tf.sigmoid(tf.Variable(0.0))\n"
        "h = g * layers.Dense(4)(x) + (1.0 - g) * layers.Dense(4)(z)\n"
        "tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=h)\n",
        "ok",
    ),
    "tied embeddings": (
        "e = layers.Embedding(9, 4)\n"
        "h = tf.matmul(layers.LayerNormalization()(e(x)), tf.transpose(e.embeddings))\n"
        "m = tf.keras.Model(x, h)\n"
        "m.compile(loss='sparse_categorical_crossentropy')\n",
        "XL102",
    ),
    "dropout that stays on": (
        "class MCDropout(layers.Dropout):\n"
        "    def call(self, inputs):\n"
        "        return super().call(inputs, training=True)\n"
        "m = tf.keras.Sequential([layers.Dense(3, activation='softmax'), MCDropout(0.5)])\n"
        "m.compile(loss=tf.keras.losses.CategoricalCrossentropy(from_logits=True))\n",
        "XL101",
    ),
    "a subclass of Dense": (
        "class Head(layers.Dense):\n"
        "    def __init__(self, n):\n"
        "        super().__init__(n, activation='softmax')\n"
        "    def call(self, x):\n"
        "        return super().call(x)\n"
        "m = tf.keras.Sequential([Head(3)])\n"
        "m.compile(loss='categorical_crossentropy')\n",
        "ok",
    ),
    "a language model of KerasHub": (
        "import keras_hub\n"
        "m = keras_hub.models.CausalLM.from_preset('gemma_2b_en')\n"
        "m.compile(loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))\n",
        "ok",
    ),
    "compiled_loss in a train_step": (
        "class M(tf.keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.head = layers.Dense(3)\n"
        "    def call(self, x):\n"
        "        return self.head(x)\n"
        "    def train_step(self, data):\n"
        "        x, y = data\n"
        "        return {'loss': self.compiled_loss(y, self(x))}\n"
        "m = M()\n"
        "f = tf.keras.losses.CategoricalCrossentropy()\n"
        "m.compile('adam', loss=f)\n"
        "m.fit(x, y)\n",
        "XL102",
    ),
}


@pytest.mark.parametrize(("body", "code"), DECIDED.values(), ids=DECIDED.keys())
def test_what_a_reader_decides_is_decided(tmp_path: Path, body: str, code: str) -> None:
    assert {found for found, _ in audit(tmp_path, body)} == {code}


UNDECIDED = {
    "labels in a variable": "w = tf.Variable([[]], validate_shape=False)\n"
    "h = tf.matmul(tf.sigmoid(x), w)\n",
    "a variable that is not trained": "w = tf.Variable(init, trainable=False)\n"
    "h = tf.matmul(tf.sigmoid(x), w)\n",
    "a product of probabilities": "h = tf.sigmoid(x) * tf.nn.softmax(z)\n",
}


@pytest.mark.parametrize("body", UNDECIDED.values(), ids=UNDECIDED.keys())
def test_what_nobody_can_tell_stays_undecided(tmp_path: Path, body: str) -> None:
    loss = "tf.keras.losses.binary_crossentropy(y, h)\n"
    assert {code for code, _ in audit(tmp_path, body + loss)} == {"undecided"}


def test_the_shape_of_labels_is_not_none(tmp_path: Path) -> None:
    body = """
def net(n=None):
    m = tf.keras.Sequential([layers.Dense(8, activation="relu")])
    if n is not None:
        m.add(layers.Dense(n, activation="softmax"))
    return m
y = tf.keras.utils.to_categorical(y)
m = net(y.shape[1])
m.compile(loss="categorical_crossentropy")
"""
    assert [code for code, _ in audit(tmp_path, body)] == ["ok"]


def test_a_transposed_variable_has_another_width(tmp_path: Path) -> None:
    body = """
w = tf.Variable(tf.zeros([10, 1]))
h = tf.matmul(x, tf.transpose(w))
tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=h)
"""
    assert [code for code, _ in audit(tmp_path, body)] == ["ok"]


def test_names_that_a_module_of_the_project_passes_on(tmp_path: Path) -> None:
    """``from package import keras`` in that package, where ``keras.py`` is a star import."""
    backend = tmp_path / "tuner" / "backend"
    backend.mkdir(parents=True)
    (tmp_path / "tuner/__init__.py").write_text("")
    (backend / "__init__.py").write_text("from tuner.backend import keras\n")
    (backend / "keras.py").write_text("from tensorflow.keras import *\n")
    train = tmp_path / "train.py"
    train.write_text("""
from tuner.backend import keras
from tuner.backend.keras import layers
m = keras.Sequential([layers.Dense(3)])
m.compile(loss=keras.losses.CategoricalCrossentropy())
""")
    assert [f.code for f in run([str(train)], Settings(net=False)).findings] == ["XL102"]


OWN_DEFAULT = """
class Task:
    def __init__(self, loss=None):
        self._loss = loss if loss is not None else tf.keras.losses.BinaryCrossentropy()
    def __call__(self, y, p):
        return self._loss(y_true=y, y_pred=p)
class Net(tf.keras.Model):
    def __init__(self, loss):
        super().__init__()
        self.score = model()
        self.task = Task(loss=loss)
    def call(self, x):
        return self.score(x)
    def compute_loss(self, features):
        return self.task(features.pop("y"), tf.squeeze(self(features), axis=-1))
"""


@pytest.mark.parametrize(
    ("use", "findings"),
    [
        ("import tensorflow_ranking as tfr\nNet(tfr.keras.losses.PairwiseHingeLoss())\n", []),
        ("Net(tf.keras.losses.MeanSquaredError())\n", []),
        ("Net(None)\n", [None]),
        ("", ["loss is None"]),
    ],
    ids=["an object of another library", "another loss", "none", "nobody says"],
)
def test_a_default_in_the_place_of_a_loss(
    tmp_path: Path, use: str, findings: list[str | None]
) -> None:
    """The other loss is a way, too, whether it is known or not."""
    path = tmp_path / "program.py"
    path.write_text(HEADER + OWN_DEFAULT + use)
    found = run([str(path)], Settings(net=False)).findings
    assert [finding.use.condition for finding in found] == findings
    assert {finding.code for finding in found} <= {"XL102"}
