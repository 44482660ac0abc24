"""The JSON report as one object a line, for tools that read line by line."""

from __future__ import annotations

import json

from xentlint.outcome import Outcome
from xentlint.report import View
from xentlint.report.json import document


def render(outcome: Outcome, view: View) -> str:
    whole = document(outcome, view)
    rows = [{"type": "finding", **item} for item in whole["findings"]]
    rows += [{"type": "use", **item} for item in whole.get("uses", ())]
    rows += [{"type": "error", **item} for item in whole["errors"]]
    last = {"schema": whole["schema"], "version": whole["version"], **whole["summary"]}
    rows.append({"type": "summary", **last})
    return "".join(json.dumps(row) + "\n" for row in rows)
