"""Whether a file can hold a use, by its bytes alone: a search of 10 ms for 13 MB."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from xentlint.source.own import Own
from xentlint.source.roots import Roots

_LOWERED: Final = (rb"entropy", rb"kld", rb"kl_d", rb"kullback")
_WORDS: Final = (
    *("BCE", "bce", "cce", "Dice", "Tversky", "log_loss", "logloss", "compiled_loss"),
    *("compute_loss", "xlogy"),
)
_SPELLINGS: Final = {
    b".compile(": rb"\.compile\((?<!\bre\.compile\()",
    **{word.encode(): rf"{word}\b(?<!\w{word})".encode() for word in _WORDS},
}
"""What a consumer is written with, in any of its spellings: a literal, and the pattern to try where
a text holds it. Each begins with its literal, so that a search jumps from one to the next: what
stands before it is asked afterwards. Compiled when used: most files need none of them."""
_LOGARITHMS: Final = {
    b"log(": rb"log\((?<!\wlog\()",
    b"log1p(": rb"log1p\((?<!\wlog1p\()",
}
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
"""Marks of a file that no search of bytes sees into, and that Python cannot read either."""
_REDUCTIONS: Final = (b"sum(", b"mean(", b"average(", b"average_loss(")
_IMPORT: Final = rb"(?m)^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import|import[ \t]+([\w., \t]+))"
_FRAMEWORKS: Final = (b"keras", b"tensorflow", b"tf", b"theano", b"cntk", b"model")

LIBRARIES: Final = frozenset(
    [
        "keras",
        "tensorflow",
        "tf_keras",
        "tensorflow_model_optimization",
        "tensorflow_federated",
        "keras_core",
        "numpy",
        "jax",
        "torch",
        "theano",
        "cntk",
        "scipy",
        "pandas",
        "sklearn",
        "transformers",
        "tensorflow_addons",
        "keras_applications",
    ]
)
"""Names that mean the library, also in its own repository: the catalog knows what they do."""


class Screen:
    """Sets files aside that hold no consumer and import no module of the project that does."""

    def __init__(
        self,
        on: bool = True,
        own: Own = Own(),  # noqa: B008 (never changed)
        src: tuple[str, ...] = (),
    ) -> None:
        """``own``: the losses that the project's settings name."""
        self.on = on
        self._own = own
        self._known: dict[str, bool] = {}
        self._roots = Roots(src)

    def keeps(self, path: str, data: bytes) -> bool:
        """Whether a file must be read. A project module counts where the file names it."""
        if not self.on or data[:2] in _UTF16 or self._holds_loss(path, data):
            return True
        return self.imports_loss(path, data)

    def imports_loss(self, path: str, data: bytes) -> bool:
        """Whether a file imports a module of the project that holds a loss."""
        lowered = data.lower()
        if not any(name in lowered for name in _FRAMEWORKS):
            return False
        folder = os.path.dirname(os.path.abspath(path))
        return any(self._imports(folder, name) for name in _imported(data))

    def _imports(self, folder: str, name: bytes) -> bool:
        """Whether an imported module lies beside the file (or above its package) and consumes."""
        for stem in self._stems(folder, name.decode("ascii", "ignore")):
            for candidate in (f"{stem}.py", os.path.join(stem, "__init__.py")):
                known = self._known.get(candidate)
                if known is None:
                    known = self._known[candidate] = self._file_consumes(candidate)
                if known:
                    return True
        return False

    def _stems(self, folder: str, dotted: str) -> Iterator[str]:
        """Where a module of the project may lie, without the ending of a file."""
        if dotted.partition(".")[0] in LIBRARIES:
            return
        level = len(dotted) - len(dotted.lstrip("."))
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        relative = dotted.lstrip(".").replace(".", os.sep)
        for base in [folder] if level else self._roots.bases(folder, dotted):
            yield os.path.join(base, relative) if relative else base

    def is_own(self, path: str, dotted: str) -> bool:
        """Whether what a file imports is a module of the project."""
        folder = os.path.dirname(os.path.abspath(path))
        stems = self._stems(folder, dotted)
        return any(os.path.isfile(f"{stem}.py") or os.path.isdir(stem) for stem in stems)

    def _file_consumes(self, path: str) -> bool:
        try:
            with open(path, "rb") as file:
                data = file.read(8_000_000)
        except OSError:
            return False
        return self._names_loss(data) or holds_logarithm(data)

    def _holds_loss(self, path: str, data: bytes) -> bool:
        if self._names_loss(data):
            return True
        if not holds_logarithm(data):
            return False
        from xentlint.source.logarithms import may_be_handwritten  # late: few files come so far

        return may_be_handwritten(data, partial(self.is_own, path))

    def _names_loss(self, data: bytes) -> bool:
        return self._own.is_consumed(data) or is_named(data)


def _imported(data: bytes) -> Iterator[bytes]:
    """The modules that a text names in its imports."""
    for origin, listed in re.findall(_IMPORT, data):
        if origin:
            yield origin
        yield from (words[0] for one in listed.split(b",") if (words := one.split()))


def is_named(data: bytes) -> bool:
    """Whether a text names a loss or compiles something."""
    return any(True for _ in spelled(data))


def holds_logarithm(data: bytes) -> bool:
    """Whether there is a logarithm, and a sum or a mean beside it."""
    reduces = any(name in data for name in _REDUCTIONS)
    return reduces and any(True for _ in _logarithms(data))


def consumers(data: bytes) -> list[int]:
    """Where a text may name a consumer: offsets, in order."""
    return sorted([*spelled(data), *_logarithms(data)])


def spelled(data: bytes) -> Iterator[int]:
    """Where a consumer is named."""
    lowered = data.lower()
    for literal in _LOWERED:
        at = lowered.find(literal)
        while at >= 0:
            yield at
            at = lowered.find(literal, at + 1)
    yield from _found(_SPELLINGS, data)


def _logarithms(data: bytes) -> Iterator[int]:
    """Where a logarithm is called: it is a consumer only beside a sum or a mean."""
    return _found(_LOGARITHMS, data)


def _found(spellings: dict[bytes, bytes], data: bytes) -> Iterator[int]:
    for literal, pattern in spellings.items():
        if literal in data:
            for match in re.finditer(pattern, data):
                yield match.start()
