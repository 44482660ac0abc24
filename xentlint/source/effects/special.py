"""Library functions that make, find or pass on values: a table from name to handler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from xentlint.catalog.activations import ACTIVATIONS
from xentlint.catalog.models import TRAINED_WITH
from xentlint.catalog.names import canonical
from xentlint.source.arguments import bind_row, value_of
from xentlint.source.effects import losses, models, pairing
from xentlint.source.effects.layers import units_of
from xentlint.source.effects.ops import shape_of
from xentlint.source.joins import pairs
from xentlint.source.run import Run
from xentlint.source.sequences import make_dict
from xentlint.source.values import (
    NONE,
    Api,
    Arg,
    Args,
    Const,
    Partial,
    Spot,
    Value,
)


def _partial(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    if not args.positional:
        return run.fresh("partial without a function")
    return Partial(args.positional[0].value, args._replace(positional=args.positional[1:]))


def _input(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    bound = bind_row(("shape", "batch_size", "name"), args)
    shape = shape_of(run, value_of(bound, "shape", value_of(bound, "batch_shape")))
    whole = None if shape is None else (None, *shape)
    return run.fresh("the model's input", "the model's input", data=True, shape=whole)


def _get_loss(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    return losses.get(run, args, spot)


def _get_activation(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    if not args.positional:
        return NONE
    value = args.positional[0].value
    if type(value) is Const and value.value in ACTIVATIONS:
        return Api(f"{callee.name.rpartition('.')[0]}.{value.value}")
    return value


def _one_hot_labels(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    bound = bind_row(("y", "num_classes"), args)
    width = units_of(value_of(bound, "num_classes"))
    return run.fresh(
        "one-hot labels", "one-hot labels", labels="one-hot", data=True, shape=(None, width)
    )


def _first(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    """A wrapper that gives what it was given: ``tf.function(f)``, ``copy.deepcopy(x)``."""
    return args.positional[0].value if args.positional else run.fresh("a decorator's result")


def _template(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    if len(args.positional) < 2:
        return run.fresh("a template without a function")
    return Partial(args.positional[1].value, Args(args.positional[2:], args.keywords, args.open))


def _ordered_dict(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    return run.call(run, Api("builtins.dict"), args, spot)


def _items(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    given = _first(run, callee, args, spot)
    return run.call(run, run.attribute(run, given, "items", spot), Args(), spot)


def _trained_with(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    """A model handed over with its loss: they meet as in ``compile``."""
    model, loss = TRAINED_WITH[canonical(callee.name)]
    bound = bind_row((model, loss), args)
    given = bound.get(loss)
    for guard, (plain,) in pairs(value_of(bound, model)):
        if given is not None and models.is_model(plain):
            with run.under(guard):
                heads = models.heads(run, plain, spot)
                at = given.spot or spot
                library = models.flavour(run, plain)
                pairing.compile_loss(run, given.value, heads, spot, at, library)
    return run.fresh("a model of another library")


def _decode(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    """``dynamic_decode(decoder, …)`` runs the decoder to its end."""
    decoder = value_of(bind_row(("decoder",), args), "decoder")
    start = run.fresh("the input of the decoder", data=True)
    return run.call(run, decoder, Args((Arg(start, spot),)), spot)


def _environment(run: Run, callee: Api, args: Args, spot: Spot) -> Value:
    return make_dict(run, (), True)


SPECIAL: Final[dict[str, Callable[[Run, Api, Args, Spot], Value]]] = {
    "functools.partial": _partial,
    "keras.Input": _input,
    "keras.losses.get": _get_loss,
    "keras.losses.deserialize": _get_loss,
    "keras.activations.get": _get_activation,
    "keras.activations.deserialize": _get_activation,
    "keras.utils.to_categorical": _one_hot_labels,
    "keras.utils.np_utils.to_categorical": _one_hot_labels,
    "tf.function": _first,
    "tf.autograph.experimental.do_not_convert": _first,
    "tf.recompute_grad": _first,
    "tf.make_template": _template,
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "six.iteritems": _items,
    "typing.cast": lambda run, callee, args, spot: (
        args.positional[1].value if len(args.positional) > 1 else run.fresh("a cast")
    ),
    "keras.utils.multi_gpu_model": _first,
    **dict.fromkeys(TRAINED_WITH, _trained_with),
    "tf.contrib.seq2seq.dynamic_decode": _decode,
    "tfa.seq2seq.dynamic_decode": _decode,
    "collections.OrderedDict": _ordered_dict,
    "collections.defaultdict": _environment,
}
