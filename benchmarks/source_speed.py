"""Measures the speed of ``xentlint check`` on a tree of sources, side by side with its yardsticks.

    python benchmarks/source_speed.py TREE [--tools FOLDER] [--rounds 3] [--strict]

In one process, in turn: LibCST's parser alone over the files that the byte triage keeps, and a
whole check. As processes: TorchFix and Fixit 2 with one rule (installed into a virtual
environment of their own under FOLDER), and the start-up against Python's own. Findings must be
the same with the triage off. ``--strict`` exits with 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

LEAST_FILES = 1000
PARSER_TARGET = 1.5
TOOLS_TARGET = 10.0
START_TARGET = 2.0
STARTS = 15
PYTHON_ALONE = "import re, json"
TOOLS = ("torchfix", "fixit")
FIXIT_RULE = "fixit.rules:NoRedundantFString"
NOTHING = "def add(a, b):\n    return a + b\n"


class Ratio(NamedTuple):
    """What was measured against what, and the bound."""

    name: str
    value: float
    target: float
    more_is_better: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.target if self.more_is_better else self.value <= self.target

    def __str__(self) -> str:
        sign = "≥" if self.more_is_better else "≤"
        mark = "met" if self.met else "MISSED"
        return f"| {self.name} | {self.value:.2f} | {sign} {self.target:g} | {mark} |"


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    started = clock()
    work()
    return clock() - started


def kept_files(tree: Path) -> tuple[int, list[bytes]]:
    """How many files a check looks at, and the text of those that the triage keeps."""
    from xentlint import files
    from xentlint.discover import discover
    from xentlint.source.triage import Screen

    screen = Screen()
    found = [file.path for file in discover([str(tree)]).files if file.kind == "source"]
    texts = ((path, files.read(path)) for path in found)
    return len(found), [data for path, data in texts if screen.keeps(path, data)]


def parse_all(texts: list[bytes]) -> None:
    """LibCST's parser alone; what it cannot parse costs what it costs."""
    import libcst

    for text in texts:
        try:
            libcst.parse_module(text)
        except (libcst.ParserSyntaxError, UnicodeDecodeError):
            continue


def findings(tree: Path, screens: bool) -> list[tuple[object, ...]]:
    from xentlint.engine import Settings, run

    outcome = run([str(tree)], Settings(screens=screens))
    return sorted((one.code, *map(str, one.place), one.use.condition) for one in outcome.findings)


def against_the_parser(tree: Path, rounds: int) -> list[Ratio]:
    """A whole check against the parser alone, alternating in this process: processor time."""
    count, texts = kept_files(tree)
    lines = sum(text.count(b"\n") for text in texts)
    parser, check = [], []
    for _ in range(rounds):
        parser.append(seconds(lambda: parse_all(texts), time.process_time))
        check.append(seconds(lambda: findings(tree, screens=True), time.process_time))
    print(f"{count:,} files, {len(texts):,} kept by the triage ({lines:,} lines)")
    print(f"LibCST alone: {spread(parser)}; xentlint check: {spread(check)}")
    if count < LEAST_FILES:
        print(f"a tree of {LEAST_FILES:,} files or more is asked for", file=sys.stderr)
    return [Ratio("check / LibCST alone", min(check) / min(parser), PARSER_TARGET)]


def spread(times: list[float]) -> str:
    return f"{min(times):.2f} s (median {statistics.median(times):.2f})"


def tool_commands(folder: Path, tree: Path) -> dict[str, list[str]]:
    """TorchFix and Fixit on the tree, from an environment of their own."""
    home = folder / "yardsticks"
    scripts = home / ("Scripts" if sys.platform == "win32" else "bin")
    if not (scripts / "fixit").exists():
        venv.create(home, with_pip=True)
        installer = [str(scripts / "python"), "-m", "pip", "install", "--quiet", *TOOLS]
        subprocess.run(installer, check=True)
    return {
        "TorchFix": [str(scripts / "torchfix"), "--select", "ALL", str(tree)],
        "Fixit 2, one rule": [
            *(str(scripts / "fixit"), "--rules", FIXIT_RULE),
            *("lint", str(tree)),
        ],
    }


def run_quietly(command: list[str]) -> None:
    subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=7200
    )


def command_of_xentlint() -> list[str]:
    script = Path(sysconfig.get_path("scripts"), "xentlint")
    return [str(script)] if script.exists() else [sys.executable, "-m", "xentlint"]


def against_tools(tree: Path, folder: Path) -> list[Ratio]:
    """The whole command against other linters over LibCST: processor time, for Fixit forks."""
    own = min(timed("xentlint check", [*command_of_xentlint(), "check", str(tree)]) for _ in "ab")
    return [
        Ratio(f"{name} / xentlint check", timed(name, command) / own, TOOLS_TARGET, True)
        for name, command in tool_commands(folder, tree).items()
    ]


def timed(name: str, command: list[str]) -> float:
    """Processor seconds of a command and of what it starts, on POSIX."""
    before = os.times()
    wall = seconds(lambda: run_quietly(command))
    after = os.times()
    used = sum(after[2:4]) - sum(before[2:4])
    print(f"{name}: {used:.2f} s of processor time, {wall:.2f} s")
    return used


def at_the_start(folder: Path) -> list[Ratio]:
    """Start-up against Python's own, in turn; the median of each."""
    plain = folder / "nothing.py"
    plain.write_text(NOTHING)
    commands = {
        "python": [sys.executable, "-c", PYTHON_ALONE],
        "--version": [*command_of_xentlint(), "--version"],
        "a file without a candidate": [*command_of_xentlint(), "check", str(plain)],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(STARTS):
        for name, command in commands.items():
            times[name].append(seconds(lambda command=command: run_quietly(command)))  # type: ignore[misc]
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        print(f"{name}: {median * 1000:.1f} ms")
    own = medians.pop("python")
    return [
        Ratio(f'{name} / python -c "{PYTHON_ALONE}"', median / own, START_TARGET)
        for name, median in medians.items()
    ]


def without_the_triage(tree: Path) -> bool:
    """Whether the findings stay the same with every file read."""
    screened = findings(tree, screens=True)
    started = time.perf_counter()
    all_read = findings(tree, screens=False)
    took = time.perf_counter() - started
    print(f"triage off: {took:.1f} s, {len(all_read)} findings; on: {len(screened)} findings")
    for one in sorted(set(screened) ^ set(all_read), key=str):
        print("  differs:", json.dumps(one, default=str))
    return screened == all_read


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--tools", type=Path, help="where the other linters' environment is kept")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-tools", action="store_true", help="leave the other linters out")
    parser.add_argument("--no-triage-check", action="store_true")
    parser.add_argument("--strict", action="store_true")
    arguments = parser.parse_args()
    tree = arguments.tree.resolve()
    folder = arguments.tools or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    ratios = at_the_start(folder) + against_the_parser(tree, arguments.rounds)
    if not arguments.no_tools:
        ratios += against_tools(tree, folder)
    equal = arguments.no_triage_check or without_the_triage(tree)
    if arguments.tools is None:
        shutil.rmtree(folder)
    print("\n| measure | ratio | target | |\n| --- | --- | --- | --- |")
    print(*ratios, sep="\n")
    print(f"findings equal with the triage off: {equal}")
    return int(arguments.strict and not (equal and all(ratio.met for ratio in ratios)))


if __name__ == "__main__":
    sys.exit(main())
