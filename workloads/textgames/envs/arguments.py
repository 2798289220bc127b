"""Checks of what an environment is made with: values from a manifest, of any type."""

from __future__ import annotations

from collections.abc import Sequence

from workloads.textgames.envs.base import ArgumentError

SHOWN = 40
"""The characters of a wrong value that are repeated."""


def whole(name: str, value: object, low: int, high: int) -> int:
    """A whole number from `low` to `high`. Raises ArgumentError."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ArgumentError(f"{name} must be a whole number from {low} to {high}, not {_shown(value)}")
    return value


def choice(name: str, value: object, known: Sequence[str]) -> str:
    """One of the known names. Raises ArgumentError."""
    if not isinstance(value, str) or value not in known:
        listed = f"{', '.join(known[:-1])} or {known[-1]}"
        raise ArgumentError(f"{name} must be {listed}, not {_shown(value)}")
    return value


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
