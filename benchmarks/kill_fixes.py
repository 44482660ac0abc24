"""Kills whole ``xentlint check --fix`` runs at random moments and looks at what they leave.

    python benchmarks/kill_fixes.py [--kills 1000] [--files 200] [--seed 1]

Half of the kills are SIGKILL, half SIGINT; a tenth comes anywhere in the run, the others while
files are written. Half of the files belong together in pairs: a model and the loss in another
file, moved to logits by one fix. After each kill every file must be the old text or the new one,
byte for byte, and what a run does first must name each pair that is half done and leave nothing
of the killed run behind. After one kill in twenty a whole run follows and must finish the work.

Start-up and the search for fixes are the same each time and write nothing: this process does them
once, and what is killed there is a fork of it that begins to write. The tenth does all of it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import signal
import stat
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from xentlint import cli, rewriting

Work = Callable[[], int]

ALONE = (
    "# {number}\r\nimport tensorflow as tf\r\n"
    "m = tf.keras.Sequential([tf.keras.layers.Dense(3)])\r\n"
    "m.compile('adam', tf.keras.losses.CategoricalCrossentropy())"
)
NET = (
    "import tensorflow as tf\n\n"
    "m{number} = tf.keras.Sequential([tf.keras.layers.Dense(3, activation='softmax')])\n"
)
TRAIN = "from net{number} import m{number}\n\nm{number}.compile('adam', '{loss}')\n"
NAMES = ("import tensorflow as tf\n", "categorical_crossentropy")
OPTIONS = ["--unsafe-fixes", "--prefer", "logits", "--extend-select", "XL301", "-q", "--isolated"]
MODE = 0o640
FINISHED = 0.05
"""Share of the kills after which a whole run follows."""


class Tree(NamedTuple):
    """The files of a run, before and after."""

    folder: Path
    old: dict[str, bytes]
    new: dict[str, bytes]

    def now(self) -> dict[str, bytes]:
        return {name: (self.folder / name).read_bytes() for name in self.old}

    def reset(self) -> None:
        for name, data in self.now().items():
            if data != self.old[name]:
                (self.folder / name).write_bytes(self.old[name])

    def changed(self) -> int:
        return sum(data != self.old[name] for name, data in self.now().items())

    def broken(self) -> list[str]:
        """Files that are neither old nor new."""
        known = {name: (self.old[name], self.new[name]) for name in self.old}
        modes = {name: stat.S_IMODE((self.folder / name).stat().st_mode) for name in self.old}
        return [n for n, data in self.now().items() if data not in known[n] or modes[n] != MODE]

    def torn(self) -> list[str]:
        """Of each pair that is half done, the file that is still old."""
        now = self.now()
        done = {name: data == self.new[name] for name, data in now.items()}
        pairs = [(n, n.replace("net", "train")) for n in now if n.startswith("net")]
        return [a if done[b] else b for a, b in pairs if done[a] != done[b]]

    def strays(self) -> list[str]:
        return sorted(set(os.listdir(self.folder)) - set(self.old))


def plant(folder: Path, count: int) -> Tree:
    """The files, and what a run that nobody kills makes of them."""
    texts = {}
    for number in range(count // 4):
        texts[f"net{number}.py"] = NET.format(number=number)
        texts[f"train{number}.py"] = NAMES[0] + TRAIN.format(number=number, loss=NAMES[1])
    for number in range(count - len(texts)):
        texts[f"alone{number}.py"] = ALONE.format(number=number)
    old = {name: text.encode() for name, text in texts.items()}
    for name, data in old.items():
        (folder / name).write_bytes(data)
        (folder / name).chmod(MODE)
    assert whole_run(folder)() == 0
    tree = Tree(folder, old, old)
    tree = tree._replace(new=tree.now())
    assert all(tree.new[name] != data for name, data in old.items())
    return tree


def whole_run(folder: Path) -> Work:
    """All that ``check --fix`` does; quiet."""

    def work() -> int:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return cli.main(["check", "--fix", *OPTIONS, str(folder)])

    return work


def writing_alone(folder: Path) -> Work:
    """The end of a run on these files, from where it has all new texts."""
    kept: list[Any] = []
    write = rewriting.write

    def keep(result: Any, before: Any, known: Any) -> rewriting.Written:
        kept.extend((result, before, known))
        return rewriting.Written(result.outcome, result.done, ())

    rewriting.write = keep
    try:
        whole_run(folder)()
    finally:
        rewriting.write = write

    def work() -> int:
        write(*kept)
        return 0

    return work


def start(work: Work) -> int:
    """Do it in a fork; the number of the process."""
    child = os.fork()
    if child:
        return child
    status = 99
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        status = work()
    except KeyboardInterrupt:
        status = 130
    finally:
        os._exit(status)


def kill_one(tree: Tree, work: Work, number: signal.Signals, after: int, pause: float) -> str:
    """Kill a run some time after it has changed so many files; how it ended."""
    child = start(work)
    ended = 0
    while after and tree.changed() < after and not ended:
        time.sleep(0.001)
        ended, status = os.waitpid(child, os.WNOHANG)
    if not ended:
        time.sleep(pause)
        os.kill(child, number)
        _, status = os.waitpid(child, 0)
    return "killed" if os.waitstatus_to_exitcode(status) in (-number, 130) else "too late"


def kill_many(
    tree: Tree, kills: int, length: float, chance: random.Random, counts: Counter[str]
) -> None:
    whole = whole_run(tree.folder)
    tree.reset()
    writes = writing_alone(tree.folder)
    while counts["killed"] < kills:
        tree.reset()
        number = (signal.SIGKILL, signal.SIGINT)[counts["killed"] % 2]
        anywhere = chance.random() < 0.1
        after = 0 if anywhere else chance.randrange(1, len(tree.old))
        pause = chance.random() * (length if anywhere else 0.005)
        how = kill_one(tree, whole if anywhere else writes, number, after, pause)
        counts[how] += 1
        counts[f"by {number.name}"] += how == "killed"
        look(tree, counts)
        if chance.random() < FINISHED:
            whole()
            counts["whole runs after a kill"] += 1
            counts["not finished by the next run"] += tree.now() != tree.new or bool(tree.strays())


def look(tree: Tree, counts: Counter[str]) -> None:
    """What a kill left, and what the next run makes of it before all else."""
    torn = tree.torn()
    counts["left in the middle"] += 0 < tree.changed() < len(tree.old)
    counts["pairs half done"] += len(torn)
    counts["temporary files left"] += len(tree.strays())
    counts["files destroyed"] += len(tree.broken())
    named = {os.path.basename(note.path) for note in rewriting.tidy([str(tree.folder)])}
    counts["half done and not named"] += len(set(torn) - named)
    counts["left after the next run"] += len(tree.strays())


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        started = time.perf_counter()
        tree = plant(Path(name), options.files)
        length = time.perf_counter() - started
        print(f"{options.files} files, a run of {length:.1f} s", flush=True)
        kill_many(tree, options.kills, length, random.Random(options.seed), counts)
    bad = ("files destroyed", "half done and not named",
           "not finished by the next run", "left after the next run")  # fmt: skip
    for key in sorted({*counts, *bad}):
        print(f"{counts[key]:6} {key}")
    return int(any(counts[key] for key in bad))


if __name__ == "__main__":
    sys.exit(main())
