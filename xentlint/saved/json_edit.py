"""Changes values inside a JSON text and leaves every other byte as it is."""

from __future__ import annotations

from .errors import ReadError
from .intents import Change, dump
from .jsontext import span, string_end
from .splices import Patch


def edit(text: bytes, changes: list[Change]) -> bytes:
    """The text with each change made once."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        raise ReadError("only UTF-8 is edited") from None
    patches = sorted({_patch(text, change) for change in changes}, reverse=True)
    end = len(text)
    for patch in patches:
        if patch.at + patch.length > end:
            raise ReadError("two fixes change the same value in different ways")
        text = text[: patch.at] + patch.data + text[patch.at + patch.length :]
        end = patch.at
    return text


def _patch(text: bytes, change: Change) -> Patch:
    found = span(text, change.steps)
    if found is not None:
        return Patch(found[0], found[1] - found[0], dump(change.value))
    parent = span(text, change.steps[:-1])
    if parent is None or text[parent[0] : parent[0] + 1] != b"{":
        raise ReadError("the place of a fix is not there")
    entry = dump(change.steps[-1]) + b": " + dump(change.value)
    inside = text[parent[0] + 1 : parent[1] - 1].strip()
    return Patch(parent[0] + 1, 0, entry + (b", " if inside else b""))


def compact(text: bytes) -> bytes:
    """The text without the white space between its tokens."""
    out = []
    at = 0
    while at < len(text):
        quote = text.find(b'"', at)
        if quote < 0:
            out.append(b"".join(text[at:].split()))
            break
        end = string_end(text, quote)
        out.append(b"".join(text[at:quote].split()))
        out.append(text[quote:end])
        at = end
    return b"".join(out)
