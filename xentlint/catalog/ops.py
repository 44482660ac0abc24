"""Functions on tensors by canonical name: what each does to a scale.

The kinds are listed at :class:`xentlint.catalog.rows.OpRow`.
"""

from __future__ import annotations

from typing import Final

from xentlint.catalog import ops_keras, ops_numpy, ops_tf
from xentlint.catalog.rows import OpRow
from xentlint.catalog.table import lines


def _rows() -> dict[str, OpRow]:
    rows = {}
    for module in (ops_tf, ops_keras, ops_numpy):
        for kind, checked, text in module.TABLES:
            for name, parameters, activation, units, aliases in lines(text):
                rows[name] = OpRow(name, kind, parameters, checked, activation, units, aliases)
    return rows


OPS: Final[dict[str, OpRow]] = _rows()
