"""LibCST's parser without the checks that its nodes make of themselves.

Each node checks itself when it is made (``CSTNode.__post_init__``): whether its whitespace is
whitespace, whether its parentheses are pairs. What the parser read out of a text cannot fail
that, and the checks are a third of its time (LibCST 1.8: a regular expression for every space).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst

_CHECK = cst.CSTNode.__post_init__
"""Kept once: where threads parse at the same time, the last one restores this, and no stand-in."""


def parse_module(data: bytes) -> cst.Module:
    """The tree of a file.

    Raises:
        libcst.ParserSyntaxError: The text is not Python.
        RecursionError: It is nested too deeply.
    """
    with _trusted():
        return cst.parse_module(data)


@contextmanager
def _trusted() -> Iterator[None]:
    cst.CSTNode.__post_init__ = _pass  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        cst.CSTNode.__post_init__ = _CHECK  # type: ignore[method-assign]


def _pass(node: cst.CSTNode) -> None:
    """Nothing to check."""
