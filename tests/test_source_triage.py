"""What the search of bytes takes for a consumer, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from xentlint.catalog.ops import OPS
from xentlint.source.triage import Screen, consumers


@pytest.mark.parametrize(
    "text",
    [
        b"m.compile('adam', loss=f)",
        b"BinaryCrossENTROPY",
        b"KLDivergence",
        b"kl_divergence(a, b)",
        b"kullback_leibler",
        b"loss = bce(y, p)",
        b"BCE",
        b"Dice()",
        b"self.compiled_loss(y, p)",
        b"np.log(p)",
        b"K.log1p(p)",
    ],
)
def test_a_consumer_is_found_where_it_stands(text: bytes) -> None:
    before = b"x = 1\n"
    found = consumers(before + text)
    assert len(found) == 1
    assert len(before) <= found[0] < len(before + text)


@pytest.mark.parametrize(
    "text",
    [
        b"re.compile('a')",
        b"dialog(p)",
        b"abce = slice(1)",
        b"bce_of = Diced",
        b"catalog1p(x)",
        b"recompile(x)",
    ],
)
def test_a_part_of_another_word_is_none(text: bytes) -> None:
    assert consumers(text) == []
    assert not Screen().keeps("x.py", text)


LOSSES = {
    "a minus before a sum": "def f(y, p):\n    return -K.sum(y * K.log(p))",
    "a difference": "def f(y, p):\n    return K.mean((y - 1) * K.log(1 - p) - y * K.log(p))",
    "a helper": "def safe(p): return K.log(p + e)\ndef f(y, p): return -K.sum(y * safe(p))",
    "a lambda": "safe = lambda p: K.log(p)\ndef f(y, p): return -K.sum(y * safe(p))",
    "a method": "class A:\n  def l(s, p): return K.log(p)\n  def f(s, y, p): K.mean(-y * s.l(p))",
    "a script": "l = y * np.log(p)\nprint(-np.sum(l))",
    "a sum apart": "def f(y, p): return -y * K.log(p)\ndef g(y, p): return K.sum(f(y, p))",
    "both halves": "def f(y, p): K.sum(-K.log(p[y]) - K.log(1 - p[1 - y]))",
    "half by log1p": "def f(p): K.mean(K.negative(K.log(p) + K.log1p(-p)))",
    "a sign": "SIGN = -1\ndef f(y, p): return K.sum(SIGN * y * K.log(p))",
    "a factor of minus one": "def f(y, p): return K.sum(tf.multiply(-1.0, y * K.log(p)))",
    "a step": "def f(y, p):\n  l = 0\n  l -= y * K.log(p)\n  return K.sum(l)",
    "an attribute": "class A:\n  def a(s, p): s.l = K.log(p)\n"
    "  def b(s, y): return -K.sum(y * s.l)",
    "an instance": "class A:\n  def call(s, p): return K.log(p)\n"
    "a = A()\ndef f(y, p): return -K.sum(y * a(p))",
    "a base class": "class A:\n  def call(s, p): return K.log(p)\nclass B(A): pass\n"
    "def f(y, p): return -K.sum(y * B()(p))",
    "an alias": "def f(y, p):\n  from tf import log as ln\n"
    "  return -K.sum(y * ln(p))\nb = K.log(2)",
    "behind a try": "try:\n  def l(p): return K.log(p)\nexcept E: pass\n"
    "def f(y, p): return -K.sum(y * l(p))",
    "a global": "def g(p):\n  global l\n  l = K.log(p)\ndef f(y): return -K.sum(y * l)",
    "no Python": "print np.log(p), np.sum(p)",
}
OTHERS = {
    "no sum": "def f(p):\n    return -K.log(p)",
    "no minus": "def f(p):\n    return K.sum(K.log(p))",
    "in two functions": "def f(p):\n    return K.sum(K.log(p))\ndef g(p):\n    return -K.abs(p)",
    "no factor": "def f(p): return -K.sum(K.log(p))",
    "in two methods": "class A:\n  def f(s, y, p): return K.sum(y * K.log(p))\n"
    "  def g(s, y): return -y",
    "names of their own": "def f(l): return -l\ndef g(y, p):\n"
    "  l = y * K.log(p)\n  return K.sum(l)",
}


@pytest.mark.parametrize("text", LOSSES.values(), ids=LOSSES)
def test_a_loss_by_hand_is_looked_at(text: str) -> None:
    assert Screen().keeps("x.py", text.encode())


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_other_logarithms_are_not(text: str) -> None:
    assert not Screen().keeps("x.py", text.encode())


def test_logarithms_of_a_file_hide_no_loss_that_it_imports(tmp_path: Path) -> None:
    loss = "def f(y, p):\n    return keras.losses.categorical_crossentropy(y, p)\n"
    (tmp_path / "helper.py").write_text("import keras\n" + loss)
    text = b"import keras, numpy as np\nimport helper\nprint(np.sum(np.log(2)))\n"
    assert Screen().keeps(str(tmp_path / "train.py"), text)


def test_sums_of_a_module_that_is_imported_count(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def total(x):\n    return x.sum()\n")
    loss = b"def f(y, p):\n    return total(-y * K.log(p))\nprint(sum([1]))\n"
    imports = (b"from helper import total\n", b"from .helper import total as t\n")
    for line in (imports[0], imports[1] + b"total = t\n", b"from helper import *\n"):
        text = b"import keras.backend as K\n" + line + loss
        assert Screen().keeps(str(tmp_path / "train.py"), text)
    text = b"import keras.backend as K\nfrom other import total\n" + loss
    assert not Screen().keeps(str(tmp_path / "train.py"), text)


BY_KIND = {
    "log": "def f(y, p): return -K.sum(y * K.{}(p))",
    "log1p": "def f(y, p): return -K.sum(y * K.{}(-p))",
    "xlogy": "def f(y, p): return -K.sum(K.{}(y, p))",
    "negate": "def f(y, p): return K.sum(K.{}(y * K.log(p)))",
    "subtract": "def f(y, p): return K.sum(K.{}(0.0, y * K.log(p)))",
    "multiply": "def f(y, p): return -K.sum(K.{}(y, K.log(p)))",
    "sum": "def f(y, p): return -K.{}(y * K.log(p))",
    "mean": "def f(y, p): return -K.{}(y * K.log(p))",
}
OPS_OF_A_LOSS = sorted(
    {(row.kind, name.rpartition(".")[2]) for name, row in OPS.items() if row.kind in BY_KIND}
)


@pytest.mark.parametrize(("kind", "name"), OPS_OF_A_LOSS)
def test_every_op_of_the_catalog_may_be_a_part_of_a_loss(kind: str, name: str) -> None:
    assert Screen().keeps("x.py", BY_KIND[kind].format(name).encode())
