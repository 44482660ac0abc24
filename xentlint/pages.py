"""Reads rule pages: the front matter that is the rule, and the text that documents it."""

from __future__ import annotations

import json
import os
import re

from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final, TypeVar

    T = TypeVar("T")

Table = dict[str, tuple[object, ...]]
"""A match table: key → the values that it accepts."""

FENCE: Final = "+++"


class Grade(NamedTuple):
    """Under a condition: the severity, what the message adds, or another message."""

    when: Table
    severity: str | None
    note: str
    message: str | None


class Help(NamedTuple):
    """What to do, under a condition."""

    when: Table
    text: str


class Plan(NamedTuple):
    """One way to mend a finding, as intents that an editor turns into edits."""

    steps: tuple[str, ...]
    when: Table
    applicability: str
    keeps: tuple[str, ...]


class Advice:
    """What a rule says of its findings, and how they are mended.

    Parsed when it is first asked for: it is most of a page, and most runs find nothing.
    """

    message: str
    grades: tuple[Grade, ...]
    help: tuple[Help, ...]
    fixes: tuple[Plan, ...]

    def __init__(self, path: str, front: str) -> None:
        self._path, self._front = path, front

    def __getattr__(self, name: str) -> Any:
        if name not in Advice.__annotations__:
            raise AttributeError(name)
        vars(self).update(_made(self._path, self._front, _advice))
        return vars(self)[name]


class Rule(NamedTuple):
    """A page's front matter."""

    code: str
    name: str
    severity: str
    enabled: bool
    match: tuple[Table, ...]
    exclude: tuple[Table, ...]
    advice: Advice


class PageError(ValueError):
    """A page that cannot be read as a rule."""


def folder() -> str:
    """Where our pages lie: inside the installed package, or beside it in a checkout."""
    here = os.path.dirname(os.path.abspath(__file__))
    installed = os.path.join(here, "rules_data")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(here), "rules")


def paths(where: str) -> dict[str, str]:
    """Code → page, from the file names alone: nothing is read."""
    names = sorted(filter(_is_page, os.listdir(where)))
    return {name[:-3]: os.path.join(where, name) for name in names}


def _is_page(name: str) -> bool:
    """``XL101.md``."""
    code, dot, end = name.partition(".")
    letters = code.rstrip("0123456789")
    is_code = letters != code and letters.isascii() and letters.isalpha() and letters.isupper()
    return is_code and dot + end == ".md"


def strays(where: str) -> list[str]:
    """Files that begin as a page does and are not named as one."""
    named = set(paths(where).values())
    found = []
    for name in sorted(os.listdir(where)):
        path = os.path.join(where, name)
        if name.lower().endswith(".md") and path not in named and os.path.isfile(path):
            with open(path, "rb") as file:
                if file.read(4).startswith(FENCE.encode()):
                    found.append(path)
    return found


def split(text: str) -> tuple[str, str]:
    """The front matter and the body of a page."""
    end = text.find(f"\n{FENCE}", len(FENCE))
    if end > 0 and text.startswith(f"{FENCE}\n") and text.startswith("\n", end + len(FENCE) + 1):
        return text[len(FENCE) : end + 1], text[end + len(FENCE) + 1 :].lstrip("\n")
    parts = re.split(r"(?m)^\+\+\+[ \t]*$", text, maxsplit=2)
    if len(parts) != 3 or parts[0].strip():
        raise PageError(f"no front matter between two lines of {FENCE}")
    return parts[1], parts[2].lstrip("\n")


def read(path: str) -> Rule:
    """The rule that a page holds."""
    with open(path, "rb", buffering=0) as file:
        front, _ = split(file.read().decode().replace("\r\n", "\n"))
    at = front.find("\nmessage = ")
    whole = at < 0 or '"""' in front or "'''" in front  # the line may be one of a text
    head, rest = (front, front) if whole else (front[:at], front[at:])
    return _made(path, head, lambda found: _rule(found, Advice(path, rest)))


def body(path: str) -> str:
    """The documentation on a page."""
    with open(path, encoding="utf-8") as file:
        return split(file.read())[1]


def section(text: str, name: str) -> str:
    """What stands below a heading of the documentation."""
    after = text.partition(f"## {name}\n")[2]
    return re.split(r"(?m)^## ", after, maxsplit=1)[0].strip()


def _made(path: str, front: str, make: Callable[[dict[str, Any]], T]) -> T:
    """What is made of front matter; an error names the page."""
    try:
        return make(front_matter(front))
    except (KeyError, TypeError, ValueError) as error:
        raise PageError(f"{path}: {error!r}") from error


def _rule(front: dict[str, Any], advice: Advice) -> Rule:
    """What judging asks of a page. ``pagecheck`` says what may stand in it."""
    return Rule(
        code=front["code"],
        name=front["name"],
        severity=front["severity"],
        enabled=front.get("enabled", True),
        match=tables(front["match"]),
        exclude=tables(front.get("exclude", ())),
        advice=advice,
    )


def _advice(front: dict[str, Any]) -> dict[str, Any]:
    """What findings ask of a page."""
    text = front["help"]
    helps: list[dict[str, Any]] = [{"text": text}] if isinstance(text, str) else text
    return {
        "message": front["message"],
        "grades": tuple(
            Grade(table(g.get("when", {})), g.get("severity"), g.get("note", ""), g.get("message"))
            for g in front.get("grades", ())
        ),
        "help": tuple(Help(table(h.get("when", {})), h["text"]) for h in helps),
        "fixes": tuple(
            Plan(tuple(f["steps"]), table(f.get("when", {})), f["applicability"], tuple(f["keeps"]))
            for f in front.get("fixes", ())
        ),
    }


def tables(value: Any) -> tuple[Table, ...]:
    """``match`` is a table or a list of tables."""
    return (table(value),) if isinstance(value, dict) else tuple(table(item) for item in value)


def table(value: dict[str, Any]) -> Table:
    return {k: tuple(v) if isinstance(v, list) else (v,) for k, v in value.items()}


def front_matter(text: str) -> dict[str, Any]:
    """The front matter as a dict.

    ``import tomllib`` takes as long as all else that a run on one saved model does, so the
    plain TOML that our own pages keep to is read with the JSON decoder, which is there
    already. What is not that plain goes to tomllib; a test holds both readings together.
    """
    try:
        return _plain(text)
    except ValueError:
        return _toml(text)


def _toml(text: str) -> dict[str, Any]:
    # Typed as Any: which of the two modules exists depends on the Python version.
    toml: Any
    try:
        toml = __import__("tomllib")
    except ModuleNotFoundError:  # Python 3.10
        toml = __import__("tomli")
    parsed: dict[str, Any] = toml.loads(text)
    return parsed


_NOT_PLAIN: Final = ("#", ":", "'", "null", "NaN", "Infinity")
"""Outside of strings: comments, the other strings, and what only JSON knows."""


def _plain(text: str) -> dict[str, Any]:
    """``key = value`` where each value is JSON once its keys are quoted; else ValueError."""
    parts = f"\n{text}".split('"')
    bare = "\0".join(parts[::2])  # what stands outside of strings
    if '\\"' in text or any(sign in bare for sign in _NOT_PLAIN):
        raise ValueError("not plain")
    bare = re.sub(r"(?<![\w-])(?=[A-Za-z_][\w-]* = )", '"', bare).replace(" = ", '": ')
    bare = bare.replace(",\n]", "\n]").replace('\n"', '\n,"')
    parts[::2] = bare.split("\0")
    items = '"'.join(parts).strip().removeprefix(",")
    found: dict[str, Any] = json.loads(f"{{{items}}}", object_pairs_hook=_once)
    if len(found) != bare.count('\n,"'):
        raise ValueError("two keys on a line")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A table; no key may be there twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found
