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


def test_a_compile_without_a_loss_says_so(tmp_path: Path) -> None:
    assert [code for code, _ in audit(tmp_path, "m = model()\nm.compile('adam')\n")] == ["ok"]


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
