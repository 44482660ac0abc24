"""A rule's page as a terminal shows it: the Markdown that our pages keep to, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xentlint.report.cells import safe
from xentlint.report.paint import Paint


def render(text: str, paint: Paint, width: int) -> str:
    """Headings and code in colour, paragraphs wrapped, tables in columns."""
    return "".join(f"{row}\n" for row in _rows(text.split("\n"), paint, min(width, 100)))


def _rows(lines: list[str], paint: Paint, width: int) -> Iterator[str]:
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith("```"):
            at += 1
            while at < len(lines) and not lines[at].startswith("```"):
                yield paint("code", f"    {safe(lines[at])}".rstrip())
                at += 1
            at += 1
        elif line.startswith("|"):
            start = at
            while at < len(lines) and lines[at].startswith("|"):
                at += 1
            yield from _table(lines[start:at], paint)
        elif line.startswith("#"):
            yield paint("bold", safe(line.lstrip("# ")))
            at += 1
        elif not line.strip():
            yield ""
            at += 1
        else:
            start = at
            at += 1
            while at < len(lines) and _goes_on(lines[at]):
                at += 1
            yield from _paragraph(" ".join(part.strip() for part in lines[start:at]), paint, width)


def _goes_on(line: str) -> bool:
    return bool(line.strip()) and not re.match(r"```|\||#|[-*] |\d+\. ", line)


def _paragraph(text: str, paint: Paint, width: int) -> Iterator[str]:
    """Words filled into lines; a list item hangs. Code spans are never broken."""
    item = re.match(r"(?:[-*]|\d+\.) ", text)
    hang = " " * item.end() if item else ""
    row, length = "", 0
    text = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r"\1 (\2)", text)
    for word in re.findall(r"(?:[^\s`]|`[^`]*`|`)+", text):
        plain = safe(word.replace("`", "").replace("**", ""))
        if row and length + 1 + len(plain) > width:
            yield row
            row, length = hang, len(hang)
        gap = " " if row.strip() else ""
        row += gap + _inline(word, paint)
        length += len(gap) + len(plain)
    if row:
        yield row


def _inline(word: str, paint: Paint) -> str:
    parts = re.split(r"`([^`]*)`", word)
    plain = (safe(part.replace("**", "")) for part in parts[::2])
    spans = [paint("code", safe(part)) for part in parts[1::2]]
    return "".join(text + span for text, span in zip(plain, [*spans, ""], strict=True))


def _table(lines: list[str], paint: Paint) -> Iterator[str]:
    rows = [
        [safe(cell.strip().replace("`", "").replace("\0", "|")) for cell in _cells(line)]
        for line in lines
    ]
    widths = [max(len(row[n]) for row in rows if n < len(row)) for n in range(len(rows[0]))]
    for number, row in enumerate(rows):
        if number == 1 and all(set(cell) <= set("-: ") for cell in row):
            continue
        text = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
        yield paint("bold", text.rstrip()) if number == 0 else text.rstrip()


def _cells(line: str) -> list[str]:
    return line.replace("\\|", "\0").strip().strip("|").split("|")
