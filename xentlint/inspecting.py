"""``xentlint inspect``: what saved models hold, one after the other."""

from __future__ import annotations

import os
import time

import xentlint
from xentlint.options import Options
from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final

    from xentlint.facts import Problem
    from xentlint.saved.inspection import ModelReport

SCHEMA: Final = 1
"""Changes when something that was there is gone or means something else."""


class Shown(NamedTuple):
    """What the command prints, and its exit status."""

    text: str
    status: int
    said: tuple[str, ...]
    """Lines for stderr."""


def run(options: Options) -> Shown:
    """Inspect every model that was named; one that cannot be read takes none of the others down."""
    if options.output_format not in ("text", "json"):
        return _as_check(options)
    limit = options.max_config_size
    limits = {} if limit is None else {"max_config_size": limit}
    reports: list[ModelReport] = []
    said: list[str] = []
    for path in options.models:
        try:
            found = xentlint.inspect_model(path, expect=options.expect, **limits)
        except Exception as error:
            said.append(f"error: {path}: a bug in xentlint, this file was not checked: {error!r}")
            continue
        found = found._replace(notes=tuple(map(_meant, found.notes)))
        reports.append(found)
        said += _errors(found)
    status = 2 if said else int(any(found.verdict == "findings" for found in reports))
    return Shown(_rendered(reports, options.output_format), status, tuple(said))


def _as_check(options: Options) -> Shown:
    """The findings in the formats of ``check``, which have no place for heads."""
    from xentlint import report
    from xentlint.discover import File
    from xentlint.engine import Run, Settings
    from xentlint.report.summary import problem

    run = Run(Settings(max_config_size=options.max_config_size, expect=options.expect), None)
    for path in options.models:
        run.file(File(path, "model", True))
    outcome = run.outcome(len(options.models), time.perf_counter())
    found = tuple(_meant(p)._replace(fatal=_is_error(p)) for p in outcome.problems)
    outcome = outcome._replace(problems=found)
    said = [f"{'error' if p.fatal else 'note'}: {problem(p)}" for p in outcome.problems]
    status = 2 if outcome.failed else int(bool(outcome.findings))
    text = report.render(options.output_format, outcome, report.View())
    return Shown(text, status, tuple(said))


def _meant(item: Problem) -> Problem:
    """Of a path that is not there: the name that is most like it."""
    if "://" in item.path or os.path.lexists(item.path):
        return item
    from xentlint.discover import near

    return item._replace(message=item.message + near(item.path))


def _errors(found: ModelReport) -> list[str]:
    """What makes the exit status 2."""
    return [f"error: {found.path}: {item.message}" for item in found.notes if _is_error(item)]


def _is_error(item: Problem) -> bool:
    """What was named here must be a model; ``check`` is handed other files as well."""
    return item.fatal or item.kind == "no-model"


def _rendered(reports: Sequence[ModelReport], form: str) -> str:
    if form == "json":
        import json

        models = [_plain(found) for found in reports]
        found = {"schema": SCHEMA, "version": xentlint.__version__, "models": models}
        return json.dumps(found, indent=2) + "\n"
    from xentlint.saved.inspection import render

    return "".join(render(found) for found in reports)


def _plain(value: Any) -> Any:
    """Named tuples as objects."""
    if isinstance(value, tuple):
        if hasattr(value, "_asdict"):
            return {key: _plain(item) for key, item in value._asdict().items()}
        return [_plain(item) for item in value]
    return value
