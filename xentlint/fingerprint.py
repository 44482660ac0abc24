"""What makes a finding the same finding tomorrow: file, code and text, never a line number."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable

from xentlint.facts import Finding, Place

Lines = Callable[[Place], "list[str] | None"]


def fingerprints(findings: Iterable[Finding], lines: Lines, root: str) -> list[str]:
    """One for each finding, in their order.

    Findings of one file with equal code and text are counted, so that each has its own.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    out = []
    for finding in findings:
        key = (relative(finding.place.path, root), finding.code, text_of(finding, lines))
        whole = "\0".join((*key, str(seen[key])))
        seen[key] += 1
        out.append(hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return out


def relative(path: str, root: str) -> str:
    """A path as all machines write it: below the root, with slashes."""
    try:
        below = os.path.relpath(path, root)
    except ValueError:  # another drive
        below = path
    return below.replace(os.sep, "/")


def text_of(finding: Finding, lines: Lines) -> str:
    """The text of the finding's lines without blanks and comments: moving and formatting keep it.

    Of a saved model, which has no lines, the key that it stands under.
    """
    place = finding.place
    if place.line is None:
        return place.pointer or ""
    try:
        rows = lines(place) or []
    except (OSError, LookupError, ValueError):
        rows = []
    text = "\n".join(rows[place.line - 1 : place.end_line or place.line])
    return "".join(_without_comments(text).split())


def _without_comments(text: str) -> str:
    if "#" not in text:
        return text
    from xentlint.lexing import logical_lines

    comments = [comment for line in logical_lines(text) for comment in line.comments]
    for comment in reversed(comments):
        text = text[: comment.start] + text[comment.start + len(comment.text) :]
    return text


def root_of(folder: str) -> str:
    """The folder that paths are told from: the repository's, or the one we stand in."""
    here = os.path.abspath(folder)
    while True:
        if os.path.exists(os.path.join(here, ".git")):
            return here
        above = os.path.dirname(here)
        if above == here:
            return os.path.abspath(folder)
        here = above
