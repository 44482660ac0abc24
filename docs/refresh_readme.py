"""Writes into README.md what the program prints now: run it after a change of words or rules."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from xentlint import pages

ROOT = Path(__file__).parent.parent
SHOWN = (["check", "examples/segmentation"], ["audit", "examples"])
"""The commands whose output stands in the ``text`` blocks, in their order."""


def printed(arguments: list[str]) -> str:
    command = [sys.executable, "-m", "xentlint", *arguments, "--no-color"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.rstrip()


def rules() -> str:
    rows = ["| code | name | by default |", "| --- | --- | --- |"]
    for code, path in pages.paths(pages.folder()).items():
        rule = pages.read(path)
        default = rule.severity if rule.enabled else "off"
        rows.append(f"| [{code}](rules/{code}.md) | {rule.name} | {default} |")
    return "\n".join(rows)


def refreshed(text: str) -> str:
    outputs = iter([printed(arguments) for arguments in SHOWN])
    text = re.sub(r"(?ms)^```text\n.*?^```", lambda _: f"```text\n{next(outputs)}\n```", text)
    return re.sub(r"(?m)^\| code \| name .*\n(?:\|.*\n)+", lambda _: rules() + "\n", text)


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(refreshed(readme.read_text(encoding="utf-8")), encoding="utf-8")
