"""Help at hand: completion in a real shell, a rule's page as a terminal shows it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from xentlint import cli, pages
from xentlint.report import page
from xentlint.report.paint import painter


def completed(line: str, capsys: pytest.CaptureFixture[str], cwd: Path) -> list[str]:
    """What bash offers at the end of a line."""
    assert cli.main(["completion", "bash"]) == 0
    words = line.split(" ")
    program = f"""{capsys.readouterr().out}
COMP_WORDS=({" ".join(f"'{word}'" for word in words)}); COMP_CWORD={len(words) - 1}
_xentlint; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    run = subprocess.run(
        ["bash", "-c", program], capture_output=True, text=True, check=True, cwd=cwd
    )
    assert run.stderr == ""
    return run.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("")
    assert completed("xentlint ch", capsys, tmp_path) == ["check"]
    assert completed("xentlint rule XL10", capsys, tmp_path) == [f"XL10{n}" for n in range(1, 7)]
    assert completed("xentlint check --output-fo", capsys, tmp_path) == ["--output-format"]
    assert "sarif" in completed("xentlint check --output-format ", capsys, tmp_path)
    assert completed("xentlint check --fail-on e", capsys, tmp_path) == ["error"]
    assert completed("xentlint check tr", capsys, tmp_path) == ["train.py"]
    assert completed("xentlint check --select XL30", capsys, tmp_path) == ["XL301"]
    assert completed("xentlint audit --ignore XL20", capsys, tmp_path) == [
        f"XL20{n}" for n in range(1, 5)
    ]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_take_the_script(
    capsys: pytest.CaptureFixture[str], shell: str, tmp_path: Path
) -> None:
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "--fail-on" in script or "-l fail-on" in script
    if shutil.which(shell):
        path = tmp_path / "script"
        path.write_text(script)
        subprocess.run([shell, "-n", str(path)], check=True)
    assert cli.main(["completion", "tcsh"]) == 2


@pytest.mark.parametrize("code", pages.paths(pages.folder()))
def test_every_page_is_readable_in_a_terminal(code: str) -> None:
    text = pages.body(pages.paths(pages.folder())[code])
    shown = page.render(text, painter(False), 80)
    assert "```" not in shown
    assert "**" not in shown
    assert not re.search(r"(?m)^\|", shown)
    words = re.findall(r"\w+", re.sub(r"```python \w+|[|`*#-]", " ", text))
    said = set(re.findall(r"\w+", shown))
    assert [word for word in words if word not in said and word not in ("python", "text")] == []
    prose = [row for row in shown.splitlines() if not row.startswith("    ") and "  " not in row]
    assert [row for row in prose if len(row) > 80 and len(row.split()) > 2] == []
    assert "\x1b[1m" in page.render(text, painter(True), 80)


def test_a_page_hides_nothing() -> None:
    shown = page.render("a `\x1b[2J` \u202e\n\n| a | b |\n|---|---|\n| \x07 | `x \\| y` |\n",
                        painter(False), 80)  # fmt: skip
    assert shown == "a \\x1b[2J \\u202e\n\na     b\n\\x07  x | y\n\n"
