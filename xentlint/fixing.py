"""Applies fixes: chooses, joins what belongs together, judges the result again, and only then
calls it done.

A fix holds when its finding is gone, nothing new is found and nothing became undecided. What
it uncovers (the metrics of a model that now gives logits) is mended with it, or it is not done.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from xentlint.facts import Edit, Finding, Fix
from xentlint.offers import SAFE
from xentlint.outcome import Outcome

ROUNDS: Final = 10
FOLLOWED: Final = 4
"""Rounds of what one fix uncovers."""
LOGITS: Final = ("remove-activation", "set-from-logits", "use-logits-tensor", "set-threshold")
"""Steps that lead to a model that gives logits."""

Texts = dict[str, bytes]
"""The new content of files."""


class Wanted(NamedTuple):
    """What fixes may do."""

    unsafe: bool = False
    prefer: str = "outputs"
    """``outputs``: make the loss agree with what the model gives; ``logits``: the other way."""

    def choose(self, finding: Finding) -> Fix | None:
        """The first fix of a finding if it is allowed, else none."""
        fixes = list(finding.fixes)
        if self.prefer == "logits":
            fixes.sort(key=lambda fix: not set(fix.intents) <= set(LOGITS))
        if not self.unsafe and self.prefer == "outputs":
            fixes = fixes[:1]
        return next((fix for fix in fixes if self.unsafe or fix.applicability == SAFE), None)

    def first(self, findings: list[Finding]) -> list[Finding]:
        """Findings to begin with: where a head is to give logits, what is applied to it again
        becomes right by that, and is looked at afterwards."""
        if self.prefer != "logits":
            return findings
        losses = [f for f in findings if f.use.consumer.kind == "loss"]
        heads = {f.use.head.place for f in losses if self._removes(f)}
        return [f for f in findings if f in losses or f.use.head.place not in heads]

    def _removes(self, finding: Finding) -> bool:
        chosen = self.choose(finding)
        return chosen is not None and "remove-activation" in chosen.intents


class Done(NamedTuple):
    """A fix that was made, and the finding that it mended."""

    finding: Finding
    fix: Fix


class Group(NamedTuple):
    """Fixes that share edits or files' fate: made together or not at all."""

    done: tuple[Done, ...]
    edits: tuple[Edit, ...]


class Refused(NamedTuple):
    """A finding that was left alone although it has a fix, and why."""

    finding: Finding
    reason: str


class Result(NamedTuple):
    """What a run of fixes came to; nothing is written yet."""

    texts: Texts
    outcome: Outcome
    """What is found in the new texts."""
    done: tuple[Done, ...]
    refused: tuple[Refused, ...]
    together: tuple[frozenset[str], ...]
    """Files that one fix changes: written all or none."""


class Project(NamedTuple):
    """What the run of the checker lends: its second look, its way to change a file."""

    again: Callable[[Texts, Iterable[str]], Outcome]
    """Judge files (of these paths) with new texts in the place of what is on the disk."""
    changed: Callable[[str, bytes | None, Sequence[Edit]], bytes]
    """A file's content, or the given one, with edits made."""
    touched: Callable[[Iterable[str]], frozenset[str]]
    """The files that must be judged again when these change."""
    writable: Callable[[str], bool]
    """Whether a file lies under the paths that were given."""


class _State(NamedTuple):
    texts: Texts
    outcome: Outcome
    done: tuple[Done, ...] = ()


def fix(outcome: Outcome, wanted: Wanted, project: Project) -> Result:
    """Make all fixes that are wanted and that hold."""
    state = _State({}, outcome)
    refused: dict[tuple[str, str, str], Refused] = {}
    together: set[frozenset[str]] = set()
    for _ in range(ROUNDS):
        # Fixes in saved models are no texts: `models` makes them.
        texts = (f for f in state.outcome.findings if f.place.pointer is None)
        open_ = wanted.first([f for f in texts if _key(f) not in refused])
        groups, clashes = join(open_, wanted, project.writable)
        for clash in clashes:
            refused[_key(clash.finding)] = clash
        if not groups:
            break
        state, failed = _make(groups, state, wanted, project)
        for group in failed:
            for finding, _ in group[0].done:
                refused[_key(finding)] = Refused(finding, group[1])
        together |= {_files(g.edits) for g in groups if len(_files(g.edits)) > 1}
    kept = tuple(refused.values())
    return Result(state.texts, state.outcome, state.done, kept, _merged(together))


def join(
    findings: Iterable[Finding], wanted: Wanted, writable: Callable[[str], bool]
) -> tuple[list[Group], list[Refused]]:
    """The chosen fixes in groups that do not touch each other, and those that clash."""
    groups: list[Group] = []
    refused: list[Refused] = []
    for finding in findings:
        chosen = wanted.choose(finding)
        if chosen is None:
            continue
        foreign = sorted(p for p in _files(chosen.edits) if not writable(p))
        if foreign:
            reason = f"needs a change in {', '.join(foreign)}, which is not among the given files"
            refused.append(Refused(finding, reason))
            continue
        near = [g for g in groups if _meet(g.edits, chosen.edits)]
        if any(_clash(g.edits, chosen.edits) for g in near):
            refused.append(Refused(finding, "another fix changes the same text in another way"))
            for group in near:
                refused += [Refused(done.finding, refused[-1].reason) for done in group.done]
            groups = [g for g in groups if g not in near]
            continue
        done = (*(d for g in near for d in g.done), Done(finding, chosen))
        edits = dict.fromkeys(e for g in near for e in g.edits) | dict.fromkeys(chosen.edits)
        groups = [g for g in groups if g not in near] + [Group(done, tuple(edits))]
    return groups, refused


def _meet(a: Sequence[Edit], b: Sequence[Edit]) -> bool:
    return any(_overlap(x, y) for x in a for y in b)


def _clash(a: Sequence[Edit], b: Sequence[Edit]) -> bool:
    """Whether both change the same text, and not to the same."""
    return any(_overlap(x, y) and x != y and not _insertions(x, y) for x in a for y in b)


def _insertions(x: Edit, y: Edit) -> bool:
    """Two insertions at one place (of imports) stand one after the other."""
    return x.place == y.place and _start(x) == _end(x)


def _overlap(x: Edit, y: Edit) -> bool:
    if (x.place.path, x.place.cell) != (y.place.path, y.place.cell):
        return False
    if _start(x) == _start(y):
        return True
    return _start(x) < _end(y) and _start(y) < _end(x)


def _start(edit: Edit) -> tuple[int, int]:
    return edit.place.line or 0, edit.place.column or 0


def _end(edit: Edit) -> tuple[int, int]:
    return edit.place.end_line or 0, edit.place.end_column or 0


def _files(edits: Iterable[Edit]) -> frozenset[str]:
    return frozenset(edit.place.path for edit in edits)


def _make(
    groups: list[Group], state: _State, wanted: Wanted, project: Project
) -> tuple[_State, list[tuple[Group, str]]]:
    """All groups at once; if that does not hold, one after the other."""
    made = _try(groups, state, wanted, project)
    if isinstance(made, _State):
        return made, []
    if len(groups) == 1:
        return state, [(groups[0], made)]
    # The edits of a round go by the texts of its start: what holds is tried together, again.
    kept: list[Group] = []
    failed: list[tuple[Group, str]] = []
    best = state
    for group in groups:
        made = _try([*kept, group], state, wanted, project)
        if isinstance(made, _State):
            kept.append(group)
            best = made
        else:
            failed.append((group, made))
    return best, failed


def _try(groups: Sequence[Group], state: _State, wanted: Wanted, project: Project) -> _State | str:
    """The state after some fixes and what they uncover, or why they do not hold."""
    edits = [edit for group in groups for edit in group.edits]
    done = [item for group in groups for item in group.done]
    now = state
    for _ in range(FOLLOWED):
        try:
            texts = {**now.texts, **_changed(edits, now.texts, project)}
        except ValueError as error:
            return str(error)
        paths = project.touched(texts)
        seen = project.again(texts, paths)
        now = _State(texts, merge(state.outcome, seen, paths), (*state.done, *done))
        reason, new = compare(state.outcome, now.outcome, done, paths)
        if reason is not None:
            return reason
        if not new:
            return now
        more, clashes = join(new, wanted, project.writable)
        if clashes or sum(len(g.done) for g in more) < len(new):
            mended = {_key(item.finding) for group in more for item in group.done}
            worst = next((f for f in new if _key(f) not in mended), new[0])
            return f"it would make another finding: {worst.code}, {worst.message}"
        edits = [edit for group in more for edit in group.edits]
        done += [item for group in more for item in group.done]
    return "what it uncovers has no end"


def _changed(edits: Iterable[Edit], texts: Mapping[str, bytes], project: Project) -> Texts:
    by_path: dict[str, list[Edit]] = defaultdict(list)
    for edit in dict.fromkeys(edits):
        by_path[edit.place.path].append(edit)
    return {path: project.changed(path, texts.get(path), own) for path, own in by_path.items()}


def compare(
    before: Outcome, after: Outcome, done: Sequence[Done], paths: Iterable[str]
) -> tuple[str | None, list[Finding]]:
    """Why fixes do not hold, and what they uncovered."""
    bad = {p.path for p in after.problems if p.fatal} - {p.path for p in before.problems if p.fatal}
    if bad:
        return "the changed file could not be read", []
    # The tensor from before the activation may be a parameter: no worse known than it was.
    taken = Counter(d.finding.place.path for d in done if "use-logits-tensor" in d.fix.intents)
    if any(after.unsure.get(path, 0) > before.unsure.get(path, 0) + taken[path] for path in paths):
        return "it would make a use undecided", []
    mended = Counter(_kind(item.finding) for item in done)
    allowed = Counter(_kind(f) for f in before.findings) - mended
    new = []
    for finding in after.findings:
        if allowed[_kind(finding)] > 0:
            allowed[_kind(finding)] -= 1
        else:
            new.append(finding)
    gone = {_kind(item.finding) for item in done}
    left = next((f for f in new if _kind(f) in gone), None)
    return ("the finding would not be gone" if left is not None else None), new


def _kind(finding: Finding) -> tuple[str, int | None, str]:
    return finding.place.path, finding.place.cell, finding.code


def merge(before: Outcome, seen: Outcome, paths: frozenset[str]) -> Outcome:
    """The outcome of a whole run in which some files were judged again."""
    findings = [f for f in before.findings if f.place.path not in paths] + list(seen.findings)
    problems = [p for p in before.problems if p.path not in paths] + list(seen.problems)
    unsure = {p: n for p, n in before.unsure.items() if p not in paths} | dict(seen.unsure)
    findings.sort(key=lambda f: (f.place.path, f.place.cell or 0, f.place.line or 0))
    return before._replace(
        findings=tuple(findings),
        problems=tuple(dict.fromkeys(problems)),
        unsure=unsure,
        undecided=sum(unsure.values()),
        origin=seen.origin,
        lines=lambda place: (seen if place.path in paths else before).lines(place),
    )


def _key(finding: Finding) -> tuple[str, str, str]:
    """A finding that a round failed on is not tried again, though lines have moved."""
    place = finding.place
    return f"{place.path}:{place.cell}:{place.column}", finding.code, finding.message


def _merged(sets: Iterable[frozenset[str]]) -> tuple[frozenset[str], ...]:
    """Sets that share a file become one."""
    found: list[frozenset[str]] = []
    for files in sets:
        near = [other for other in found if other & files]
        found = [other for other in found if other not in near]
        found.append(files.union(*near))
    return tuple(found)
