"""What stands around a run on the command line: settings, stdin, baseline, counts, comments."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from xentlint import config, terminal
from xentlint.facts import Edit, Finding, Problem
from xentlint.options import Options, UsageError
from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from xentlint.outcome import Outcome


def configs(options: Options) -> config.Configs:
    """The configuration files that count."""
    return config.Configs(only=options.config, isolated=options.isolated)


def given(options: Options) -> dict[str, Any]:
    """What the command line says of the settings, by field; only what it does say."""
    fields = ("extend_exclude", "docs", "fail_on", "output_format", "baseline", "target_keras")
    found = {field: getattr(options, field, None) for field in fields}
    found["extend_exclude"] = tuple(options.extend_exclude)
    return {field: value for field, value in found.items() if value not in (None, ())}


def stdin_text(options: Options) -> tuple[str, bytes] | None:
    """The name and the text on stdin, if that is to be checked."""
    if options.paths != ["-"]:
        return None
    text = terminal.read_bytes()
    if text is None:
        raise UsageError("`-` is the text on stdin, which is closed")
    return options.stdin_filename or "stdin.py", text


def heed_fix_settings(options: Options, here: config.Settings) -> None:
    """What the command line does not say of fixes, the settings do."""
    if options.prefer is None:
        options.prefer = here.prefer
    if options.unsafe_fixes is None:
        options.unsafe_fixes = here.unsafe_fixes


def mend_text(outcome: Outcome, options: Options, text: bytes) -> tuple[Outcome, bytes]:
    """The text that came from stdin with the fixes made; nothing is written."""
    from xentlint.fixing import Wanted, fix
    from xentlint.mending import Mender

    (path,) = outcome.origin.kind_of or {"": ""}
    outcome.origin.data.setdefault(path, text)
    wanted = Wanted(options.unsafe_fixes, options.prefer)
    result = fix(outcome, wanted, Mender(outcome.origin).project())
    return result.outcome, result.texts.get(path, text)


class After(NamedTuple):
    """An outcome with the known findings taken out, and lines for stderr."""

    outcome: Outcome
    said: tuple[str, ...] = ()


def heed_baseline(outcome: Outcome, path: str | None) -> After:
    """Take known findings out, and out of the file what is gone."""
    if path is None:
        return After(outcome)
    from xentlint import baseline, writing

    found = baseline.load(path)
    if isinstance(found, Problem):
        return After(_with_problem(outcome, found))
    findings = outcome.findings
    looked_for = {code for file in outcome.checked for code in outcome.selected(file)}
    result = baseline.compare(found, findings, outcome.lines, outcome.checked, looked_for)
    outcome = outcome._replace(findings=result.kept, known=result.known)
    if not result.gone:
        return After(outcome)
    problem = writing.put(path, baseline.encode(result.shorter))
    if problem is not None:
        # A shorter list is a service; a job that may not write still did what it was asked for.
        return After(_with_problem(outcome, problem._replace(fatal=False)))
    noun = "finding is" if result.gone == 1 else "findings are"
    return After(outcome, (f"{path}: {result.gone} {noun} gone and no longer listed",))


def write_baseline(outcome: Outcome, path: str) -> After:
    """Make everything that was found known."""
    from xentlint import baseline, writing

    made = baseline.make(path, outcome.findings, outcome.lines)
    problem = writing.put(path, baseline.encode(made))
    if problem is not None:
        return After(_with_problem(outcome, problem))
    count = len(outcome.findings)
    noun = "finding" if count == 1 else "findings"
    known = outcome._replace(findings=(), known=outcome.known + count)
    return After(known, (f"{path}: {count} {noun} known from now on",))


def add_ignore(outcome: Outcome, reason: str) -> After:
    """Silence each finding with a comment on the line of its consumer."""
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in outcome.findings:
        if finding.place.line is not None and finding.code != "XL001":
            by_path[finding.place.path].append(finding)
    problems, done = [], 0
    reason = " ".join(reason.replace("#", " ").split())
    silenced = set()
    for path, findings in by_path.items():
        problem = _silence(path, findings, reason)
        if problem is not None:
            problems.append(problem)
            continue
        done += len(findings)
        silenced.add(path)
    left = tuple(
        finding
        for finding in outcome.findings
        if finding.place.path not in silenced or finding.code == "XL001"
    )
    outcome = outcome._replace(findings=left, silenced=outcome.silenced + done)
    for problem in problems:
        outcome = _with_problem(outcome, problem)
    noun = "finding" if done == 1 else "findings"
    files = f"{len(silenced)} file{'' if len(silenced) == 1 else 's'}"
    return After(outcome, (f"{done} {noun} silenced in {files}",))


def _silence(path: str, findings: Sequence[Finding], reason: str) -> Problem | None:
    from xentlint import writing

    found = writing.read(path)
    if isinstance(found, Problem):
        return found
    data, seen = found
    try:
        new = silenced_bytes(path, data, findings, reason)
    except (ValueError, LookupError) as error:
        return Problem(path, None, "unwritable", str(error))
    return writing.replace(path, new, seen=seen)


def silenced_bytes(path: str, data: bytes, findings: Iterable[Finding], reason: str) -> bytes:
    """A file with a comment for each of its findings."""
    from xentlint import comments, edits, notebook, suppress
    from xentlint.discover import DOCUMENT_KINDS, KINDS, kind_of_name

    codes: dict[int | None, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for finding in findings:
        codes[finding.place.cell][finding.place.line or 1].add(finding.code)
    kind = kind_of_name(os.path.basename(path), {**KINDS, **DOCUMENT_KINDS})
    made: list[Edit] = []
    if kind == "notebook":
        for cell in notebook.cells(data.decode("utf-8"))[1]:
            if cell.number in codes:
                made += suppress.add(path, cell.text, codes[cell.number], reason, cell.number)
        return notebook.splice(data, made)
    if kind == "document":
        raise ValueError("comments are not added to documents")
    text = comments.decoded(data)
    if text is None:
        raise ValueError("is not in the encoding that it names")
    new = edits.applied(text, suppress.add(path, text, codes[None], reason))
    return comments.encoded(new, data)


def statistics(outcome: Outcome) -> str:
    """How many findings each rule has, the most first."""
    counts = Counter((finding.code, finding.name) for finding in outcome.findings)
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    width = len(str(rows[0][1])) if rows else 1
    return "".join(f"{count:>{width}}  {code}  {name}\n" for (code, name), count in rows)


def counts(outcome: Outcome, fail_on: str) -> bool:
    """Whether there are findings that make the exit status 1."""
    return any(fail_on == "warning" or found.severity == "error" for found in outcome.findings)


def _with_problem(outcome: Outcome, problem: Problem) -> Outcome:
    return outcome._replace(problems=(*outcome.problems, problem))
