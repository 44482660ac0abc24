"""What all tests share; what they counted is told at the end, whichever process ran them."""

from __future__ import annotations

import pytest
from hypothesis import settings

# How long an example takes says more of what else the machine does than of what is tested.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "summary":
                terminalreporter.section(report.nodeid)
                terminalreporter.write_line(str(value))
