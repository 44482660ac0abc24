"""How a file names the library: the expression for a class, and an import where it needs one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from xentlint.source.edits_text import ImpossibleError, Piece, Span, Text


class Binding(NamedTuple):
    """A name that an import at the top of the file binds."""

    name: str
    dotted: str
    statement: ast.Import | ast.ImportFrom


def last_name(node: ast.AST) -> str:
    """``C`` of ``a.b.C``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def root_of(dotted: str) -> str | None:
    """``tensorflow.keras`` of ``tensorflow.keras.layers.Dense``: as the file calls the library.

    The library's own code is below ``keras.src``, and calls it so.
    """
    parts = dotted.split(".")
    for i, part in enumerate(parts):
        if part in ("keras", "tf_keras", "keras_core"):
            return ".".join(parts[: i + 2 if parts[i + 1 : i + 2] == ["src"] else i + 1])
    return None


def bindings(text: Text) -> list[Binding]:
    """The imports of the module's own body."""
    found = []
    for statement in text.tree.body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                plain = alias.name.partition(".")[0]
                dotted = alias.name if alias.asname else plain
                found.append(Binding(alias.asname or plain, dotted, statement))
        elif isinstance(statement, ast.ImportFrom) and statement.level == 0 and statement.module:
            found += [
                Binding(alias.asname or alias.name, f"{statement.module}.{alias.name}", statement)
                for alias in statement.names
                if alias.name != "*"
            ]
    return found


def expression(text: Text, dotted: str, path: str, site: ast.AST) -> tuple[str, list[Piece]]:
    """How this file writes ``losses.X`` of its library at a place, with the import it needs.

    ``dotted``: a name of the library that shows which one it is.
    """
    known = bindings(text)
    root = root_of(dotted) or _only_root(known)
    target = f"{root}.{path}"
    line = site.lineno  # type: ignore[attr-defined]
    inside = text.above(site, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) is not None
    taken = _rebound(text)
    usable = [b for b in known if b.name not in taken and (inside or b.statement.lineno < line)]
    written = []
    for binding in usable:
        if binding.dotted == "tensorflow" and target.startswith("tensorflow.python."):
            continue  # a package of its own: the public `tf` has no such attribute
        if target == binding.dotted or target.startswith(f"{binding.dotted}."):
            written.append(binding.name + target[len(binding.dotted) :])
    if written:
        return max(written, key=lambda code: _habit(text, code)), []
    name = path.rpartition(".")[2]
    if name in taken or any(b.name == name for b in known):
        raise ImpossibleError(f"the name `{name}` means something else in this file")
    return name, [_import(text, f"{root}.{path}".rpartition(".")[0], name, root or "", usable)]


def _only_root(known: list[Binding]) -> str:
    roots = {root for b in known if (root := root_of(b.dotted)) is not None}
    if not roots and any(b.dotted == "tensorflow" for b in known):
        return "tensorflow.keras"
    if len(roots) != 1:
        raise ImpossibleError("which Keras the file uses is not clear")
    return roots.pop()


def _habit(text: Text, code: str) -> tuple[int, int, int]:
    """Rank of a spelling: the name itself, then what the file writes most, then what is short."""
    plain = "." not in code
    prefix = code.rpartition(".")[0]
    return int(plain), text.text.count(f"{prefix}."), -len(code)


def _rebound(text: Text) -> set[str]:
    """Names that anything but an import binds somewhere in the file."""
    return set(_bound(text.tree))


def _bound(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.ExceptHandler):
            yield node.name or ""


def _before(near: list[ast.Import | ast.ImportFrom], module: str) -> ast.Import | ast.ImportFrom:
    """The import after which that of a module belongs: in its order, where they have one."""
    modules = [s.module or "" for s in near if isinstance(s, ast.ImportFrom)]
    earlier = [s for s in near if isinstance(s, ast.ImportFrom) and (s.module or "") < module]
    if len(modules) > 1 and modules == sorted(modules) and earlier:
        return earlier[-1]
    return near[-1]


def _import(text: Text, module: str, name: str, root: str, usable: list[Binding]) -> Piece:
    """``from module import name``: into an import from there, or after the last of the library."""
    for binding in usable:
        statement = binding.statement
        if isinstance(statement, ast.ImportFrom) and statement.module == module:
            span = text.span(statement)
            if statement.lineno == statement.end_lineno and text.text[span.end - 1] != ")":
                return Piece(Span(span.end, span.end), f", {name}")
    near = [b.statement for b in usable if root_of(b.dotted) == root or b.dotted == "tensorflow"]
    if not near:
        raise ImpossibleError(f"where to import `{name}` is not clear")
    end = text.span(_before(near, module)).end
    rest = text.text[end : text.line_end(end)].strip()
    if rest and not rest.startswith("#"):
        raise ImpossibleError("several statements stand on the line of the import")
    at = text.line_end(end)
    return Piece(Span(at, at), f"\nfrom {module} import {name}")
