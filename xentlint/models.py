"""Fixes in saved models: chosen as in texts, judged in the file that would come of them, written.

A model is not held in memory, so its fixes are no texts: the editor of saved models plans a new
file out of pieces of the old one, and writes it only after it was judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from xentlint.engine import Run
from xentlint.facts import FileFacts, Finding, Place, Problem
from xentlint.fixing import FOLLOWED, ROUNDS, Done, Refused, Wanted, compare, merge
from xentlint.outcome import Outcome
from xentlint.saved import edit


class Remade(NamedTuple):
    """What fixes in models came to."""

    outcome: Outcome
    done: tuple[Done, ...] = ()
    refused: tuple[Refused, ...] = ()
    said: tuple[str, ...] = ()
    """Lines for stderr."""
    diff: str = ""


class _Made(NamedTuple):
    """A changed file that holds, and what is found in it."""

    plan: edit.Plan
    seen: Outcome
    done: tuple[Done, ...]


def remake(outcome: Outcome, wanted: Wanted, *, dry: bool, output: str | None = None) -> Remade:
    """Make the fixes that are wanted in all models, in place or in one new file.

    ``dry``: nothing is written, and ``diff`` says what would change.
    """
    remade = Remade(outcome)
    for path in sorted({f.place.path for f in outcome.findings if f.place.pointer is not None}):
        remade = _Maker(path, wanted, dry, output).make(remade)
    return remade


class _Maker:
    """The fixes of one file."""

    def __init__(self, path: str, wanted: Wanted, dry: bool, output: str | None) -> None:
        self._path = path
        self._wanted = wanted
        self._dry = dry
        self._output = output

    def make(self, remade: Remade) -> Remade:
        once = self._dry or self._output is not None
        tried: set[tuple[str, Place]] = set()
        for _ in range(1 if once else ROUNDS):
            open_ = (f for f in remade.outcome.findings if (f.code, f.place) not in tried)
            chosen = self._chosen(open_)
            if not chosen:
                break
            made, failed = self._best(chosen, remade.outcome)
            # Two texts of one file are changed one after the other: the next round has the rest.
            later = made is not None and not once
            if not later:
                tried |= {(item.finding.code, item.finding.place) for item in failed}
                remade = remade._replace(refused=(*remade.refused, *failed))
            if made is None:
                break
            problem = None if self._dry else edit.apply(made.plan, self._output)
            if problem is not None:
                problems = (*remade.outcome.problems, problem)
                return remade._replace(outcome=remade.outcome._replace(problems=problems))
            remade = self._with(remade, made)
        return remade

    def _chosen(self, findings: Iterable[Finding]) -> list[Done]:
        return [
            Done(finding, fix)
            for finding in findings
            if finding.place.path == self._path and finding.place.pointer is not None
            if (fix := self._wanted.choose(finding)) is not None
        ]

    def _best(self, chosen: list[Done], before: Outcome) -> tuple[_Made | None, list[Refused]]:
        """All fixes at once; if that does not hold, one after the other."""
        made = self._try(chosen, before)
        if isinstance(made, _Made):
            return made, []
        if len(chosen) == 1:
            return None, [Refused(chosen[0].finding, made)]
        kept: list[Done] = []
        failed: list[Refused] = []
        best: _Made | None = None
        for item in chosen:
            made = self._try([*kept, item], before)
            if isinstance(made, _Made):
                kept.append(item)
                best = made
            else:
                failed.append(Refused(item.finding, made))
        return best, failed

    def _try(self, chosen: Sequence[Done], before: Outcome) -> _Made | str:
        """The file with these fixes and with those of what they uncover, or why it is none."""
        run: Run = before.origin
        limit = run.settings.max_config_size
        limits = {} if limit is None else {"max_config_size": limit}
        done = list(chosen)
        for _ in range(FOLLOWED):
            requests = [(item.finding.use, item.fix.intents) for item in done]
            plan = edit.plan(self._path, requests, expect=run.settings.expect, **limits)
            if isinstance(plan, Problem):
                return plan.message
            seen = _judged(run, self._path, plan.facts)
            reason, new = compare(before, seen, done, (self._path,))
            if reason is not None:
                return reason
            if not new:
                return _Made(plan, seen, tuple(done))
            more = self._chosen(new)
            if len(more) < len(new):
                return f"it would make another finding: {new[0].code}, {new[0].message}"
            done += more
        return "what it uncovers has no end"

    def _with(self, remade: Remade, made: _Made) -> Remade:
        done = (*remade.done, *made.done)
        said = remade.said
        note = f"{self._path}: {made.plan.note}"
        retrained = any("training" not in item.fix.keeps for item in made.done)
        if retrained and note not in said:
            said = (*said, note)
        if self._dry:
            return remade._replace(done=done, said=said, diff=remade.diff + self._diff(made.done))
        if self._output is not None:
            said = (*said, f"{self._output}: written; {self._path} is as it was")
        outcome = merge(remade.outcome, made.seen, frozenset((self._path,)))
        # The run that began it all knows the other files.
        outcome = outcome._replace(origin=remade.outcome.origin)
        return remade._replace(outcome=outcome, done=done, said=said)

    def _diff(self, done: Iterable[Done]) -> str:
        """For people; ``patch`` takes no change of a binary file, and says so."""
        name = self._path.replace("\\", "/")
        edits = dict.fromkeys(change for item in done for change in item.fix.edits)
        rows = [f"{name}: {item.place.pointer} = {item.replacement}\n" for item in edits]
        return "".join((*rows, f"Binary files a/{name} and b/{name} differ\n"))


def _judged(run: Run, path: str, facts: FileFacts) -> Outcome:
    """What is found in a model that says this."""
    again = Run(run.settings, None)
    again.sources = run.sources
    again.facts(again.front("model", path), path, b"", facts)
    return again.outcome(1, 0.0)
