"""What code of an old library may be given: loss and metric classes came with Keras 2.3.

TensorFlow 1.13 was the first to have them in ``tf.keras``. Code that shows that it is older gets
no class: a fix must not call what its library does not have.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from typing import Final

from xentlint.source.edits_names import last_name, root_of
from xentlint.source.edits_text import ImpossibleError, Text
from xentlint.source.evidence import Evidence

_FIRST: Final = {"keras": (2, 3), "tensorflow": (1, 13), "tensorflow-gpu": (1, 13)}
_PINNED: Final = re.compile(r"\b(keras|tensorflow(?:-gpu)?)\s*==\s*(\d+)\.(\d+)", re.IGNORECASE)
_INNER: Final = re.compile(r"\bcontrib\.keras\b|\bpython\.keras\._impl\b")
_OPTIMIZERS: Final = frozenset(
    ("sgd", "rmsprop", "adam", "adagrad", "adadelta", "adamax", "nadam", "tfoptimizer")
)
_RENAMED: Final = {
    "lr": _OPTIMIZERS,
    "nb_epoch": frozenset(("fit", "fit_generator")),
    "samples_per_epoch": frozenset(("fit_generator",)),
    "nb_val_samples": frozenset(("fit_generator",)),
    "show_accuracy": frozenset(("fit", "evaluate")),
    "border_mode": frozenset(("convolution2d", "convolution1d", "conv2d", "maxpooling2d")),
}
"""Arguments that Keras renamed or dropped up to 2.3, with the calls that had them."""
_GONE: Final = frozenset(("objectives", "Merge", "TimeDistributedDense", "Highway", "MaxoutDense"))
"""Names of ``keras`` and ``keras.layers`` that only Keras 1 has, or Keras 2 as a remnant."""


def classes_exist(text: Text, dotted: str) -> None:
    """Nothing, unless the file shows a library that has no loss and metric classes."""
    reason = _reason(text, root_of(dotted) or "")
    if reason is not None:
        raise ImpossibleError(f"{reason}: its Keras has no class for that")


def _reason(text: Text, root: str) -> str | None:
    for name, *version in _PINNED.findall(text.text):
        wanted = root == "keras" if name.lower() == "keras" else root.startswith("tensorflow")
        if wanted and tuple(int(part) for part in version) < _FIRST[name.lower()]:
            return f"the code asks for {name} {'.'.join(version)}"
    seen = Evidence(text.text)
    if seen.tf0 or _INNER.search(text.text):
        return "the code is of an early TensorFlow"
    if root != "keras":
        return None
    if seen.tf1:
        return "the code is of TensorFlow 1"
    if _has_own_keras(text.source.path):
        return "the project has a Keras of its own"
    return next(_old_words(text.tree), None)


def _old_words(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = last_name(node.func).lower()
            for keyword in node.keywords:
                if called in _RENAMED.get(keyword.arg or "", ()):
                    yield f"`{keyword.arg}=` shows a Keras before 2.3"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("keras"):
            for name in (*(node.module or "").split("."), *(alias.name for alias in node.names)):
                if name in _GONE:
                    yield f"`{name}` shows a Keras before 2.3"


def _has_own_keras(path: str) -> bool:
    """Whether a folder above holds the source of a Keras without loss classes."""
    folder = os.path.dirname(os.path.abspath(path))
    while folder != os.path.dirname(folder):
        for name in ("losses.py", "objectives.py"):
            try:
                with open(os.path.join(folder, "keras", name), "rb") as file:
                    code = file.read()
            except OSError:
                continue
            if b"def categorical_crossentropy" in code:
                return b"class BinaryCrossentropy" not in code
        folder = os.path.dirname(folder)
    return False
