"""``[tool.xentlint.catalog]``: what a project says of names of its own counts, unread."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xentlint import cli

ROWS = """\
[catalog]
"mylib.SoftHead" = "probabilities"
"mylib.Classifier" = "logits"
"mylib.squash" = "simplex"
"mylib.own_loss" = {expects = "logits", family = "categorical"}
"mylib.OwnLoss" = {expects = "probabilities", family = "binary"}
"""
HEAD = """\
import tensorflow as tf
from mylib import Classifier, OwnLoss, SoftHead, own_loss, squash
inputs = tf.keras.Input((4,))
dense = tf.keras.layers.Dense(3)
soft = tf.keras.Sequential([tf.keras.layers.Dense(3, activation="softmax")])
"""
ON_LOGITS = "tf.keras.losses.CategoricalCrossentropy(from_logits=True)"
PACKAGE = {
    "mylib/__init__.py": "from .parts import SoftHead, Classifier, squash\nfrom .fit import *\n",
    "mylib/parts.py": """\
import tensorflow as tf
class SoftHead(tf.keras.layers.Layer):
    def call(self, x):
        return tf.numpy_function(str, [x], tf.float32)
class Classifier(tf.keras.Model):
    def call(self, x):
        return tf.nn.softmax(x)
def squash(x):
    return tf.numpy_function(str, [x], tf.float32)
""",
    "mylib/fit.py": """\
def own_loss(y, p):
    return y
class OwnLoss:
    pass
""",
}


@pytest.fixture(params=["installed", "in the project"])
def here(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with rows; the code of its names is at hand or not."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "xentlint.toml").write_text(ROWS)
    if request.param == "in the project":
        (tmp_path / "mylib").mkdir()
        for name, text in PACKAGE.items():
            (tmp_path / name).write_text(text)
    return tmp_path


def verdicts(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    cli.main(["audit", "--output-format", "json", "train.py", *options])
    uses = json.loads(capsys.readouterr().out)["uses"]
    return [use["verdict"] for use in uses if use["kind"] == "loss"]


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (f"tf.keras.Model(inputs, SoftHead(3)(inputs)).compile(loss={ON_LOGITS})", "XL101"),
        (f"tf.keras.Sequential([dense, SoftHead()]).compile(loss={ON_LOGITS})", "XL101"),
        ("tf.keras.Model(inputs, SoftHead()(inputs)).compile(loss='binary_crossentropy')",
         "undecided"),  # which probabilities they are is not said
        (f"tf.keras.Model(inputs, squash(dense(inputs))).compile(loss={ON_LOGITS})", "XL101"),
        ("tf.keras.Model(inputs, squash(inputs)).compile(loss='binary_crossentropy')", "XL104"),
        ("m = Classifier(3)\nm.compile(loss='categorical_crossentropy')", "XL102"),
        (f"m = Classifier(3)\nm.compile(loss={ON_LOGITS})", "ok"),
        ("soft.compile(loss=own_loss)", "XL101"),
        ("soft.compile(loss=own_loss(gamma=2))", "XL101"),
        ("soft.compile(loss=OwnLoss())", "XL104"),
        ("tf.keras.Sequential([dense]).compile(loss=own_loss)", "ok"),
        ("def step(x, y):\n    own_loss(y, soft(x))", "XL101"),
        ("def step(x, y):\n    OwnLoss()(y, soft(x))", "XL104"),
    ],
)  # fmt: skip
def test_rows_speak_for_their_names(
    here: Path, capsys: pytest.CaptureFixture[str], code: str, verdict: str
) -> None:
    (here / "train.py").write_text(f"{HEAD}{code}\n")
    assert verdicts(capsys) == [verdict]
    assert verdicts(capsys, "--no-screen") == [verdict]
    assert verdicts(capsys, "--isolated") != [verdict] or verdict in ("undecided", "ok")


def test_by_attribute_and_by_its_own_module(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"import tensorflow as tf\nimport mylib\nx = tf.keras.Input((4,))\n" \
           f"tf.keras.Model(x, mylib.squash(x)).compile(loss={ON_LOGITS})\n"  # fmt: skip
    (here / "train.py").write_text(text)
    assert verdicts(capsys) == ["XL101"]
    (here / "xentlint.toml").write_text('[catalog]\n"train.squash" = "simplex"\n')
    text = text.replace("import mylib\n", "def squash(x):\n    return str(x)\n")
    (here / "train.py").write_text(text.replace("mylib.squash", "squash"))
    assert verdicts(capsys) == ["XL101"]


def test_a_fix_leaves_their_code_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{HEAD}tf.keras.Model(inputs, squash(inputs)).compile(loss={ON_LOGITS})\n"
    (here / "train.py").write_text(text)
    assert cli.main(["check", "--fix", "train.py"]) == 0
    assert (here / "train.py").read_text() == text.replace("from_logits=True", "")
