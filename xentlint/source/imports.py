"""Imports: names of libraries, modules of the project, star imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from xentlint.catalog.names import canonical
from xentlint.source.effects.library import has_rows
from xentlint.source.run import Run
from xentlint.source.scopes import Frame, assign
from xentlint.source.triage import LIBRARIES
from xentlint.source.values import Api, Deferred, ModuleValue, Value

if TYPE_CHECKING:
    from xentlint.source.modules import Source


def dotted(node: Any) -> str:
    """``a.b.c`` of a Name or a chain of Attributes."""
    parts = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    parts.append(node.value)
    return ".".join(reversed(parts))


def import_module(run: Run, node: cst.Import, frame: Frame) -> Any:
    for alias in node.names:
        name = dotted(alias.name)
        run.see(name, frame)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            assign(run.store, frame, alias.asname.name.value, _module(run, name, frame))
        else:
            root = name.partition(".")[0]
            assign(run.store, frame, root, _module(run, root, frame))


def _find(run: Run, name: str, frame: Frame, level: int = 0) -> Source | None:
    if level == 0 and name.partition(".")[0] in LIBRARIES:
        return None
    return run.project.find(name, frame.source, level)


def _module(run: Run, name: str, frame: Frame) -> Value:
    source = _find(run, name, frame)
    return ModuleValue(source) if source is not None else Api(name)


def import_from(run: Run, node: cst.ImportFrom, frame: Frame) -> Any:
    level = len(node.relative)
    name = dotted(node.module) if node.module is not None else ""
    if level == 0:
        run.see(name, frame)
        if name == "__future__":
            return
    source = _find(run, name, frame, level)
    if isinstance(node.names, cst.ImportStar):
        _star(run, source, name, frame)
        return
    for alias in node.names:
        member = dotted(alias.name)
        target = dotted(alias.asname.name) if alias.asname is not None else member
        assign(run.store, frame, target, _member(run, source, name, member, level, frame))


def _member(run: Run, source: Any, name: str, member: str, level: int, frame: Frame) -> Value:
    if source is not None:
        return Deferred(source, member)
    inner = _find(run, f"{name}.{member}" if name else member, frame, level)
    if inner is not None:
        return ModuleValue(inner)
    if level:
        return run.fresh(f"`{member}` is imported from a module that was not found")
    return Api(f"{name}.{member}")


def _star(run: Run, source: Any, name: str, frame: Frame) -> None:
    """``from m import *``: the names of a project module, or those of the catalog."""
    if source is not None:
        module = run.module(source)
        if module is None:
            frame.module.unknown_names = True
            return
        for member in list(module.names):
            if not member.startswith("_"):
                value = run.store.get(module.id, member)
                if value is not None:
                    assign(run.store, frame, member, value)
        frame.module.unknown_names |= module.unknown_names
        frame.module.stars += module.stars
        return
    frame.module.stars.append(name)
    frame.module.unknown_names |= not has_rows(canonical(name))
