"""Control flow: alternatives under conditions, decided together or not at all."""

from __future__ import annotations

from xentlint.engine import Settings, run

HEADER = "import tensorflow as tf\nfrom tensorflow.keras import layers, losses\n"


def judged(tmp_path, body: str) -> list[tuple[str, str | None]]:  # type: ignore[no-untyped-def]
    path = tmp_path / "program.py"
    path.write_text(HEADER + body)
    found = run([str(path)], Settings(audit=True, net=False))
    return [(item.verdict.code, item.use.condition) for item in found.judged]


MODEL = "m = tf.keras.Sequential([layers.Dense(3, activation=act)])\n"
COMPILE = "m.compile(loss=losses.CategoricalCrossentropy(from_logits=logits))\n"


def test_one_flag_decides_both_sides(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = "act = None if flag else 'softmax'\nlogits = True if flag else False\n"
    assert {code for code, _ in judged(tmp_path, body + MODEL + COMPILE)} == {"ok"}


def test_one_flag_decides_one_side_only(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = "act = None if flag else 'softmax'\nlogits = True\n"
    assert sorted(judged(tmp_path, body + MODEL + COMPILE)) == [
        ("XL101", "not flag"),
        ("ok", "flag"),
    ]


def test_two_flags_are_undecided(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = "act = None if a else 'softmax'\nlogits = True if b else False\n"
    codes = [code for code, _ in judged(tmp_path, body + MODEL + COMPILE)]
    assert sorted(codes) == ["ok", "ok", "undecided", "undecided"]


def test_wrong_on_every_path_needs_no_condition(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = "act = 'softmax'\nif a:\n    act = tf.nn.softmax\nlogits = True\n"
    assert {condition for _, condition in judged(tmp_path, body + MODEL + COMPILE)} == {None}


def test_a_value_decides_in_two_functions(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = """
def build(n):
    if n == 1:
        return tf.keras.Sequential([layers.Dense(1, activation="sigmoid")])
    return tf.keras.Sequential([layers.Dense(n, activation="softmax")])
def loss_for(k):
    return "binary_crossentropy" if k == 1 else "categorical_crossentropy"
def train(classes):
    m = build(classes)
    m.compile(loss=loss_for(classes))
"""
    assert {code for code, _ in judged(tmp_path, body)} == {"ok"}


def test_a_literal_dict_runs_entry_by_entry(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = """
CONFIGS = {"a": ("softmax", False), "b": (None, True), "c": ("softmax", True)}
for name, (act, logits) in CONFIGS.items():
    m = tf.keras.Sequential([layers.Dense(3, activation=act)])
    m.compile(loss=losses.CategoricalCrossentropy(from_logits=logits))
"""
    assert sorted(code for code, _ in judged(tmp_path, body)) == ["XL101", "ok", "ok"]


def test_an_entry_chosen_by_an_unknown_key_stays_together(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = """
import sys
ACTS = {"a": "softmax", "b": None}
LOGITS = {"a": False, "b": True}
key = sys.argv[1]
act, logits = ACTS[key], LOGITS[key]
"""
    assert {code for code, _ in judged(tmp_path, body + MODEL + COMPILE)} == {"ok"}


def test_layers_added_in_a_loop_of_unknown_length(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = """
def build(units):
    m = tf.keras.Sequential()
    for u in units:
        m.add(layers.Dense(u, activation="relu"))
    m.add(layers.Dense(4))
    m.compile(loss="sparse_categorical_crossentropy")
"""
    assert judged(tmp_path, body) == [("XL102", None)]


def test_an_early_return_keeps_its_condition(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = """
def build(binary):
    m = tf.keras.Sequential()
    if binary:
        m.add(layers.Dense(1, activation="sigmoid"))
        return m
    m.add(layers.Dense(5))
    return m
def train(binary):
    m = build(binary)
    m.compile(loss="binary_crossentropy" if binary else
              losses.SparseCategoricalCrossentropy(from_logits=True))
"""
    assert {code for code, _ in judged(tmp_path, body)} == {"ok"}


def test_a_default_is_followed_and_says_so(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = """
def build(act="softmax", logits=True):
    m = tf.keras.Sequential([layers.Dense(3, activation=act)])
    m.compile(loss=losses.CategoricalCrossentropy(from_logits=logits))
"""
    wrong = [(code, condition) for code, condition in judged(tmp_path, body) if code == "XL101"]
    assert wrong == [("XL101", "`build` is called with its defaults")]


def test_a_list_of_losses_meets_the_one_output_of_each_model(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = """
n = 10 if flag else 100
m = tf.keras.Sequential([layers.Dense(n)])
m.compile(loss=["categorical_crossentropy", "categorical_crossentropy"])
"""
    assert judged(tmp_path, body) == [("XL102", None)]


def test_what_a_caller_passes_is_better_than_unknown_arguments(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = """
m = tf.keras.Sequential([layers.Dense(3, activation="softmax")])
loss = losses.CategoricalCrossentropy()
def compute(y, p):
    return loss(y, p)
def step(x, y):
    return compute(y, m(x))
def distributed(strategy, x):
    return strategy.run(step, args=(x, x))
distributed(tf.distribute.MirroredStrategy(), data)
"""
    assert judged(tmp_path, body) == [("ok", None)]


def test_a_string_is_no_layer(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = """
class Own(layers.Layer):
    pass
def head(activation):
    if isinstance(activation, (layers.Layer, Own)):
        return tf.keras.Sequential([layers.Dense(3), activation])
    return tf.keras.Sequential([layers.Dense(3, activation=activation)])
m = head("softmax")
m.compile(loss="categorical_crossentropy")
"""
    assert judged(tmp_path, body) == [("ok", None)]
