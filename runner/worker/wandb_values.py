"""The numbers among what W&B's client keeps of a run: texts in JSON, by name. None of it is trusted."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

MOST_NAMES: Final = 1_000
LONGEST_NAME: Final = 200
_LONGEST_NUMBER: Final = 40
_LONGEST_GROUP: Final = 64 << 10


def numbers_in(values: Mapping[str, str]) -> dict[str, float]:
    """The finite numbers among values in JSON, by name, but for those that W&B adds itself.

    Those of an object, such as the parts of a nested summary, have its name before a dot.
    """
    numbers: dict[str, float] = {}
    for name, text in values.items():
        if text.startswith("{"):
            numbers.update(_grouped(name, text))
        elif (number := number_in(text)) is not None:
            numbers[name] = number
    return {name: number for name, number in numbers.items() if _is_name(name)}


def _grouped(name: str, text: str) -> dict[str, float]:
    """The numbers of an object and of those in it; W&B marks tables, images and the like by a type."""
    pending: list[tuple[str, Any]] = []
    try:
        if len(text) <= _LONGEST_GROUP:
            pending = [(name, json.loads(text))]
    except (ValueError, RecursionError):
        return {}
    numbers: dict[str, float] = {}
    while pending:
        name, value = pending.pop()
        if isinstance(value, dict) and "_type" not in value and len(name) <= LONGEST_NAME:
            pending += [(f"{name}.{inner}", part) for inner, part in value.items()]
        elif _is_number(value):
            numbers[name] = value
    return numbers


def number_in(text: str) -> float | None:
    """The finite number that a short text in JSON is; None for anything else."""
    try:
        value = json.loads(text) if len(text) <= _LONGEST_NUMBER else None
    except (ValueError, RecursionError):
        return None
    return value if _is_number(value) else None


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and not name.startswith("_")
