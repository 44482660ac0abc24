"""A list of known findings, so that an old code base can start with what is new.

The file holds fingerprints by path and code; they have no line numbers, so that moving code keeps
them. It only ever becomes shorter by itself: what was mended leaves the list and is reported when
it comes back.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from xentlint.facts import Finding, Problem
from xentlint.fingerprint import Lines, fingerprints, relative

SCHEMA = 1


class Baseline(NamedTuple):
    """Known findings: path → code → fingerprints."""

    path: str
    root: str
    entries: dict[str, dict[str, list[str]]]

    @property
    def size(self) -> int:
        return sum(len(prints) for codes in self.entries.values() for prints in codes.values())


class Compared(NamedTuple):
    """What is not in the baseline, how many were, and the baseline without what is gone."""

    kept: tuple[Finding, ...]
    known: int
    shorter: Baseline
    gone: int


def load(path: str) -> Baseline | Problem:
    """The baseline in a file."""
    from xentlint import files

    try:
        document: Any = json.loads(files.read(path))
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise ValueError(f"no baseline of schema {SCHEMA}")
        entries = document["findings"]
        good = all(
            isinstance(print_, str)
            for codes in entries.values()
            for prints in codes.values()
            for print_ in prints
        )
        if not good:
            raise ValueError("no list of fingerprints")
    except OSError as error:
        return Problem(path, None, "baseline", files.reason(error))
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        return Problem(path, None, "baseline", f"is no baseline file: {error}")
    return Baseline(path, root(path), entries)


def root(path: str) -> str:
    """Paths are told from the baseline's own folder."""
    return os.path.dirname(os.path.abspath(path))


def make(path: str, findings: Sequence[Finding], lines: Lines) -> Baseline:
    """The baseline of these findings, to be written to ``path``."""
    where = root(path)
    entries: dict[str, dict[str, list[str]]] = {}
    for finding, print_ in zip(findings, fingerprints(findings, lines, where), strict=True):
        codes = entries.setdefault(relative(finding.place.path, where), {})
        codes.setdefault(finding.code, []).append(print_)
    return Baseline(path, where, entries)


def encode(baseline: Baseline) -> bytes:
    """A text with one fingerprint a line, so that two branches merge."""
    entries = {
        path: {code: sorted(prints) for code, prints in sorted(codes.items()) if prints}
        for path, codes in sorted(baseline.entries.items())
        if any(codes.values())
    }
    document = {"schema": SCHEMA, "findings": entries}
    return (json.dumps(document, indent=1) + "\n").encode()


def compare(
    baseline: Baseline,
    findings: Sequence[Finding],
    lines: Lines,
    checked: Collection[str],
    looked_for: Collection[str],
    exists: Callable[[str], bool] = os.path.exists,
) -> Compared:
    """Take out what is known, and of the list what is gone.

    Gone is only what this run would have found: codes that it looked for in files that it read to
    the end (``checked``), or that are no longer there.
    """
    known = Counter(
        (path, code, print_)
        for path, codes in baseline.entries.items()
        for code, prints in codes.items()
        for print_ in prints
    )
    left, kept = known.copy(), []
    for finding, print_ in zip(findings, fingerprints(findings, lines, baseline.root), strict=True):
        key = (relative(finding.place.path, baseline.root), finding.code, print_)
        if left[key] > 0:
            left[key] -= 1
        else:
            kept.append(finding)
    seen = {relative(path, baseline.root) for path in checked}
    gone = Counter(
        {
            key: count
            for key, count in left.items()
            if (key[1] in looked_for and key[0] in seen)
            or not exists(os.path.join(baseline.root, key[0]))
        }
    )
    rest = known - gone
    shorter = baseline._replace(entries=_entries(rest.elements()))
    return Compared(tuple(kept), len(findings) - len(kept), shorter, sum(gone.values()))


def _entries(keys: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, list[str]]]:
    entries: dict[str, dict[str, list[str]]] = {}
    for path, code, print_ in keys:
        entries.setdefault(path, {}).setdefault(code, []).append(print_)
    return entries
