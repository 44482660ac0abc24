"""The command line as it is used: a process, its output, its status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import FakeSource

import xentlint
from xentlint import cli, engine, pages

FAULT = "model HEAD\nfit LOSS XL101\n"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder to be in, and a front end that is easy to drive."""
    monkeypatch.setattr(engine, "front_ends", lambda *_: {"source": FakeSource})
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(
    *arguments: str, cwd: Path | None = None, **more: object
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xentlint", *arguments],
        cwd=cwd, capture_output=True, text=True, check=False, timeout=60, **more,
    )  # type: ignore[call-overload,no-any-return]  # fmt: skip


def test_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"xentlint {xentlint.__version__}\n")
    assert run("-V").stdout == done.stdout


def test_help_names_every_command_and_the_statuses() -> None:
    assert all(f"  {name}" in run("--help").stdout for name in cli.COMMANDS)
    for name in cli.COMMANDS:
        done = run(name, "--help")
        assert done.returncode == 0
        assert done.stdout.startswith(f"usage: xentlint {name}")
    assert "exit status" in run("check", "--help").stdout


@pytest.mark.parametrize(
    ("texts", "arguments", "status"),
    [
        ({"a": "LOSS ok\n"}, [], 0),
        ({"a": FAULT}, [], 1),
        ({"a": FAULT}, ["--exit-zero"], 0),
        ({"a": FAULT, "b": "BAD\n"}, [], 2),
        ({"a": FAULT, "b": "BAD\n"}, ["--exit-zero"], 2),
        ({"a": "BOOM ValueError\n"}, [], 2),
        ({"a": FAULT}, ["--ignore", "XL101"], 0),
        ({"a": FAULT}, ["--select", "XL102"], 0),
        ({"a": FAULT}, ["--select", "XL102,XL101"], 1),
        ({"a": FAULT}, ["--select", "XL2", "--extend-select", "XL1"], 1),
        ({}, [], 0),
        ({}, ["nix.py"], 2),
        ({"a": FAULT}, ["nix.py", "a.py"], 2),
    ],
)
@pytest.mark.parametrize("command", ["check", "audit"])
def test_status(
    fake: Path, command: str, texts: dict[str, str], arguments: list[str], status: int
) -> None:
    for name, text in texts.items():
        (fake / f"{name}.py").write_text(text)
    assert cli.main([command, *arguments]) == status


def test_findings_are_printed_though_something_failed(
    fake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (fake / "a.py").write_text(FAULT)
    (fake / "b.py").write_text("BAD\n")
    assert cli.main(["check", "--output-format", "concise"]) == 2
    out, err = capsys.readouterr()
    assert out.startswith("a.py:2:5: XL101 softmax gives probabilities")
    assert err.splitlines()[-1] == "xentlint: error: b.py:1: cannot be parsed [syntax]"


def test_report_on_stdout_and_all_else_on_stderr(
    fake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (fake / "a.py").write_text(FAULT)
    os.symlink("nowhere", fake / "gone.py")
    cli.main(["check", "--output-format", "json"])
    out, err = capsys.readouterr()
    assert json.loads(out)["summary"]["findings"] == 1
    assert "note: gone.py" in err
    assert "1 error (1 file, 1 use)" in err
    cli.main(["check", "--quiet", "--output-format", "json"])
    assert capsys.readouterr().err == ""


def test_nothing_to_look_at_is_said(fake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "xentlint: no Python file, notebook or model under these paths\n"


def test_options_may_stand_between_paths(fake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in "ab":
        (fake / f"{name}.py").write_text(FAULT)
    assert cli.main(["check", "a.py", "--output-format", "concise", "b.py"]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chek"], "unknown command 'chek' (did you mean 'check'?)"),
        (["a.py"], "did you mean `xentlint check a.py`?"),
        (["--select", "XL101"], "options follow a command"),
        (["check", "--selct", "XL101"], "unknown option '--selct' (did you mean '--select'?)"),
        (["check", "--select", "XL1o1"], "unknown rule code 'XL1o1' (did you mean 'XL101'?)"),
        (["check", "--ignore", "all"], "unknown rule code 'all' (did you mean 'ALL'?)"),
        (["check", "--output-format", "jsn"], "'jsn' is none of text, concise, json"),
        (["check", "--output-format", "jsn"], "(did you mean 'json'?)"),
        (["check", "--fail-on", "eror"], "(did you mean 'error'?)"),
        (["check", "--target-keras", "4"], "'4' is none of 2, 3"),
        (["check", "--select", ""], "--select names no code"),
        (["check", "--config", "nix.toml"], "nix.toml: No such file or directory"),
        (["check", "--select"], "expected one argument"),
        (["rule", "XL999"], "unknown rule 'XL999'"),
        (["rule", "activation-with-logit-loss"], "(did you mean 'activation-with-logits-loss'?)"),
        (["config", "a.pi"], "a.pi: there is no such file or folder (did you mean 'a.py'?)"),
    ],
)
def test_a_wrong_command_line(
    fake: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    (fake / "a.py").write_text("")
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "environment", "colored"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--no-color"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour(
    fake: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], environment: dict[str, str], colored: bool,
) -> None:  # fmt: skip
    (fake / "a.py").write_text(FAULT)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    cli.main(["check", *arguments])
    assert ("\x1b[" in capsys.readouterr().out) is colored


def test_rules_are_listed_and_shown() -> None:
    listed = run("rule").stdout.splitlines()
    assert listed[0] == "XL001  warning  unused-suppression"
    assert listed[1] == "XL101  error    activation-with-logits-loss"
    assert listed[-1] == "XL301  warning  prefer-logits  (off by default)"
    page = run("rule", "xl101").stdout
    assert page.startswith("# activation-with-logits-loss (XL101)\n")
    assert "+++" not in page
    assert run("rule", "activation-with-logits-loss").stdout == page
    assert run("rule", "XL10").stdout.startswith(page)


def test_rules_of_the_project_are_shown_too(tmp_path: Path) -> None:
    (tmp_path / "lint").mkdir()
    (tmp_path / "xentlint.toml").write_text('extend-rules = ["lint"]\n')
    page = pages.paths(pages.folder())["XL106"]
    text = Path(page).read_text().replace("XL106", "MY106")
    (tmp_path / "lint" / "MY106.md").write_text(text)
    (tmp_path / "lint" / "MY107.md").write_text("broken")
    listed = run("rule", cwd=tmp_path).stdout
    assert "MY106  error    non-probability-activation\n" in listed
    assert "MY107  cannot be read" in listed
    assert run("rule", "MY106", cwd=tmp_path).stdout.startswith("# non-probability-activation")
    assert run("rule", "MY107", cwd=tmp_path).returncode == 2


@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_a_closed_pipe_ends_quietly_with_the_true_status(tmp_path: Path) -> None:
    script = f'"{sys.executable}" -m xentlint rule XL101 XL102 XL103 XL104; echo "status $?" >&2'
    done = subprocess.run(
        ["bash", "-c", f"({script}) | true"], capture_output=True, text=True, check=False
    )
    assert done.stderr == "status 0\n"


@pytest.mark.skipif(os.name != "posix", reason="a shell that closes streams")
@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("check a.py >&-", 2, "xentlint: error: the report could not be written: stdout is closed"),
        ("rule >&-", 2, "xentlint: error: the report could not be written: stdout is closed"),
        ("check - <&-", 2, "xentlint: error: `-` is the text on stdin, which is closed"),
        ("check a.py 2>&-", 1, None),
        ("check a.py >/dev/full", 2, "could not be written: No space left on device"),
        ("check a.py --output-file /dev/full", 2, "/dev/full: No space left on device"),
        ("check a.py --output-file no/x", 2, "no/x: No such file or directory"),
        ("check --help >/dev/full", 2, "could not be written: No space left on device"),
        ("check a.py | head -c 0", 1, None),
        ("check a.py 2>&1 | head -c 0", 1, None),
        ("check a.py no.py | head -c 0", 2, "xentlint: error: no.py: No such file or directory"),
    ],
)
def test_streams_that_take_nothing(
    tmp_path: Path, command: str, status: int, said: str | None
) -> None:
    """The true status, and the last line on stderr gives the reason."""
    if "/dev/full" in command and not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    (tmp_path / "a.py").write_text(
        "import keras\n"
        "m = keras.Sequential([keras.layers.Dense(1)])\n"
        "m.compile(loss='binary_crossentropy')\n" * 40
    )
    script = f'"{sys.executable}" -m xentlint {command}; exit "${{PIPESTATUS[0]}}"'
    environment = {**os.environ, "PYTHONPATH": str(Path(xentlint.__file__).parent.parent)}
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, env=environment
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    if said is not None:
        assert said in done.stderr.splitlines()[-1]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_report_that_cannot_be_written_is_an_error() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "xentlint", "rule"], stdout=full, stderr=subprocess.PIPE,
            text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == (
        "xentlint: error: the report could not be written: No space left on device\n"
    )


def test_a_narrow_encoding_does_not_break_the_report() -> None:
    done = run("rule", "XL102", env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0
    assert done.stderr == ""
