"""Which fixes a finding has: the plans of its rule, realised by the front end that made the use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xentlint.facts import Edit, Finding, Fix, Related, Use
from xentlint.outcome import Judged
from xentlint.pages import Plan, Rule
from xentlint.rules import accepts, attributes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from xentlint.front import Editor

SAFE: Final = "safe"
UNSAFE: Final = "unsafe"

SHARED: Final = frozenset(
    ("set-from-logits", "remove-from-logits", "set-loss-family", "set-threshold", "instantiate")
)
"""Steps that change a consumer, which other heads may reach as well."""

WORDS: Final = {
    "set-from-logits": "set `from_logits=True`",
    "remove-from-logits": "remove `from_logits=True`",
    "remove-activation": "remove the activation",
    "set-activation": "set the activation of the last layer",
    "use-logits-tensor": "pass the tensor from before the activation",
    "set-loss-family": "use the cross-entropy that fits",
    "set-threshold": "set the threshold to 0.0",
    "apply-activation": "apply the activation to the predictions",
    "swap-arguments": "swap the two arguments",
    "instantiate": "make an instance of the class",
    "move-from-logits": "give `from_logits` to a loss object",
    "remove-call": "pass the function without calling it",
}

_NOTHING_SHOWS: Final = "the code does not show which repair is right"


class Offers:
    """All uses of a run, as far as they have a say in each other's fixes."""

    def __init__(self) -> None:
        self._votes: dict[object, set[str]] = {}
        self._of_head: dict[object, list[Use]] = {}

    def note(self, judged: Iterable[Judged]) -> None:
        """The verdicts on one file."""
        judged = list(judged)
        for use, verdict in judged:
            key = getattr(use.handle, "consumer_key", None)
            if key is not None:
                self._votes.setdefault(key, set()).add(verdict.code)
        if any(verdict.rule is not None for _, verdict in judged):
            for use, _ in judged:
                head = getattr(use.handle, "head_key", None)
                if head is not None and use.consumer.kind == "loss":
                    self._of_head.setdefault(head, []).append(use)

    def attach(self, finding: Finding, rule: Rule, editor: Editor) -> Finding:
        """The finding with its fixes, best first."""
        use = finding.use
        head = "made_key" if use.consumer.kind == "activation" else "head_key"
        same = self._of_head.get(getattr(use.handle, head, None), [])
        if not same and use.consumer.kind == "activation":
            # No loss takes what it gives: one that takes what it was given tells of the labels.
            same = self._of_head.get(getattr(use.handle, "head_key", None), [])
        fixes: list[Fix] = []
        reasons: list[str] = []
        first = True  # whether no better fix, possible or not, was an unsafe one
        for plan in _plans(rule, _with_labels(use, same)):
            found = self._disagreement(use, plan.steps) or editor.edits(use, plan.steps, same)
            if isinstance(found, str):
                reasons.append(found)
            elif found:
                safe = first and plan.applicability == SAFE and _in_one_file(finding, found)
                left = editor.left(use, plan.steps, same)
                fixes.append(_fix(plan, SAFE if safe else UNSAFE, found, left))
            first = first and plan.applicability == SAFE
        unfixed = () if fixes else tuple(dict.fromkeys(reasons)) or (_NOTHING_SHOWS,)
        return finding._replace(fixes=tuple(fixes), unfixed=unfixed)

    def _disagreement(self, use: Use, steps: Sequence[str]) -> str | None:
        """What speaks against changing a consumer that several heads reach."""
        votes = self._votes.get(getattr(use.handle, "consumer_key", None), set())
        if SHARED.isdisjoint(steps) or len(votes) < 2:
            return None
        return f"the same text serves uses that disagree: {', '.join(sorted(votes))}"


def _plans(rule: Rule, use: Use) -> list[Plan]:
    """The plans whose condition holds, each sequence of steps once."""
    known = attributes(use)
    found: dict[tuple[str, ...], Plan] = {}
    for plan in rule.advice.fixes:
        if accepts(plan.when, known):
            found.setdefault(plan.steps, plan)
    return list(found.values())


def _with_labels(use: Use, same: Sequence[Use]) -> Use:
    """Of an activation: what the losses behind it show of the labels."""
    if use.consumer.kind != "activation" or use.labels is not None:
        return use
    shown = {loss.labels or _BY_FAMILY.get(loss.consumer.family) for loss in same}
    return use._replace(labels=shown.pop()) if len(shown) == 1 else use


_BY_FAMILY: Final = {"binary": "binary", "sparse": "integer"}
"""Labels that a loss shows by taking them."""


def _in_one_file(finding: Finding, edits: Iterable[Edit]) -> bool:
    return {edit.place.path for edit in edits} == {finding.place.path}


def _fix(plan: Plan, applicability: str, edits: tuple[Edit, ...], left: tuple[Related, ...]) -> Fix:
    words = ", ".join(WORDS[step] for step in plan.steps)
    return Fix(plan.steps, applicability, plan.keeps, words, edits, left)
