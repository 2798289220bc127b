"""Old against new: which named numbers of a weight file changed, and by how much."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from runner.results.model import WeightChange

MOST_BYTES = 1 << 20
MOST_NUMBERS = 5_000
_DEEPEST = 20
_LONGEST_NAME = 500
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def compare(old: bytes | None, new: bytes, path: str) -> tuple[WeightChange, ...]:
    """The numbers that differ between two versions of a TOML or JSON file, most changed first.

    How much a number changed is |new - old| / (|old| + s), where s is the median size of the old
    file's numbers other than zero (of the new file's, if there is none): a number near zero does
    not lead just because it doubled, nor a large one just because it is large. An absent number
    counts as zero. Equal changes are in the order of their names.

    Other formats, files over 1 MiB or 5,000 numbers, names over 500 characters, and what cannot be
    parsed give ().
    """
    before = {} if old is None else numbers(old, path)
    after = numbers(new, path)
    if before is None or after is None:
        return ()
    changes = [
        WeightChange(name, before.get(name), after.get(name))
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    ]
    scale = _median_size(before) or _median_size(after) or 1.0
    return tuple(sorted(changes, key=lambda change: (-_extent(change, scale), change.name)))


def numbers(content: bytes, path: str) -> dict[str, float] | None:
    """The finite numbers of a TOML or JSON file by dotted name; None where it cannot be read."""
    if len(content) > MOST_BYTES:
        return None
    try:
        document = _parse(content, path)
        flat = dict(islice(_flatten(document, "", _DEEPEST), MOST_NUMBERS + 1))
    except (ValueError, RecursionError):
        return None
    return flat if len(flat) <= MOST_NUMBERS else None


def _parse(content: bytes, path: str) -> Any:
    text = content.decode("utf-8")
    lowered = path.lower()
    if lowered.endswith(".toml"):
        import tomllib

        return tomllib.loads(text)
    if lowered.endswith(".json"):
        return json.loads(text)
    raise ValueError("neither TOML nor JSON")


def _flatten(value: Any, name: str, depth: int) -> Iterator[tuple[str, float]]:
    if depth == 0 or len(name) > _LONGEST_NAME:
        raise ValueError("nested too deeply, or named too long")
    if isinstance(value, dict):
        for key, item in value.items():
            part = key if _BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)
            yield from _flatten(item, f"{name}.{part}" if name else part, depth - 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _flatten(item, f"{name}[{index}]", depth - 1)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            return
        if math.isfinite(number):
            yield name, number


def _median_size(values: dict[str, float]) -> float:
    sizes = sorted(abs(value) for value in values.values() if value)
    return sizes[len(sizes) // 2] if sizes else 0.0


def _extent(change: WeightChange, scale: float) -> float:
    old, new = change.old or 0.0, change.new or 0.0
    size = abs(old) + scale
    return abs(new / size - old / size)
