"""The match language is finite: every possible use is walked and judged."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest

from xentlint import pages, rules
from xentlint.facts import APPLIES, FAMILIES, Consumer, Head, Use

RULES = rules.load()
DEFAULT = tuple(rule for rule in RULES if rule.enabled)
GIVEN = rules.KEYS["given"]
APPLIED = {
    ("binary", "softmax"): False,
    ("categorical", "sigmoid"): False,
    ("sparse", "sigmoid"): False,
}
"""What a family cannot apply."""
PROBABILITIES = ("simplex", "independent")


def uses() -> Iterator[Use]:
    """Every use that can be, by the keys that match tables name."""
    for kind, form, keras in itertools.product(
        ("loss", "metric"),
        ("plain", "compile-keyword", "in-string", "class", "called"),
        (2, 3, None),
    ):
        # Keras 3 makes the instance itself, so a front end calls that form plain.
        if (form == "class" and keras != 2) or (form != "class" and keras == 3):
            continue
        for slot, other, expects, given, family, applies, size in itertools.product(
            ("predictions", "labels"),
            ("labels", "head", None),
            ("logits", "probabilities", "any"),
            GIVEN,
            FAMILIES,
            APPLIES,
            (1, 2, None),
        ):
            # Only what expects logits applies something itself; a head is no label evidence.
            if (applies == "none") != (expects != "logits"):
                continue
            if APPLIED.get((family, applies), True) is False:
                continue
            if slot == "predictions" and other == "labels" and form != "plain":
                continue
            yield Use(
                Head(given, activation="relu" if given == "other" else None),
                Consumer(kind, "n", expects, family, applies, form, "n"),
                slot,
                other,
                size,
                keras=keras,
            )
    for given, applies, size in itertools.product(GIVEN, ("softmax", "sigmoid"), (1, 2, None)):
        yield Use(Head(given), Consumer("activation", "n", "logits", "none", applies), size=size)
    for given, expects, size in itertools.product(GIVEN, ("probabilities", "any"), (1, 2, None)):
        yield Use(Head(given), Consumer("decoding", "n", expects), size=size)


ALL_USES = tuple(uses())


def is_wrong(use: Use) -> bool | None:
    """What the pair is by what the numbers mean, not by the rules; None: silent on purpose."""
    consumer, size = use.consumer, use.size
    if consumer.form != "plain":
        return use.slot == "predictions" or None
    if use.slot == "labels":
        # A head in the place of the labels: distillation when another head is the prediction.
        return use.other == "labels"
    if consumer.applies == "softmax" and size == 1:
        return None if consumer.kind == "metric" else True
    if consumer.kind == "metric" and consumer.expects == "logits":
        return None  # cross-entropy as a metric; the same loss says it
    if consumer.expects == "any":
        return False
    if consumer.expects == "logits":
        return _wrong_for_logits(use)
    return _wrong_for_probabilities(use)


def _wrong_for_logits(use: Use) -> bool | None:
    if use.given in PROBABILITIES:
        return True
    if use.given == "logits":
        return False
    if use.consumer.kind == "activation":
        return None  # relu before softmax is odd, and common in published models
    if use.given == "log-probabilities":
        return use.consumer.family == "binary" or None
    return True


def _wrong_for_probabilities(use: Use) -> bool | None:
    family = use.consumer.family
    if use.consumer.kind in ("metric", "decoding"):
        if use.given == "other":
            return None
        return use.given in ("logits", "log-probabilities")
    if use.given == "simplex" and use.size == 1:
        return None  # XL103 has it at the softmax
    if use.given == "simplex":
        return family == "binary"
    if use.given == "independent":
        return family in ("categorical", "sparse")
    return True


def test_uses_are_many_and_different() -> None:
    assert len(ALL_USES) == len(set(ALL_USES)) > 10_000


def test_no_two_rules_match_one_use() -> None:
    for use in ALL_USES:
        known = rules.attributes(use)
        found = [rule.code for rule in RULES if rules.matches(rule, known)]
        assert len(found) <= 1, (found, use)


def test_every_rule_matches_some_use_by_each_of_its_tables() -> None:
    known = [rules.attributes(use) for use in ALL_USES]
    for rule in RULES:
        for table in (*rule.match, *rule.exclude):
            assert any(rules.accepts(table, item) for item in known), (rule.code, table)


def test_what_is_wrong_is_found_and_what_is_right_is_not() -> None:
    for use in ALL_USES:
        verdict, wrong = rules.judge(use, DEFAULT), is_wrong(use)
        if wrong is True:
            assert verdict.rule is not None, use
        if wrong is False:
            assert verdict.code == rules.OK, (verdict.code, use)


def test_silent_on_purpose_is_only_what_is_listed() -> None:
    """A rule that grows into this list is noticed."""
    silent = {
        (u.consumer.kind, u.slot, u.consumer.expects, u.given)
        for u in ALL_USES
        if is_wrong(u) is None and rules.judge(u, DEFAULT).rule is None
    }
    assert {s for s in silent if s[1] == "predictions"} == {
        ("activation", "predictions", "logits", "log-probabilities"),
        ("activation", "predictions", "logits", "other"),
        ("decoding", "predictions", "probabilities", "other"),
        ("loss", "predictions", "logits", "log-probabilities"),
        ("loss", "predictions", "probabilities", "simplex"),
        ("metric", "predictions", "probabilities", "other"),
        *{("metric", "predictions", "logits", given) for given in GIVEN},
    }


def test_prefer_logits_matches_only_right_pairs() -> None:
    opt_in = tuple(rule for rule in RULES if not rule.enabled)
    assert [rule.code for rule in opt_in] == ["XL301"]
    for use in ALL_USES:
        if rules.judge(use, opt_in).rule is not None:
            assert is_wrong(use) is False


@pytest.mark.parametrize("use", [u for u in ALL_USES if rules.judge(u, RULES).rule][::37])
def test_messages_are_one_sentence_with_all_fields_filled(use: Use) -> None:
    verdict = rules.judge(use, RULES)
    for text in (verdict.message, verdict.help):
        assert text
        assert "{" not in text
        assert "None" not in text
        assert not text.endswith(".")


def loss(expects: str, **more: object) -> Consumer:
    return Consumer("loss", "keras.losses.BinaryCrossentropy", expects, "binary", **more)  # type: ignore[arg-type]


def test_severity_and_words_follow_what_keras_does() -> None:
    consumer = loss(
        "logits", applies="sigmoid", shown="BCE(from_logits=True)", switch="from_logits"
    )
    use = Use(Head("independent", "sigmoid"), consumer)
    recovered = rules.judge(use._replace(effect="recovered"), RULES)
    silent = rules.judge(use._replace(effect="silent"), RULES)
    unknown = rules.judge(use, RULES)
    assert (recovered.severity, silent.severity, unknown.severity) == ("warning", "error", "error")
    assert "TensorFlow warns" in recovered.message
    assert "training stays as it is" in recovered.help
    assert "applies sigmoid to them again" in silent.message
    assert "on TensorFlow" in unknown.message
    assert "JAX and torch" in unknown.message
    assert unknown.message.startswith("sigmoid gives probabilities, but BCE(from_logits=True)")


@pytest.mark.parametrize(
    ("activation", "said"),
    [
        ("tf.nn.relu", "tf.nn.relu cuts off the negative logits that"),
        ("tanh", "tanh bounds the logits that"),
        ("tf.nn.relu6", "tf.nn.relu6 bounds the logits that"),
        ("LeakyReLU", "LeakyReLU bends the logits that"),
        ("gelu", "gelu bends the logits that"),
        ("tf.square", "tf.square changes the logits that"),
    ],
)
def test_an_activation_on_logits_is_named_by_what_it_does(activation: str, said: str) -> None:
    use = Use(Head("other", activation), loss("logits", applies="sigmoid", shown="BCE()"))
    assert rules.judge(use, RULES).message == f"{said} BCE() expects"


def test_a_raw_op_is_not_told_to_drop_a_switch_that_it_lacks() -> None:
    name = "tf.nn.sigmoid_cross_entropy_with_logits"
    consumer = Consumer("loss", name, "logits", "binary", "sigmoid", shown=name, switch="none")
    verdict = rules.judge(Use(Head("independent", "tf.sigmoid"), consumer), RULES)
    assert verdict.code == "XL101"
    assert "remove `from_logits" not in verdict.help
    assert "before the tf.sigmoid" in verdict.help


def test_unknown_sides_are_undecided_with_the_front_ends_reason() -> None:
    unknown_head = Use(Head(), loss("probabilities"), reason="parameter `model` is not known")
    assert rules.judge(unknown_head, DEFAULT)[0] == "undecided"
    assert rules.judge(unknown_head, DEFAULT).reason == "parameter `model` is not known"
    unknown_loss = Use(Head("simplex", "softmax"), loss("unknown"))
    assert rules.judge(unknown_loss, DEFAULT).code == "undecided"
    assert "expects" in (rules.judge(unknown_loss, DEFAULT).reason or "")


def test_an_unknown_that_could_not_matter_is_ok() -> None:
    assert rules.judge(Use(Head(), loss("any")), DEFAULT).code == "ok"
    assert rules.judge(Use(Head(), Consumer("metric", "m", "any")), DEFAULT).code == "ok"


def test_two_known_sides_with_a_reason_are_no_finding() -> None:
    """Two decisions that nothing ties together: wrong on some combination, perhaps never run."""
    use = Use(Head("logits"), loss("probabilities"), reason="needs two decisions")
    assert rules.judge(use, DEFAULT)[0::5] == ("undecided", "needs two decisions")


def test_a_misplaced_switch_is_found_whatever_the_head_is() -> None:
    consumer = loss("unknown", form="compile-keyword", shown="compile(from_logits=True)")
    use = Use(Head(), consumer, reason="the head is not known")
    assert rules.judge(use, DEFAULT).code == "XL204"


def test_a_finding_is_made_only_from_a_match() -> None:
    use = Use(Head("logits"), loss("logits", applies="sigmoid"))
    with pytest.raises(ValueError, match="ok is no finding"):
        rules.finding(use, rules.judge(use, RULES))


def test_pages_are_found_by_name() -> None:
    found = pages.paths(pages.folder())
    assert list(found) == [rule.code for rule in RULES]
    assert all(os.path.isfile(path) for path in found.values())
