"""Plants faults in a copy of a tree and measures the share that xentlint finds.

    python benchmarks/planted.py TREE [--count 240] [--seed 7] [--each 6] [--json FILE]

Uses are drawn from the text by what stands in it, not by what xentlint makes of it, and one
side is turned in each: an activation dropped or added, ``from_logits`` flipped or inserted.
Python files and the code cells of notebooks; where the original has a finding, it is left out.
A planted fault counts as found when the planted file has a finding that the original has not,
one of whose places lies in it. Not every place that is drawn is a fault that anybody could see
(a loss of a library, called with a parameter): read what is missed.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ENTROPY = re.compile(r"(binary|categorical|sparse_categorical)_crossentropy")
CLASSES = ("BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy")
SWITCH_AT = 2
"""Index of ``from_logits`` in the loss functions, after the two tensors."""
MAY = re.compile(rb"(?i)cross_?entropy|\blog\(")
"""What any use in the text shows: the rest is not parsed."""
RAW = re.compile(r"(sigmoid|softmax|sparse_softmax)_cross_entropy(_with_logits(_v2)?)?")
BOUNDED = ("softmax", "sigmoid")
NOTEBOOK = ".ipynb"
KEPT = (".py", NOTEBOOK, ".toml", ".cfg")
MOST_BYTES = 1_000_000
MAGIC = re.compile(r"^(\s*)[%!]")
"""A line that is for the notebook's shell: a comment of the same length stands in for it."""


class Site(NamedTuple):
    """A use in the text, and the edit that turns one side of it."""

    kind: str
    line: int
    """Of the consumer."""
    start: int
    end: int
    """Of the text to replace, in bytes of the file."""
    replacement: str
    edited: int
    """Line of the edit."""


class Planted(NamedTuple):
    """A planted fault, and what became of it."""

    path: str
    kind: str
    line: int
    edited: int
    before: str
    after: str
    found: tuple[str, ...]


class Program(NamedTuple):
    """What of a file is Python: all of it, or the code cells of a notebook, one below the other."""

    text: bytes
    cells: tuple[tuple[int, int], ...] = ()
    """Of each code cell: its number in the notebook, and its first line here."""

    def place(self, line: int) -> tuple[int | None, int]:
        """Cell and line in the file of a line of the text."""
        number, first = next((c for c in reversed(self.cells) if c[1] <= line), (None, 1))
        return number, line - first + 1


def source_of(cell: dict[str, Any]) -> list[str]:
    return "".join(cell["source"]).split("\n")


def program(path: Path) -> Program:
    """Read a file; one that is no notebook of today's format gives nothing."""
    data = path.read_bytes()
    if path.suffix != NOTEBOOK:
        return Program(data)
    lines: list[str] = []
    cells = []
    try:
        for number, cell in enumerate(json.loads(data)["cells"], 1):
            if cell["cell_type"] == "code":
                cells.append((number, len(lines) + 1))
                lines += source_of(cell)
    except (ValueError, KeyError, TypeError):
        return Program(b"")
    return Program("\n".join(MAGIC.sub(r"\1#", line) for line in lines).encode(), tuple(cells))


def turned(path: Path, site: Site) -> tuple[bytes, Program]:
    """The file with one side of a use turned, and its program."""
    known = program(path)
    new = known.text[: site.start] + site.replacement.encode() + known.text[site.end :]
    ast.parse(new)
    if not known.cells:
        return new, Program(new)
    notebook = json.loads(path.read_bytes())
    lines = list(zip(known.text.split(b"\n"), new.split(b"\n"), strict=True))
    for number, first in known.cells:
        cell = notebook["cells"][number - 1]
        source = source_of(cell)
        for at, (old, replaced) in enumerate(lines[first - 1 : first - 1 + len(source)]):
            if old != replaced:
                source[at] = replaced.decode()
        cell["source"] = "\n".join(source)
    return json.dumps(notebook).encode(), known._replace(text=new)


class Text:
    """A file's bytes, its tree, and where its nodes lie."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tree = ast.parse(data)
        self.starts = [0]
        for line in data.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)

    def source(self, node: ast.expr | ast.keyword) -> str:
        start, end = self.span(node)
        return self.data[start:end].decode()


def last_name(node: ast.expr) -> str:
    """``c`` of ``a.b.c``, or the name itself."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def keyword(call: ast.Call, name: str) -> ast.keyword | None:
    return next((one for one in call.keywords if one.arg == name), None)


def sites(data: bytes) -> list[Site]:
    """All uses in a file's text that one edit can turn."""
    if MAY.search(data) is None:
        return []
    try:
        text = Text(data)
    except (SyntaxError, ValueError, RecursionError):
        return []
    calls = [node for node in ast.walk(text.tree) if isinstance(node, ast.Call)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    found: list[Site] = []
    for call in calls:
        found += at_compile(text, call, calls)
        found += at_switch(text, call)
        found += at_raw(text, call)
    found += at_logarithm(text)
    return found


def at_compile(text: Text, call: ast.Call, calls: list[ast.Call]) -> Iterator[Site]:
    """``compile`` with a loss by name or function: drop the activation nearest above it."""
    if last_name(call.func) != "compile":
        return
    given = keyword(call, "loss")
    value = given.value if given is not None else call.args[1] if len(call.args) > 1 else None
    name = value.value if isinstance(value, ast.Constant) else last_name(value) if value else ""
    if not (isinstance(name, str) and ENTROPY.fullmatch(name)):
        return
    above = [dropped for one in calls if one.lineno < call.lineno for dropped in bounded(one)]
    if above:
        start, end = text.span(above[-1])
        yield Site("drop-activation", call.lineno, start, end, '"linear"', above[-1].lineno)


def bounded(call: ast.Call) -> Iterator[ast.expr]:
    """The activation of a layer call, where it is a softmax or a sigmoid."""
    values = [one.value for one in call.keywords if one.arg == "activation"]
    if last_name(call.func) == "Activation" and call.args:
        values.append(call.args[0])
    for value in values:
        name = value.value if isinstance(value, ast.Constant) else last_name(value)
        if name in BOUNDED:
            yield value


def at_switch(text: Text, call: ast.Call) -> Iterator[Site]:
    """A loss class or function: flip its ``from_logits``, or give it one."""
    name = last_name(call.func)
    function = ENTROPY.fullmatch(name) is not None and len(call.args) == SWITCH_AT
    if (name not in CLASSES and not function) or "metrics." in text.source(call.func):
        return
    if any(isinstance(one, ast.Starred) for one in call.args) or keyword_star(call):
        return
    given = keyword(call, "from_logits")
    if given is None:
        if name in CLASSES and call.args:
            return
        end = text.span(call)[1] - 1
        before = text.data[:end].rstrip()
        comma = "" if before.endswith((b"(", b",")) else ", "
        line = text.data.count(b"\n", 0, len(before)) + 1
        yield Site(
            "insert-from-logits",
            call.lineno,
            len(before),
            len(before),
            f"{comma}from_logits=True",
            line,
        )
    elif isinstance(given.value, ast.Constant) and isinstance(given.value.value, bool):
        start, end = text.span(given.value)
        new = str(not given.value.value)
        yield Site("flip-from-logits", call.lineno, start, end, new, given.value.lineno)


def keyword_star(call: ast.Call) -> bool:
    return any(one.arg is None for one in call.keywords)


def at_raw(text: Text, call: ast.Call) -> Iterator[Site]:
    """A raw op that expects logits: put its activation before it."""
    match = RAW.fullmatch(last_name(call.func))
    logits = keyword(call, "logits")
    if match is None or logits is None or not isinstance(call.func, ast.Attribute):
        return
    root = text.source(call.func).split(".")[0]
    if root not in ("tf", "tensorflow"):
        return
    name = "sigmoid" if match.group(1) == "sigmoid" else "softmax"
    start, end = text.span(logits.value)
    new = f"{root}.nn.{name}({text.source(logits.value)})"
    yield Site("add-activation", call.lineno, start, end, new, logits.value.lineno)


def at_logarithm(text: Text) -> Iterator[Site]:
    """A cross-entropy written by hand: drop the activation that its logarithm was given."""
    named: dict[str, ast.Call] = {}
    for node in ast.walk(text.tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            target = node.targets[0]
            if last_name(node.value.func) in BOUNDED and len(node.value.args) == 1:
                named[ast.dump(target).replace("Store", "Load")] = node.value
    seen: set[int] = set()
    for node in ast.walk(text.tree):
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)):
            continue
        for side in (node.left, node.right):
            if isinstance(side, ast.Call) and last_name(side.func) == "log" and side.args:
                made = named.get(ast.dump(side.args[0]))
                if made is not None and made.lineno not in seen:
                    seen.add(made.lineno)
                    start, end = text.span(made)
                    new = f"({text.source(made.args[0])})"
                    yield Site("drop-op", node.lineno, start, end, new, made.lineno)


def draw(tree: Path, count: int, seed: int, each: int) -> list[tuple[Path, Site]]:
    """At most one use a file and ``each`` a folder directly below the tree, at random."""
    paths = [path for path in sorted(tree.rglob("*")) if path.suffix in (".py", NOTEBOOK)]
    pool = [
        (path, site)
        for path in paths
        if path.is_file() and path.stat().st_size < MOST_BYTES
        for site in sites(program(path).text)
    ]
    random.Random(seed).shuffle(pool)
    taken: list[tuple[Path, Site]] = []
    projects: Counter[str] = Counter()
    files: set[Path] = set()
    for path, site in pool:
        project = path.relative_to(tree).parts[0]
        if path not in files and projects[project] < each and len(taken) < count:
            files.add(path)
            projects[project] += 1
            taken.append((path, site))
    return taken


def findings(paths: list[Path]) -> dict[Path, set[tuple[str, int | None, int]]]:
    """Of each file: code, cell and line of the findings that have a place in it.

    Not the column: an edit before a finding on its line moves that.
    """
    from xentlint.engine import run

    outcome = run([str(path) for path in paths])
    found: dict[Path, set[tuple[str, int | None, int]]] = {path: set() for path in paths}
    for one in outcome.findings:
        key = (one.code, one.place.cell, one.place.line or 0)
        for place in [one.place, *(related.place for related in one.use.related)]:
            path = Path(place.path)
            if path in found:
                found[path].add(key)
    return found


def plant(tree: Path, copy: Path, drawn: list[tuple[Path, Site]]) -> list[Planted]:
    """Turn each drawn use in the copy, and compare what is found."""
    before = findings([path for path, _ in drawn])
    copied = {path: copy / path.relative_to(tree) for path, _ in drawn}
    edits: dict[Path, tuple[str, str]] = {}
    places: dict[Path, tuple[int | None, int]] = {}
    for path, site in drawn:
        places[path] = program(path).place(site.line)
        data, new = turned(path, site)
        edits[path] = tuple(
            version.splitlines()[site.edited - 1].decode(errors="replace").strip()
            for version in (program(path).text, new.text)
        )  # type: ignore[assignment]
        copied[path].write_bytes(data)
    after = findings(list(copied.values()))
    return [
        Planted(
            str(path.relative_to(tree)),
            site.kind,
            site.line,
            site.edited,
            *edits[path],
            tuple(sorted({code for code, *_ in after[copied[path]] - before[path]})),
        )
        for path, site in drawn
        if places[path] not in {(cell, line) for _, cell, line in before[path]}
    ]


def report(planted: list[Planted]) -> str:
    lines = []
    kinds = Counter(one.kind for one in planted)
    for kind, count in sorted(kinds.items()):
        found = sum(bool(one.found) for one in planted if one.kind == kind)
        lines.append(f"{kind:20} {found:4} of {count:4} found ({found / count:.0%})")
    found = sum(bool(one.found) for one in planted)
    lines.append(f"{'all':20} {found:4} of {len(planted):4} found ({found / len(planted):.0%})")
    return "\n".join(lines)


def ignored(folder: str, names: list[str]) -> set[str]:
    """What a copy leaves out: everything but Python text and what marks a project."""
    return {
        name
        for name in names
        if (path := Path(folder, name)).is_symlink()
        or not (path.is_dir() or (path.is_file() and path.suffix in KEPT))
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--count", type=int, default=240)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--each", type=int, default=6, help="at most this many a project")
    parser.add_argument("--json", type=Path, help="write each planted fault here, a line each")
    arguments = parser.parse_args()
    tree = arguments.tree.resolve()
    drawn = draw(tree, arguments.count, arguments.seed, arguments.each)
    if not drawn:
        print("no use in the text of this tree", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve() / tree.name
        shutil.copytree(tree, copy, ignore=ignored)
        planted = plant(tree, copy, drawn)
    print(report(planted))
    if arguments.json is not None:
        rows = (json.dumps(one._asdict(), ensure_ascii=False) for one in planted)
        arguments.json.write_text("\n".join(rows) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
