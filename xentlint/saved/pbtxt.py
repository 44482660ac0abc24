"""Protobuf's text form (``.pbtxt``): of a message, only the fields that are asked for.

Whatever else stands in braces is stepped over by its braces and quotes.
"""

from __future__ import annotations

import re

from xentlint.records import NamedTuple

from . import limits
from .errors import ReadError
from .windows import Budget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Message = dict[str, list[Any]]
    """The fields of a message that were asked for: strings as bytes, messages as these; under
    ``HERE`` where it starts."""

_SPACE = re.compile(rb"(?:[ \t\r\n,;]+|#[^\n]*)*")
# A name, and its value where that is one plain string.
_HEAD = re.compile(
    rb"[ \t\r\n,;]*([A-Za-z_][A-Za-z0-9_]*|\[[^\]\n]*\])"
    rb"(?:[ \t]*:[ \t]*\"([^\"\\\n]*)\"(?![ \t\r\n]*[\"'#]))?"
)
_SCALAR = re.compile(rb"[^\s{}<>\"'#;,]+")
_HOPS = re.compile(rb"[\"'{}<>#]")
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|(.))", re.DOTALL)
_TEXT = rb"[^{}<>\"'#]*"
_FLAT = _TEXT + rb"(?:\"[^\"\\\n]*\"" + _TEXT + rb"){0,64}"


_STRINGS = re.compile(_FLAT)


def _inside(inner: bytes) -> bytes:
    """A message that holds such messages."""
    return rb"\{" + _FLAT + rb"(?:" + inner + _FLAT + rb"){0,64}\}"


# attr { value { list { shape { dim { … } } } } } is the deepest common one.
_SHALLOW = re.compile(_inside(_inside(_inside(_inside(rb"\{" + _FLAT + rb"\}")))))
"""Nearly every attribute of a node: stepped over in one go. Bounded, for a long one would take
memory for each of its parts."""
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b", b"f": b"\f",
          b"v": b"\v"}  # fmt: skip

HERE = ""
DEEP = 8
"""Messages inside of each other that were not shallow: the next one is not tried any more."""
FIELD_COST = 10
"""Work of one field: text takes that much longer than the binary form."""

Path = tuple[str, ...]


class Wanted(NamedTuple):
    """What is kept of a text, by the path that leads there."""

    entered: frozenset[Path]
    """Messages."""
    kept: frozenset[Path]
    """Strings and numbers."""
    first: frozenset[Path] = frozenset()
    """Of those entered, messages of which the first is enough."""


def parse(data: bytes, wanted: Wanted, budget: Budget, start: int | None = None) -> Message:
    """The wanted fields of a text; what is not entered is stepped over by its braces.

    ``start``: of the message that starts there alone.
    """
    root: Message = {}
    stack = [root]
    path: Path = ()
    at = start or 0
    while True:
        budget.work(FIELD_COST)
        head = _HEAD.match(data, at)
        if head is None:
            at = _space(data, at)
            if at >= len(data):
                return root
            if data[at : at + 1] in (b"}", b">"):
                if not path and start is None:
                    raise ReadError("a brace too many in the text form", offset=at)
                if not path:
                    return root
                path = path[:-1]
                stack.pop()
                at += 1
                continue
            head = _HEAD.match(data, at)  # behind a comment
            if head is None:
                raise ReadError("not protobuf's text form", offset=at)
        field = head[1].decode("ascii", "replace")
        here = (*path, field)
        value, at = head[2], head.end()
        if value is None:
            at = _value_start(data, at)
            if data[at : at + 1] in (b"{", b"<"):
                if here in wanted.entered and not (here in wanted.first and field in stack[-1]):
                    at += 1
                    stack.append({HERE: [at]})
                    _keep(stack[-2], field, stack[-1])
                    path = here
                else:
                    at = _skip(data, at)
                continue
            at, value = _value(data, at, here in wanted.kept)
        if value is not None and here in wanted.kept:
            _keep(stack[-1], field, value)


def _keep(found: Message, field: str, value: Any) -> None:
    values = found.setdefault(field, [])
    values.append(value)
    if len(values) > limits.GRAPH_NODES:
        raise ReadError(f"the text form has too many fields {field}", "too-large")


def _value_start(data: bytes, at: int) -> int:
    """Where the value behind a name starts, with or without a colon."""
    at = _space(data, at)
    return _space(data, at + 1) if data[at : at + 1] == b":" else at


def message(found: Message, *path: str) -> Message:
    """The message under a path; empty where there is none."""
    for name in path:
        inner = found.get(name)
        found = inner[-1] if inner and isinstance(inner[-1], dict) else {}
    return found


def messages(found: Message, name: str) -> list[Message]:
    return [item for item in found.get(name, ()) if isinstance(item, dict)]


def strings(found: Message, name: str) -> list[str]:
    values = found.get(name, ())
    return [item.decode("utf-8", "replace") for item in values if isinstance(item, bytes)]


def string(found: Message, name: str) -> str | None:
    """A string; where its field is there twice, the last, as protobuf has it."""
    values = strings(found, name)
    return values[-1] if values else None


def _space(data: bytes, at: int) -> int:
    found = _SPACE.match(data, at)
    return found.end() if found else at


def _string_end(data: bytes, at: int) -> int:
    """Behind the string that starts at ``at``; a string ends on its line."""
    quote = data[at : at + 1]
    end = at
    while True:
        end = data.find(quote, end + 1)
        if end < 0:
            raise ReadError("a string in the text form does not end", offset=at)
        slashes = end - 1
        while data[slashes] == 0x5C:
            slashes -= 1
        if (end - slashes) % 2:
            return end + 1


def _skip(data: bytes, at: int) -> int:
    """Behind the message in braces that starts at ``at``."""
    depth = deeper = 0
    while True:
        # Strings one after the other, without a step for each.
        found = _STRINGS.match(data, at)
        at = found.end() if found else at
        found = _HOPS.search(data, at)
        if found is None:
            raise ReadError("a message in the text form does not end", offset=at)
        mark, at = found.group(), found.end()
        if mark in (b'"', b"'"):
            at = _string_end(data, at - 1)
        elif mark == b"#":
            at = (data.find(b"\n", at) + 1) or len(data)
        elif mark == b"{" and deeper < DEEP and (shallow := _SHALLOW.match(data, at - 1)):
            at, deeper = shallow.end(), 0
            if not depth:
                return at
        elif mark in b"{<":
            depth += 1
            deeper += 1
        else:
            depth -= 1
            deeper = 0
            if not depth:
                return at


def _value(data: bytes, at: int, wanted: bool) -> tuple[int, bytes | None]:
    """A scalar, a list, or strings that stand side by side and are one."""
    if data[at : at + 1] not in (b'"', b"'"):
        if data[at : at + 1] == b"[":
            end = data.find(b"]", at)
            if end < 0:
                raise ReadError("a list in the text form does not end", offset=at)
            return end + 1, None
        found = _SCALAR.match(data, at)
        if found is None:
            raise ReadError("a value is missing in the text form", offset=at)
        return found.end(), found.group() if wanted else None
    parts = []
    while data[at : at + 1] in (b'"', b"'"):
        end = _string_end(data, at)
        if wanted:
            parts.append(_ESCAPE.sub(_unescape, data[at + 1 : end - 1]))
        at = _space(data, end)
    return at, b"".join(parts) if wanted else None


def _unescape(found: re.Match[bytes]) -> bytes:
    octal, hexadecimal, plain = found.groups()
    if octal is not None:
        return bytes((int(octal, 8) & 0xFF,))
    if hexadecimal is not None:
        return bytes((int(hexadecimal, 16),))
    return _PLAIN.get(plain, plain)
