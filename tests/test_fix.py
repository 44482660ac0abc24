"""What a run of fixes promises: status, what is left alone and named, notebooks, several files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from xentlint import cli, rewriting
from xentlint.facts import Edit, Place
from xentlint.fixing import Wanted, join

HEAD = "import tensorflow as tf\n"
SAFE = HEAD + (
    "m = tf.keras.Sequential([tf.keras.layers.Dense(3, activation='softmax')])\n"
    "m.compile('adam', tf.keras.losses.CategoricalCrossentropy(from_logits=True))\n"
)
UNSAFE = HEAD + (
    "m = tf.keras.Sequential([tf.keras.layers.Dense(3, activation='relu')])\n"
    "m.compile('adam', tf.keras.losses.CategoricalCrossentropy())\n"
)
CLEAN = HEAD + (
    "m = tf.keras.Sequential([tf.keras.layers.Dense(3)])\n"
    "m.compile('adam', tf.keras.losses.CategoricalCrossentropy(from_logits=True))\n"
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**files: str) -> None:
    for name, text in files.items():
        Path(f"{name}.py").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "options", "status"),
    [
        (SAFE, ["--fix"], 0),
        (SAFE, ["--diff"], 1),
        (SAFE, ["--fix", "--exit-non-zero-on-fix"], 1),
        (SAFE, ["--fix", "--exit-non-zero-on-fix", "--exit-zero"], 0),
        (UNSAFE, ["--fix"], 1),
        (UNSAFE, ["--diff"], 0),
        (UNSAFE, ["--fix-only"], 0),
        (UNSAFE, ["--fix", "--unsafe-fixes"], 0),
        (UNSAFE, ["--diff", "--unsafe-fixes"], 1),
        (CLEAN, ["--fix", "--exit-non-zero-on-fix"], 0),
        (CLEAN, ["--diff"], 0),
    ],
)
def test_status(text: str, options: list[str], status: int) -> None:
    write(a=text)
    assert cli.main(["check", *options]) == status


def test_a_file_that_cannot_be_parsed_makes_it_2_and_the_others_are_fixed() -> None:
    write(a=SAFE, b="softmax entropy (\n")
    assert cli.main(["check", "--fix", "--exit-zero"]) == 2
    assert "from_logits" not in Path("a.py").read_text()


def test_a_file_that_cannot_be_written_is_named_and_still_has_its_finding(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(a=SAFE, b=SAFE)
    os.chmod("a.py", 0o444)
    assert cli.main(["check", "--fix", "--output-format", "concise", "--show-fixes"]) == 2
    shown = capsys.readouterr()
    assert shown.out.startswith("a.py:3:")
    assert shown.out.count("\n") == 1
    assert "xentlint: error: a.py: is read-only: not written [read-only]" in shown.err
    assert "fixes: 1 safe; 1 file changed" in shown.err
    assert Path("a.py").read_text() == SAFE
    assert "from_logits" not in Path("b.py").read_text()


def test_a_file_that_changed_since_it_was_read_is_not_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(a=SAFE)
    real = rewriting.write

    def late(*arguments: object) -> object:
        write(a=SAFE + "# saved by an editor meanwhile\n")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(rewriting, "write", late)
    assert cli.main(["check", "--fix"]) == 2
    assert Path("a.py").read_text() == SAFE + "# saved by an editor meanwhile\n"
    assert "changed on disk" in capsys.readouterr().err


def test_a_file_with_several_links_is_left_alone() -> None:
    write(a=SAFE)
    os.link("a.py", "twin.txt")
    assert cli.main(["check", "--fix"]) == 2
    assert Path("twin.txt").read_text() == SAFE


@pytest.mark.parametrize("paths", [["a.py", "link.py"], ["link.py", "a.py"], ["."]])
def test_a_file_and_a_link_to_it_are_fixed_together(paths: list[str]) -> None:
    write(a=SAFE)
    os.symlink("a.py", "link.py")
    assert cli.main(["check", "--fix", *paths]) == 0
    assert "from_logits" not in Path("a.py").read_text()
    assert os.readlink("link.py") == "a.py"


def test_what_was_done_is_listed_and_a_changed_objective_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    linear = SAFE.replace(", activation='softmax'", "").replace("from_logits=True", "")
    write(a=linear, b=SAFE)
    assert cli.main(["check", "--fix", "--show-fixes"]) == 0
    said = capsys.readouterr().err
    assert "a.py:3:19: XL102 logits-with-probability-loss: set `from_logits=True` (safe)" in said
    assert "b.py:3:19: XL101 activation-with-logits-loss: remove `from_logits=True` (safe)" in said
    assert "a training objective has changed" in said


def test_a_recovered_case_changes_no_objective(capsys: pytest.CaptureFixture[str]) -> None:
    write(a=SAFE)
    assert cli.main(["check", "--fix"]) == 0
    assert "objective" not in capsys.readouterr().err


LOSSES = "import tensorflow as tf\nloss = tf.keras.losses.CategoricalCrossentropy({})\n"
USER = (
    "import tensorflow as tf\nfrom losses import loss\n"
    "m = tf.keras.Sequential([tf.keras.layers.Dense(3{})])\nm.compile('adam', loss)\n"
)
SOFTMAX = ", activation='softmax'"


def test_a_fix_in_another_file_is_unsafe() -> None:
    write(losses=LOSSES.format(""), a=USER.format(""))
    assert cli.main(["check", "--fix"]) == 1
    assert Path("losses.py").read_text() == LOSSES.format("")
    assert cli.main(["check", "--fix", "--unsafe-fixes"]) == 0
    assert Path("losses.py").read_text() == LOSSES.format("from_logits=True")
    assert Path("a.py").read_text() == USER.format("")


def test_another_file_that_was_not_given_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    write(losses=LOSSES.format(""), a=USER.format(""))
    assert cli.main(["check", "a.py", "--fix", "--unsafe-fixes", "--show-fixes"]) == 1
    said = capsys.readouterr().err
    assert "losses.py, which is not among the given files" in said
    assert "; 1 left alone (--show-fixes says why)" in said, "no promise of what was just refused"
    assert cli.main(["check", "a.py", "--fix"]) == 1
    assert "; 1 with an unsafe fix (--fix --unsafe-fixes)" in capsys.readouterr().err
    assert Path("losses.py").read_text() == LOSSES.format("")


def test_a_loss_that_models_in_other_files_need_as_it_is_stays() -> None:
    write(losses=LOSSES.format(""), a=USER.format(""), b=USER.format(SOFTMAX))
    cli.main(["check", "--fix", "--unsafe-fixes"])
    assert Path("losses.py").read_text() == LOSSES.format("")
    assert Path("b.py").read_text() == USER.format(SOFTMAX)


def test_a_notebook_is_fixed_in_its_cells() -> None:
    def cell(source: list[str]) -> dict[str, object]:
        return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None,
                "source": source}  # fmt: skip

    cells = [cell(["%matplotlib inline\n", "import tensorflow as tf"]),
             cell(SAFE.splitlines(True)[1:])]  # fmt: skip
    text = json.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1
    )
    Path("a.ipynb").write_text(text)
    assert cli.main(["check", "--fix"]) == 0
    wanted = text.replace("(from_logits=True)", "()")
    assert wanted != text
    assert Path("a.ipynb").read_text() == wanted


def test_silenced_findings_are_not_fixed() -> None:
    text = SAFE.replace("True))", "True))  # xentlint: ignore[XL101]")
    write(a=text)
    assert cli.main(["check", "--fix"]) == 0
    assert Path("a.py").read_text() == text


FIXES = Path(__file__).parent / "fixtures" / "fixes"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("flattened_conv", "XL106 has no fix: behind the last layer its channels are joined"),
        ("stacked_gates", "XL105 has no fix: `g` is read in another place, too"),
    ],
)
def test_a_finding_without_a_fix_has_its_reason(
    name: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(a=(FIXES / f"{name}.py").read_text(encoding="utf-8"))
    cli.main(["check", "--isolated", "--fix", "--unsafe-fixes", "--show-fixes"])
    assert reason in capsys.readouterr().err


def test_the_reason_is_told_though_another_file_was_fixed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(a=(FIXES / "flattened_conv.py").read_text(encoding="utf-8"), b=SAFE)
    cli.main(["check", "--isolated", "--fix", "--show-fixes"])
    said = capsys.readouterr().err
    assert "fixes: 1 safe" in said
    assert "a.py:9:37: XL106 has no fix: " in said


OLD = "from keras.layers import Dense\nfrom keras.models import Sequential\n{}\n"
OLD_USE = "m = Sequential([Dense(1)])\nm.compile('sgd', 'binary_crossentropy')\n"
CLASSES = "from keras.losses import BinaryCrossentropy"


@pytest.mark.parametrize(
    ("shows", "given"),
    [
        ("", True),
        ("import tensorflow as tf\nprint(tf.__version__)", True),
        ("# pip install keras==2.2.4", False),
        ("# pip install keras==2.4.3", True),
        ("import tensorflow as tf\nx = tf.placeholder(tf.float32)", False),
        ("from keras.optimizers import SGD\nsgd = SGD(lr=0.1)", False),
        ("from keras.optimizers import SGD\nsgd = SGD(learning_rate=0.1)", True),
        ("def train(m, x, y):\n    m.fit(x, y, nb_epoch=2)\n", False),
        ("def train(m, x, y, nb_epoch):\n    m.fit(x, y, epochs=nb_epoch)\n", True),
    ],
)
def test_no_loss_class_is_given_to_a_keras_that_has_none(shows: str, given: bool) -> None:
    write(a=OLD.format(shows) + OLD_USE)
    cli.main(["check", "--isolated", "--fix"])
    assert (CLASSES in Path("a.py").read_text()) == given
    if not given:
        cli.main(["check", "--isolated", "--fix", "--unsafe-fixes"])
        assert "Dense(1, activation='sigmoid')" in Path("a.py").read_text()


def test_the_keras_that_a_project_holds_tells_whether_it_has_classes() -> None:
    Path("keras").mkdir()
    functions = "def categorical_crossentropy(y_true, y_pred):\n    pass\n"
    Path("keras/losses.py").write_text(functions)
    write(a=OLD.format("") + OLD_USE)
    cli.main(["check", "a.py", "--isolated", "--fix"])
    assert CLASSES not in Path("a.py").read_text()
    Path("keras/losses.py").write_text(functions + "\n\nclass BinaryCrossentropy:\n    pass\n")
    cli.main(["check", "a.py", "--isolated", "--fix"])
    assert CLASSES in Path("a.py").read_text()


def test_prefer_logits_without_unsafe_fixes_changes_no_model() -> None:
    write(a=SAFE)
    cli.main(["check", "--fix", "--prefer", "logits"])
    assert "activation='softmax'" in Path("a.py").read_text()


def _edit(start: int, end: int, new: str) -> Edit:
    return Edit(Place("a.py", 1, start, 1, end), new)


class _Finding:
    """As much of a finding as joining fixes looks at."""

    def __init__(self, *edits: Edit) -> None:
        from xentlint.facts import Fix

        self.fixes = (Fix(("set-from-logits",), "safe", (), "", edits),)


@pytest.mark.parametrize(
    ("first", "second", "groups", "refused"),
    [
        (_edit(1, 4, "x"), _edit(5, 9, "y"), 2, 0),
        (_edit(1, 4, "x"), _edit(1, 4, "x"), 1, 0),
        (_edit(1, 4, "x"), _edit(1, 4, "y"), 0, 2),
        (_edit(1, 4, "x"), _edit(3, 9, "y"), 0, 2),
        (_edit(4, 4, "x"), _edit(4, 4, "y"), 1, 0),
        (_edit(1, 4, "x"), _edit(4, 9, "y"), 2, 0),
    ],
)
def test_fixes_that_want_the_same_text(
    first: Edit, second: Edit, groups: int, refused: int
) -> None:
    found, left = join([_Finding(first), _Finding(second)], Wanted(), lambda path: True)  # type: ignore[list-item]
    assert (len(found), len(left)) == (groups, refused)
