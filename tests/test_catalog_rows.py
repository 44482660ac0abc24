"""The catalog as data: every row is complete, consistent and says where it was checked."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

from xentlint.catalog import rows as shapes
from xentlint.catalog.activations import ACTIVATIONS
from xentlint.catalog.layers import LAYERS
from xentlint.catalog.losses import BY_SHAPE_STRINGS, LOSS_STRINGS, LOSSES, NOT_CROSS_ENTROPY
from xentlint.catalog.metrics import METRIC_STRINGS, METRICS
from xentlint.catalog.models import APPLICATIONS, MODELS, find
from xentlint.catalog.ops import OPS
from xentlint.facts import APPLIES, EXPECTS, FAMILIES, SCALES

TABLES = {
    "losses": LOSSES,
    "layers": LAYERS,
    "ops": OPS,
    "metrics": METRICS,
    "models": MODELS,
}
# A library, then a version or a commit, then files (a package or "inspected" will do).
CITATION = re.compile(r"[A-Za-z_]\w*( \w+)? \(?(\d[\w.]*|commit [0-9a-f]{7})")


def documented(row: type) -> set[str]:
    """The kinds that the shape of a row lists in its text."""
    return set(re.findall(r"``([a-z0-9-]+)``", inspect.getsource(row)))


@pytest.mark.parametrize("table", TABLES)
def test_rows_stand_under_their_name_and_cite_a_source(table: str) -> None:
    for name, row in TABLES[table].items():
        assert row.name == name
        assert CITATION.match(row.checked), (name, row.checked)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_cite_and_speak_the_vocabulary(name: str) -> None:
    row = ACTIVATIONS[name]
    assert CITATION.match(row.checked)
    assert row.gives in SCALES
    assert row.applies in APPLIES


def test_losses_speak_the_vocabulary() -> None:
    for row in LOSSES.values():
        assert row.family in FAMILIES
        assert row.applies in APPLIES
        assert row.expects in EXPECTS
        assert row.style in ("class", "function", "op")
        assert row.switch is None or row.switch in row.parameters
        if row.style != "class":
            assert {row.labels, row.predictions} <= set(row.parameters), row
            assert row.labels != row.predictions
        if row.expects == "logits" or row.switch:
            assert row.applies == ("sigmoid" if row.family == "binary" else "softmax"), row


def test_metrics_speak_the_vocabulary() -> None:
    for row in METRICS.values():
        assert row.family in FAMILIES
        assert row.expects in ("probabilities", "any")
        assert row.style in ("class", "function")
        assert row.switch is None or row.switch in row.parameters


@pytest.mark.parametrize(("table", "shape"), [(LAYERS, shapes.LayerRow), (OPS, shapes.OpRow)])
def test_kinds_are_documented_and_parameters_exist(table: dict, shape: type) -> None:
    kinds = documented(shape)
    for row in table.values():
        assert row.kind in kinds, row
        assert len(set(row.parameters)) == len(row.parameters), row
        assert row.units is None or row.units in row.parameters, row
        assert row.activation is None or row.activation in ACTIVATIONS, row
        for alias in row.aliases:
            assert alias.split("=")[1] in row.parameters, row


def test_models_name_their_parameters() -> None:
    kinds = documented(shapes.ModelRow)
    for row in MODELS.values():
        assert row.kind in kinds
        for parameter in (row.switch, row.units, row.top):
            assert parameter is None or parameter in row.parameters, row
    assert all(row.kind == "application" for row in APPLICATIONS.values())


def test_hugging_face_tasks_give_logits() -> None:
    row = find("transformers.TFBertForSequenceClassification")
    assert row is not None
    assert row.kind == "logits"
    assert find("transformers.BertForSequenceClassification") is None
    assert find("transformers.TFBertModel") is None


def test_a_name_has_one_meaning() -> None:
    seen: dict[str, str] = {}
    for table in ("losses", "layers", "ops", "models"):
        for name in TABLES[table]:
            assert name not in seen, (name, table, seen[name])
            seen[name] = table
    assert not NOT_CROSS_ENTROPY & (set(LOSSES) | set(LOSS_STRINGS))
    assert not BY_SHAPE_STRINGS & (set(LOSS_STRINGS) | NOT_CROSS_ENTROPY)


def test_strings_lead_to_rows() -> None:
    assert set(LOSS_STRINGS.values()) <= set(LOSSES)
    assert set(METRIC_STRINGS.values()) <= set(METRICS)


def test_the_catalog_imports_nothing_heavy() -> None:
    """It is on the path of every run: no module beyond its own, ``typing`` and ``re``
    (which ``typing`` brings before Python 3.13, and every run needs)."""
    program = (
        "import re, sys, typing; before = set(sys.modules);"
        "import xentlint.catalog.ops, xentlint.catalog.layers, xentlint.catalog.losses,"
        " xentlint.catalog.metrics, xentlint.catalog.models, xentlint.catalog.names,"
        " xentlint.catalog.activations;"
        "print(*sorted(one for one in set(sys.modules) - before"
        " if not one.startswith('xentlint')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert set(run.stdout.split()) <= {"__future__"}
