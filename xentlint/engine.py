"""One run: files → facts → verdicts → findings. A bad file never takes the rest down."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

from xentlint import config, files
from xentlint.chosen import Choices
from xentlint.collector import Paused
from xentlint.comments import Comments
from xentlint.discover import DOCUMENT_KINDS, KINDS, File, discover, kind_of_name
from xentlint.facts import Edit, FileFacts, Finding, Place, Problem, Related, Use
from xentlint.outcome import (
    Judged,
    Outcome,
    is_undecided,
    made_at,
    order_of_findings,
    order_of_uses,
)
from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from xentlint.front import FrontEnd
    from xentlint.offers import Offers
    from xentlint.pages import Rule
    from xentlint.saved.suggest import Suggestions
    from xentlint.sourcefiles import SourceFiles

    T = TypeVar("T")
    Makers = dict[str, Callable[[], FrontEnd]]


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
    configs: config.Configs | None = None
    """What configuration files say; the fields above win. ``None``: they do not count."""
    given: tuple[tuple[str, Any], ...] = ()
    """More fields of ``config.Settings`` that win over the files."""
    force_exclude: bool = True
    """Whether patterns also leave out what was named."""
    max_config_size: int | None = None
    """Bytes of a saved model's configuration that are read; ``None``: the reader's own limit."""
    expect: str | None = None
    """What saved models that hold no loss should give: ``logits`` or ``probabilities``."""

    def choices(self) -> Choices:
        """The settings of each file."""
        selection = {"select": self.select, "extend_select": self.extend_select}
        given = {**selection, "ignore": self.ignore, **dict(self.given)}
        if not self.respect_gitignore:
            given["respect_gitignore"] = False
        return Choices(
            self.configs or config.Configs(isolated=True),
            {k: v for k, v in given.items() if v != ()},
        )


class ModelFiles:
    """Saved models: their places are real from the start, and there is no text to show."""

    def __init__(self, max_config_size: int | None = None, expect: str | None = None) -> None:
        self._limits = {} if max_config_size is None else {"max_config_size": max_config_size}
        self._expect = expect
        self._suggestions: Suggestions | None = None

    def keeps(self, path: str, data: bytes) -> bool:
        return True

    def read(self, path: str, data: bytes) -> FileFacts:
        from xentlint.saved import read

        return read(path, expect=self._expect, **self._limits)

    def locate(self, use: Use) -> Use:
        return use

    def lines(self, place: Place) -> list[str] | None:
        return None

    def edits(
        self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()
    ) -> tuple[Edit, ...] | str:
        if self._suggestions is None:
            from xentlint.saved.suggest import Suggestions

            self._suggestions = Suggestions(**self._limits)
        return self._suggestions.edits(use, steps)

    def left(self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()) -> tuple[Related, ...]:
        return ()  # who reads a saved model is not known

    def splice(self, path: str, data: bytes, edits: Sequence[Edit]) -> bytes:
        raise ValueError("a saved model is no text: its editor writes it")


def front_ends(
    settings: Settings,
    own: config.Settings | None = None,
    shared: dict[Any, FrontEnd] | None = None,
) -> Makers:
    """Kind of file → what makes its front end. ``own`` is what counts for the file.

    ``shared`` holds the source files: notebooks import the same modules, parsed once.
    """
    known = {} if shared is None else shared

    def source() -> SourceFiles:
        from xentlint.sourcefiles import SourceFiles

        src = tuple(os.path.join(own.root, path) for path in own.src) if own else ()
        rows = own.catalog if own else ()
        if (src, rows) not in known:
            known[src, rows] = SourceFiles(settings.screens, src, settings.audit, rows)
        made = known[src, rows]
        assert isinstance(made, SourceFiles)
        return made

    def inside(kind: str) -> Callable[[], FrontEnd]:
        def make() -> FrontEnd:
            from xentlint.embedded import EmbeddedFiles

            return EmbeddedFiles(source(), kind, own.python_cell_magics if own else ())

        return make

    return {
        "source": source,
        "model": lambda: ModelFiles(settings.max_config_size, settings.expect),
        "notebook": inside("notebook"),
        "document": inside("document"),
    }


def run(
    paths: Iterable[str],
    settings: Settings = Settings(),  # noqa: B008 (a frozen value)
    makers: Makers | None = None,
    progress: Callable[[int, int], None] | None = None,
    stdin: tuple[str, bytes] | None = None,
) -> Outcome:
    """Check everything under the paths, or what came from stdin under a name."""
    with Paused():
        return _run(paths, settings, makers, progress, stdin)


def _run(
    paths: Iterable[str],
    settings: Settings,
    makers: Makers | None,
    progress: Callable[[int, int], None] | None,
    stdin: tuple[str, bytes] | None,
) -> Outcome:
    started = time.perf_counter()
    this = Run(settings, makers)
    if stdin is not None:
        this.text(*stdin)
        return this.outcome(1, started)
    found = discover(
        paths,
        exclude=settings.exclude,
        use_gitignore=settings.respect_gitignore,
        kinds=this.kinds(),
        settings=this.choices.settings_of_folder,
        force_exclude=settings.force_exclude,
    )
    this.problems += found.problems
    if any(file.kind in ("model", None) for file in found.files):
        this.sources = []
    for number, file in enumerate(found.files):
        if progress is not None:
            progress(number, len(found.files))
        this.file(file)
    return this.outcome(len(found.files), started)


class Run:
    """The state of one run: its front ends, rules, and what it has found so far."""

    def __init__(self, settings: Settings, makers: Makers | None) -> None:
        self.settings = settings
        self.choices = settings.choices()
        self.problems: list[Problem] = []
        self._makers = makers
        self._shared: dict[Any, FrontEnd] = {}
        self._made: dict[tuple[str, str | None], FrontEnd] = {}
        self._of_path: dict[str, FrontEnd] = {}
        self._judged: dict[tuple[object, ...], Judged] = {}
        self._uses = self._undecided = 0
        self._comments = Comments()
        self._paths: list[str] = []
        self._offers: Offers | None = None
        self._unsure: Counter[str] = Counter()
        self.kind_of: dict[str, str] = {}
        self.data: dict[str, bytes] = {}
        """The files that hold uses."""
        self.sources: list[tuple[FrontEnd, Use]] | None = None
        """The losses in source files, where models are checked as well: one may have made them."""
        self.overlay: dict[str, bytes] = {}
        """What stands in the place of files on the disk."""

    def kinds(self) -> dict[str, str]:
        """The files to look for; documents only where that is asked for."""
        here = self.choices.settings(os.curdir)
        return {**KINDS, **(DOCUMENT_KINDS if here.docs else {})}

    def text(self, path: str, data: bytes) -> None:
        """Judge a text that is, or will be, the content of a file."""
        kind = kind_of_name(os.path.basename(path), self.kinds()) or "source"
        if kind == "model":
            self.problems.append(Problem(path, None, "unreadable", "a model is no text"))
        elif not self.choices.settings(path).problems:
            self._paths.append(path)
            self._guarded(path, lambda: self._read(path, kind, data))

    def file(self, file: File) -> None:
        """Read one file and judge its uses."""
        if self.choices.settings(file.path).problems:
            return  # they are reported; by whose settings should it be checked?
        self._paths.append(file.path)
        try:
            kind = file.kind or self._kind(file.path)
            data = b"" if kind == "model" else self._data(file.path)
        except files.TooLargeError as error:
            self.problems.append(Problem(file.path, None, "too-large", files.reason(error)))
        except OSError as error:
            self.problems.append(Problem(file.path, None, "unreadable", files.reason(error)))
        else:
            self._guarded(file.path, lambda: self._read(file.path, kind, data))

    def _data(self, path: str) -> bytes:
        return self.overlay.get(path) or files.read(path)

    def _kind(self, path: str) -> str:
        """What a file is that was named: by its name, or by its first bytes."""
        if kind := kind_of_name(os.path.basename(path), DOCUMENT_KINDS):
            return kind
        from xentlint.saved import HEAD, kind_of

        head = files.read(path, HEAD)
        return "source" if kind_of(path, head) is None else "model"

    def _read(self, path: str, kind: str, data: bytes) -> None:
        front = self.front(kind, path)
        self._comments.add(path, kind, data)
        self.kind_of[path] = kind
        if front.keeps(path, data):
            self.facts(front, path, data, front.read(path, data))

    def facts(self, front: FrontEnd, path: str, data: bytes, facts: FileFacts) -> None:
        """Judge what a front end says of a file."""
        self.problems += facts.problems
        self._uses += len(facts.uses)
        if facts.uses:
            self.data[path] = data
            self._judge(front, facts.uses, path)

    def _judge(self, front: FrontEnd, uses: tuple[Use, ...], path: str = os.curdir) -> None:
        settled = self._settled(uses, path)
        # The texts of a saved model are its own: all right there, nothing to have a say in.
        if self.kind_of.get(path) != "model" or any(verdict.rule for _, verdict in settled):
            self._offer(settled)
        if self.sources is not None and self.kind_of.get(path) in ("source", "notebook"):
            self.sources += [(front, use) for use, _ in settled if use.consumer.kind == "loss"]
        for judged in settled:
            self._use(front, judged, path)

    def _settled(self, uses: tuple[Use, ...], path: str) -> list[Judged]:
        """The uses of a file with what its rules say of them."""
        # Late: most files hold no use, and reading the pages has its price.
        from xentlint.rules import judge
        from xentlint.settle import settle

        target = self.choices.settings(path).target_keras
        if target is not None:
            uses = tuple(_aimed_at(use, target) for use in uses)
        active = self.choices.of(path).rules
        return settle(Judged(use, judge(use, active)) for use in uses)

    def _offer(self, judged: list[Judged]) -> None:
        """Each use has a say in the fixes of the others."""
        if self._offers is None:
            from xentlint.offers import Offers

            self._offers = Offers()
        self._offers.note(judged)

    def _use(self, front: FrontEnd, judged: Judged, path: str) -> None:
        use, verdict = judged
        self._undecided += is_undecided(judged)
        self._unsure[path] += is_undecided(judged)
        watched = self._comments.watches(path)
        if verdict.rule is None and not self.settings.audit and not watched:
            return
        use = front.locate(use)
        self._comments.touch(use)
        if verdict.rule is None and not self.settings.audit:
            return
        place = use.consumer.place
        self._of_path[place.path] = front
        # One text may be reached from several files of a project: it is reported once.
        made = use.head.place if verdict.rule is None else made_at(use)
        key = (verdict.code, made, place, use.slot, use.condition)
        if verdict.rule is None or key not in self._judged:
            self._judged[key] = Judged(use, verdict)

    def front(self, kind: str, path: str) -> FrontEnd:
        settings = self.choices.settings(path)
        key = (kind, None if kind == "model" else settings.path)
        if key not in self._made:
            makers = self._makers or front_ends(self.settings, settings, self._shared)
            self._made[key] = makers[kind]()
        return self._made[key]

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
        judged = sorted(self._judged.values(), key=order_of_uses)
        every = len(judged)
        if any(item.use.consumer.place.line is not None for item in judged):  # in some source
            judged = self._told_here(judged)
        told, answered = every - len(judged), 0
        if self.settings.audit:  # which has a line for each use that it counts
            from xentlint.settle import unanswered

            judged, every = unanswered(judged), len(judged)
            answered = every - len(judged)
        findings, silenced = self._findings(judged)
        problems = {*self.problems, *self.choices.configs.problems(), *self.choices.problems}
        bad = {problem.path for problem in problems if problem.fatal}
        return Outcome(
            findings=findings,
            problems=tuple(sorted(problems, key=lambda p: (p.path, p.line or 0, p.message))),
            files=count,
            uses=self._uses - (told + answered if self.settings.audit else 0),
            undecided=self._undecided - answered,
            seconds=time.perf_counter() - started,
            lines=self._lines,
            judged=tuple(judged) if self.settings.audit else (),
            silenced=silenced,
            checked=tuple(path for path in self._paths if path not in bad),
            selected=self._selected,
            unsure=dict(self._unsure),
            origin=self,
        )

    def _told_here(self, judged: list[Judged]) -> list[Judged]:
        """Without what other files have by themselves; a file that is not checked is named."""
        from xentlint.elsewhere import others, told

        if not any(map(others, judged)):
            return judged
        # A file may be `../a.py` where it is checked, and `a.py` where it is imported.
        checked = set(map(os.path.abspath, self._paths))
        here = []
        for item, path in told(judged, lambda path: self._found_in(path, checked)):
            if path is None:
                here.append(item)
            elif os.path.abspath(path) not in checked and self._is_open(item, path):
                caller, code = item.use.consumer.place.path, item.verdict.code
                message = f"{caller} calls what has an {code} here: check this file as well"
                self.problems.append(Problem(path, None, "elsewhere", message, fatal=False))
        return here

    def _is_open(self, item: Judged, path: str) -> bool:
        """Whether a file that is not checked would be told of a finding."""
        from xentlint import rules

        if item.verdict.code not in self._selected(path):
            return False
        finding = rules.finding(item.use, item.verdict)
        return not self._comments.silences(path, finding, self.choices.known())

    def _found_in(self, path: str, checked: Collection[str]) -> Iterable[Judged]:
        """What a file holds by its own analysis, also one that this run does not look at."""
        if os.path.abspath(path) in checked:
            return [item for item in self._judged.values() if item.use.consumer.place.path == path]
        return self._guarded(path, lambda: self._read_aside(path)) or ()

    def _read_aside(self, path: str) -> list[Judged]:
        front = self.front("source", path)
        try:
            uses = front.read(path, self._data(path)).uses
        except (OSError, files.TooLargeError):
            return []
        settled = self._settled(uses, path)
        return [Judged(front.locate(use), verdict) for use, verdict in settled if verdict.rule]

    def _findings(self, judged: list[Judged]) -> tuple[tuple[Finding, ...], int]:
        """What is reported: what is selected where it stands, and not silenced there."""
        if not judged and not self._comments:
            return (), 0
        from xentlint import rules

        found = [
            self._with_fixes(rules.finding(self._with_origin(use), verdict), verdict.rule)
            for use, verdict in judged
            if verdict.rule is not None and verdict.code in self._selected(use.consumer.place.path)
        ]
        kept, silenced = self._comments.apply(found, self._selected, self.choices.known())
        if len(kept) > len(found) - silenced:  # reports on comments stand among the others
            kept = tuple(sorted(kept, key=order_of_findings))
        return kept, silenced

    def _with_origin(self, use: Use) -> Use:
        """A loss in a saved model, with the call in the source that made it if one alone fits."""
        if not self.sources or use.consumer.kind != "loss" or use.consumer.place.pointer is None:
            return use
        from xentlint.saved.origin import made_by, with_origin

        made = made_by(use, (source for _, source in self.sources))
        if made is None:
            return use
        front = next(front for front, source in self.sources if source is made)
        return with_origin(use, [front.locate(made)])

    def _with_fixes(self, finding: Finding, rule: Rule) -> Finding:
        """What can be done about it; an error in there costs the fixes, not the finding."""
        path, offers = finding.place.path, self._offers
        front = self._of_path.get(path)
        if front is None or offers is None or self.settings.audit:
            return finding
        return self._guarded(path, lambda: offers.attach(finding, rule, front)) or finding

    def _selected(self, path: str) -> frozenset[str]:
        return self.choices.of(path).selected

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


def _aimed_at(use: Use, keras: int) -> Use:
    """The use, by the generation that the project says it is for where the file shows none."""
    return use if use.keras is not None else use._replace(keras=keras)


def _bug(error: Exception) -> str:
    """What a bug report needs: the error, and where inside the package; no home directory."""
    from traceback import extract_tb

    where = extract_tb(error.__traceback__)[-1]
    module = where.filename.replace("\\", "/").rpartition("/xentlint/")[2]
    said = f"{type(error).__name__}: {error} ({module}:{where.lineno})"
    return f"a bug in xentlint, this file was not checked: {said}"
