"""``records.NamedTuple`` behaves as the one of ``typing``."""

from __future__ import annotations

import copy
import pickle
import typing
from collections.abc import Callable
from typing import Any

import pytest

from xentlint import records


class Mine(records.NamedTuple):
    """Words."""

    first: int
    second: str = "b"
    third: tuple[int, ...] = ()

    @property
    def both(self) -> str:
        return f"{self.first}{self.second}"


class Theirs(typing.NamedTuple):
    """Words."""

    first: int
    second: str = "b"
    third: tuple[int, ...] = ()

    @property
    def both(self) -> str:
        return f"{self.first}{self.second}"


class Empty(records.NamedTuple):
    pass


CALLS: dict[str, Callable[[Any], Any]] = {
    "fields": lambda c: (c._fields, c._field_defaults, c.__match_args__, c.__doc__),
    "positions": lambda c: tuple(c(1, "x", (2,))),
    "names": lambda c: tuple(c(second="x", first=1)),
    "defaults": lambda c: tuple(c(1)),
    "attributes": lambda c: (c(1, "x").first, c(1, "x").second, c(1, "x").third, c(4).both),
    "equal": lambda c: (c(1) == c(1), c(1) == (1, "b", ()), hash(c(1)) == hash((1, "b", ()))),
    "replaced": lambda c: tuple(c(1)._replace(second="z")),
    "made": lambda c: tuple(c._make([1, 2, 3])),
    "asdict": lambda c: c(1)._asdict(),
    "text": lambda c: repr(c(1)).removeprefix(c.__name__),
    "copied": lambda c: (tuple(copy.deepcopy(c(1))), type(copy.copy(c(1))) is c),
    "pickled": lambda c: pickle.loads(pickle.dumps(c(1))) == c(1),
    "too many": lambda c: c(1, 2, 3, 4),
    "too few": lambda c: c(),
    "no such name": lambda c: c(1, fourth=3),
    "replace what is not there": lambda c: c(1)._replace(fourth=3),
    "make of another length": lambda c: c._make([1]),
    "set": lambda c: setattr(c(1), "first", 2),
    "set another": lambda c: setattr(c(1), "other", 2),
}


@pytest.mark.parametrize("early", [True, False], ids=["by hand", "compiled"])
@pytest.mark.parametrize("name", CALLS)
def test_as_in_typing(name: str, early: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if early:
        by_hand = records.NamedTuple.__dict__["__new__"]
        monkeypatch.setattr(Mine, "__new__", by_hand)
    monkeypatch.setattr(Mine, "_early", [None] * 8 * early)

    def outcome(kind: Any) -> Any:
        try:
            return CALLS[name](kind)
        except Exception as error:
            return type(error)

    assert outcome(Mine) == outcome(Theirs)


def test_no_fields_and_first_use_by_name() -> None:
    assert Empty() == ()

    class Late(records.NamedTuple):
        only: int

    assert Late(only=3).only == 3
    assert Late(4).only == 4
    with pytest.raises(TypeError, match="positional argument"):
        Late(1, 2)  # type: ignore[call-arg]


def test_matching() -> None:
    match Mine(1, "x"):
        case Mine(first, second=second):
            assert (first, second) == (1, "x")
        case _:
            pytest.fail("a pattern of fields does not match")


def test_compiled_for_those_of_which_many_are_made() -> None:
    class Many(records.NamedTuple):
        first: int
        second: str = "b"

    def is_compiled() -> bool:
        return "__new__" in vars(Many)

    for number in range(records._FEW):
        assert Many(number) == (number, "b")
        assert not is_compiled()
    assert Many(second="c", first=1) == (1, "c")
    assert is_compiled()
