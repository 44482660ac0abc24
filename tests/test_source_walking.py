"""The walk over a tree meets what LibCST's own ``children`` gives."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from xentlint.source.walking import children, walk

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "source").glob("*.py"))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_the_walk_meets_every_node(path: Path) -> None:
    tree = cst.parse_module(path.read_bytes())
    nodes = list(walk(tree))
    assert nodes[0] is tree
    assert len(nodes) > 100
    for node in nodes:
        assert {id(child) for child in children(node)} == {id(child) for child in node.children}
