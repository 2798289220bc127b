"""What the metric of a search came to, as the output of a trial says. Nothing in there is trusted."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from runner.worker.trees import open_plain

METRICS_FILE: Final = "metrics.json"
PROGRESS_FILE: Final = "metrics.jsonl"

MOST_BYTES: Final = 1 << 20
"""Bytes of `metrics.json`, and those of `metrics.jsonl` that are read at a time."""

MOST_TIMES: Final = 16
"""So often `metrics.jsonl` is read in one look, and so much of its end is searched for the last value."""

LONGEST_LINE: Final = 64 << 10


def final_value(output: Path, metric: str) -> float | None:
    """The metric in `metrics.json` of an output folder, else its last value in `metrics.jsonl`.

    None where it was not reported, or is no finite number. Never raises.
    """
    try:
        with open_plain(output / METRICS_FILE) as file:
            document = _decoded(file.read(MOST_BYTES))
        if metric in document:
            return _number(document[metric])
    except OSError:
        pass
    try:
        with open_plain(output / PROGRESS_FILE) as file:
            for line in _backwards(file):
                row = _decoded(line)
                if metric in row:
                    return _number(row[metric])
    except OSError:
        pass
    return None


class Tail:
    """The values of a metric that a `metrics.jsonl` gains, but those that are no finite numbers."""

    def __init__(self, output: Path, metric: str) -> None:
        """`output` is the folder that the file will be in."""
        self._path = output / PROGRESS_FILE
        self._metric = metric
        self._offset = 0

    def read(self) -> list[float]:
        """The values that came since the last call, oldest first, of whole lines only. Never raises."""
        found: list[float] = []
        try:
            with open_plain(self._path) as file:
                file.seek(self._offset)
                for _ in range(MOST_TIMES):
                    chunk = file.read(MOST_BYTES)
                    whole = chunk.rfind(b"\n") + 1
                    if not whole and len(chunk) < MOST_BYTES:
                        break
                    self._offset += whole or len(chunk)
                    found += self._values(chunk[:whole])
                    file.seek(self._offset)
        except OSError:
            pass
        return found

    def _values(self, lines: bytes) -> Iterator[float]:
        for line in lines.splitlines():
            value = _number(_decoded(line).get(self._metric))
            if value is not None:
                yield value


def _decoded(text: bytes) -> dict[str, Any]:
    """The object that a text holds; nothing where it holds none. Python's own NaN is read, too."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _number(value: Any) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _backwards(file: BinaryIO) -> Iterator[bytes]:
    """The lines at the end of a file, the last one first."""
    end = file.seek(0, os.SEEK_END)
    floor, rest = max(0, end - MOST_TIMES * MOST_BYTES), b""
    while end > floor:
        start = max(floor, end - LONGEST_LINE)
        file.seek(start)
        first, *lines = (file.read(end - start) + rest).split(b"\n")
        yield from reversed(lines)
        end, rest = start, first if len(first) <= LONGEST_LINE else b""
    yield rest
