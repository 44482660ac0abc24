"""Files whose code has nothing to find are set aside before LibCST reads them, and no others."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from xentlint.engine import Settings, run
from xentlint.source.idle import is_idle

HERE = Path(__file__).parent
MODEL = "import keras\nm = keras.Sequential([keras.layers.Dense(3)])\n"
IDLE = {
    "another loss": MODEL + "m.compile('adam', 'mse')",
    "another loss by its keyword": MODEL + "m.compile(\n    optimizer='adam',\n    loss='mae',\n)",
    "no loss": MODEL + "m.compile(optimizer='adam', jit_compile=True)",
    "a docstring": MODEL + 'def f():\n    """Of cross-entropy:\n\n    m.compile(loss=x)\n    """\n',
    "a comment": MODEL + "    # m.compile('adam', 'binary_crossentropy')\n",
    "a pattern": "import re\nx = re.compile('a')\n" + MODEL,
}
BUSY = {
    "a loss by name": MODEL + "m.compile('adam', 'binary_crossentropy')",
    "a loss in a variable": MODEL + "m.compile('adam', loss)",
    "a metric": MODEL + "m.compile('adam', 'mse', metrics=['accuracy'])",
    "a metric by its place": MODEL + "m.compile('adam', 'mse', ['accuracy'])",
    "whatever is given": MODEL + "m.compile(**settings)",
    "one of two": MODEL + "m.compile('adam', 'mse')\nm.compile('adam', f)",
    "an activation": MODEL + "m.compile('adam', 'mse')\nx = keras.ops.softmax(y)",
    "a misplaced argument": MODEL + "m.compile('adam', 'mse', from_logits=True)",
    "by hand": MODEL + "m.compile('adam', 'mse')\nl = -keras.ops.sum(y * keras.ops.log(p))",
    "a suppression": MODEL + "m.compile('adam', 'mse')  # NOQA: XL102",
    "behind a docstring": MODEL + "'A text.'; m.compile('adam', f)",
    "in a decorator": MODEL + "@m.compile('adam', f)\ndef g(): pass",
    "inside": MODEL
    + "if a:\n    pass\nelse:\n    try:\n        m.compile('adam', f)\n    finally: pass",
}
NONE: frozenset[str] = frozenset()
"""The modules of the project."""


@pytest.mark.parametrize("text", IDLE.values(), ids=IDLE)
def test_nothing_can_be_found_in_it(text: str) -> None:
    assert is_idle(ast.parse(text.replace("\n    #", "\n#")), text, NONE.__contains__)


@pytest.mark.parametrize("text", BUSY.values(), ids=BUSY)
def test_something_may_be_found_in_it(text: str) -> None:
    assert not is_idle(ast.parse(text), text, NONE.__contains__)


def test_lines_that_end_in_carriage_returns_alone_are_not_trusted() -> None:
    text = MODEL.replace("\n", "\r") + "m.compile('adam', 'mse')\r"
    assert not is_idle(ast.parse(text), text, NONE.__contains__)


@pytest.mark.parametrize("folder", ["source", "metrics", "fixes"])
def test_screens_change_no_finding(folder: str) -> None:
    def found(screens: bool) -> list[tuple[object, ...]]:
        settings = Settings(screens=screens)
        outcome = run([str(HERE / "fixtures" / folder)], settings)
        return sorted((one.code, str(one.place), one.message) for one in outcome.findings)

    all_read = found(False)
    assert len(all_read) > 10
    assert found(True) == all_read
