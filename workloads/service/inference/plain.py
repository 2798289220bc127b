"""What was played, as JSON may hold it: bounded, and without numbers that JSON has not."""

from __future__ import annotations

import math
from typing import Any, Final

LONGEST: Final = 20_000
"""The characters of an observation or a reply that are told."""
_ENTRIES: Final = 64
_DEPTH: Final = 6


def text(value: str) -> str:
    """A text that can be sent; what is cut off leaves a mark."""
    whole = value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
    return whole.encode("utf-8", "replace").decode()


def number(value: float) -> float:
    """A finite number."""
    return value if math.isfinite(value) else 0.0


def plain(value: object, depth: int = _DEPTH) -> Any:
    """A value of names, lists and plain values; None for numbers that JSON has not, words for the rest."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict) and depth:
        return {text(str(key)): plain(each, depth - 1) for key, each in list(value.items())[:_ENTRIES]}
    if isinstance(value, list | tuple) and depth:
        return [plain(each, depth - 1) for each in value[:_ENTRIES]]
    return text(str(value))
