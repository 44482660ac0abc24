"""One gigabyte models: the inspector against load_model, h5py and ModelScan, side by side.

``python benchmarks/saved_inspector.py [megabytes …] [--modelscan COMMAND] [--python PYTHON]``
makes the models once (TensorFlow is needed for that), then runs each reader as a process of its
own: wall time (best of several), peak memory, and bytes read by system calls. ``--python`` names
the interpreter of an environment that xentlint is installed in, as users have it: there the
command itself is measured, with its options, settings and report; without, this checkout's code
with this interpreter. h5py reads HDF5 alone, so it has no row for the other formats.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUNS = 7

MAKE = """
import os, sys, numpy as np
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
folder, megabytes = sys.argv[1], float(sys.argv[2])
width = max(2, int((megabytes * 1e6 / 4) ** 0.5))
model = keras.Sequential([keras.Input((width,)), keras.layers.Dense(width, use_bias=False),
                          keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.save(folder + "/m.keras")
model.save(folder + "/m.h5")
"""
MAKE_SAVED = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tf_keras as keras
folder, megabytes = sys.argv[1], float(sys.argv[2])
width = max(2, int((megabytes * 1e6 / 4) ** 0.5))
model = keras.Sequential([keras.Input((width,)), keras.layers.Dense(width, use_bias=False),
                          keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.save(folder + "/m", save_format="tf")
"""
OURS = """
import sys
sys.path.insert(0, {root!r})
from xentlint import saved
facts = saved.read(sys.argv[1])
assert facts.uses[-1].consumer.expects == "logits"
"""
INSPECT = """
import sys
sys.path.insert(0, {root!r})
from xentlint.saved.inspection import inspect_model, render
sys.stdout.write(render(inspect_model(sys.argv[1])))
"""
COMMAND = """
import sys
sys.path.insert(0, {root!r})
from xentlint.__main__ import run
sys.exit(run())
"""
KERAS = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
keras.models.load_model(sys.argv[1])
"""
TF_KERAS = KERAS.replace("import keras", "import tf_keras as keras")
H5PY = """
import json, sys, h5py
with h5py.File(sys.argv[1]) as file:
    json.loads(file.attrs["model_config"]), json.loads(file.attrs["training_config"])
"""
REPORT = """
import atexit, os
def _report():
    with open("/proc/self/io") as f:
        read = next(line.split()[1] for line in f if line.startswith("rchar"))
    with open("/proc/self/status") as f:
        peak = next(line.split()[1] for line in f if line.startswith("VmHWM"))
    with open(os.environ["XENTLINT_REPORT"], "w") as out:
        out.write(read + " " + peak)
atexit.register(_report)
"""
"""What a process says of itself at its end: bytes read, kilobytes of memory. (``ru_maxrss`` of a
child counts what its parent held.) A command that is no script of ours gets it from a
``sitecustomize``."""


class Measured(NamedTuple):
    seconds: float
    cpu: float
    """Processor time: what a busy machine leaves of a measurement."""
    megabytes: float
    read: float
    """Kilobytes read by system calls, the interpreter's own modules included."""


def run(command: list[str], runs: int = RUNS) -> Measured:
    """The best of several runs; the page cache is warm after the first."""
    every = []
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "sitecustomize.py"), "w") as file:
            file.write(REPORT)
        report = os.path.join(folder, "report")
        environment = {**os.environ, "XENTLINT_REPORT": report, "PYTHONPATH": folder}
        # Bytecode is kept, as it is in an installation.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(runs):
            before = time.perf_counter()
            with open(os.path.join(folder, "out"), "wb") as out:
                started = subprocess.Popen(
                    command, env=environment, stdout=out, stderr=out, cwd=folder
                )
                _, status, usage = os.wait4(started.pid, 0)
            spent = time.perf_counter() - before
            started.returncode = os.waitstatus_to_exitcode(status)
            # A scanner that finds something may end with 1.
            if started.returncode not in (0, 1) or not os.path.exists(report):
                with open(os.path.join(folder, "out")) as text:
                    raise RuntimeError(f"{command}: {text.read()[-400:]}")
            with open(report) as text:
                read, peak = map(int, text.read().split())
            cpu = usage.ru_utime + usage.ru_stime
            every.append(Measured(spent, cpu, peak / 1024, read / 1024))
    best = min(every)
    return best._replace(cpu=min(one.cpu for one in every))


class Python(NamedTuple):
    """An interpreter, and where its xentlint comes from."""

    path: str = sys.executable
    installed: bool = False

    def script(self, text: str, *arguments: str) -> list[str]:
        where = "" if self.installed else f"sys.path.insert(0, {ROOT!r})"
        code = REPORT + text.replace("sys.path.insert(0, {root!r})", where)
        return [self.path, "-I", "-c", code, *arguments]


HERE = Python()


def show(name: str, found: Measured, floor: Measured) -> None:
    print(
        f"{name:28} {found.seconds * 1000:9.1f} ms {found.seconds / floor.seconds:7.1f} x floor"
        f" | processor {found.cpu * 1000:9.1f} ms {found.cpu / floor.cpu:7.1f} x"
        f" | {found.megabytes:6.0f} MB {found.read:10.0f} KB read",
        flush=True,
    )


def make(folder: str, megabytes: float) -> None:
    for text in (MAKE, MAKE_SAVED):
        command = [sys.executable, "-c", text, folder, str(megabytes)]
        subprocess.run(command, check=True, capture_output=True)


def folder_of(folder: str, count: int) -> str:
    """Many small models: copies of one, under names of their own."""
    inner = os.path.join(folder, "many")
    os.makedirs(inner)
    for index in range(count):
        name = ("m.keras", "m.h5")[index % 2]
        shutil.copy(os.path.join(folder, name), os.path.join(inner, f"{index}-{name}"))
    return inner


MANY = """
import os, sys
sys.path.insert(0, {root!r})
from xentlint import saved
names = os.listdir(sys.argv[1])
found = sum(len(saved.read(os.path.join(sys.argv[1], name)).uses) for name in names)
assert found >= len(names)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("megabytes", nargs="*", type=float, default=[1, 1000])
    parser.add_argument("--modelscan", help="command that scans the path behind it")
    parser.add_argument("--no-load", action="store_true", help="leave load_model out")
    parser.add_argument("--python", help="interpreter of an environment that has xentlint")
    options = parser.parse_args()
    ours = Python(options.python, True) if options.python else HERE
    floor = run(ours.script("import json"), 15)
    print(json.dumps({"python": sys.version.split()[0]}))
    show("import json", floor, floor)
    for megabytes in options.megabytes:
        with tempfile.TemporaryDirectory() as folder:
            make(folder, megabytes)
            print(f"-- {megabytes:g} MB of weights")
            for name in ("m.keras", "m.h5", "m"):
                path = os.path.join(folder, name)
                show(f"saved.read {name}", run(ours.script(OURS, path)), floor)
                show(f"inspect_model {name}", run(ours.script(INSPECT, path)), floor)
                for command in ("inspect", "check"):
                    found = run(ours.script(COMMAND, command, path), 15)
                    show(f"xentlint {command} {name}", found, floor)
                if name == "m.h5":
                    show(f"h5py {name}", run(HERE.script(H5PY, path), 3), floor)
                if not options.no_load:
                    text = TF_KERAS if name == "m" else KERAS
                    show(f"load_model {name}", run(HERE.script(text, path), 1), floor)
                if options.modelscan:
                    found = run([*shlex.split(options.modelscan), path], 1)
                    show(f"modelscan {name}", found, floor)
            if megabytes <= 1:
                many = folder_of(folder, 200)
                show("200 models in a folder", run(ours.script(MANY, many), 3), floor)


if __name__ == "__main__":
    main()
