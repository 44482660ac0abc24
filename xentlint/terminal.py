"""The three streams: reports go to stdout, all else to stderr, and any of them may be closed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


def say(text: str) -> None:
    """One line on stderr; a closed stderr is nobody's business."""
    if sys.stderr is None:
        return
    try:
        if hasattr(sys.stderr, "reconfigure"):
            sys.stderr.reconfigure(errors="backslashreplace")
        print(text, file=sys.stderr, flush=True)
    except OSError:
        _give_up(sys.stderr)


def write(text: str) -> str | None:
    """Write a report to stdout; what is wrong, if it could not be written.

    A reader that went away is no error; a full disk is one.
    """
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    return _written(lambda: sys.stdout.write(text))


def write_bytes(data: bytes) -> str | None:
    """The same for bytes."""
    return _written(lambda: sys.stdout.buffer.write(data))


def read_bytes() -> bytes | None:
    """All of stdin; ``None`` if it is closed."""
    return None if sys.stdin is None else sys.stdin.buffer.read()


def _written(put: Callable[[], object]) -> str | None:
    if sys.stdout is None:
        return "stdout is closed"
    try:
        put()
        sys.stdout.flush()
    except BrokenPipeError:
        _give_up(sys.stdout)
    except OSError as error:
        _give_up(sys.stdout)
        return error.strerror or str(error)
    return None


def _give_up(stream: object) -> None:
    """Python flushes its streams once more at exit and would complain then."""
    fileno = getattr(stream, "fileno", None)
    if fileno is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), fileno())


def is_terminal() -> bool:
    """Whether somebody reads stdout as it is written."""
    return sys.stdout is not None and sys.stdout.isatty()


def color(option: str) -> bool:
    """The option first, then the environment, then whether there is a terminal."""
    if option != "auto":
        return option == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to fill; a wide fixed width where there is no terminal, so that files do not vary."""
    if not is_terminal():
        return 120
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80  # 0: it does not say
    except OSError:
        return 100


_LINKING: Final = ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM")
_LINKING_PROGRAMS: Final = (
    "Hyper", "WarpTerminal", "WezTerm", "ghostty", "iTerm.app", "rio", "vscode",
)  # fmt: skip
_LINKING_TERMS: Final = ("alacritty", "contour", "foot", "xterm-ghostty", "xterm-kitty")


def links() -> bool:
    """Whether the terminal opens OSC 8 hyperlinks; the others may print them as rubbish."""
    environment = os.environ
    forced = environment.get("FORCE_HYPERLINK")
    if forced:
        return forced != "0"
    if not is_terminal() or environment.get("CI"):
        return False
    vte = environment.get("VTE_VERSION", "")
    return (
        any(environment.get(name) for name in _LINKING)
        or environment.get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or environment.get("TERM") in _LINKING_TERMS
        or (vte.isdigit() and int(vte) >= 5000)
    )
