"""JSON as Keras reads it, within limits: values, spans of values, the keys of a large object.

``json.loads`` is iterative enough (it raises on deep nesting), but a megabyte of brackets
becomes a hundred of objects: what is asked for is counted before it is parsed.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator

from . import limits
from .errors import ReadError, too_large

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Step = str | int
Steps = tuple[Step, ...]

_UNUSED_TEXT = (
    "bias_constraint bias_initializer bias_regularizer activity_regularizer "
    "beta_initializer build_config depthwise_constraint depthwise_initializer "
    "depthwise_regularizer dtype embeddings_initializer gamma_initializer "
    "kernel_constraint kernel_initializer kernel_regularizer moving_mean_initializer "
    "moving_variance_initializer optimizer optimizer_config pointwise_initializer "
    "recurrent_constraint recurrent_initializer recurrent_regularizer"
)
UNUSED = frozenset(_UNUSED_TEXT.split())
"""Keys that no reading needs: dropped while parsing, they are most of a configuration."""

BIG = 1 << 20
_PATTERNS: dict[bytes, re.Pattern[bytes]] = {}  # compiled when first needed
_HOPS = rb'["{}\[\]]'
_SCALAR = rb"[^,:\[\]{}\" \t\r\n]+"
_SPACE = rb"[ \t\r\n]*"


def _pattern(text: bytes) -> re.Pattern[bytes]:
    if text not in _PATTERNS:
        _PATTERNS[text] = re.compile(text)
    return _PATTERNS[text]


def load(data: bytes, what: str, config_limit: int, notes: list[str]) -> Any:
    """The value of a JSON text; what another parser might see differently goes to ``notes``."""
    if len(data) > config_limit:
        raise too_large(what, len(data), config_limit)
    # A NUL character stands in UTF-16 and UTF-32 too: only a run at the very end is padding.
    values = data.count(b",") + data.count(b"[") + data.count(b"{")
    if values > config_limit // 64:
        raise ReadError(f"{what} holds {values:,} values", "too-large")
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items) and not repeated:
            repeated.append(_repeated(items))
        if not UNUSED.isdisjoint(found):
            for key in UNUSED & found.keys():
                del found[key]
        return found

    try:
        text = data.decode(json.detect_encoding(data), "surrogatepass")
        # A call for each number costs much: made only where one may be very long.
        integer = _integer if _may_hold_long_number(text) else None
        value = json.loads(text, object_pairs_hook=pairs, parse_int=integer)
    except RecursionError:
        raise ReadError(f"{what} is nested too deeply") from None
    except (ValueError, UnicodeError, MemoryError) as error:
        raise ReadError(f"{what} is not JSON: {_shorten(error)}") from None
    if repeated:
        notes.append(f"{what} has the key {json.dumps(repeated[0][: limits.SHOWN])} twice")
    return value


def _repeated(items: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for key, _ in items:
        if key in seen:
            return key
        seen.add(key)
    return ""


def _may_hold_long_number(text: str) -> bool:
    """False only where no number has more than ``INTEGER_DIGITS`` digits: one that has shows
    two of them side by side in a sample of half that step.
    """
    sample = text[:: limits.INTEGER_DIGITS // 2]
    return any(a.isdigit() and b.isdigit() for a, b in itertools.pairwise(sample))


def _integer(digits: str) -> int:
    if len(digits) > limits.INTEGER_DIGITS:
        raise ValueError(f"an integer of {len(digits)} digits")
    return int(digits)


def _shorten(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text[: limits.SHOWN].encode("unicode_escape").decode()


def skip_space(text: bytes, at: int) -> int:
    found = _pattern(_SPACE).match(text, at)
    return found.end() if found else at


def string_end(text: bytes, at: int) -> int:
    """Behind the string that starts at ``at``."""
    end = at
    while True:
        end = text.find(b'"', end + 1)
        if end < 0:
            raise ReadError("a JSON string does not end", offset=at)
        slashes = end - 1
        while text[slashes] == 0x5C:
            slashes -= 1
        if (end - slashes) % 2:  # an even number of backslashes escapes only itself
            return end + 1


def value_end(text: bytes, at: int) -> int:
    """Behind the value that starts at ``at``."""
    first = text[at : at + 1]
    if first == b'"':
        return string_end(text, at)
    if first not in (b"{", b"["):
        found = _pattern(_SCALAR).match(text, at)
        if found is None:
            raise ReadError("a JSON value is missing", offset=at)
        return found.end()
    depth = 0
    while True:
        found = _pattern(_HOPS).search(text, at)
        if found is None:
            raise ReadError("a JSON value does not end", offset=at)
        mark, at = found.group(), found.end()
        if mark == b'"':
            at = string_end(text, at - 1)
        elif mark in b"{[":
            depth += 1
        else:
            depth -= 1
            if not depth:
                return at


def items(text: bytes, at: int) -> Iterator[tuple[Step, int, int]]:
    """Key or index of each item of the container at ``at``, with its value's start and end."""
    keyed = text[at : at + 1] == b"{"
    at = skip_space(text, at + 1)
    index = 0
    while text[at : at + 1] not in (b"}", b"]", b""):
        step: Step = index
        if keyed:
            end = string_end(text, at)
            step = json.loads(text[at:end])
            at = skip_space(text, end)
            if text[at : at + 1] != b":":
                raise ReadError("a JSON object lacks a colon", offset=at)
            at = skip_space(text, at + 1)
        end = value_end(text, at)
        yield step, at, end
        index += 1
        at = skip_space(text, end)
        if text[at : at + 1] == b",":
            at = skip_space(text, at + 1)
    if not text[at : at + 1]:
        raise ReadError("a JSON value does not end", offset=at)


def span(text: bytes, steps: Steps) -> tuple[int, int] | None:
    """Where the value under these keys stands; of a key that is there twice, the last."""
    at = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    at = skip_space(text, at)
    end = value_end(text, at)
    for step in steps:
        if text[at : at + 1] not in (b"{", b"["):
            return None
        found = None
        for key, start, stop in items(text, at):
            if key == step and type(key) is type(step):
                found = start, stop
        if found is None:
            return None
        at, end = found
    return at, end


def load_keys(
    data: bytes, keys: tuple[str, ...], what: str, config_limit: int, notes: list[str]
) -> Any:
    """Of a large object only these keys, which stand before the large ones.

    ``training_config`` may hold one loss weight for each training sample (37 MB, CheckM2).
    """
    if len(data) < BIG or data[:1] != b"{":
        return load(data, what, config_limit, notes)
    if len(data) > config_limit:
        raise too_large(what, len(data), config_limit)
    found: dict[str, Any] = {}
    for key, start, end in items(data, 0):
        if key in keys:
            found[str(key)] = load(data[start:end], what, config_limit, notes)
            if len(found) == len(keys):
                break
    return found


def pointer(member: str, steps: Steps) -> str:
    """``config.json: compile_config.loss.config.from_logits``."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + step
    return f"{member}: {text}" if member and text else member or text
