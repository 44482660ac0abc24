"""Runs a program under real Keras and says what met what, by numbers alone."""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import os
import shutil
import sys
import tempfile
import traceback
import types
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from . import sampling
from .expectations import Expectation, read_expectation
from .meetings import Event, Meeting, Span, Statements
from .numbers import QUICK, UNSURE, Patience, read_scale, width
from .stage import staged
from .verdicts import judge_activation, judge_loss
from .watch import GENERATIONS, module, source, watched

_WATCH = __file__.replace("record.py", "watch.py")
_ROOM = 1e-5
"""For an epsilon inside of a log."""


@dataclass
class Record:
    """The meetings of a program, or why it did not run."""

    meetings: list[Meeting] = field(default_factory=list)
    error: str | None = None


def record(
    files: Mapping[str, str] | str,
    environ: Mapping[str, str] | None = None,
    patience: Patience = QUICK,
) -> Record:
    """Run ``files`` (path → text; the first is the script) and judge what they did."""
    texts = {"train.py": files} if isinstance(files, str) else dict(files)
    folder = tempfile.mkdtemp(prefix="judge") if len(texts) > 1 else "/judged"
    try:
        return _record(texts, folder, dict(environ or {}), patience)
    finally:
        if len(texts) > 1:
            shutil.rmtree(folder, ignore_errors=True)


def _record(
    texts: dict[str, str], folder: str, environ: dict[str, str], patience: Patience
) -> Record:
    events: dict[Any, Event] = {}
    for turn in range(patience.runs):
        run = Run(texts, folder, patience)
        error = run.go(environ, seed=turn + 1)
        if error:
            return Record(error=error)
        for key, event in run.events.items():
            if key in events:
                events[key].values += event.values
            else:
                events[key] = event
        if not any(_open(event, patience) for event in events.values()):
            break
    return Record([_judge(event, run) for event in _one_log_each(events.values())])


def _open(event: Event, patience: Patience) -> bool:
    return not event.fixed and read_scale(event.values, patience=patience) == UNSURE


def _one_log_each(events: Iterable[Event]) -> list[Event]:
    """Two logarithms of one statement are one cross-entropy: of ``p`` and of ``1 - p``."""
    found: dict[Any, Event] = {}
    for event in events:
        if event.kind != "log":
            found[event.key] = event
            continue
        first = found.setdefault(("log", event.spans), event)
        first.calls |= event.calls
    return list(found.values())


def _scale_of(event: Event) -> str:
    given = read_scale(event.values, last=True)
    if event.kind != "log" or given not in ("logits", "other"):
        return given
    # ``1 - p`` may stand in the log: small logits lose their balance so, relu its one side.
    turned = [1 - np.asarray(value) for value in event.values]
    for values in (event.values, turned):
        if min(float(np.min(value)) for value in values) >= -_ROOM:
            return "other"
    return given if given == "logits" else read_scale(turned, last=True)


def _judge(event: Event, run: Run) -> Meeting:
    given, size = _scale_of(event), width(event.values)
    spans, outer = run.shown(event.spans), run.shown(event.outer)
    if event.kind in ("softmax", "sigmoid"):
        code = judge_activation(given, event.kind, size)
        return Meeting(
            "activation", spans, outer, None, given, size, "logits", "none", event.kind, code
        )
    if event.kind == "log":
        family = "binary" if len(event.calls) > 1 else "none"
        found = Expectation("probabilities", family)
    else:
        found = run.expectation(event.loss, size or 1)
    code = "ok"
    if found.expects:
        code = judge_loss(given, found.expects, found.family, found.applies, size)
    rest = (found.expects, found.family, found.applies, code)
    return Meeting(event.kind, spans, outer, event.output, given, size, *rest)


@dataclass
class Compiled:
    """A model and the loss that it was compiled with, until they meet."""

    model: Any
    loss: Any
    spans: tuple[Span, ...]
    met: bool = False


class Run:
    """One run of a program: what the twins of ``watch`` told."""

    def __init__(self, texts: dict[str, str], folder: str, patience: Patience) -> None:
        self.texts, self.folder, self.patience = texts, folder, patience
        self.statements = {
            os.path.join(folder, path): Statements(os.path.join(folder, path), text)
            for path, text in texts.items()
        }
        self.events: dict[Any, Event] = {}
        self.compiled_models: list[Compiled] = []
        self.born: dict[int, tuple[Any, tuple[Span, ...]]] = {}
        self.kept: list[Any] = []
        self.extra: tuple[Span, ...] = ()
        self.prefix: Any = ()
        self.on = False

    # -- running ---------------------------------------------------------------------------

    def go(self, environ: dict[str, str], seed: int) -> str | None:
        """Run it; the error, if it raised one."""
        script = os.path.join(self.folder, next(iter(self.texts)))
        if len(self.texts) > 1:
            self._write()
        before, path, argv = set(sys.modules), list(sys.path), list(sys.argv)
        old = {name: os.environ.get(name) for name in environ}
        os.environ.update(environ)
        sys.path.insert(0, self.folder)
        sys.argv = [script]
        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                with watched(self) as patches, np.errstate(all="ignore"):
                    with staged(patches, seed):
                        self.on = True
                        code = compile(self.texts[next(iter(self.texts))], script, "exec")
                        exec(code, {"__name__": "__main__", "__file__": script})
                        for compiled in self.compiled_models:
                            self._meet(compiled, None, None)
                        self.on = False
                    sampling.resolve(self.events.values(), self.patience)
        except Exception:
            return traceback.format_exc(limit=-4)
        finally:
            self.on = False
            sys.path[:], sys.argv = path, argv
            for name, value in old.items():
                os.environ.pop(name, None) if value is None else os.environ.update({name: value})
            self._forget(before)
        return None

    def _write(self) -> None:
        for name, text in self.texts.items():
            target = Path(self.folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)

    def _forget(self, before: set[str]) -> None:
        for name in set(sys.modules) - before:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(
                self.folder + os.sep
            ):
                del sys.modules[name]

    def shown(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """With paths as the program's files are named."""
        return tuple(Span(os.path.relpath(s.path, self.folder), s.first, s.last) for s in spans)

    # -- what the twins tell -----------------------------------------------------------------

    def in_program(self, frame: types.FrameType | None) -> bool:
        return self.on and frame is not None and frame.f_code.co_filename in self.statements

    def called(self, loss: Any, labels: Any, predictions: Any) -> None:
        """A loss that the program calls itself."""
        if self._is_own(loss):
            return  # its body is the program's: what it calls is told by itself
        self._tell("loss", predictions, loss=loss, born=loss)

    def logged(self, tensor: Any) -> None:
        self._tell("log", source(tensor))

    def activated(self, kind: str, tensor: Any) -> None:
        if self.on:
            self._tell(kind, tensor)

    def constructed(self, thing: Any) -> None:
        spans = self._spans(sys._getframe(1))
        if self.on and spans:
            self.born[id(thing)] = (thing, spans[:1])

    def compiled(self, model: Any, loss: Any) -> None:
        if not self.on:
            return
        for compiled in self.compiled_models:
            if compiled.model is model:
                self._meet(compiled, None, None)
        spans = self._spans(sys._getframe(1))
        self.compiled_models.append(Compiled(model, loss, spans))
        for one in _flat(loss):
            if id(one) in self.born:
                thing, where = self.born[id(one)]
                self.born[id(one)] = (thing, where + spans[:1])

    def computed(self, model: Any, predictions: Any) -> bool:
        """``compute_loss`` from a training step of the program."""
        found = [compiled for compiled in self.compiled_models if compiled.model is model]
        if found and not found[-1].met:
            found[-1].met = True
            self._pair(found[-1], [predictions], None, fixed=False)
        return bool(found)

    def fitted(self, model: Any, x: Any, y: Any) -> Any:
        x, y = sampling.first_batch(x, y)
        step = getattr(model, "train_step", None)
        if step is not None and inspect.ismethod(step) and self._is_own(step.__func__):
            model(x)
            step((x, y))
        for compiled in self.compiled_models:
            if compiled.model is model:
                self._meet(compiled, x, y)
        return sampling.History()

    # -- meeting -----------------------------------------------------------------------------

    def _meet(self, compiled: Compiled, x: Any, y: Any) -> None:
        """Give the model large random weights, and its outputs to its loss."""
        if compiled.met:
            return
        compiled.met = True
        step = getattr(compiled.model, "train_step", None)
        if inspect.ismethod(step) and self._is_own(step.__func__):
            return  # the step calls its loss itself
        self.prefix = (len(self.compiled_models), self.compiled_models.index(compiled))
        try:
            outputs = sampling.draws(compiled.model, x, self.patience)
            sampling.infer(compiled.model, x)
            self._pair(compiled, outputs, y, fixed=True)
        finally:
            self.prefix = ()

    def _pair(self, compiled: Compiled, outputs: list[Any], y: Any, fixed: bool) -> None:
        names, columns = sampling.by_output(compiled.model, outputs)
        losses = sampling.loss_of_each(compiled.loss, names)
        labels = sampling.labels_of_each(y, names)
        for index, (name, values, loss) in enumerate(zip(names, columns, losses, strict=True)):
            if loss is None or isinstance(loss, type):
                continue
            if isinstance(loss, str):
                loss = self._by_name(compiled.model, loss, values[0], labels[index])
            spans = compiled.spans[:1] + self.born.get(id(loss), (None, ()))[1]
            output = name if len(names) > 1 else None
            if self._is_own(loss) and self._inside(loss, values, labels[index], spans, output):
                continue
            key = ("compile", self.compiled_models.index(compiled), index, spans)
            self.kept.append(loss)
            event = Event("loss", spans, key, compiled.spans[1:], loss, output, fixed=fixed)
            event.values = [np.asarray(value) for value in values]
            self.events[key] = event

    def _inside(self, loss: Any, values: list[Any], y: Any, spans: Any, output: Any) -> bool:
        """Call the program's own loss; whether what it calls was told."""
        self.extra, before = spans, len(self.events)
        self.prefix = (*self.prefix, output)
        known = set(self.events)
        on, self.on = self.on, True
        try:
            for value in values:
                for labels in sampling.labels_that_may_fit(y, value):
                    with contextlib.suppress(Exception):
                        loss(labels, sampling.tensor(value))
                        break
        finally:
            self.extra, self.on, self.prefix = (), on, self.prefix[:-1]
        fresh = [e for key, e in self.events.items() if key not in known]
        for event in fresh:
            event.output = output
            event.fixed = True
        return any(event.kind in ("loss", "log") for event in fresh) and len(self.events) > before

    def _by_name(self, model: Any, name: str, value: Any, y: Any) -> Any:
        generation = next(
            (g for g in ("tf_keras", "tensorflow.python.keras") if _comes_from(model, g)), "keras"
        )
        if name.lower() in ("crossentropy", "ce") and generation == "keras":
            from keras.src.trainers.compile_utils import get_loss

            return get_loss(name, value if y is None else y, value)  # never fitted: one-hot labels
        found = module(generation + ".losses").get(name)
        return inspect.unwrap(found)

    def _is_own(self, loss: Any) -> bool:
        """Whether the body of a loss (a function, a class, a partial) is the program's."""
        if isinstance(loss, functools.partial):
            return self._is_own(loss.func)
        if hasattr(loss, "__judge_twin__"):
            return False
        if isinstance(loss, types.MethodType):
            loss = loss.__func__
        code = getattr(loss, "__code__", None)
        if code is None and hasattr(loss, "call"):
            own = [getattr(loss, "fn", None), getattr(type(loss), "call", None)]
            return any(part is not None and part is not loss and self._is_own(part) for part in own)
        if code is None and not isinstance(loss, type):
            code = getattr(vars(type(loss)).get("__call__"), "__code__", None)
        return code is not None and code.co_filename in self.statements

    def expectation(self, loss: Any, size: int) -> Expectation:
        on, self.on = self.on, False
        try:
            return _expectation(loss, size)
        finally:
            self.on = on

    # -- telling -----------------------------------------------------------------------------

    def _tell(self, kind: str, tensor: Any, loss: Any = None, born: Any = None) -> None:
        if not self.on or sampling.is_passing(tensor):
            return
        frame: types.FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename in (__file__, _WATCH):
            frame = frame.f_back  # the twin that told
        own, layer = self._owner(frame)
        if own is None and layer is None:
            return
        spans = self._spans(frame) if own is not None else ()
        if layer is not None and own is None:
            spans = self.born.get(id(layer), (None, ()))[1]
            if not spans:
                return
        more = self.born.get(id(born), (None, ()))[1] + self.extra
        near = spans[:1] + more
        key: Any = (kind, spans, own.f_lasti if own is not None else None, self.prefix, more)
        if own is None:
            key = (kind, spans, self._order(layer), self.prefix)
        event = self.events.setdefault(key, Event(kind, near, key, spans[1:], loss))
        if own is not None:
            event.calls.add(own.f_lasti)
        self.kept.append(loss)
        event.made = event.made or getattr(tensor, "judge_made", None)
        if len(event.values) + len(event.pending) < 64:
            found = sampling.numbers(tensor)
            if found is not None:
                event.values.append(found)
            elif tensor is not None:
                event.pending.append(tensor)

    def _order(self, layer: Any) -> int:
        """A number for a layer that is the same in each run."""
        return list(self.born).index(id(layer)) if id(layer) in self.born else -1

    def _owner(self, frame: types.FrameType | None) -> tuple[Any, Any]:
        """The program's frame, or the layer, in which a call stands; neither inside of a loss."""
        while frame is not None:
            code = frame.f_code
            if code.co_filename in self.statements:
                return frame, None
            if code.co_filename == _WATCH and code.co_name == "recorded_loss":
                return None, None
            if code.co_filename == _WATCH and code.co_name == "recorded_layer":
                layer = frame.f_locals.get("self")
                if id(layer) in self.born and not hasattr(layer, "compile"):
                    return None, layer
            frame = frame.f_back
        return None, None

    def _spans(self, frame: types.FrameType | None) -> tuple[Span, ...]:
        found: list[Span] = []
        while frame is not None:
            statements = self.statements.get(frame.f_code.co_filename)
            if statements is not None:
                found.append(statements.at(frame.f_lineno))
            frame = frame.f_back
        return tuple(dict.fromkeys(found))


_EXPECTATIONS: dict[Any, tuple[Any, Expectation]] = {}


def _expectation(loss: Any, size: int) -> Expectation:
    """Read once for each library loss and configuration; a program's own, each time."""
    key = None
    if hasattr(loss, "get_config") and any(_comes_from(loss, g) for g in GENERATIONS):
        with contextlib.suppress(Exception):
            key = (type(loss), repr(loss.get_config()), size == 1)
    if key is not None and key in _EXPECTATIONS:
        return _EXPECTATIONS[key][1]
    with np.errstate(all="ignore"):
        found = read_expectation(loss, size)
    if key is not None:
        _EXPECTATIONS[key] = (loss, found)
    return found


def _comes_from(thing: Any, generation: str) -> bool:
    return any(base.__module__.startswith(generation + ".") for base in type(thing).__mro__)


def _flat(loss: Any) -> list[Any]:
    if isinstance(loss, dict):
        return [one for value in loss.values() for one in _flat(value)]
    if isinstance(loss, (list, tuple)):
        return [one for value in loss for one in _flat(value)]
    return [loss]
