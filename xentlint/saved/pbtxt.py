"""``saved_model.pbtxt``: a SavedModel in protobuf's text form, of which two strings are read.

Only the fields on the way to Keras' metadata are looked at; whatever else stands in braces is
stepped over by its braces and quotes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .errors import ReadError
from .windows import Budget

_SPACE = re.compile(rb"(?:[ \t\r\n,;]+|#[^\n]*)*")
_NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*|\[[^\]\n]*\]")
_SCALAR = re.compile(rb"[^\s{}<>\"'#;,]+")
_HOPS = re.compile(rb"[\"'{}<>#]")
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|(.))", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b", b"f": b"\f",
          b"v": b"\v"}  # fmt: skip

# Fields that are entered, by the path that leads to them.
_ENTERED = frozenset(
    (
        ("meta_graphs",),
        ("meta_graphs", "meta_info_def"),
        ("meta_graphs", "object_graph_def"),
        ("meta_graphs", "object_graph_def", "nodes"),
        ("meta_graphs", "object_graph_def", "nodes", "user_object"),
    )
)
_VERSION = ("meta_graphs", "meta_info_def", "tensorflow_version")
_USER = ("meta_graphs", "object_graph_def", "nodes", "user_object")


class Found(NamedTuple):
    version: str | None
    identifier: str | None
    metadata: bytes | None


def read_pbtxt(data: bytes, budget: Budget) -> Found:
    """The root object's metadata: that of the first node."""
    values: dict[tuple[str, ...], bytes] = {}
    path: list[str] = []
    nodes = at = 0
    while True:
        budget.work()
        at = _space(data, at)
        if at >= len(data):
            break
        if data[at : at + 1] in (b"}", b">"):
            if not path:
                raise ReadError("a brace too many in the text form", offset=at)
            path.pop()
            at += 1
            continue
        name = _NAME.match(data, at)
        if name is None:
            raise ReadError("not protobuf's text form", offset=at)
        here = (*path, name.group().decode("ascii", "replace"))
        at = _space(data, name.end())
        if data[at : at + 1] == b":":
            at = _space(data, at + 1)
        if data[at : at + 1] in (b"{", b"<"):
            if here == _USER[:3]:
                nodes += 1
                if nodes > 1:
                    break
            if here in _ENTERED:
                path.append(here[-1])
                at += 1
            else:
                at = _skip(data, at)
            continue
        at, value = _value(
            data, at, here in (_VERSION, (*_USER, "identifier"), (*_USER, "metadata"))
        )
        if value is not None:
            values.setdefault(here, value)
    identifier = values.get((*_USER, "identifier"))
    version = values.get(_VERSION)
    return Found(
        version.decode("utf-8", "replace") if version is not None else None,
        identifier.decode("utf-8", "replace") if identifier is not None else None,
        values.get((*_USER, "metadata")),
    )


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
    depth = 0
    while True:
        found = _HOPS.search(data, at)
        if found is None:
            raise ReadError("a message in the text form does not end", offset=at)
        mark, at = found.group(), found.end()
        if mark in (b'"', b"'"):
            at = _string_end(data, at - 1)
        elif mark == b"#":
            at = (data.find(b"\n", at) + 1) or len(data)
        elif mark in b"{<":
            depth += 1
        else:
            depth -= 1
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
        return found.end(), None
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
