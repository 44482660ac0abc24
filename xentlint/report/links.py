"""Places that a terminal opens on a click (OSC 8)."""

from __future__ import annotations

import os
from collections.abc import Callable

from xentlint.facts import Place
from xentlint.report.places import shown

Where = Callable[[Place], str]
"""How a place is written."""


def where(links: bool) -> Where:
    return _linked if links else shown


def _linked(place: Place) -> str:
    if "://" in place.path:  # an address; what stands there is no file of this machine
        return shown(place)
    return f"\x1b]8;;{uri(place.path)}\x1b\\{shown(place)}\x1b]8;;\x1b\\"


def uri(path: str) -> str:
    """A file as the terminal's own machine knows it: over ssh the name of the host tells."""
    from urllib.parse import quote

    host = os.uname().nodename if hasattr(os, "uname") else ""
    full = os.path.abspath(path).replace(os.sep, "/")
    return f"file://{host}/{quote(os.fsencode(full.lstrip('/')))}"
