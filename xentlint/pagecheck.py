"""Says what is wrong with a rule page: our own in a test, a project's own pages when loaded."""

from __future__ import annotations

import re
from string import Formatter
from typing import Any, Final

from xentlint.facts import Consumer, Head, Use
from xentlint.rules import KEYS, fields

SEVERITIES: Final = ("error", "warning")
APPLICABILITIES: Final = ("safe", "unsafe", "display")
KEEPS: Final = ("outputs", "training")
INTENTS: Final = (
    "apply-activation", "instantiate", "move-from-logits", "remove-activation", "remove-call",
    "remove-from-logits", "set-activation", "set-from-logits", "set-loss-family", "set-threshold",
    "swap-arguments", "use-logits-tensor",
)  # fmt: skip
"""What a fix may ask of an editor."""

SECTIONS: Final = (
    "What it finds", "Why it hurts", "Example", "Fix safety", "When to suppress", "References",
)  # fmt: skip

_PAGE: Final[dict[str, type | tuple[type, ...]]] = {
    "code": str, "name": str, "severity": str, "enabled": bool, "match": (dict, list),
    "exclude": (dict, list), "message": str, "grades": list, "help": (str, list), "fixes": list,
}  # fmt: skip
_REQUIRED: Final = ("code", "name", "severity", "match", "message", "help")
_PARTS: Final[dict[str, dict[str, type]]] = {
    "grades": {"when": dict, "severity": str, "note": str, "message": str},
    "help": {"when": dict, "text": str},
    "fixes": {"steps": list, "when": dict, "applicability": str, "keeps": list},
}


def check(front: dict[str, Any], body: str) -> list[str]:
    """Everything that is wrong, in words; empty for a good page."""
    wrong = [f"unknown key {key!r}" for key in front if key not in _PAGE]
    wrong += [f"{key!r} is missing" for key in _REQUIRED if key not in front]
    wrong += [
        f"{key!r} has the wrong type" for key, kind in _PAGE.items()
        if key in front and not isinstance(front[key], kind)
    ]  # fmt: skip
    if wrong:
        return wrong
    if not re.fullmatch(r"[A-Z]{2,}\d{3}", front["code"]):
        wrong.append("'code' is letters and three digits")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", front["name"]):
        wrong.append("'name' is words in lower case with hyphens")
    for key in ("match", "exclude"):
        value = front.get(key, [])
        for item in value if isinstance(value, list) else [value]:
            wrong += _table(key, item)
            if key == "match" and not {"consumer", "slot"} <= set(item):
                wrong.append("a match table names at least consumer and slot")
    return [
        *wrong,
        *_severities(front),
        *_parts(front),
        *_texts(front),
        *_fixes(front),
        *_body(body),
    ]


def _table(where: str, table: Any) -> list[str]:
    if not isinstance(table, dict) or not table:
        return [f"{where}: an empty table would match everything"]
    wrong = []
    for key, value in table.items():
        values = value if isinstance(value, list) else [value]
        allowed = KEYS.get(key, ())
        if key not in KEYS:
            wrong.append(f"{where}: unknown key {key!r}")
        elif allowed is None and not all(type(item) is int for item in values):
            wrong.append(f"{where}: {key!r} takes whole numbers")
        elif allowed is not None:
            wrong += [f"{where}: {key} = {v!r} is no value" for v in values if v not in allowed]
        if not values:
            wrong.append(f"{where}: {key!r} has no value and so matches nothing")
    return wrong


def _severities(front: dict[str, Any]) -> list[str]:
    given = [front["severity"], *(g.get("severity", "error") for g in front.get("grades", ()))]
    return [f"severity {value!r}" for value in given if value not in SEVERITIES]


def _parts(front: dict[str, Any]) -> list[str]:
    """Grades, help lines and fixes are lists of tables with known keys."""
    wrong = []
    for part, keys in _PARTS.items():
        items = front.get(part, [])
        for number, item in enumerate(items if isinstance(items, list) else [], 1):
            where = f"{part} {number}"
            for key, value in item.items():
                if key not in keys or not isinstance(value, keys[key]):
                    wrong.append(f"{where}: {key!r} is unknown or has the wrong type")
            if item.get("when"):
                wrong += _table(where, item["when"])
            elif number < len(items) and part != "fixes":
                wrong.append(f"{where}: without 'when' it hides what stands after it")
    return wrong


def _texts(front: dict[str, Any]) -> list[str]:
    """Messages are one sentence without its full stop, and name only fields that there are."""
    texts = [
        front["message"],
        *(g.get(k, "") for g in front.get("grades", ()) for k in ("note", "message")),
    ]
    helps = front["help"]
    texts += [helps] if isinstance(helps, str) else [item.get("text", "") for item in helps]
    known = fields(Use(Head(), Consumer("loss", "x")))
    wrong = []
    for text in texts:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
        wrong += [f"unknown field {name!r} in {text!r}" for name in names if name not in known]
        if text != text.strip() or text.endswith("."):
            wrong.append(f"{text!r}: no blank at its ends and no full stop")
    return wrong


def _fixes(front: dict[str, Any]) -> list[str]:
    wrong, unsafe_before = [], False
    for number, fix in enumerate(front.get("fixes", ()), 1):
        where = f"fixes {number}"
        missing = {"steps", "applicability", "keeps"} - set(fix)
        if missing:
            wrong.append(f"{where}: {', '.join(sorted(missing))} missing")
            continue
        wrong += [f"{where}: unknown step {step!r}" for step in fix["steps"] if step not in INTENTS]
        wrong += [f"{where}: keeps {kept!r}" for kept in fix["keeps"] if kept not in KEEPS]
        if fix["applicability"] not in APPLICABILITIES:
            wrong.append(f"{where}: applicability {fix['applicability']!r}")
        if fix["applicability"] == "safe" and "outputs" not in fix["keeps"]:
            wrong.append(f"{where}: a safe fix keeps the outputs")
        # --fix takes the first fix or none: one that always comes before hides what is safe.
        if fix["applicability"] == "safe" and unsafe_before:
            wrong.append(f"{where}: stands after an unsafe fix and can never be taken as safe")
        unsafe_before |= fix["applicability"] != "safe" and not fix.get("when")
    return wrong


def _body(body: str) -> list[str]:
    found = re.findall(r"(?m)^## (.+)$", body)
    wrong = [f"section {name!r} is missing" for name in SECTIONS if name not in found]
    blocks = re.findall(r"(?m)^```python (\w+)", body)
    if "bad" not in blocks or "good" not in blocks:
        wrong.append("the example needs a ```python bad and a ```python good block")
    return wrong
