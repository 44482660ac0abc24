"""Call arguments to parameters: once, for project functions and catalog rows alike."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from xentlint.source.values import NONE, Arg, Args, Bindings, Items, Value


def bind_row(parameters: tuple[str, ...], args: Args) -> Bindings:
    """The arguments of a library call by parameter name."""
    bound = dict(args.keywords)
    for name, arg in zip(parameters, args.positional, strict=False):
        bound.setdefault(name, arg)
    return bound


def bind_function(
    parameters: cst.Parameters,
    args: Args,
    defaults: dict[str, Value],
    missing: Callable[[str], Value],
    make_dict: Callable[[Bindings, bool], Value],
) -> dict[str, Value]:
    """The arguments of a project function by parameter name.

    ``missing`` gives the value of a parameter that nothing was passed for.
    """
    plain = [*parameters.posonly_params, *parameters.params]
    names = [p.name.value for p in plain]
    keyword_only = [p.name.value for p in parameters.kwonly_params]
    bound: dict[str, Value] = {}
    for name, arg in zip(names, args.positional, strict=False):
        bound[name] = arg.value
    rest: Bindings = {}
    for name, arg in args.keywords.items():
        if name in names or name in keyword_only:
            bound.setdefault(name, arg.value)
        else:
            rest[name] = arg
    for name in (*names, *keyword_only):
        if name not in bound:
            default = defaults.get(name)
            bound[name] = missing(name) if args.open or default is None else default
    star = parameters.star_arg
    if isinstance(star, cst.Param):  # not the lone ``*`` before keyword-only parameters
        extra = tuple(arg.value for arg in args.positional[len(names) :])
        bound[star.name.value] = missing(star.name.value) if args.open else Items(extra)
    if parameters.star_kwarg is not None:
        bound[parameters.star_kwarg.name.value] = make_dict(rest, args.open)
    return bound


def value_of(bound: Bindings, name: str, default: Value = NONE) -> Value:
    arg = bound.get(name)
    return default if arg is None else arg.value


def first(args: Args, *names: str) -> Arg | None:
    """The first positional argument, or the one of these keywords."""
    if args.positional:
        return args.positional[0]
    for name in names:
        if name in args.keywords:
            return args.keywords[name]
    return None
