"""Rows of a run's history, as the API gives them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

T = TypeVar("T")
SAMPLES = 500


def sampled(rows: Sequence[T], count: int) -> list[T]:
    """At most so many, evenly spread, the first and the last among them."""
    if len(rows) <= count:
        return list(rows)
    if count < 2:
        return list(rows[-count:]) if count else []
    last = len(rows) - 1
    return [rows[round(place * last / (count - 1))] for place in range(count)]


def step_of(row: dict[str, Any], place: int) -> int:
    """The step of a row."""
    return int(row.get("_step", place))


def between(rows: list[dict[str, Any]], first: int | None, end: int | None) -> list[dict[str, Any]]:
    """The rows from a step up to, without it, another."""
    return [
        row
        for place, row in enumerate(rows)
        if (first is None or step_of(row, place) >= first) and (end is None or step_of(row, place) < end)
    ]


def by_specification(rows: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """A sample of the rows that have all of the keys that are asked for, with no others.

    `maxStep` is the last step here, as the client asks for it, not the one after it.
    """
    specification = json.loads(text)
    keys, last = specification.get("keys"), specification.get("maxStep")
    chosen = between(rows, specification.get("minStep"), None if last is None else last + 1)
    if keys:
        chosen = [{key: row[key] for key in keys} for row in chosen if all(key in row for key in keys)]
    return sampled(chosen, specification.get("samples", SAMPLES))


def keys_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Which keys the rows have, and the last step."""
    counts: dict[str, int] = {}
    for row in rows:
        for key in row:
            counts[key] = counts.get(key, 0) + 1
    described = {key: {"typeCounts": [{"type": "number", "count": count}]} for key, count in counts.items()}
    last = max((step_of(row, place) for place, row in enumerate(rows)), default=-1)
    return {"sets": [], "keys": described, "lastStep": last}
