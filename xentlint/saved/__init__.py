"""The saved-model front end: configuration in bytes to Uses; no weights, no code.

``kind_of`` says whether a file is a model, ``read`` gives its facts. Everything else is late:
on this path each import counts.
"""

from __future__ import annotations

from xentlint.collector import Paused
from xentlint.facts import FileFacts

from . import limits
from .kinds import HEAD, kind_of

__all__ = ["HEAD", "kind_of", "read"]


def read(
    path: str, *, max_config_size: int = limits.CONFIG_SIZE, expect: str | None = None
) -> FileFacts:
    """The uses in a model file, or in the folder of a model; what cannot be read is a problem.

    ``expect`` (``logits`` or ``probabilities``) makes a check of files that hold no loss.
    """
    from .reading import read_path

    with Paused():
        reading = read_path(path, max_config_size, expect)
    uses = [use for model in reading.models for use in model.facts.uses]
    return FileFacts(path, tuple(uses), tuple(reading.problems))
