"""Which rules a run uses: codes and their prefixes, as ruff reads them."""

from __future__ import annotations

from collections.abc import Iterable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

ALL: Final = "ALL"


class UnknownCodeError(ValueError):
    """A code, or the start of one, that no rule has."""

    def __init__(self, code: str, codes: Iterable[str]) -> None:
        super().__init__(f"unknown rule code {code!r}{suggest(code, codes)}")


def suggest(given: str, known: Iterable[str]) -> str:
    """The end of a message: `` (did you mean 'x'?)``, or nothing."""
    from difflib import get_close_matches  # only on the way to an error

    names = {name.lower(): name for name in known}
    near = get_close_matches(given.lower(), names, 1, 0.6)
    return f" (did you mean {names[near[0]]!r}?)" if near else ""


def check(given: Iterable[str], codes: Iterable[str]) -> None:
    """Raise for what selects no rule at all."""
    codes = list(codes)
    for code in given:
        if code != ALL and not any(known.startswith(code) for known in codes):
            raise UnknownCodeError(code, [*codes, ALL])


def selected(
    codes: Iterable[str],
    default: Iterable[str],
    select: Iterable[str] = (),
    extend_select: Iterable[str] = (),
    ignore: Iterable[str] = (),
) -> frozenset[str]:
    """The codes that are on.

    ``select`` takes the place of the default set, ``extend_select`` adds to it. The longer
    prefix wins; of equal ones, ``ignore``.
    """
    chosen = list(select)
    on = set() if chosen else set(default)
    wanted = [*chosen, *extend_select]
    unwanted = list(ignore)

    def is_on(code: str) -> bool:
        gain, loss = _closest(code, wanted), _closest(code, unwanted)
        return (gain > loss) if max(gain, loss) >= 0 else code in on

    return frozenset(code for code in codes if is_on(code))


def _closest(code: str, prefixes: list[str]) -> int:
    """Length of the longest of these prefixes that the code has; -1 without one."""
    lengths = [0 if p == ALL else len(p) for p in prefixes if p == ALL or code.startswith(p)]
    return max(lengths, default=-1)
