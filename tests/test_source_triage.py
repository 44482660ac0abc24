"""What the search of bytes takes for a consumer, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    "no Python": "print np.log(p), np.sum(p)",
}
OTHERS = {
    "no sum": "def f(p):\n    return -K.log(p)",
    "no minus": "def f(p):\n    return K.sum(K.log(p))",
    "in two functions": "def f(p):\n    return K.sum(K.log(p))\ndef g(p):\n    return -K.abs(p)",
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
