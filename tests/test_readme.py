"""What the README prints is what the program says, and its commands are those of the CI script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xentlint import cli, pages

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"(?ms)^```sh\n(.*?)\n```", README)
PRINTED = re.findall(r"(?ms)^```text\n(.*?)\n```", README)


def test_two_commands_and_ci_runs_the_second() -> None:
    assert len(COMMANDS) == 2
    assert COMMANDS[1].endswith("-m pytest -n auto --dist worksteal")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert COMMANDS[1] in script


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [(["check", "examples/segmentation"], PRINTED[0]), (["audit", "examples"], PRINTED[1])],
)
def test_what_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], printed: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(ROOT)
    assert cli.main([*arguments, "--no-color"]) == 1
    assert capsys.readouterr().out.strip() == printed.strip()


def test_every_rule_is_listed() -> None:
    for code, path in pages.paths(pages.folder()).items():
        rule = pages.read(path)
        default = rule.severity if rule.enabled else "off"
        assert f"| [{code}](rules/{code}.md) | {rule.name} | {default} |" in README


def test_links_lead_somewhere() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / name).read_text("utf-8")):
            assert (ROOT / target).exists(), f"{name}: {target}"


def test_every_command_is_described() -> None:
    for name in cli.COMMANDS:
        assert f"`xentlint {name} " in README
