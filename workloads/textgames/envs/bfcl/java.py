"""Values in Java's source text, as the leaderboard reads them: what is not of the declared type stays text.

Collections are found by their constructor, anywhere in the text, and are split at every comma.
"""

from __future__ import annotations

import re
from typing import Any, Final

TYPES: Final[dict[str, type]] = {
    "byte": int, "short": int, "integer": int, "long": int, "float": float, "double": float, "boolean": bool,
    "Array": list, "ArrayList": list, "HashMap": dict,
}  # fmt: skip
"""The types that text becomes; every other type is a string."""

_WHOLE: Final = re.compile(r"-?\d+")
_REAL: Final = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_ARRAY: Final = re.compile(r"new\s+\w+\[\]\s*\{(.*?)\}")
_AS_LIST: Final = re.compile(r"new\s+ArrayList<\w*>\(Arrays\.asList\((.+?)\)\)")
_ADDED: Final = re.compile(r"new\s+ArrayList<\w*>\(\)\s*\{\{(.+?)\}\}", re.DOTALL)
_ADD: Final = re.compile(r"add\((.+?)\)")
_EMPTY_LIST: Final = re.compile(r"new\s+ArrayList<\w*>\(\)")
_MAP: Final = re.compile(r"new\s+HashMap<.*?>\s*\(\)\s*\{([^}]*)\}", re.DOTALL)
_PUT: Final = re.compile(r"put\(\"(.*?)\",\s*(.*?)\)")
_EMPTY_MAP: Final = re.compile(r"new\s+HashMap<.*?>\s*\(\)")

MOST_CHARACTERS: Final = 4_096
"""Of a value that is taken apart: patterns take the square of the time."""


def value_of(text: str, name: str, inner: str | None) -> Any:
    """The value that text stands for as one of the type `name`, with items of the type `inner`."""
    if len(text) > MOST_CHARACTERS:
        return text
    if name in ("Array", "ArrayList"):
        return (_array if name == "Array" else _array_list)(text, inner or "any")
    return _map(text) if name == "HashMap" else _scalar(text, name)


def _scalar(text: str, name: str) -> Any:
    if name in ("byte", "short", "integer"):
        return int(text) if _WHOLE.fullmatch(text) else text
    if name == "long":
        return int(text[:-1]) if text[-1:] in ("l", "L") and _WHOLE.fullmatch(text[:-1]) else text
    if name == "float":
        return float(text[:-1]) if text[-1:] in ("f", "F") and _REAL.fullmatch(text[:-1]) else text
    if name == "double":
        return float(text) if _REAL.fullmatch(text) else text
    if name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def _array(text: str, inner: str) -> Any:
    found = _ARRAY.search(text)
    if found is None:
        return text
    items = (item.strip() for item in found[1].split(","))
    return [_scalar(item, inner) for item in items if item]


def _array_list(text: str, inner: str) -> Any:
    """Other than in an array, strings and characters lose their quotes."""
    listed, added = _AS_LIST.search(text), _ADDED.search(text)
    if listed:
        items = listed[1].split(",")
    elif added and added[1].strip():
        items = _ADD.findall(added[1])
    else:
        return [] if _EMPTY_LIST.search(text) else text
    stripped = [item.strip() for item in items]
    if inner in ("char", "String"):
        return [item[1:-1] for item in stripped]
    return [_scalar(item, inner) for item in stripped]


def _map(text: str) -> Any:
    found = _MAP.search(text)
    if found:
        return {key: _untyped(value.strip()) for key, value in _PUT.findall(found[1])}
    return {} if _EMPTY_MAP.search(text) else text


def _untyped(text: str) -> Any:
    """The value of an entry, whose type is not declared."""
    if text.startswith('"') and text.endswith('"'):
        return text[1:-1]
    for name in ("boolean", "long", "float"):
        value = _scalar(text, name)
        if value is not text:
            return value
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text
