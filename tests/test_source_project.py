"""Modules of the project: found from the root, run once, findings in the file of the consumer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xentlint.engine import Settings, run
from xentlint.source import Session
from xentlint.source.triage import Screen

MODEL = """
from tensorflow import keras
ACTIVATION = "softmax"
def build(activation=None):
    return keras.Sequential([keras.layers.Dense(4, activation=activation)])
class Base(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = keras.layers.Dense(4, activation=ACTIVATION)
    def call(self, x):
        return self.head(x)
"""
TRAIN = """
from {module} import build, ACTIVATION, Base
import tensorflow as tf
model = build(ACTIVATION)
model.compile(loss=tf.keras.losses.CategoricalCrossentropy(from_logits=True))
class Mine(Base):
    pass
other = Mine()
other.compile(loss=tf.keras.losses.CategoricalCrossentropy(from_logits=True))
"""


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def codes(*paths: Path, audit: bool = False) -> list[tuple[str, str, int | None]]:
    found = run([str(path) for path in paths], Settings(audit=audit, net=False))
    return [(f.code, Path(f.place.path).name, f.place.line) for f in found.findings]


def test_a_loss_that_is_called_with_one_head_in_two_functions_is_one_finding(
    tmp_path: Path,
) -> None:
    train = """
import tensorflow as tf
from models import Base
class Trainer:
    def __init__(self, model):
        self.loss = tf.keras.losses.CategoricalCrossentropy(from_logits=True)
        self.model = model
    def train_step(self, x, y):
        return self.loss(y, self.model(x))
    def test_step(self, x, y):
        return self.loss(y, self.model(x))
trainer = Trainer(Base())
"""
    write(tmp_path, {"models.py": MODEL, "train.py": train})
    assert codes(tmp_path) == [("XL101", "train.py", 6)]
    second = train.replace("from models", "from other") + "\nBase"
    write(tmp_path, {"other.py": MODEL, "second.py": second, "pyproject.toml": ""})
    assert codes(tmp_path) == [("XL101", "second.py", 6), ("XL101", "train.py", 6)]


LAYOUTS = {
    "beside": ("models.py", "train.py", "models"),
    "package": ("pkg/models.py", "pkg/train.py", "pkg.models"),
    "relative": ("pkg/models.py", "pkg/train.py", ".models"),
    "src": ("src/pkg/models.py", "scripts/train.py", "pkg.models"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_model_of_another_file_is_followed(tmp_path: Path, layout: str) -> None:
    model, train, module = LAYOUTS[layout]
    write(tmp_path, {model: MODEL, train: TRAIN.format(module=module), "pyproject.toml": ""})
    if layout in ("package", "relative"):
        write(tmp_path, {"pkg/__init__.py": ""})
    alone = codes(tmp_path / train)
    assert [(code, name) for code, name, _ in alone] == [("XL101", "train.py")] * 2
    assert codes(tmp_path) == alone


def test_names_re_exported_by_a_package_are_found(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "nets/__init__.py": "from .models import *\n",
            "nets/models.py": MODEL,
            "train.py": TRAIN.format(module="nets"),
        },
    )
    assert len(codes(tmp_path)) == 2


def test_a_finding_belongs_to_the_file_whose_analysis_leads_to_it(tmp_path: Path) -> None:
    helper = """
import tensorflow as tf
def loss(y, p):
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=p)
"""
    train = """
import tensorflow as tf
from helper import loss
model = tf.keras.Sequential([tf.keras.layers.Dense(1, activation="sigmoid")])
def step(x, y):
    return loss(y, model(x))
"""
    write(tmp_path, {"helper.py": helper, "train.py": train})
    assert codes(tmp_path / "train.py") == [("XL101", "train.py", 6)]
    assert codes(tmp_path / "helper.py") == []
    assert codes(tmp_path) == [("XL101", "train.py", 6)]
    assert Screen().keeps(str(tmp_path / "train.py"), train.encode())


def test_a_name_of_pythons_own_library_means_that_library_inside_of_packages(
    tmp_path: Path,
) -> None:
    helper = "import keras\ndef loss(y, p):\n    return keras.losses.binary_crossentropy(y, p)\n"
    write(tmp_path, {"net/__init__.py": "", "net/math.py": helper, "statistics.py": helper})
    screen = Screen()
    inside = str(tmp_path / "net" / "train.py")
    assert not screen.keeps(inside, b"import keras, math\nmath.sqrt(2)\n")
    assert not screen.keeps(inside, b"import keras\nfrom math import sqrt\n")
    assert screen.keeps(inside, b"import keras\nfrom .math import sqrt\n")
    assert screen.keeps(inside, b"import keras, statistics\n")
    assert screen.keeps(str(tmp_path / "train.py"), b"import keras, statistics\n")


WHOLE = """
from tensorflow import keras
def build(units, activation=None):
    model = keras.Sequential([keras.layers.Dense(4, activation={activation})])
    model.compile(loss="categorical_crossentropy")
    return model
"""
CALL = """
from whole import build
model = build(3)
"""


def test_what_another_file_holds_by_itself_is_told_there_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"whole.py": WHOLE.format(activation=None), "call.py": CALL})
    assert codes(tmp_path) == [("XL102", "whole.py", 5)]
    assert codes(tmp_path / "call.py") == []
    outcome = run([str(tmp_path / "call.py")], Settings(net=False))
    assert (outcome.uses, outcome.undecided) == (1, 0)
    (note,) = outcome.problems
    assert (Path(note.path).name, note.kind, note.fatal) == ("whole.py", "elsewhere", False)
    assert "call.py calls what has an XL102 here" in note.message
    assert run([str(tmp_path)], Settings(net=False)).problems == ()
    (tmp_path / "beside").mkdir()
    monkeypatch.chdir(tmp_path / "beside")  # a checked file has another name where it is imported
    roundabout = run([os.pardir], Settings(net=False))
    assert [Path(found.place.path).name for found in roundabout.findings] == ["whole.py"]
    assert roundabout.problems == ()
    silent = WHOLE.format(activation=None).replace('")\n', '")  # xentlint: ignore[XL102]\n')
    write(tmp_path, {"whole.py": silent})
    assert run([str(tmp_path / "call.py")], Settings(net=False)).problems == ()
    audited = run([str(tmp_path)], Settings(audit=True, net=False)).judged
    assert [Path(item.use.consumer.place.path).name for item in audited] == ["whole.py"]


def test_what_a_call_decides_is_told_at_the_call(tmp_path: Path) -> None:
    write(tmp_path, {"whole.py": WHOLE.format(activation="activation"), "call.py": CALL})
    assert codes(tmp_path / "whole.py") == [("XL102", "whole.py", 5)]  # with its default
    assert codes(tmp_path) == [("XL102", "call.py", 3), ("XL102", "whole.py", 5)]
    assert codes(tmp_path / "call.py") == [("XL102", "call.py", 3)]


def test_modules_that_import_from_each_other_end(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.py": "from b import x\ny = x\nfrom keras.losses import binary_crossentropy\n",
            "b.py": "from a import y\nx = y\n",
        },
    )
    session = Session()
    assert session.read(str(tmp_path / "a.py"), (tmp_path / "a.py").read_bytes()).problems == ()


def test_runs_share_modules_and_nothing_else(tmp_path: Path) -> None:
    """What one file does to a module's objects is not seen by the next."""
    shared = "import keras\nmodel = keras.Sequential()\n"
    first = """
from shared import model
import keras
model.add(keras.layers.Dense(3, activation="softmax"))
model.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))
"""
    second = first.replace('activation="softmax"', "")
    write(tmp_path, {"shared.py": shared, "first.py": first, "second.py": second})
    assert codes(tmp_path) == [("XL101", "first.py", 5)]


COSTS = """
import tensorflow as tf
OBJECT = tf.keras.losses.CategoricalCrossentropy(from_logits=True)
def written(y, p):
    return tf.reduce_mean(-y * tf.math.log(p))
"""
USER = """
from costs import OBJECT, written
from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(3)])
model.compile("adam", loss=OBJECT)
model.compile("adam", loss=written)
"""


def verdicts(path: Path) -> list[tuple[str, int | None, str]]:
    judged = run([str(path)], Settings(audit=True)).judged
    places = [use.consumer.place for use, _ in judged]
    return [
        (Path(place.path).name, place.line, verdict.code)
        for place, (_, verdict) in zip(places, judged, strict=True)
    ]


def test_an_audit_says_once_what_meets_in_another_file(tmp_path: Path) -> None:
    write(tmp_path, {"costs.py": COSTS, "user.py": USER})
    assert verdicts(tmp_path) == [("user.py", 5, "ok"), ("user.py", 6, "XL102")]
    alone = [("costs.py", 3, "undecided"), ("costs.py", 5, "undecided")]
    assert verdicts(tmp_path / "costs.py") == alone


def test_a_compile_without_a_loss_is_no_use(tmp_path: Path) -> None:
    texts = {
        "optimizer.py": "import keras\nkeras.Model().compile('adam')\nloss = 'mse'\n",
        "keyword.py": "from nets import model\nmodel.compile(optimizer='adam')\nloss = 1\n",
        "given.py": "from nets import model\nmodel.compile('adam', 'mse')\n",
        "open.py": "from nets import model, options\nmodel.compile(**options)\nloss = 1\n",
    }
    write(tmp_path, texts)
    assert verdicts(tmp_path) == [("given.py", 2, "undecided"), ("open.py", 2, "undecided")]


def test_a_star_import_in_a_project_module_names_what_the_library_has(tmp_path: Path) -> None:
    shim = "if True:\n    from keras import *\nelse:\n    from tensorflow.keras import *\n"
    train = (
        "from pkg.backend import keras\n"
        "from pkg.backend.keras import layers\n"
        "model = keras.Sequential([layers.Dense(4)])\n"
        'model.compile(loss="categorical_crossentropy")\n'
        'model = keras.Sequential([layers.Dense(4, activation="softmax")])\n'
        'model.compile(loss="categorical_crossentropy")\n'
    )
    files = {
        "pyproject.toml": "",
        "pkg/__init__.py": "",
        "pkg/backend/__init__.py": "from pkg.backend import keras\n",
        "pkg/backend/keras.py": shim,
        "pkg/train.py": train,
    }
    write(tmp_path, files)
    assert codes(tmp_path / "pkg/train.py") == [("XL102", "train.py", 4)]


def test_two_names_for_one_row_are_one(tmp_path: Path) -> None:
    """A shim that takes Keras from where it is: each layer is one layer, not two alternatives."""
    shim = "import os\nif os.environ.get('OLD'):\n    from tensorflow import keras\n"
    shim += "else:\n    import keras\n"
    layers = "".join(f"x = keras.layers.Dense({n}, activation='relu')(x)\n" for n in range(4, 12))
    train = (
        "from shim import keras\nx = inputs = keras.Input((4,))\n"
        + layers
        + "class Net(keras.Model):\n    pass\n"
        "model = Net(inputs, keras.layers.Dense(4)(x))\n"
        'model.compile(loss="categorical_crossentropy")\n'
    )
    write(tmp_path, {"pyproject.toml": "", "shim.py": shim, "train.py": train})
    found = run([str(tmp_path / "train.py")], Settings(audit=True, net=False))
    assert [(f.code, f.use.condition) for f in found.findings] == [("XL102", None)]


def test_a_function_with_a_consumer_has_its_turn_whatever_the_others_used(tmp_path: Path) -> None:
    steps = "".join(f"    a{i} = n + {i}\n" for i in range(900))
    busy = "".join(f"def busy{k}(n):\n    entropy = n\n{steps}" for k in range(20))
    wrong = """
def build(labels):
    model = keras.Sequential([keras.layers.Dense(3)])
    model.compile("adam", "categorical_crossentropy")
    return model
"""
    write(tmp_path, {"train.py": f"import keras\n{busy}{wrong}"})
    assert [code for code, *_ in codes(tmp_path)] == ["XL102"]
