"""``python -m judge``: a full run in one process, with the counts of every construct.

``python -m judge 1/2`` takes the first half of the batches; further words choose batches by name.
"""

from __future__ import annotations

import sys

from .programs.strategy import batches, examples
from .trial import Trial, tried


def main(words: list[str]) -> int:
    """Run, print, and say by the exit status whether judge and audit agree."""
    part, parts = 1, 1
    if words and "/" in words[0]:
        part, parts = (int(number) for number in words.pop(0).split("/"))
    chosen = [b for b in batches() if not words or any(word in b.name for word in words)]
    total = Trial()
    for batch in chosen[part - 1 :: parts]:
        found = tried(examples(batch))
        total.add(found)
        for told in (*found.broken, *found.disagreements):
            print(f"---- {batch.name}: {told}", flush=True)
    for reason, text in total.undecided:
        print(f"---- undecided, {reason}\n{text}")
    print(total.summary())
    return 1 if total.broken or total.disagreements else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
