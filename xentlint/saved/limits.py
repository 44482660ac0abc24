"""Every number that stops a reader, with its reason."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


CONFIG_SIZE: Final = 64 * 1024 * 1024
"""Default cap on one configuration: the largest one seen is 37 MB (CheckM2's training_config)."""

READ_BYTES: Final = 64 * 1024 * 1024
"""Bytes read beside the configuration: directories, headers, graph nodes."""

WORK: Final = 2_000_000
"""Fields, nodes, layers and heap objects visited in one file."""

SECONDS: Final = 20.0
"""Wall time of one local file, as the last net: bytes and work stop a reader long before."""

REMOTE_SECONDS: Final = 100.0
"""More wall time for a file behind a network."""

ZIP_DIRECTORY: Final = 32 * 1024 * 1024
ZIP_ENTRIES: Final = 200_000
ZIP_NESTED: Final = 64
"""Models looked at inside one outer zip (the largest seen holds one)."""

HEADER_CHUNKS: Final = 1_024
"""Continuation blocks of one HDF5 object header."""

GRAPH_NODES: Final = 100_000
"""Nodes of one graph that are kept by name."""

GRAPH_STEPS: Final = 2_000
"""Ops passed on the way from an output to the op that makes its scale."""

MODEL_DEPTH: Final = 1_000
"""Models nested in models."""

MODEL_CALLS: Final = 150_000
"""Layer calls evaluated in one model, nested ones included: a small file in which models call
models twice can ask for many."""

MODEL_COST: Final = 8
"""Layer calls that entering a nested model is worth."""

OUTPUTS: Final = 10_000
"""Heads and consumers of one model."""

SHOWN: Final = 200
"""Characters of a string out of a file that are printed."""

INTEGER_DIGITS: Final = 400
"""Digits of an integer in JSON: no setting of Keras needs more than 20."""
