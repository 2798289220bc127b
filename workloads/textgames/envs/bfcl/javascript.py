"""Values in JavaScript's source text, as the leaderboard reads them: what is not of the type stays text.

Arrays are split at every comma, objects at every comma that comes before a key.
"""

from __future__ import annotations

import re
from typing import Any, Final

TYPES: Final[dict[str, type]] = {
    "integer": int, "Bigint": int, "float": float, "Boolean": bool, "dict": dict, "array": list,
}  # fmt: skip
"""The types that text becomes; every other type is a string."""

_WHOLE: Final = re.compile(r"-?\d+")
_REAL: Final = re.compile(r"-?\d+(\.\d+)?")
_ROWS: Final = r"\s*(\[[^\]\n]*\](?:\s*,\s*\[[^\]\n]*\])*)\s*"
_NESTED: Final = re.compile(rf"\[{_ROWS}\]|new\s+Array\({_ROWS}\)")
_ARRAY: Final = re.compile(r"\[(.*?)\]|new\s+Array\((.*?)\)")
_INNER: Final = re.compile(r"\[(.*?)\]")
_OBJECT: Final = re.compile(r"\{(.*?)\}")
_ENTRY: Final = re.compile(r"([^:]+):\s*(.*?)(?:,\s*(?=[^,]+:)|$)")

MOST_CHARACTERS: Final = 4_096
"""Of a value that is taken apart: patterns take the square of the time."""


def value_of(text: str, name: str, inner: str | None) -> Any:
    """The value that text stands for as one of the type `name`, with items of the type `inner`."""
    if len(text) > MOST_CHARACTERS:
        return text
    if name == "array":
        return _array(text.strip(), inner)
    return _object(text.strip()) if name == "dict" else _scalar(text, name)


def _scalar(text: str, name: str) -> Any:
    if name == "String":
        return text[1:-1] if _is_quoted(text) else text
    if name == "integer":
        return int(text) if _WHOLE.fullmatch(text) else text
    if name == "Bigint":
        return int(text[:-1]) if text.endswith("n") and _WHOLE.fullmatch(text[:-1]) else text
    if name == "float":
        return float(text) if _REAL.fullmatch(text) else text
    if name == "Boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def _is_quoted(text: str) -> bool:
    return any(text.startswith(quote) and text.endswith(quote) for quote in "\"'")


def _array(text: str, inner: str | None) -> Any:
    nested = _NESTED.match(text)
    if nested:
        return [[_untyped(item) for item in row.split(",")] for row in _INNER.findall(nested[1] or nested[2])]
    found = _ARRAY.match(text)
    if found is None:
        return text
    items = (found[1] if found[1] is not None else found[2]).strip()
    return [_item(item.strip(), inner) for item in items.split(",")] if items else []


def _item(text: str, inner: str | None) -> Any:
    return _untyped(text) if inner is None else _scalar(text, inner)


def _object(text: str) -> Any:
    if text == "{}":
        return {}
    found = _OBJECT.match(text)
    if found is None:
        return text
    return {key.strip().strip("'\""): _entry(value.strip()) for key, value in _ENTRY.findall(found[1])}


def _entry(text: str) -> Any:
    if text.startswith("[") and text.endswith("]"):
        return _array(text, None)
    return _untyped(text.strip("'\""))


def _untyped(text: str) -> Any:
    """The value of an item or entry, whose type is not declared."""
    text = text.strip()
    if text in ("true", "false"):
        return text == "true"
    if _is_quoted(text):
        return text[1:-1]
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text
