"""The writer: whatever fails or is killed, each file is the old one or the new one."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from xentlint import together, writing
from xentlint.facts import Problem
from xentlint.together import Change, leftovers, replace_all

OLD = b"model.compile(loss='mse')\r\n"
NEW = b"model.compile(loss='binary_crossentropy')\r\n"
CALLS = ["open", "write", "read", "fsync", "fstat", "stat", "fchmod", "fchown", "replace"]
CALLS += ["copy_file_range", "setxattr", "getxattr", "listxattr", "unlink", "close", "listdir"]
KILLS = int(os.environ.get("XENTLINT_KILLS", "20"))
linux = pytest.mark.skipif(sys.platform != "linux", reason="tells what Linux does")


class FaultyOS:
    """``os``, whose n-th call of some functions fails."""

    def __init__(self, names: list[str], nth: int, code: int) -> None:
        self.names, self.left, self.code, self.failed = names, nth, code, ""

    def __getattr__(self, name: str) -> object:
        real = getattr(os, name)
        if name not in self.names:
            return real

        def call(*args: object, **keywords: object) -> object:
            self.left -= 1
            if self.left == 0:
                self.failed = name
                if name == "close":  # a failing close has closed
                    real(*args)
                raise OSError(self.code, os.strerror(self.code))
            return real(*args, **keywords)

        return call


def seen_of(path: Path) -> writing.Seen:
    found = writing.read(str(path))
    assert not isinstance(found, Problem)
    return found[1]


def old_file(folder: Path, name: str = "a.py") -> Path:
    path = folder / name
    path.write_bytes(OLD)
    path.chmod(0o754)
    return path


def strays(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.startswith(".xentlint")]


def test_replace_keeps_mode_owner_and_attributes(tmp_path: Path) -> None:
    path = old_file(tmp_path)
    marked = hasattr(os, "setxattr")
    if marked:
        os.setxattr(path, "user.origin", b"here")
    if os.name == "posix" and os.getuid() == 0:
        os.chown(path, 12345, 12346)
    before = path.stat()
    assert writing.replace(str(path), NEW, seen=seen_of(path)) is None
    after = path.stat()
    assert path.read_bytes() == NEW
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert not marked or os.getxattr(path, "user.origin") == b"here"
    assert strays(tmp_path) == []


def test_symlink_stays_and_its_target_changes(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    path = old_file(tmp_path / "real")
    link = tmp_path / "link.py"
    link.symlink_to(path)
    assert writing.replace(str(link), NEW, seen=seen_of(link)) is None
    assert link.is_symlink()
    assert path.read_bytes() == NEW
    assert strays(tmp_path) == strays(tmp_path / "real") == []


@pytest.mark.parametrize("kind", ["hard-links", "changed", "read-only", "unreadable", "gone"])
def test_refusals_name_the_file_and_leave_it(tmp_path: Path, kind: str) -> None:
    path = old_file(tmp_path)
    seen = seen_of(path)
    kept = OLD
    if kind == "hard-links":
        os.link(path, tmp_path / "b.py")
    elif kind == "changed":
        kept = OLD.replace(b"mse", b"mae")
        path.write_bytes(kept)
        os.utime(path, ns=(seen.mtime_ns, seen.mtime_ns))
    elif kind == "read-only":
        path.chmod(0o444)
    elif kind == "unreadable":
        path.unlink()
        path.mkdir()
    else:
        path.unlink()
    found = writing.replace(str(path), NEW, seen=seen)
    assert found is not None
    assert (found.path, found.fatal) == (str(path), True)
    assert found.kind == (kind if kind not in ("gone", "unreadable") else found.kind)
    if path.is_file():
        assert path.read_bytes() == kept
    assert strays(tmp_path) == []


def test_a_touched_file_is_still_the_one_read(tmp_path: Path) -> None:
    path = old_file(tmp_path)
    seen = seen_of(path)
    os.utime(path, ns=(1, 1))
    assert writing.replace(str(path), NEW, seen=seen) is None
    assert path.read_bytes() == NEW


def test_what_another_run_has_already_written_is_no_problem(tmp_path: Path) -> None:
    path = old_file(tmp_path)
    seen = seen_of(path)
    path.write_bytes(NEW)
    inode = path.stat().st_ino
    assert writing.replace(str(path), NEW, seen=seen) is None
    assert path.stat().st_ino == inode


@linux
def test_a_file_that_another_run_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PATIENCE", 0.05)
    path = old_file(tmp_path)
    seen = seen_of(path)
    with writing.target(str(path), seen):
        found = writing.replace(str(path), NEW, seen=seen)
    assert found is not None
    assert found.kind == "busy"
    assert path.read_bytes() == OLD


def test_streams_copy_ranges_of_the_original(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    blob = os.urandom(3 << 20)
    path.write_bytes(b"head" + blob + b"tail")
    seen = writing.glance(str(path))
    assert not isinstance(seen, Problem)
    for quick in (True, False):
        with open(path, "rb") as source:

            def writer(sink: writing.Sink, fd: int = source.fileno()) -> None:
                sink.write(b"HEAD")
                sink.copy(fd, 4, len(blob))
                sink.write(b"tail")

            with pytest.MonkeyPatch.context() as patch:
                if not quick:
                    patch.setattr(writing, "os", FaultyOS(["copy_file_range"], 1, errno.EXDEV))
                assert writing.replace_stream(str(path), writer, seen=seen) is None
        assert path.read_bytes() == b"HEAD" + blob + b"tail"
        seen = writing.glance(str(path))
        assert not isinstance(seen, Problem)


def test_a_stream_is_refused_when_the_large_file_changed(tmp_path: Path) -> None:
    path = old_file(tmp_path)
    seen = writing.glance(str(path))
    assert not isinstance(seen, Problem)
    path.write_bytes(OLD + b"#")
    found = writing.replace_stream(str(path), lambda sink: sink.write(NEW), seen=seen)
    assert found is not None
    assert found.kind == "changed"


def test_put_creates_replaces_and_pours(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    assert writing.put(str(path), b"1") is None
    assert path.read_bytes() == b"1"
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask
    assert writing.put(str(path), b"2") is None
    assert path.read_bytes() == b"2"
    assert writing.put(os.devnull, b"3") is None
    missing = writing.put(str(tmp_path / "no" / "report.json"), b"4")
    assert missing is not None
    assert missing.kind == "unwritable"


def each_fault(run: Callable[[], None]) -> int:
    """Let every call of the run fail once, with each error; the number of faults."""
    faults = 0
    for code in (errno.ENOSPC, errno.EIO, errno.EACCES):
        nth = 1
        while True:
            faulty = FaultyOS(CALLS, nth, code)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(writing, "os", faulty)
                patch.setattr(together, "os", faulty)
                run()
            if not faulty.failed:
                break
            nth, faults = nth + 1, faults + 1
    return faults


def test_every_system_call_may_fail(tmp_path: Path) -> None:
    path = old_file(tmp_path)
    seen = seen_of(path)
    quiet = {"setxattr", "getxattr", "listxattr", "unlink", "close"}

    def run() -> None:
        found = writing.replace(str(path), NEW, seen=seen)
        failed = getattr(writing.os, "failed")  # noqa: B009
        text = path.read_bytes()
        assert text in (OLD, NEW)
        assert stat.S_IMODE(path.stat().st_mode) == 0o754
        if found is None:
            assert text == NEW
            assert not failed or failed in quiet
        else:
            assert found.path == str(path)
            assert found.fatal
        assert len(strays(tmp_path)) <= (failed == "unlink")
        leftovers([str(tmp_path)]) if not failed else writing.tidy(str(tmp_path))
        for stray in strays(tmp_path):
            os.unlink(tmp_path / stray)
        path.write_bytes(OLD)

    assert each_fault(run) > 3 * 15


def test_every_system_call_may_fail_between_two_files(tmp_path: Path) -> None:
    folders = [tmp_path / "x", tmp_path / "y"]
    for folder in folders:
        folder.mkdir()
    paths = [old_file(folders[0], "a.py"), old_file(folders[0], "b.py"), old_file(folders[1])]
    changes = [Change(str(path), NEW, seen_of(path)) for path in paths]

    def run() -> None:
        found = replace_all(changes)
        texts = {path.read_bytes() for path in paths}
        assert texts in ({OLD}, {NEW}), (found, getattr(writing.os, "failed"))  # noqa: B009
        if not found:
            assert texts == {NEW}
        assert all(one.fatal and one.path in map(str, paths) for one in found)
        for path in paths:
            path.write_bytes(OLD)
        for folder in folders:
            for stray in strays(folder):
                os.unlink(folder / stray)

    assert each_fault(run) > 3 * 40


def test_several_files_all_or_none(tmp_path: Path) -> None:
    one, two = old_file(tmp_path, "a.py"), old_file(tmp_path, "b.py")
    changes = [Change(str(path), NEW, seen_of(path)) for path in (one, two)]
    two.chmod(0o444)
    found = replace_all(changes)
    assert [(problem.path, problem.kind) for problem in found] == [(str(two), "read-only")]
    assert one.read_bytes() == two.read_bytes() == OLD
    two.chmod(0o644)
    assert replace_all(changes) == ()
    assert one.read_bytes() == two.read_bytes() == NEW
    assert strays(tmp_path) == []


def test_the_next_run_names_what_a_kill_left(tmp_path: Path) -> None:
    one, two = old_file(tmp_path, "a.py"), old_file(tmp_path, "b.py")
    program = f"""
import os
from xentlint import together, writing
real = os.replace
def once(source, goal):
    if goal.endswith("b.py"):
        os.kill(os.getpid(), 9)
    real(source, goal)
os.replace = once
changes = [together.Change(p, {NEW!r}, writing.read(p)[1]) for p in {[str(one), str(two)]!r}]
together.replace_all(changes)
"""
    assert subprocess.run([sys.executable, "-c", program]).returncode == -signal.SIGKILL
    assert (one.read_bytes(), two.read_bytes()) == (NEW, OLD)
    assert strays(tmp_path) != []
    (note,) = leftovers([str(tmp_path)])
    assert (note.path, note.kind, note.fatal) == (str(two), "interrupted", False)
    assert str(one) in note.message
    assert strays(tmp_path) == []
    assert leftovers([str(tmp_path)]) == ()


def test_tidy_leaves_a_live_run_and_strangers_alone(tmp_path: Path) -> None:
    mine = writing.hold(str(tmp_path), "new", 0o600)
    (tmp_path / ".xentlint-cache").write_bytes(b"")
    (tmp_path / ".xentlint-0123456789abcdef.new").mkdir()
    dead = tmp_path / ".xentlint-0123456789abcdee.journal"
    dead.write_bytes(json.dumps([["a", "b"]]).encode())
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / ".xentlint-0123456789abcded.new")
    assert leftovers([str(tmp_path)]) == ()
    assert not dead.exists()
    assert os.path.exists(mine.path)
    assert (tmp_path / ".xentlint-cache").exists()
    assert (tmp_path / ".xentlint-0123456789abcdef.new").is_dir()
    writing.drop(mine)


WORKER = """
import sys
from xentlint import together, writing
folder, = sys.argv[1:]
import os
together.leftovers([folder])
names = sorted(name for name in os.listdir(folder) if name.endswith(".py"))
bad = 0
for name in names:
    path = os.path.join(folder, name)
    data, seen = writing.read(path)
    found = writing.replace(path, data.replace(b"mse", b"binary_crossentropy"), seen=seen)
    bad += found is not None
    print("done", flush=True)
print(bad)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_killed_at_any_point(tmp_path: Path, number: signal.Signals) -> None:
    """XENTLINT_KILLS=500 makes 1,000 kills of it."""
    files = [tmp_path / f"{index:03}.py" for index in range(200)]
    mixed = 0
    for kill in range(KILLS):
        for path in files:
            path.write_bytes(OLD)
        command = [sys.executable, "-c", WORKER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            assert run.stdout is not None
            start = time.perf_counter()
            for _ in range(1 + 190 * kill // KILLS):
                run.stdout.readline()
            time.sleep(random.random() * (time.perf_counter() - start) / (kill + 10))
            run.send_signal(number)
        texts = [path.read_bytes() for path in files]
        assert set(texts) <= {OLD, NEW}
        assert all(
            stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(files[0].stat().st_mode)
            for path in files
        )
        mixed += len(set(texts)) == 2
        assert len(strays(tmp_path)) <= 1
        leftovers([str(tmp_path)])
        assert strays(tmp_path) == []
    assert mixed > KILLS / 2


def test_two_runs_at_once(tmp_path: Path) -> None:
    files = [tmp_path / f"{index:03}.py" for index in range(60)]
    for path in files:
        path.write_bytes(OLD)
    command = [sys.executable, "-c", WORKER, str(tmp_path)]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    outputs = [run.communicate()[0].split() for run in runs]
    assert outputs == [[b"done"] * len(files) + [b"0"]] * 3
    assert {path.read_bytes() for path in files} == {NEW}
    assert strays(tmp_path) == []


STRACE = shutil.which("strace")


@pytest.mark.skipif(STRACE is None, reason="needs strace")
@pytest.mark.parametrize("call", ["openat", "write", "fsync", "fchmod", "rename"])
def test_the_kernel_itself_fails(tmp_path: Path, call: str) -> None:
    path = old_file(tmp_path)
    trace = tmp_path.parent / "trace"
    program = f"""
import os
from xentlint import writing
data, seen = writing.read({str(path)!r})
os.getpgid(0)  # the mark in the trace: what follows belongs to the writer
found = writing.replace({str(path)!r}, {NEW!r}, seen=seen)
os._exit(2 if found else 0)
"""

    def run(*options: str) -> int:
        path.write_bytes(OLD)
        command = [str(STRACE), "-qq", "-o", str(trace), "-e", f"trace={call},getpgid", *options]
        return subprocess.run([*command, sys.executable, "-c", program]).returncode

    assert run() == 0
    before, _, after = trace.read_text().rpartition("getpgid")
    first, count = before.count(f"{call}(") + 1, after.count(f"{call}(")
    assert count > 0
    for code in ("ENOSPC", "EIO", "EACCES"):
        for nth in range(first, first + count):
            status = run("-e", f"inject={call}:error={code}:when={nth}")
            assert "INJECTED" in trace.read_text()
            assert status == 2
            assert path.read_bytes() in (OLD, NEW)
            leftovers([str(tmp_path)])
            assert strays(tmp_path) == []
