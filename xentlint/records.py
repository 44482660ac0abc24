"""``NamedTuple`` at a tenth of its price: the start-up on a saved model makes seventy of them.

``typing.NamedTuple`` reads every annotation and compiles a ``__new__`` for each class, used or not:
a third of the instructions of a run on one model (valgrind, Python 3.11). This one never looks at
an annotation, and compiles for those classes only of which many are made: a run on one model makes
a handful of most. Type checkers see the real one.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    import sys
    from _collections import _tuplegetter

    _FEW = 8
    """Instances that cost together what compiling does."""
    _UNEXPECTED = TypeError if sys.version_info >= (3, 13) else ValueError

    class _Meta(type):
        """Makes a class with annotated fields a tuple with names."""

        def __new__(mcs, name, bases, space):
            if name == "NamedTuple":
                return super().__new__(mcs, name, bases, space)
            fields = tuple(space.get("__annotations__", ()))
            space["__slots__"] = ()
            space["_early"] = [None] * _FEW
            space["_fields"] = space["__match_args__"] = fields
            space["_field_defaults"] = {key: space[key] for key in fields if key in space}
            for index, key in enumerate(fields):
                space[key] = _tuplegetter(index, "")
            return super().__new__(mcs, name, bases, space)

    class NamedTuple(tuple, metaclass=_Meta):
        """What ``typing.NamedTuple`` gives its classes."""

        __slots__ = ()

        def __new__(cls, *values, **named):
            found = _by_hand(cls, values, named) if cls._early else None
            if found is None:
                _finish(cls)
                return cls.__new__(cls, *values, **named)
            del cls._early[:1]
            return found

        @classmethod
        def _make(cls, values):
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields, not {len(made)}")
            return made

        def _replace(self, **named):
            made = self._make(map(named.pop, self._fields, self))
            if named:
                raise _UNEXPECTED(f"{type(self).__name__} has no fields {list(named)}")
            return made

        __replace__ = _replace

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            pairs = zip(self._fields, self, strict=True)
            return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in pairs)})"

        def __getnewargs__(self):
            return tuple(self)

    def _by_hand(cls, values, named):
        """One of the first instances; ``None`` for arguments that do not fit."""
        left = cls._fields[len(values) :]
        if not left and not named and len(values) == len(cls._fields):
            return tuple.__new__(cls, values)
        known = {**cls._field_defaults, **named}
        if len(values) > len(cls._fields) or not named.keys() <= {*left} <= known.keys():
            return None
        return tuple.__new__(cls, (*values, *[known[name] for name in left]))

    def _finish(cls):
        """A ``__new__`` with the fields for parameters, as ``namedtuple`` compiles it."""
        names = ", ".join(cls._fields)
        body = f"({names},)" if names else "()"
        scope = {"new": tuple.__new__, "__builtins__": {}, "__name__": cls.__module__}
        made = eval(f"lambda cls, {names}: new(cls, {body})", scope)
        made.__defaults__ = tuple(cls._field_defaults.values())
        made.__name__ = "__new__"
        made.__qualname__ = f"{cls.__qualname__}.__new__"
        cls.__new__ = staticmethod(made)
