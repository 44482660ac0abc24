"""``xentlint`` and ``python -m xentlint``: the command as a process of its own."""

from __future__ import annotations

import gc
import sys

YOUNG = 50_000
"""Objects between two collections; Python's own 700 make dozens of them before a run begins."""


def run() -> int:
    """Run the command line; the exit status.

    Garbage collection finds nothing while modules are loaded, nor when all is over; without it a
    run on one saved model is a sixth shorter.
    """
    gc.set_threshold(YOUNG)
    from xentlint.cli import main

    status = main()
    gc.freeze()  # the interpreter collects once more at its end
    return status


if __name__ == "__main__":
    sys.exit(run())
