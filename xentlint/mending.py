"""What fixes need of a run: its second look at changed texts, and its way to change a file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from xentlint import files
from xentlint.discover import File
from xentlint.engine import Run
from xentlint.facts import Edit
from xentlint.fixing import Project, Texts
from xentlint.outcome import Outcome
from xentlint.sourcefiles import SourceFiles


class Mender:
    """The files of a run, as they were judged and as they would be."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._spelled = {os.path.abspath(path): path for path in run.kind_of}

    def project(self) -> Project:
        return Project(self.again, self.changed, self.touched, self.writable)

    def known(self, path: str) -> bytes | None:
        """A file's content as it was judged."""
        name = self._name(path)
        if name not in self._run.data:
            try:
                self._run.data[name] = files.read(name)
            except OSError:
                return None
        return self._run.data[name]

    def writable(self, path: str) -> bool:
        return os.path.abspath(path) in self._spelled

    def changed(self, path: str, data: bytes | None, edits: Sequence[Edit]) -> bytes:
        name = self._name(path)
        old = self.known(path) if data is None else data
        if old is None:
            raise ValueError("the file could not be read again")
        return self._run.front(self._run.kind_of[name], name).splice(name, old, edits)

    def touched(self, changed: Iterable[str]) -> frozenset[str]:
        """The changed files, and those with uses that seem to import one of them."""
        names = {self._name(path) for path in changed}
        stems = {os.path.splitext(os.path.basename(name))[0] for name in names}
        stems |= {os.path.basename(os.path.dirname(os.path.abspath(n))) for n in names
                  if os.path.basename(n) == "__init__.py"}  # fmt: skip
        pattern = re.compile("|".join(rf"\b{re.escape(s)}\b" for s in sorted(stems)).encode())
        return frozenset(names) | {n for n, data in self._run.data.items() if pattern.search(data)}

    def again(self, texts: Texts, paths: Iterable[str]) -> Outcome:
        """Judge files with these texts in the place of what is on the disk."""
        run = Run(self._run.settings, None)
        run.overlay = {self._name(path): data for path, data in texts.items()}
        wanted = sorted({self._name(path) for path in paths})
        for name in wanted:
            front = run.front(self._run.kind_of[name], name)
            if isinstance(front, SourceFiles):
                for path, data in run.overlay.items():
                    if self._run.kind_of[path] == "source":
                        front.overlay(path, data)
        for name in wanted:
            run.file(File(name, self._run.kind_of[name], named=True))
        return run.outcome(len(wanted), 0.0)

    def _name(self, path: str) -> str:
        """The path as the run spells it."""
        return self._spelled.get(os.path.abspath(path), path)
