"""Models: making one, its outputs, compiling it, calling it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from xentlint.catalog.models import ANY
from xentlint.catalog.rows import ModelRow
from xentlint.source.arguments import bind_row, value_of
from xentlint.source.effects import applications, losses, metrics, misplaced, outlets, pairing
from xentlint.source.effects.layers import applies, renamed
from xentlint.source.joins import alternatives, pairs
from xentlint.source.objects import build_once, class_attribute, library_base, library_flavour
from xentlint.source.run import Run
from xentlint.source.sequences import content, make_list
from xentlint.source.values import (
    NONE,
    Arg,
    Args,
    ClassValue,
    Const,
    Entries,
    Function,
    Items,
    Method,
    Ref,
    Rest,
    Spot,
    Tensor,
    Unknown,
    Value,
)

_METHODS: Final = (
    "add pop compile fit fit_generator train_on_batch evaluate predict predict_on_batch "
    "predict_proba summary build save save_weights call load_weights get_layer "
    "get_weights set_weights add_loss add_metric compute_loss compiled_loss test_step "
    "train_step add_weight add_variable get_config add_update count_params to_json export "
    "__call__ stateless_call compute_metrics test_on_batch evaluate_generator "
    "predict_generator predict_classes"
)
METHODS: Final = frozenset(_METHODS.split())
PREDICT: Final = frozenset(
    ("predict", "predict_on_batch", "predict_proba", "predict_generator", "__call__", "call")
)


def make(run: Run, row: ModelRow, dotted: str, args: Args, spot: Spot) -> Value:
    """A model from a class or function of the catalog."""
    if row.kind == "opaque":
        return run.fresh(f"the model that `{dotted.rpartition('.')[2]}` gives is not known")
    bound = bind_row(row.parameters, args)
    if row.kind in ("copy", "quantized"):
        given = value_of(bound, row.parameters[0], run.fresh("a copy of what is not known"))
        change = _copied if row.kind == "copy" else _quantized
        return alternatives((guard, change(run, v, spot)) for guard, (v,) in pairs(given))
    if row.name.endswith(ANY) and args.positional:
        return run.fresh("the order of the arguments differs between applications")
    kind = {"sequential": "sequential", "model": "functional"}.get(row.kind, "application")
    ref = run.new(kind, row, spot)
    run.memo["flavour", ref.id] = dotted
    if kind == "sequential":
        start(run, ref, bound, spot)
    elif kind == "functional":
        renamed(("input=inputs", "output=outputs"), bound)
        run.memo["made", ref.id] = spot
        run.set(ref, "*inputs", value_of(bound, "inputs", run.fresh("inputs", data=True)))
        run.set(ref, "*outputs", value_of(bound, "outputs", run.fresh("the model has no outputs")))
    else:
        if args.open:
            run.set(ref, "*open", Const(True))
        for name, arg in bound.items():
            run.set(ref, f"*{name}", arg.value)
            run.memo["argument", ref.id, name] = arg.spot
    if "name" in bound:
        run.set(ref, "*name", bound["name"].value)
    return ref


def _copied(run: Run, value: Value, spot: Spot) -> Value:
    """Another object with the same outputs: what is added to one is not in the other."""
    if type(value) is not Ref or value.kind not in ("sequential", "functional"):
        return value
    ref = run.new(value.kind, value.maker, spot)
    run.memo["flavour", ref.id] = flavour(run, value)
    for name in ("*layers", "*inputs", "*outputs", "*name"):
        known = run.get(value, name)
        if known is not None:
            run.set(ref, name, known)
    return ref


def _quantized(run: Run, value: Value, spot: Spot) -> Value:
    """Behind each output stands an op that rounds: Keras finds no activation there."""
    if not is_model(value):
        return value
    ref = run.new("functional", value.maker, spot)
    run.memo["flavour", ref.id] = flavour(run, value)
    outputs = _called(run, value, run.fresh("the input of the model", data=True), spot)
    run.set(ref, "*outputs", _fetched(outputs))
    return ref


def start(run: Run, ref: Ref, bound: Any, spot: Spot) -> None:
    """The layers that a Sequential begins with."""
    given = value_of(bound, "layers", NONE)
    if given == NONE:
        run.set(ref, "*layers", Items(()))
        return
    found = []
    for guard, (plain,) in pairs(given):
        items = content(run, plain)
        _behind_models(run, items, spot)
        reason = getattr(plain, "reason", "the list of layers is not followed")
        found.append((guard, items if items is not None else Items((Rest(run.fresh(reason)),))))
    run.set(ref, "*layers", alternatives(found))


def is_model(value: Value) -> bool:
    if type(value) is not Ref:
        return False
    if value.kind == "instance":
        return library_base(value.maker) in ("keras.Model", "keras.Sequential")
    return value.kind in ("sequential", "functional", "application")


def flavour(run: Run, ref: Ref) -> str:
    """The dotted library name behind a model."""
    if ref.kind == "instance":
        return library_flavour(ref.maker)
    return str(run.memo.get(("flavour", ref.id), ""))


# -- outputs -------------------------------------------------------------------------------------


def output(run: Run, ref: Ref, given: Value, spot: Spot) -> Value:
    """What a model gives for an input: a tensor, a list or a dict of them."""
    if ref.kind == "application":
        return applications.output(run, ref, spot)
    if run.get(ref, "*outputs") is not None:
        return _single(run, run.get(ref, "*outputs"))
    layers = run.get(ref, "*layers")
    if layers is None:
        return run.fresh("the model's outputs are not known")
    return alternatives(
        (guard, _through(run, plain, given, spot)) for guard, (plain,) in pairs(layers)
    )


def _single(run: Run, outputs: Value) -> Value:
    items = content(run, outputs) if type(outputs) in (Items, Ref) else None
    if type(outputs) is Ref and outputs.kind == "dict":
        return outputs
    if items is not None and len(items.values) == 1:
        return items.values[0]
    return outputs


def _through(run: Run, layers: Value, given: Value, spot: Spot) -> Value:
    """A tensor through the layers of a Sequential."""
    if type(layers) is not Items:
        return run.fresh("the model's layers are not known")
    value, mark = given, len(run.outlets)
    for layer in layers.values:
        inner = layer.value if type(layer) is Rest else layer
        if type(inner) is Unknown and inner.data and inner.shape is not None:  # keras.Input
            value = _shaped(value, inner)
        else:
            value = run.call(run, inner, Args((Arg(value, spot),)), spot)
    outlets.not_at(run, spot, mark)
    return value


def _behind_models(run: Run, layers: Value, spot: Spot) -> None:
    """Layers of a Sequential that stand behind whole models: they take what those give."""
    items = layers.values if type(layers) is Items else ()
    for model, layer in pairwise(items):
        if is_model(model):
            outlets.wrapped(run, model.id, applies(run, layer), spot)


def _shaped(given: Value, declared: Unknown) -> Value:
    """What enters a model has the shape that its input declares."""
    if type(given) is Unknown and given.shape is None:
        return replace(given, shape=declared.shape)
    return given


def heads(run: Run, ref: Ref, spot: Spot) -> pairing.Heads:
    """The outputs of a model by name, as ``compile`` sees them."""
    given = run.fresh("the input of the model", data=True)
    value = _called(run, ref, given, spot)
    return named(run, value)


def _called(run: Run, ref: Ref, given: Value, spot: Spot) -> Value:
    if ref.kind == "instance" and run.get(ref, "*outputs") is None:
        method = class_attribute(run, ref.maker, "call")
        if type(method) is Function:
            build_once(run, ref, spot)
            return run.call(run, Method(method, ref), _training_call(method, given, spot), spot)
        if run.get(ref, "*layers") is None:
            return run.fresh("the model has no `call` that is followed")
    return output(run, ref, given, spot)


def _training_call(method: Function, given: Value, spot: Spot) -> Args:
    """What ``fit`` passes to ``call``: the loss sees the outputs of training."""
    names = {param.name.value for param in method.node.params.params}
    training = {"training": Arg(Const(True), spot)} if "training" in names else {}
    return Args((Arg(given, spot),), training)


def named(run: Run, value: Value) -> pairing.Heads:
    """Outputs with their names: keys of a dict, names of layers."""
    if type(value) is Ref and value.kind == "dict":
        entries = run.get(value, "entries")
        if type(entries) is Entries and not entries.open:
            return [(key.value if type(key) is Const else None, v) for key, v in entries.pairs]
        return [(None, run.fresh("the model's outputs are not known"))]
    items = content(run, value) if type(value) in (Items, Ref) else None
    if items is not None and not any(type(v) is Rest for v in items.values):
        return [(_name(v), v) for v in items.values]
    if items is not None:
        return [(None, run.fresh("how many outputs the model has is not known"))]
    return [(_name(value), value)]


def _name(value: Value) -> str | None:
    return value.name if type(value) is Tensor else None


# -- methods -------------------------------------------------------------------------------------


def compile_model(run: Run, ref: Ref, args: Args, spot: Spot) -> Value:
    """``model.compile(optimizer, loss, …)``."""
    bound = bind_row(("optimizer", "loss"), args)
    given = bound.get("loss")
    if given is None:
        if args.open:
            given = Arg(run.fresh("the arguments of compile are not known"), spot)
        else:
            given = Arg(NONE, spot)
    if given.value == NONE:
        # No use, and what was called to lead here is answered: a `compile` of the project's own.
        run.met.update(id(step.node) for step in (spot, *run.trail) if step is not None)
        return NONE
    run.set(ref, "*loss", given.value)
    run.memo["argument", ref.id, "loss"] = given.spot
    run.memo["compile", ref.id] = spot
    own_step = ref.kind == "instance" and class_attribute(run, ref.maker, "train_step") is not None
    if own_step:
        pairing.hand_over(run, given, spot)
        return NONE
    before, run.compiling = run.compiling, ref.id
    outputs, mark, library = heads(run, ref, spot), len(run.meetings), flavour(run, ref)
    pairing.compile_loss(run, given.value, outputs, spot, given.spot or spot, library)
    misplaced.compile_keyword(run, args, mark, spot)
    metrics.compiled(run, args, outputs, mark, spot, library)
    run.compiling = before
    return NONE


def compile_unknown(run: Run, callee: Unknown, args: Args, spot: Spot) -> None:
    """``compile(loss=…)`` of something that is not followed: its loss is known all the same."""
    given = args.keywords.get("loss")
    if given is not None:
        head = Unknown((".", callee.term, "output"), callee.reason)
        pairing.compile_loss(run, given.value, [(None, head)], spot, given.spot or spot, "")


def compiled_loss(run: Run, ref: Ref, args: Args, spot: Spot) -> Value:
    """``self.compiled_loss(y, y_pred)`` or ``compute_loss``: the loss given to compile."""
    spec = run.get(ref, "*loss")
    bound = bind_row(("y", "y_pred"), args)
    if "y_pred" in bound and spec is not None:
        place = run.memo.get(("argument", ref.id, "loss")) or spot
        compiled = run.memo.get(("compile", ref.id))
        run.met.update(() if compiled is None else (id(compiled.node),))
        pairing.compile_loss(
            run, spec, named(run, bound["y_pred"].value), spot, place, flavour(run, ref)
        )
    return losses.loss_value(run)


def method(run: Run, ref: Ref, name: str, args: Args, spot: Spot) -> Value:
    """A library method of a model."""
    first = args.positional[0].value if args.positional else None
    if name == "compile":
        return compile_model(run, ref, args, spot)
    if name == "add" and run.get(ref, "*layers") is not None:
        layer = first if first is not None else value_of(args.keywords, "layer")
        _change_layers(run, ref, lambda items: Items((*items.values, layer)))
        for _, (layers,) in pairs(run.get(ref, "*layers")):
            _behind_models(run, Items(layers.values[-2:] if type(layers) is Items else ()), spot)
        return NONE
    if name == "pop" and run.get(ref, "*layers") is not None:
        _change_layers(run, ref, lambda items: Items(items.values[:-1]))
        return NONE
    if name == "stateless_call":
        arg = bind_row(("trainable_variables", "non_trainable_variables", "x"), args).get("x")
        given = arg.value if arg is not None else run.fresh("an input", data=True)
        states = ["the model's state"] + ["its losses"] * ("return_losses" in args.keywords)
        outputs = _called(run, ref, given, spot)
        return Items((outputs, *(run.fresh(state, data=True) for state in states)))
    if name in PREDICT:
        given = first if first is not None else run.fresh("an input", data=True)
        result = _called(run, ref, given, spot)
        if name in ("__call__", "call"):
            outlets.gives(run, "call", result, spot)
            return result
        outlets.gives(run, "predict", result, spot)
        return _fetched(result)
    if name in ("fit", "fit_generator", "train_on_batch"):
        return _fit(run, ref, spot)
    if name == "compiled_loss":
        return compiled_loss(run, ref, args, spot)
    if name in ("compute_loss", "_compute_loss"):
        shifted = bind_row(("x", "y", "y_pred"), args)
        return compiled_loss(run, ref, Args((), shifted, args.open), spot)
    if name in ("save", "export"):
        leaves(run, ref, "save", spot)
    if name in ("build", "summary", "save", "save_weights", "load_weights", "set_weights"):
        return NONE
    return run.fresh(f"what `{name}` of a model gives is not followed")


def leaves(run: Run, ref: Ref, how: str, spot: Spot) -> None:
    """A model goes to a file or to another library, with what it gives."""
    compiled = run.get(ref, "*loss") is not None and ref.kind != "instance"
    given = [] if compiled else [value for _, value in heads(run, ref, spot)]
    outlets.whole(run, how, ref.id, given, spot)


def _fetched(value: Value) -> Value:
    """What ``predict`` gives: arrays, of which Keras remembers no logits."""
    from xentlint.source.effects.layers import _change

    return _change(value, lambda t: t.scale, True)


def _change_layers(run: Run, ref: Ref, change: Any) -> None:
    layers = run.get(ref, "*layers")
    run.set(
        ref,
        "*layers",
        alternatives(
            (guard, change(plain) if type(plain) is Items else plain)
            for guard, (plain,) in pairs(layers)
        ),
    )


def _fit(run: Run, ref: Ref, spot: Spot) -> Value:
    run.fitted.add(ref.id)
    if ref.kind == "instance":
        step = class_attribute(run, ref.maker, "train_step")
        if type(step) is Function:
            data = run.fresh("a batch of the data", data=True)
            run.call(run, Method(step, ref), Args((Arg(data, spot),)), spot)
    return run.fresh("the history of a training", data=True)


def attribute(run: Run, ref: Ref, name: str, spot: Spot) -> Value:
    """A property of a model; ``None`` if it is none that is known."""
    if not is_model(ref):
        return None
    if name in ("output", "outputs"):
        value = _called(run, ref, run.fresh("the input of the model", data=True), spot)
        for _, given in named(run, value):
            outlets.gives(run, "call", given, spot)
        return value if name == "output" else _as_list(run, value)
    if name in ("input", "inputs"):
        known = run.get(ref, "*inputs")
        return known if known is not None else run.fresh("the input of the model", data=True)
    if name == "layers":
        layers = run.get(ref, "*layers")
        return layers if layers is not None else run.fresh("the layers of the model")
    if name in ("loss", "name", "optimizer", "history", "metrics_names", "trainable_variables"):
        known = run.get(ref, f"*{name}")
        return known if known is not None else run.fresh(f"the model's `{name}`", data=True)
    return None


def _as_list(run: Run, value: Value) -> Value:
    if type(value) is Ref and value.kind in ("list", "dict"):
        return value
    if type(value) is Items:
        return make_list(run, value.values)
    return make_list(run, (value,))


__all__ = ["ClassValue", "Unknown", "compile_model", "heads", "make", "method"]
