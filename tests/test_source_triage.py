"""What the search of bytes takes for a consumer, and what it leaves alone."""

from __future__ import annotations

import pytest

from xentlint.source.triage import Screen, consumers, only_logarithms


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


def test_a_logarithm_alone_is_told_from_a_loss() -> None:
    assert only_logarithms(b"y = log(x)")
    assert not only_logarithms(b"y = log(x); m.compile(f)")
    assert not only_logarithms(b"y = x")
    assert not Screen().keeps("x.py", b"y = log(x)")
    assert Screen().keeps("x.py", b"y = sum(log(x))")
