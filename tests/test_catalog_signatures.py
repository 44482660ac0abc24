"""Every row against the installed Keras 3, tf_keras and TensorFlow: names, order, defaults."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from catalog_objects import LIBRARIES, claims, default, parameters, real, renamed

from xentlint.catalog.activations import ACTIVATIONS
from xentlint.catalog.layers import LAYERS
from xentlint.catalog.losses import BY_SHAPE_STRINGS, LOSS_STRINGS, LOSSES, NOT_CROSS_ENTROPY
from xentlint.catalog.metrics import METRIC_STRINGS, METRICS
from xentlint.catalog.models import APPLICATIONS, MODELS
from xentlint.catalog.ops import OPS

INSTALLED = ("Keras 3.", "tf_keras 2.", "TensorFlow 2.", "NumPy 2")

# Where one of the two generations has another order, and why the row is still right.
OTHER_ORDER = {
    ("tf_keras 2.", "keras.layers.Conv3DTranspose"): "data_format behind output_padding",
    ("tf_keras 2.", "keras.layers.Convolution3DTranspose"): "data_format behind output_padding",
    ("tf_keras 2.", "keras.layers.InputLayer"): "input_shape first; not positional in use",
    ("tf_keras 2.", "keras.losses.SparseCategoricalCrossentropy"): "",
    **{
        ("tf_keras 2.", f"keras.applications.ConvNeXt{size}"): "model_name first"
        for size in ("Base", "Large", "Small", "Tiny", "XLarge")
    },
    **{
        ("tf_keras 2.", f"keras.applications.{name}"): "classifier_activation in **kwargs"
        for name in ("ResNet50", "ResNet101", "ResNet152")
    },
}


def installed(table: dict[str, Any]) -> list[str]:
    """Names of the rows that cite a library that is here."""
    return [
        name
        for name, row in table.items()
        if any(mark in row.checked for mark in INSTALLED)
        and name.split(".")[0] in ("keras", "tf", "numpy")
        and "contrib" not in name
        and not row.checked.startswith("TensorFlow 1")
    ]


def check_order(row: Any, aliases: tuple[str, ...]) -> None:
    """The row's parameters are the first of the real ones, on every library that it cites."""
    objects = claims(row.checked, row.name)
    assert objects, row
    fits = []
    for mark, thing in objects:
        assert thing is not None, (mark, row.name)
        names = parameters(thing)
        if names is None or (mark, row.name) in OTHER_ORDER:
            fits.append(True)
            continue
        fits.append(renamed(names, aliases)[: len(row.parameters)] == list(row.parameters))
        if mark != "tensorflow":
            assert fits[-1], (mark, row.name, names, row.parameters)
    # TensorFlow 1 and 2 differ behind the parameters that matter: one of them must fit.
    assert any(fits), (row.name, [parameters(thing) for _, thing in objects], row.parameters)


@pytest.mark.parametrize("name", installed(LOSSES))
def test_losses(name: str) -> None:
    row = LOSSES[name]
    check_order(row, row.aliases)
    for _, thing in claims(row.checked, name):
        if row.switch:
            assert default(thing, row.switch) is row.default
        elif thing is not None:
            assert "from_logits" not in (parameters(thing) or ())


@pytest.mark.parametrize("name", installed(METRICS))
def test_metrics(name: str) -> None:
    row = METRICS[name]
    check_order(row, ())
    for _, thing in claims(row.checked, name):
        if row.switch:
            assert default(thing, row.switch) == row.default
        else:
            names = set(parameters(thing) or ())
            assert not names & {"from_logits", "threshold", "thresholds"}


@pytest.mark.parametrize("name", installed(LAYERS))
def test_layers(name: str) -> None:
    row = LAYERS[name]
    check_order(row, row.aliases)
    if "activation" in row.parameters and row.kind in ("affine", "recurrent"):
        for _, thing in claims(row.checked, name):
            assert default(thing, "activation") == row.activation


@pytest.mark.parametrize("name", installed(OPS))
def test_ops(name: str) -> None:
    row = OPS[name]
    check_order(row, row.aliases)


@pytest.mark.parametrize("name", installed(MODELS))
def test_models(name: str) -> None:
    row = MODELS[name]
    if row.name in ("keras.Model", "keras.Sequential"):
        assert all(real(name, library) is not None for library in LIBRARIES.values())
        return
    if name == "keras.models.model_from_config" or name == "keras.models.model_from_yaml":
        assert real(name, LIBRARIES["tf_keras 2."]) is not None
        return
    check_order(row, ())


@pytest.mark.parametrize("name", APPLICATIONS)
def test_applications_have_these_defaults(name: str) -> None:
    row = APPLICATIONS[name]
    for mark, thing in claims(row.checked, name):
        assert default(thing, "include_top") is True
        assert default(thing, "classes") == row.classes
        found = default(thing, "classifier_activation")
        if OTHER_ORDER.get((mark, name)) == "classifier_activation in **kwargs":
            assert found is inspect.Parameter.empty
        else:
            assert found == row.activation


def resolve(library: Any, package: str, text: str) -> Any:
    try:
        return getattr(library, package).get(text)
    except (ValueError, TypeError):
        return None


def short(thing: Any) -> str:
    return getattr(thing, "__name__", type(thing).__name__)


@pytest.mark.parametrize("text", LOSS_STRINGS)
def test_loss_strings(text: str) -> None:
    found = [resolve(library, "losses", text) for library in LIBRARIES.values()]
    names = {short(one) for one in found if one is not None}
    assert names == {LOSS_STRINGS[text].rpartition(".")[2]}


# Keras 2.3.1 and older had these strings (sig_ of Keras 2.3.1: cosine, huber_loss, logcosh).
OLD_STRINGS = {"cosine", "cosine_proximity", "rmse"}


@pytest.mark.parametrize(
    "text",
    sorted(name for name in NOT_CROSS_ENTROPY if "." not in name and name not in OLD_STRINGS),
)
def test_strings_of_other_losses_resolve(text: str) -> None:
    assert any(resolve(library, "losses", text) for library in LIBRARIES.values())


@pytest.mark.parametrize("text", sorted(BY_SHAPE_STRINGS))
def test_strings_by_shape_are_no_loss_of_their_own(text: str) -> None:
    for library in LIBRARIES.values():
        assert resolve(library, "losses", text) is None


@pytest.mark.parametrize("text", METRIC_STRINGS)
def test_metric_strings(text: str) -> None:
    row = METRICS[METRIC_STRINGS[text]]
    found = [resolve(library, "metrics", text) for library in LIBRARIES.values()]
    # What tf_keras does not know comes back as the string itself.
    names = {short(one) for one in found if one is not None and not isinstance(one, str)}
    flat = {name.replace("_", "").lower() for name in names}
    assert flat == {row.name.rpartition(".")[2].replace("_", "").lower()}


@pytest.mark.parametrize(
    "text", [name for name, row in ACTIVATIONS.items() if not row.checked.startswith("CNTK")]
)
def test_activation_strings(text: str) -> None:
    if text == "softmax_v2":
        import tensorflow

        assert tensorflow.nn.softmax.__name__ == text
        return
    found = [resolve(library, "activations", text) for library in LIBRARIES.values()]
    assert any(one is not None for one in found), text
