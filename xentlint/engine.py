"""One run: files → facts → verdicts → findings. A bad file never takes the rest down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeVar

from xentlint import files, rules, selection
from xentlint.discover import File, discover
from xentlint.facts import FileFacts, Finding, Place, Problem, Use
from xentlint.outcome import Judged, Outcome, is_undecided
from xentlint.pages import Rule
from xentlint.settle import settle

if TYPE_CHECKING:
    from xentlint.source import Session

T = TypeVar("T")

HEAD: Final = 512
"""Bytes by which a file that was named is told to be a model or a text."""


class Settings(NamedTuple):
    """What a run is asked to do."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    screens: bool = True
    """Whether files that cannot hold a use are set aside by their bytes."""
    audit: bool = False
    """Whether every use is located and kept, right or wrong."""
    net: bool = True
    """Whether an exception in a front end becomes a problem; tests run without."""


class FrontEnd(Protocol):
    """What reads one kind of file."""

    def keeps(self, path: str, data: bytes) -> bool:
        """Whether these bytes may hold a use; must be cheap."""

    def read(self, path: str, data: bytes) -> FileFacts:
        """All uses in a file; their places may be handles of the front end's own."""

    def locate(self, use: Use) -> Use:
        """The same use with real places. Costly: only for what is reported."""

    def lines(self, place: Place) -> list[str] | None:
        """The text around a place."""


class SourceFiles:
    """Python source. LibCST is imported only with the first file that may hold a use."""

    def __init__(self, screens: bool) -> None:
        from xentlint.source.triage import Screen

        self._screen = Screen() if screens else None
        self._screens = screens
        self._session: Session | None = None

    def keeps(self, path: str, data: bytes) -> bool:
        return self._screen is None or self._screen.keeps(path, data)

    def read(self, path: str, data: bytes) -> FileFacts:
        return self._open().read(path, data)

    def locate(self, use: Use) -> Use:
        return self._open().locate(use)

    def lines(self, place: Place) -> list[str] | None:
        return self._open().source_lines(place.path)

    def _open(self) -> Session:
        if self._session is None:
            from xentlint.source import Session

            self._session = Session(screens=self._screens)
        return self._session


class ModelFiles:
    """Saved models: their places are real from the start, and there is no text to show."""

    def keeps(self, path: str, data: bytes) -> bool:
        return True

    def read(self, path: str, data: bytes) -> FileFacts:
        from xentlint.saved import read

        return read(path)

    def locate(self, use: Use) -> Use:
        return use

    def lines(self, place: Place) -> list[str] | None:
        return None


def front_ends(settings: Settings) -> dict[str, Callable[[], FrontEnd]]:
    """Kind of file → what makes its front end."""
    return {"source": lambda: SourceFiles(settings.screens), "model": ModelFiles}


def run(
    paths: Iterable[str],
    settings: Settings = Settings(),  # noqa: B008 (a frozen value)
    makers: dict[str, Callable[[], FrontEnd]] | None = None,
) -> Outcome:
    """Check everything under the paths."""
    started = time.perf_counter()
    found = discover(paths, exclude=settings.exclude, use_gitignore=settings.respect_gitignore)
    this = Run(settings, front_ends(settings) if makers is None else makers)
    this.problems += found.problems
    for file in found.files:
        this.file(file)
    return this.outcome(len(found.files), started)


class Run:
    """The state of one run: its front ends, rules, and what it has found so far."""

    def __init__(self, settings: Settings, makers: dict[str, Callable[[], FrontEnd]]) -> None:
        self.settings = settings
        self.problems: list[Problem] = []
        self._makers = makers
        self._made: dict[str, FrontEnd] = {}
        self._of_path: dict[str, FrontEnd] = {}
        self._judged: dict[tuple[object, ...], Judged] = {}
        self._uses = self._undecided = 0
        self._rules: tuple[Rule, ...] | None = None
        self._selected: frozenset[str] = frozenset()

    def file(self, file: File) -> None:
        """Read one file and judge its uses."""
        try:
            kind = file.kind or self._kind(file.path)
            data = files.read(file.path) if kind == "source" else b""
        except files.TooLargeError as error:
            self.problems.append(Problem(file.path, None, "too-large", files.reason(error)))
        except OSError as error:
            self.problems.append(Problem(file.path, None, "unreadable", files.reason(error)))
        else:
            self._guarded(file.path, lambda: self._read(file.path, kind, data))

    def _kind(self, path: str) -> str:
        """What a file is that was named and whose name says nothing: by its first bytes."""
        from xentlint.saved import kind_of

        return "source" if kind_of(path, files.read(path, HEAD)) is None else "model"

    def _read(self, path: str, kind: str, data: bytes) -> None:
        front = self._front(kind)
        if not front.keeps(path, data):
            return
        facts = front.read(path, data)
        self.problems += facts.problems
        self._uses += len(facts.uses)
        active = self._active() if facts.uses else ()
        for judged in settle(Judged(use, rules.judge(use, active)) for use in facts.uses):
            self._use(front, judged)

    def _use(self, front: FrontEnd, judged: Judged) -> None:
        use, verdict = judged
        self._undecided += is_undecided(judged)
        if verdict.rule is None and not self.settings.audit:
            return
        use = front.locate(use)
        place = use.consumer.place
        self._of_path[place.path] = front
        # One text may be reached from several files of a project: it is reported once.
        self._judged[(verdict.code, use.head.place, place, use.slot, use.condition)] = Judged(
            use, verdict
        )

    def _front(self, kind: str) -> FrontEnd:
        if kind not in self._made:
            self._made[kind] = self._makers[kind]()
        return self._made[kind]

    def _active(self) -> tuple[Rule, ...]:
        """The rules to judge by: what is on by default, and what was selected.

        A rule that was ignored still judges, so that an audit does not call its uses right.
        """
        if self._rules is None:
            known = rules.load()
            default = [rule.code for rule in known if rule.enabled]
            chosen = self.settings
            self._selected = selection.selected(
                [rule.code for rule in known],
                default,
                chosen.select,
                chosen.extend_select,
                chosen.ignore,
            )
            self._rules = tuple(r for r in known if r.enabled or r.code in self._selected)
        return self._rules

    def _guarded(self, path: str, work: Callable[[], T]) -> T | None:
        """Do it; what goes wrong inside a front end is named with its file."""
        try:
            return work()
        except RecursionError:
            self.problems.append(Problem(path, None, "too-deep", "is nested too deeply to follow"))
        except MemoryError:
            self.problems.append(Problem(path, None, "memory", "needs more memory than there is"))
        except Exception as error:
            if not self.settings.net:
                raise
            self.problems.append(Problem(path, None, "internal", _bug(error)))
        return None

    def outcome(self, count: int, started: float) -> Outcome:
        judged = sorted(self._judged.values(), key=_order)
        return Outcome(
            findings=tuple(self._findings(judged)),
            problems=tuple(sorted(self.problems, key=lambda p: (p.path, p.line or 0))),
            files=count,
            uses=self._uses,
            undecided=self._undecided,
            seconds=time.perf_counter() - started,
            lines=self._lines,
            judged=tuple(judged) if self.settings.audit else (),
        )

    def _findings(self, judged: list[Judged]) -> Iterable[Finding]:
        for use, verdict in judged:
            if verdict.rule is not None and verdict.code in self._selected:
                yield rules.finding(use, verdict)

    def _lines(self, place: Place) -> list[str] | None:
        """Text for a code frame; a frame is an extra, so a failure to read it is no problem."""
        fronts = [self._of_path.get(place.path), *self._made.values()]
        for front in fronts:
            try:
                lines = front.lines(place) if front is not None else None
            except (OSError, LookupError, ValueError):
                continue
            if lines is not None:
                return lines
        return None


def _order(judged: Judged) -> tuple[object, ...]:
    place = judged.use.consumer.place
    head = judged.use.head.place
    return (
        place.path,
        place.cell or 0,
        place.line or 0,
        place.column or 0,
        place.pointer or "",
        judged.verdict.code,
        (head.path, head.line or 0, head.column or 0) if isinstance(head, Place) else ("", 0, 0),
        judged.use.slot,
        judged.use.condition or "",
    )


def _bug(error: Exception) -> str:
    """What a bug report needs: the error, and where inside the package; no home directory."""
    from traceback import extract_tb

    where = extract_tb(error.__traceback__)[-1]
    module = where.filename.replace("\\", "/").rpartition("/xentlint/")[2]
    said = f"{type(error).__name__}: {error} ({module}:{where.lineno})"
    return f"a bug in xentlint, this file was not checked: {said}"
