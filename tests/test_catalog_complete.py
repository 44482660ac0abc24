"""Completeness: each public name of the installed libraries has a row, or a reason to have none."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from catalog_objects import LIBRARIES, keras, tf_keras

from xentlint.catalog.activations import ACTIVATIONS
from xentlint.catalog.layers import LAYERS
from xentlint.catalog.losses import LOSSES, NOT_CROSS_ENTROPY
from xentlint.catalog.metrics import METRICS
from xentlint.catalog.models import APPLICATIONS, MODELS
from xentlint.catalog.names import canonical
from xentlint.catalog.ops import OPS

KNOWN = {*LAYERS, *LOSSES, *NOT_CROSS_ENTROPY, *METRICS, *MODELS, *OPS}
TOOLS = ("get", "serialize", "deserialize")

# Left out on purpose, by reason.
OMITTED: dict[str, str] = {
    **dict.fromkeys(
        [f"keras.{package}.{tool}" for package in ("layers", "losses", "metrics", "activations")
         for tool in TOOLS if (package, tool) != ("layers", "get")],
        "makes objects from names: the interpreter follows it itself",
    ),
    "keras.losses.Loss": "the base of users' own losses",
    "keras.losses.Reduction": "an enumeration",
}  # fmt: skip

# Functions of keras.backend that make no tensor of the model's data, or no tensor at all.
_BACKEND_TOOLS = (
    "backend batch_get_value batch_set_value clear_session count_params cos sin ctc_decode "
    "ctc_label_dense_to_sparse dtype floatx get_uid image_data_format is_keras_tensor "
    "is_sparse learning_phase learning_phase_scope manual_variable_initialization "
    "moving_average_update name_scope normalize_batch_in_training reset_uids set_epsilon "
    "set_floatx set_image_data_format set_learning_phase set_value update update_add update_sub "
    "is_float_dtype is_int_dtype result_type standardize_dtype"
)
OMITTED.update(
    dict.fromkeys(
        ["keras.backend." + name for name in _BACKEND_TOOLS.split()],
        "settings, bookkeeping or rare mathematics: unknown is right",
    )
)
_OPS_TOOLS = "adaptive_average_pool adaptive_max_pool ctc_decode fold polar psnr unfold"
OMITTED.update(
    dict.fromkeys(
        ["keras.ops." + name for name in _OPS_TOOLS.split()],
        "signal processing or pooling to a size: unknown is right",
    )
)


def public(package: Any, prefix: str) -> list[str]:
    return [
        f"{prefix}.{name}"
        for name in sorted(dir(package))
        if not name.startswith("_") and not inspect.ismodule(getattr(package, name))
    ]


def all_names() -> list[str]:
    names: set[str] = set()
    for library in LIBRARIES.values():
        for package in ("layers", "losses", "metrics", "activations", "applications"):
            names |= set(public(getattr(library, package), "keras." + package))
        names |= set(public(library.backend, "keras.backend"))
    names |= set(public(tf_keras.layers.experimental, "keras.layers.experimental"))
    names |= set(
        public(
            tf_keras.layers.experimental.preprocessing, "keras.layers.experimental.preprocessing"
        )
    )
    names |= set(public(keras.ops.nn, "keras.ops"))
    return sorted(names)


@pytest.mark.parametrize("name", all_names())
def test_each_public_name_is_known(name: str) -> None:
    row = canonical(name)
    assert row in KNOWN or name in OMITTED, name
    assert not (row in KNOWN and name in OMITTED), f"{name} has a row and a reason to have none"


def test_reasons_are_for_names_that_exist() -> None:
    assert set(OMITTED) <= set(all_names())


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES)
def test_each_activation_function_has_a_scale(library: Any) -> None:
    for name in dir(library.activations):
        if not name.startswith("_") and name not in TOOLS:
            assert name in ACTIVATIONS


def test_each_application_is_a_whole_network() -> None:
    for library in LIBRARIES.values():
        for name in public(library.applications, "keras.applications"):
            assert name in APPLICATIONS
