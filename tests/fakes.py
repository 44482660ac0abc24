"""A front end for tests of everything to its right: a file's lines say which uses it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xentlint.facts import Consumer, Edit, FileFacts, Head, Place, Problem, Related, Use

ON_LOGITS = "SparseCategoricalCrossentropy(from_logits=True)"
ON_PROBABILITIES = '"sparse_categorical_crossentropy"'
KINDS = {
    "XL101": ("simplex", "softmax", "logits", "softmax", ON_LOGITS),
    "XL102": ("logits", None, "probabilities", "none", ON_PROBABILITIES),
    "ok": ("simplex", "softmax", "probabilities", "none", ON_PROBABILITIES),
    "undecided": ("unknown", None, "logits", "softmax", ON_LOGITS),
}


def use(kind: str, head: Place, consumer: Place) -> Use:
    """A use that the rules judge as ``kind``."""
    scale, activation, expects, applies, shown = KINDS[kind]
    return Use(
        Head(scale, activation, place=head),
        Consumer(
            "loss", "keras.losses.SparseCategoricalCrossentropy", expects, "sparse", applies,
            shown=shown, place=consumer, switch="from_logits",
        ),
        reason="the model comes from elsewhere" if scale == "unknown" else None,
    )  # fmt: skip


class FakeSource:
    """``HEAD`` stands where a head is; ``LOSS kind`` where a consumer is; ``BOOM Error`` raises."""

    def __init__(self) -> None:
        self.located = 0
        self.read_paths: list[str] = []
        self._texts: dict[str, list[str]] = {}

    def keeps(self, path: str, data: bytes) -> bool:
        return b"LOSS" in data or b"BOOM" in data or b"BAD" in data

    def read(self, path: str, data: bytes) -> FileFacts:
        self.read_paths.append(path)
        lines = self._texts[path] = data.decode().split("\n")
        uses, head = [], Place(path, 1, 1, 1, 2)
        for number, line in enumerate(lines, 1):
            if "BOOM" in line:
                raise ERRORS[line.split()[-1]]("boom")
            if "BAD" in line:
                return FileFacts(path, (), (Problem(path, number, "syntax", "cannot be parsed"),))
            if "HEAD" in line:
                head = _place(path, number, line, "HEAD")
            if "LOSS" in line:
                kind = line.split("LOSS ")[1].split()[0]
                uses.append(use(kind, head, _place(path, number, line, "LOSS")))
        return FileFacts(path, tuple(uses))

    def locate(self, use: Use) -> Use:
        self.located += 1
        return use

    def lines(self, place: Place) -> list[str] | None:
        return self._texts.get(place.path)

    def edits(
        self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()
    ) -> tuple[Edit, ...] | str:
        return "a fake has no editor"

    def left(self, use: Use, steps: Sequence[str], same: Sequence[Use] = ()) -> tuple[Related, ...]:
        return ()

    def splice(self, path: str, data: bytes, edits: Sequence[Edit]) -> bytes:
        raise ValueError("a fake has no editor")


ERRORS: dict[str, Callable[[str], Exception]] = {
    "ValueError": ValueError,
    "RecursionError": RecursionError,
    "MemoryError": MemoryError,
}


def _place(path: str, number: int, line: str, word: str) -> Place:
    start = line.index(word) + 1
    return Place(path, number, start, number, start + len(word))
