"""A fix run that is killed: each file is old or new, byte for byte, and the next run finishes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

FILES = 30
OLD = (
    "import tensorflow as tf\n"
    "m = tf.keras.Sequential([tf.keras.layers.Dense(3, activation='softmax')])\n"
    "m.compile('adam', tf.keras.losses.CategoricalCrossentropy(from_logits=True))\n"
)
NEW = OLD.replace("from_logits=True", "")


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "xentlint", "check", "--fix", "-q", "--isolated", "."]
    root = str(Path(__file__).parent.parent)
    return subprocess.Popen(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def changed(files: list[Path]) -> int:
    return sum(file.stat().st_size != len(OLD) for file in files)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
@pytest.mark.parametrize("signal_name", ["SIGKILL", "SIGINT"])
@pytest.mark.parametrize("after", [0, 1, 9])
def test_files_are_old_or_new_and_the_next_run_finishes(
    tmp_path: Path, after: int, signal_name: str
) -> None:
    files = [tmp_path / f"f{number}.py" for number in range(FILES)]
    for file in files:
        file.write_text(OLD)
    process = start(tmp_path)
    until = time.monotonic() + 60
    while changed(files) < after and process.poll() is None and time.monotonic() < until:
        time.sleep(0.0005)
    process.send_signal(getattr(signal, signal_name))
    process.wait()
    assert {file.read_text() for file in files} <= {OLD, NEW}
    assert start(tmp_path).wait() == 0
    assert {file.read_text() for file in files} == {NEW}
    assert sorted(os.listdir(tmp_path)) == sorted(file.name for file in files)


def test_two_runs_at_once_leave_whole_files(tmp_path: Path) -> None:
    files = [tmp_path / f"f{number}.py" for number in range(FILES)]
    for file in files:
        file.write_text(OLD)
    runs = [start(tmp_path), start(tmp_path)]
    assert {run.wait() for run in runs} <= {0, 2}  # 2: the other one was first
    assert {file.read_text() for file in files} == {NEW}
    assert sorted(os.listdir(tmp_path)) == sorted(file.name for file in files)
