"""Judges uses by the rules: a use in, a verdict out."""

from __future__ import annotations

from xentlint import pages
from xentlint.catalog.activations import ACTIVATIONS
from xentlint.facts import (
    APPLIES,
    CONSUMERS,
    DECODED,
    EFFECTS,
    EXPECTS,
    FAMILIES,
    FORMS,
    LABELS,
    OTHERS,
    SCALES,
    SLOTS,
    Finding,
    Use,
)
from xentlint.outcome import OK, UNDECIDED, WORDS, Verdict
from xentlint.pages import Rule, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

__all__ = ["KEYS", "OK", "UNDECIDED", "WORDS", "Rule", "Verdict", "finding", "judge", "load"]

UNKNOWN: Final = "unknown"

KEYS: Final[dict[str, tuple[str, ...] | None]] = {
    "consumer": CONSUMERS,
    "slot": SLOTS,
    "other": OTHERS,
    "expects": tuple(value for value in EXPECTS if value != UNKNOWN),
    "given": tuple(value for value in SCALES if value != UNKNOWN),
    "family": FAMILIES,
    "applies": APPLIES,
    "size": None,
    "form": FORMS,
    "labels": LABELS,
    "effect": EFFECTS,
    "decoded": DECODED,
    "keras": None,
    "switch": ("from_logits", "none"),
}
"""The match language: every key and the values it takes (``None``: a whole number)."""


def load(codes: frozenset[str] | None = None) -> tuple[Rule, ...]:
    """Our rules, or those of them with these codes."""
    found = pages.paths(pages.folder())
    return tuple(pages.read(p) for code, p in found.items() if codes is None or code in codes)


def attributes(use: Use) -> Table:
    """What is known of a use, by the keys of the match language; what is absent matches nothing."""
    consumer = use.consumer
    known = {
        "consumer": consumer.kind,
        "slot": use.slot,
        "other": use.other,
        "expects": consumer.expects,
        "given": use.head.scale,
        "family": consumer.family,
        "applies": consumer.applies,
        "size": use.size,
        "form": consumer.form,
        "labels": use.labels,
        "effect": use.effect,
        "decoded": use.decoded,
        "keras": use.keras,
        "switch": consumer.switch,
    }
    return {key: (value,) for key, value in known.items() if value is not None and value != UNKNOWN}


def accepts(table: Table, known: Table) -> bool:
    """Whether every key of the table is known of the use and has one of the table's values."""
    return all(
        any(value in wanted for value in known.get(key, ())) for key, wanted in table.items()
    )


def matches(rule: Rule, known: Table) -> bool:
    return any(accepts(table, known) for table in rule.match) and not any(
        accepts(table, known) for table in rule.exclude
    )


EITHER: Final = ("simplex", "independent")
"""What ``probabilities`` may be, where a project's settings say no more of what its own code
gives."""


def judge(use: Use, rules: tuple[Rule, ...]) -> Verdict:
    """The verdict on one use: the rule that rejects it, ``undecided`` or ``ok``."""
    if use.head.scale == "probabilities":
        return _either(use, rules)
    known = attributes(use)
    found = next((rule for rule in rules if matches(rule, known)), None)
    if found is not None and not (use.reason and _both_sides(known)):
        return _finding(found, use, known)
    if found is not None or _may_match(rules, known):
        return Verdict(UNDECIDED, reason=use.reason or _missing(known))
    return Verdict(OK)


def _either(use: Use, rules: tuple[Rule, ...]) -> Verdict:
    """The verdict that holds whichever probabilities they are."""
    first, second = (
        judge(use._replace(head=use.head._replace(scale=scale)), rules) for scale in EITHER
    )
    if first.code == second.code:
        return first
    words = " or ".join(EITHER)
    return Verdict(UNDECIDED, reason=f"whether its probabilities are {words} is not known")


def _both_sides(known: Table) -> bool:
    return "given" in known and "expects" in known


def _may_match(rules: tuple[Rule, ...], known: Table) -> bool:
    """Whether some scale in the place of an unknown one would be a finding.

    Only the two sides count: were every unknown key (units, labels, backend) to count, nothing
    that a reader calls right would be ``ok``.
    """
    unknown = {key: KEYS[key] or () for key in ("given", "expects") if key not in known}
    return bool(unknown) and any(
        accepts(table, {**known, **unknown})
        for rule in rules
        if not any(accepts(table, known) for table in rule.exclude)
        for table in rule.match
    )


def _missing(known: Table) -> str:
    if "given" in known:
        return "what the consumer expects is not known"
    return "the scale of the tensor is not known"


def _finding(rule: Rule, use: Use, known: Table) -> Verdict:
    grade = next((grade for grade in rule.advice.grades if accepts(grade.when, known)), None)
    text = (grade and grade.message) or rule.advice.message
    if grade and grade.note:
        text += f"; {grade.note}"
    advice = next((item.text for item in rule.advice.help if accepts(item.when, known)), "")
    named = fields(use)
    return Verdict(
        code=rule.code,
        rule=rule,
        severity=(grade and grade.severity) or rule.severity,
        message=text.format_map(named),
        help=advice.format_map(named),
    )


def fields(use: Use) -> dict[str, object]:
    """What the messages of a page may name in braces."""
    head, consumer = use.head, use.consumer
    return {
        "activation": head.activation or "no activation",
        "consumer": consumer.shown or consumer.name,
        "given": WORDS[head.scale],
        "expects": WORDS[consumer.expects],
        "changes": _changes(head.activation or ""),
        "applies": consumer.applies,
        "family": consumer.family,
        "kind": consumer.kind,
        "units": head.units if head.units is not None else "several",
        "output": f" of output {head.output!r}" if head.output else "",
        "threshold": "0.5" if consumer.threshold is None else f"{consumer.threshold:g}",
    }


_CHANGES: Final = {
    "cuts": "cuts off the negative",
    "bounds": "bounds the",
    "bends": "bends the",
    "changes": "changes the",
}


def _changes(activation: str) -> str:
    """What an activation does to logits, as a message says it before that word."""
    row = ACTIVATIONS.get(activation.rpartition(".")[2])
    return _CHANGES[row.does if row is not None else "changes"]


def finding(use: Use, verdict: Verdict) -> Finding:
    """The finding of a verdict that a rule made."""
    if verdict.rule is None or verdict.severity is None:
        raise ValueError(f"{verdict.code} is no finding")
    rule = verdict.rule
    return Finding(rule.code, rule.name, verdict.severity, verdict.message, verdict.help, use)
