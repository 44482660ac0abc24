"""What flows one way imports one way: no module imports what lies to its right."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import xentlint

ROOT = Path(xentlint.__file__).parent

LAYERS = (
    ("records", "collector"),
    ("facts",),
    ("files", "writing", "progress", "completion", "terminal"),
    ("catalog",),
    ("lexing", "edits", "ipython", "cells", "notebook", "documents"),
    ("source", "saved"),
    ("gitignore",),
    ("pages", "selection"),
    ("outcome", "fingerprint", "front"),
    ("rules", "pagecheck", "saved/inspection"),
    ("report",),
    ("config", "configfile", "discover", "settle", "elsewhere", "suppress", "comments", "baseline"),
    ("offers", "fixing", "rewriting", "together", "chosen", "embedded", "sourcefiles"),
    ("engine",),
    ("mending", "models"),
    ("options", "parsing", "parsers", "looking"),
    ("around", "repair", "inspecting"),
    ("cli",),
    ("__main__",),
)
"""From left to right. Modules that stand together may import each other, front ends may not.

The package itself (``__init__``) is a door: it holds the version, and names that it imports late.
"""

APART = frozenset({"source", "saved"})
ORDER = {"__init__": -1, **{name: n for n, layer in enumerate(LAYERS) for name in layer}}


def part(dotted: list[str]) -> str:
    """The module or package among the layers: ``source`` for all of ``source/``."""
    whole = "/".join(dotted)
    return whole if whole in ORDER else (dotted[0] if dotted else "__init__")


def imports(path: Path) -> set[str]:
    """What a file imports of the package, wherever in the file it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = ("xentlint", *path.relative_to(ROOT).parts[:-1])
            base = [*package[: len(package) + 1 - node.level]] if node.level else []
            base += [node.module] if node.module else []
            names = [".".join([*base, alias.name]) for alias in node.names]
        for name in names:
            head, *rest = name.split(".")
            if head == "xentlint":
                here = part(rest[:2])
                found.add(here if here in ORDER else "__init__")
    return found


FILES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_left(path: Path) -> None:
    here = part(list(path.relative_to(ROOT).with_suffix("").parts))
    if here == "__init__":
        return
    assert here in ORDER, f"{here} has no place among the layers: add it to LAYERS"
    for name in imports(path):
        assert ORDER[name] <= ORDER[here], f"{here} imports {name}, which lies to its right"
        assert {name, here} != APART, "one front end imports the other"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(('"""', "#!")), "the first line of a module says what it is for"


HEAVY = {"tensorflow", "keras", "tf_keras", "numpy", "h5py", "jax", "torch", "pickle", "marshal"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_framework_is_imported(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names
    }
    names |= {
        (n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)
    }
    assert not names & HEAVY
