"""``xentlint rule``: the pages of all rules that count here, ours and the project's own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress

from xentlint import config, pages
from xentlint.selection import suggest


def known_pages() -> dict[str, str]:
    """Code → page, with those of the folder that we stand in."""
    found = pages.paths(pages.folder())
    here = config.Configs().of(os.curdir)
    for folder in here.extend_rules:
        try:
            own = pages.paths(os.path.join(here.root, folder))
        except OSError:
            continue  # `check` says so
        found = {**own, **found}
    return found


def line(path: str) -> str:
    """A rule in a list; a page of the project may be broken, which `check` explains."""
    try:
        rule = pages.read(path)
    except (OSError, ValueError) as error:
        return f"{os.path.basename(path)[:-3]}  cannot be read: {error}\n"
    off = "" if rule.enabled else "  (off by default)"
    return f"{rule.code}  {rule.severity:<8} {rule.name}{off}\n"


def text(wanted: Iterable[str], known: Mapping[str, str]) -> str:
    """The documentation of these rules, by code, beginning of a code, or name."""
    codes = dict.fromkeys(code for given in wanted for code in _codes(given, known))
    try:
        return "\n".join(pages.body(known[code]) for code in codes)
    except (OSError, ValueError) as error:
        raise LookupError(f"a page cannot be read: {error}") from None


def _codes(given: str, known: Mapping[str, str]) -> list[str]:
    begun = [code for code in known if given and code.startswith(given.upper())]
    if begun:
        return begun
    named = {}
    for code, path in known.items():
        with suppress(OSError, ValueError):
            named[pages.read(path).name] = code
    if given.lower() in named:
        return [named[given.lower()]]
    raise LookupError(f"unknown rule {given!r}{suggest(given, (*known, *named))}")
