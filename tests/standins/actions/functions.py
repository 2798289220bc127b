"""What expressions compare and compute, by GitHub's documented rules."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any


def true(value: Any) -> bool:
    """False, 0, the empty string and null are false."""
    return value not in (False, 0, "", None)


def as_text(value: Any) -> str:
    """As it stands in a string."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "Object" if isinstance(value, Mapping) else "Array" if isinstance(value, list) else str(value)


def as_number(value: Any) -> float:
    """For a comparison of two types; not a number where there is none."""
    if value is None or value == "":
        return 0.0
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def equal(one: Any, other: Any) -> bool:
    """Loosely: strings without case, different types as numbers."""
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    if isinstance(one, Mapping | list) or isinstance(other, Mapping | list):
        return one is other
    return as_number(one) == as_number(other)


def less(one: Any, other: Any) -> bool:
    """Strings by their characters, all else as numbers."""
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() < other.lower()
    return as_number(one) < as_number(other)


def format_text(template: str, *arguments: Any) -> str:
    """Puts the arguments in place of {0}, {1}…; doubled braces are braces."""

    def replacement(found: re.Match[str]) -> str:
        return found[0][0] if found[1] is None else as_text(arguments[int(found[1])])

    return re.sub(r"\{\{|\}\}|\{(\d+)\}", replacement, template)


def contains(where: Any, what: Any) -> bool:
    """An item of a list, or a part of a text."""
    if isinstance(where, list):
        return any(equal(each, what) for each in where)
    return as_text(what).lower() in as_text(where).lower()


def join(values: Any, separator: str = ",") -> str:
    """The items in one text."""
    return separator.join(map(as_text, values)) if isinstance(values, list) else as_text(values)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "format": format_text,
    "contains": contains,
    "startswith": lambda text, start: as_text(text).lower().startswith(as_text(start).lower()),
    "endswith": lambda text, end: as_text(text).lower().endswith(as_text(end).lower()),
    "join": join,
    "tojson": lambda value: json.dumps(value, indent=2),
    "fromjson": lambda text: json.loads(text, parse_int=float),
}
