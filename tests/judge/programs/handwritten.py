"""Cross-entropy written out: the logarithms that expect probabilities."""

from __future__ import annotations

from .base import Choices
from .dialects import Names
from .losses import Loss

LOGS = ("tf.math.log", "tf.compat.v1.log", "K.log", "keras.ops.log")
GUARDS = ("none", "epsilon", "clip")


def log_name(c: Choices, names: Names) -> str:
    """One of the logarithms, as this program names it."""
    which = c.pick("log", [log for log in LOGS if log != "keras.ops.log" or names.generation == 3])
    if which == "K.log":
        return names.backend("log")
    if which == "keras.ops.log":
        return names.ops("log")
    return names.tf(which[3:])


def written_out(c: Choices, names: Names, loss: Loss, y: str, p: str) -> list[str]:
    """Lines that compute it and return it."""
    log, guard = log_name(c, names), c.pick("hand-written with", GUARDS)
    names.tf("")
    lines = []
    if not log.startswith(("ops", "kops")):
        lines.append(f"{y} = tf.cast({y}, {p}.dtype)")
    inside = p
    if guard == "clip":
        epsilon = c.some(["1e-7", "1e-6"])
        clip = c.some([names.tf("clip_by_value"), names.backend("clip")])
        lines.append(f"{p} = {clip}({p}, {epsilon}, 1.0 - {epsilon})")
    elif guard == "epsilon":
        inside = f"{p} + {c.some(['1e-7', '1e-8', '1e-10'])}"
    lines += _formula(c, names, loss, log, y, p, inside)
    return lines


def _formula(
    c: Choices, names: Names, loss: Loss, log: str, y: str, p: str, inside: str
) -> list[str]:
    mean, total = names.tf("reduce_mean"), names.tf("reduce_sum")
    rest = inside.replace(p, f"1.0 - {p}", 1)
    if loss.form == "hand-written focal":
        return [
            f"positive = (1.0 - {p}) ** 2 * {y} * {log}({inside})",
            f"negative = {p} ** 2 * (1.0 - {y}) * {log}({rest})",
            f"return -{mean}(positive + negative)",
        ]
    if loss.family == "binary":
        c.tag("hand-written: binary")
        both = f"{y} * {log}({inside}) + (1.0 - {y}) * {log}({rest})"
        return c.some([[f"return -{mean}({both})"], [f"ce = -({both})", f"return {mean}(ce)"]])
    c.tag("hand-written: categorical")
    return c.some(
        [
            [f"return -{total}({y} * {log}({inside}))"],
            [f"return {mean}(-{total}({y} * {log}({inside}), axis=-1))"],
            [f"rows = {total}({y} * {log}({inside}), axis=1)", f"return -{mean}(rows)"],
        ]
    )
