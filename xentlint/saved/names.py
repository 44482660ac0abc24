"""What a serialized object calls itself: its class, and whether that is Keras' own."""

from __future__ import annotations

from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OWN = ("keras", "tf_keras", "tensorflow.python.keras", "tensorflow.keras")


class Named(NamedTuple):
    """``{"module": …, "class_name": …, "config": …, "registered_name": …}``, its older forms."""

    name: str
    own: bool
    """Whether Keras itself has a class of this name there, as far as the file says."""
    module: str
    config: Any


def is_object(value: object) -> bool:
    """Whether a dict is a serialized object, not a dict by output names."""
    return (
        isinstance(value, dict) and isinstance(value.get("class_name"), str) and "config" in value
    )


def named(value: dict[str, Any]) -> Named:
    name = value["class_name"]
    module = value.get("module")
    module = module if isinstance(module, str) else ""
    registered = value.get("registered_name")
    package, _, rest = name.rpartition(">")
    if not package and isinstance(registered, str):
        package = registered.rpartition(">")[0]
    own = not package and (not module or in_keras(module) or module == "builtins")
    return Named(rest or name, own, module, value.get("config"))


def in_keras(module: str) -> bool:
    return any(module == own or module.startswith(own + ".") for own in OWN)


def function_name(value: object) -> str | None:
    """The name of a serialized function; ``None`` if the value is none.

    Ex) ``"binary_crossentropy"``, ``{"class_name": "function", "config": "softmax"}``
    """
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and value.get("class_name") == "function":
        name = value.get("config")
        return name if isinstance(name, str) else None
    return None


def is_lambda(value: object) -> bool:
    """Code in the file, which is never decoded."""
    return isinstance(value, dict) and value.get("class_name") == "__lambda__"


def snake(name: str) -> str:
    """``LogSoftmax`` becomes ``log_softmax``, as Keras names its operations."""
    out = ""
    for index, char in enumerate(name):
        if char.isupper() and index and not name[index - 1].isupper():
            out += "_"
        out += char.lower()
    return out
