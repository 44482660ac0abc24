"""The table of DESIGN.md on what numbers showed: which code a meeting deserves, or ``ok``."""

from __future__ import annotations

PROBABILITIES = ("simplex", "independent")


def judge_loss(given: str, expects: str, family: str, applies: str, size: int | None) -> str:
    """The code of a tensor of scale ``given`` in the predictions of a loss."""
    if applies == "softmax" and size == 1 and given in ("logits", "other"):
        return "XL103"
    if expects == "logits":
        return _on_logits(given, family)
    return _on_probabilities(given, family, size)


def _on_logits(given: str, family: str) -> str:
    if given in PROBABILITIES:
        return "XL101"
    if given == "other" or (given == "log-probabilities" and family == "binary"):
        return "XL106"
    return "ok"


def _on_probabilities(given: str, family: str, size: int | None) -> str:
    if given == "logits":
        return "XL102"
    if given in ("other", "log-probabilities"):
        return "XL106"
    if given == "simplex" and family == "binary" and size != 1:
        return "XL104"
    if given == "independent" and family in ("categorical", "sparse"):
        return "XL104"
    return "ok"


def judge_activation(given: str, applies: str, size: int | None) -> str:
    """The code of a softmax or sigmoid that is handed a tensor of scale ``given``."""
    if applies == "softmax" and size == 1:
        return "XL103"
    return "XL105" if given in PROBABILITIES else "ok"
