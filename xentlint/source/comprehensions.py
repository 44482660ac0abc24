"""Comprehensions: element by element over what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xentlint.source import limits
from xentlint.source.scopes import Frame
from xentlint.source.sequences import elements as rows_of
from xentlint.source.sequences import make_dict, make_list
from xentlint.source.targets import bind_target
from xentlint.source.truth import outcomes
from xentlint.source.values import Rest, Value

if TYPE_CHECKING:
    import libcst as cst

    from xentlint.source.run import Run


def _inner(run: Run, frame: Frame) -> Frame:
    return Frame(
        run.store.new_id(),
        frame.source,
        frame,
        "function",
        depth=frame.depth,
        function=frame.function,
        receiver=frame.receiver,
    )


def list_comprehension(run: Run, node: Any, frame: Frame) -> Value:
    found: list[Value] = []
    inner = _inner(run, frame)

    def add(certain: bool) -> None:
        value = run.evaluate(run, node.elt, inner)
        found.append(value if certain else Rest(value))

    _rounds(run, node.for_in, inner, True, add)
    return make_list(run, tuple(found))


def dict_comprehension(run: Run, node: cst.DictComp, frame: Frame) -> Value:
    found: list[tuple[Value, Value]] = []
    inner = _inner(run, frame)
    unknown = False

    def add(certain: bool) -> None:
        nonlocal unknown
        unknown |= not certain
        found.append((run.evaluate(run, node.key, inner), run.evaluate(run, node.value, inner)))

    _rounds(run, node.for_in, inner, True, add)
    return make_dict(run, tuple(found), unknown)


def _rounds(run: Run, loop: cst.CompFor, frame: Frame, certain: bool, add: Any) -> None:
    """Run the innermost part once for each combination of elements."""
    items = rows_of(run, run.evaluate(run, loop.iter, frame))
    if items is None or len(items.values) > limits.ROUNDS:
        elements: tuple[Value, ...] = (Rest(run.fresh("an element of an unknown sequence")),)
    else:
        elements = items.values
    for element in elements:
        known = type(element) is not Rest
        bind_target(run, loop.target, element.value if type(element) is Rest else element, frame)
        sure = certain and known
        for test in loop.ifs:
            results = {result for _, result in outcomes(run, run.evaluate(run, test.test, frame))}
            if results == {False}:
                break
            sure = sure and results == {True}
        else:
            if loop.inner_for_in is not None:
                _rounds(run, loop.inner_for_in, frame, sure, add)
            else:
                add(sure)
