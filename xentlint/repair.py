"""Fixes on the command line: what a run with them does and says."""

from __future__ import annotations

import os
from collections import Counter

from xentlint.options import Options
from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from xentlint.facts import Problem
    from xentlint.fixing import Done, Result
    from xentlint.outcome import Outcome

OBJECTIVE = (
    "a training objective has changed: a new training run gives other numbers, "
    "on purpose (outputs for equal weights are the same)"
)
OUTPUTS = "unsafe fixes changed what a model outputs or decides: read the diff and train again"


class Mended(NamedTuple):
    """What a run of fixes came to."""

    outcome: Outcome
    done: tuple[Done, ...]
    diff: str = ""
    said: tuple[str, ...] = ()
    """Lines for stderr."""

    def counts(self, options: Options, remains: bool) -> bool:
        """Whether the exit status is to be 1."""
        if options.exit_non_zero_on_fix and self.done:
            return True
        if options.diff:
            return bool(self.diff)
        return remains and not options.fix_only


def mend(outcome: Outcome, options: Options) -> Mended:
    """Make the fixes, or show them."""
    from xentlint import rewriting
    from xentlint.fixing import Wanted, fix
    from xentlint.mending import Mender
    from xentlint.models import remake

    left: tuple[Problem, ...] = ()
    if not options.diff:
        local = (path for path in outcome.checked if "://" not in path)
        folders = {os.path.dirname(path) or os.curdir for path in local}
        left = rewriting.tidy(folders)
    wanted = Wanted(options.unsafe_fixes, options.prefer)
    mender = Mender(outcome.origin)
    models = remake(outcome, wanted, dry=options.diff, output=options.output)
    result = fix(models.outcome, wanted, mender.project())
    result = result._replace(refused=(*result.refused, *models.refused))
    if options.diff:
        done = (*models.done, *result.done)
        said = (*_said(result, done, options, "to be "), *models.said)
        return Mended(outcome, done, models.diff + rewriting.diff(result, mender.known), said)
    written = rewriting.write(result, models.outcome, mender.known)
    done = (*models.done, *written.done)
    said = (*_said(result, done, options, ""), *models.said)
    # The second look, at the new texts, knows nothing of what an earlier run left behind.
    after = written.outcome._replace(
        problems=(*written.outcome.problems, *left),
        tried=("safe", "unsafe") if options.unsafe_fixes else ("safe",),
    )
    return Mended(after, done, "", said)


def _said(result: Result, done: Iterable[Done], options: Options, were: str) -> tuple[str, ...]:
    done = tuple(done)
    rows = []
    if options.show_fixes:
        rows += [_line(item) for item in done]
        rows += [
            f"{_where(item.finding.place)}: {item.finding.code} is left alone: {item.reason}"
            for item in result.refused
        ]
        rows += [
            f"{_where(finding.place)}: {finding.code} has no fix: {'; '.join(finding.unfixed)}"
            for finding in result.outcome.findings
            if finding.unfixed
        ]
    rows += dict.fromkeys(
        f"{_where(item.place)}: left to do: {item.message}" for one in done for item in one.fix.left
    )
    if done:
        counts = Counter(item.fix.applicability for item in done)
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items()))
        files = len({e.place.path for item in done for e in item.fix.edits})
        counted = "1 file" if files == 1 else f"{files} files"
        rows.append(f"fixes: {kinds}; {counted} {were}changed")
    if any(_changes_objective(item) for item in done):
        rows.append(OBJECTIVE)
    if any("outputs" not in item.fix.keeps for item in done):
        rows.append(OUTPUTS)
    return tuple(rows)


def _changes_objective(item: Done) -> bool:
    """Whether another training run comes of it though the outputs stay."""
    kept = item.fix.keeps
    return item.finding.use.consumer.kind == "loss" and "training" not in kept and "outputs" in kept


def _line(item: Done) -> str:
    finding, chosen = item
    return (
        f"{_where(finding.place)}: {finding.code} {finding.name}: {chosen.description} "
        f"({chosen.applicability})"
    )


def _where(place: object) -> str:
    from xentlint.report.places import shown

    return str(shown(place))  # type: ignore[arg-type]
