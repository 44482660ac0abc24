"""Which format a file has: its first bytes decide, its name is only a hint."""

from __future__ import annotations

import os.path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

HEAD: Final = 4096
"""Bytes of a file's start that ``kind_of`` looks at."""

HDF5: Final = b"\x89HDF\r\n\x1a\n"
HINTS: Final = {
    ".keras": "keras",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".hd5": "hdf5",
    ".tflite": "tflite",
    ".lite": "tflite",
    ".onnx": "onnx",
    ".pb": "graphdef",
    ".pbtxt": "saved_model_text",
}
_LFS = b"version https://git-lfs.github.com/spec/"
_FIRST_KEYS = (
    b'"class_name"', b'"module"', b'"modelTopology"', b'"format"', b'"model_config"',
    b'"keras_version"', b'"backend"', b'"generatedBy"', b'"convertedBy"', b'"config"',
    b'"registered_name"', b'"build_config"', b'"compile_config"', b'"weightsManifest"',
)  # fmt: skip
_TELLING = (b'"class_name"', b'"modelTopology"')
_MEMBERS = (b"config.json", b"metadata.json", b"model.weights.h5")


def kind_of(path: str, head: bytes) -> str | None:
    """The format, from the file's first bytes (``HEAD`` of them are enough).

    ``keras``, ``hdf5``, ``json``, ``saved_model``, ``saved_model_text``, ``tflite``, ``onnx``,
    ``graphdef`` or ``graphdef_text``; ``lfs-pointer``, ``html`` or ``unknown`` where the name
    promises a model and the content is none; ``None``: nothing of ours.
    """
    name = os.path.basename(path.partition("?")[0] if "://" in path else path).lower()
    hint = HINTS.get(os.path.splitext(name)[1])
    found = _by_content(name, head, hint)
    if found is not None:
        return found
    if hint is None and name not in ("model.json", "keras_metadata.pb"):
        return None
    if head.startswith(_LFS):
        return "lfs-pointer"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:14].lower().startswith((b"<!doctype html", b"<html")):
        return "html"
    if name == "model.json" or (hint == "saved_model_text" and name != "saved_model.pbtxt"):
        return None  # any program may have a model.json, any graph a .pbtxt
    return "unknown"


def _by_content(name: str, head: bytes, hint: str | None) -> str | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(name, head, hint)
    if head.startswith(HDF5) or (
        hint in ("hdf5", "keras") and any(head[at : at + 8] == HDF5 for at in (512, 1024, 2048))
    ):
        return "hdf5"
    if head[4:8] == b"TFL3":
        return "tflite"
    if name == "keras_metadata.pb":
        return "keras_metadata"
    if name == "saved_model.pb" or (hint == "graphdef" and head.startswith(b"\x08\x01\x12")):
        return "saved_model"
    if name == "saved_model.pbtxt" or head.lstrip().startswith(b"saved_model_schema_version:"):
        return "saved_model_text"
    if hint == "saved_model_text" and _is_graph_text(head):
        return "graphdef_text"
    if head[:1] == b"\x08" and hint == "onnx":
        return "onnx"
    if head[:1] == b"\x0a" and hint == "onnx":
        return "onnx"
    if hint == "graphdef" and _is_graphdef(head):
        return "graphdef"
    return "json" if _is_json_model(head) else None


def _zip(name: str, head: bytes, hint: str | None) -> str | None:
    """A ``.keras``, a ``.zip`` that may hold one, or a zip whose first member is Keras'."""
    size = int.from_bytes(head[26:28], "little")
    first = head[30 : 30 + size]
    ours = hint is not None or name.endswith(".zip") or first in _MEMBERS
    return "keras" if ours else None


def _is_graphdef(head: bytes) -> bool:
    """A node first, which starts with its name: 0A length 0A length name."""
    at = 1
    while at < len(head) and head[at] & 0x80:
        at += 1
    return head[:1] == b"\x0a" and head[at + 1 : at + 2] == b"\x0a"


def _is_graph_text(head: bytes) -> bool:
    """A node of TensorFlow's first: other programs' text forms have nodes as well, without ops."""
    text = b" ".join(head[:600].replace(b"{", b" { ").split())
    name, _, rest = text.partition(b'node { name: "')[2].partition(b'"')
    return bool(name) and text.startswith(b"node {") and rest.startswith(b' op: "')


def _is_json_model(head: bytes) -> bool:
    text = head
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or (
        head[:4:2].strip(b"{ \t\r\n") == b"" and b"\0" in head[:4]
    ):
        text = head.replace(b"\0", b"").lstrip(b"\xff\xfe")  # UTF-16: enough to know the keys
    text = text.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.startswith(b"{"):
        return False
    first = text[1:].lstrip()
    return first.startswith(_FIRST_KEYS) and any(key in text for key in _TELLING)
