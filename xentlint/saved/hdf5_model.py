"""HDF5 files: Keras keeps a model's configuration in attributes of the root group."""

from __future__ import annotations

from . import hdf5, jsontext
from .compiled import Settings, Source
from .errors import ReadError
from .reading import CONFIG_KEYS, Run

HDF5_NAMES = ("model_config", "training_config", "keras_version", "backend")


def read_hdf5(run: Run) -> None:
    """The attributes ``model_config`` and ``training_config`` of the root group."""
    layout = hdf5.open_layout(run.window)
    texts = hdf5.string_attributes(layout, HDF5_NAMES)
    values = {name: hdf5.content(text) for name, text in texts.items()}
    version = run.version(
        "keras_version", values.get("keras_version"), run.prefix + "keras_version"
    )
    backend = run.version("backend", values.get("backend"), run.prefix + "backend")
    config = values.get("model_config")
    if config is None:
        run.note(
            "weights-only", f"{run.prefix}holds no model configuration (weights only?): not checked"
        )
        return
    member = run.prefix + "model_config"
    model = run.load(config, member)
    settings = None
    if "training_config" in values:
        what = run.prefix + "training_config"
        notes: list[str] = []
        training = jsontext.load_keys(
            values["training_config"], CONFIG_KEYS, what, run.budget.config_limit, notes
        )
        for text in notes:
            run.note("oddity", text)
        settings = Settings(training, what, ())
    if not isinstance(model, dict):
        raise ReadError(f"{member} holds no model")
    run.add(Source(run.path, "hdf5", model, member, (), settings, version, backend), run.prefix)
