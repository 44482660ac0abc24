"""What a file shows of its environment: backend, Keras generation, era of the API."""

from __future__ import annotations

import re
from typing import Final

from xentlint.catalog.names import flavour

_BACKEND: Final = re.compile(
    r"""KERAS_BACKEND["']\s*(?:\]\s*=|,)\s*["'](tensorflow|jax|torch)["']"""
)
_TF0: Final = re.compile(
    r"tf\.(?<!\wtf\.)(?:initialize_all_variables|train\.SummaryWriter|scalar_summary|"
    r"merge_all_summaries|histogram_summary|image_summary|initialize_variables|pack|unpack|"
    r"batch_matmul|complex_abs|select)\("
)
_KERAS1_WORDS: Final = (
    *("nb_epoch", "border_mode", "nb_filter", "Convolution2D", "output_dim", "samples_per_epoch"),
    "objectives",
)
_KERAS1: Final = re.compile(rf"\b(?:{'|'.join(_KERAS1_WORDS[:-1])})\b|{_KERAS1_WORDS[-1]}")
_TF1: Final = re.compile(
    r"tf\.(?<!\wtf\.)(?:placeholder|Session|InteractiveSession|global_variables_initializer|"
    r"get_variable|variable_scope|app\.run|contrib\.|train\.\w+Optimizer)"
)


class Evidence:
    """Facts that one file shows about its libraries, beyond the name that a call itself uses."""

    def __init__(self, text: str) -> None:
        found = _BACKEND.search(text)
        self.chosen = found.group(1) if found else None
        """The backend that the file sets for Keras 3."""
        self.tf0 = bool(_TF0.search(text))
        """Whether the API of TensorFlow 0.x is used: raw losses were called (logits, labels)."""
        self.tf1 = bool(_TF1.search(text))
        self.keras1 = any(word in text for word in _KERAS1_WORDS) and bool(_KERAS1.search(text))
        """Whether the API of Keras 1 is used: backend losses were called (output, target)."""
        self.libraries: set[str] = set()
        self.generation: int | None = None

    def see(self, dotted: str) -> None:
        """Take an imported name into account."""
        library, _, keras = flavour(dotted)
        self.libraries.add(library)
        self.generation = self.generation or keras

    def backend(self, dotted: str) -> str | None:
        """The backend behind a name of Keras, as far as the file shows it."""
        _, backend, _ = flavour(dotted)
        if backend is not None:
            return backend
        if self.chosen is not None:
            return self.chosen
        keras = {"keras", "tf.keras", "tf_keras"} & self.libraries
        if "keras" not in keras and (keras or "tensorflow" in self.libraries):
            return "tensorflow"
        return None

    def keras(self, dotted: str) -> int | None:
        """The generation of Keras behind a name, as far as the file shows it."""
        return flavour(dotted)[2] or self.generation
