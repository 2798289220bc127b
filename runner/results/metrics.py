"""What a program says of itself in its output folder. Nothing in there is trusted."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from stat import S_ISREG
from typing import IO, TYPE_CHECKING, Any, TypeVar

from runner.results.model import Metric
from runner.results.samples import fold

if TYPE_CHECKING:
    from pathlib import Path

METRICS_FILE = "metrics.json"
PROGRESS_FILE = "metrics.jsonl"
MOST_BYTES = 1 << 20
MOST_PROGRESS_BYTES = 64 << 20
MOST_METRICS = 1_000
MOST_POINTS = 500
_LONGEST_NAME = 200
_LONGEST_LINE = 64 << 10

T = TypeVar("T")


def read_metrics(output: Path) -> tuple[dict[str, Metric], list[str]]:
    """The metrics in `metrics.json` of an output folder, as `metrics_in` finds them.

    A missing file is no metrics and no warning. Never raises.
    """
    try:
        text = read_output(output / METRICS_FILE, MOST_BYTES)
        document = None if text is None else _decode(text)
    except (OSError, ValueError, RecursionError) as problem:
        return {}, [f"{METRICS_FILE} was ignored: {_reason(problem)}"]
    if text is None:
        return {}, []
    if not isinstance(document, dict):
        return {}, [f"{METRICS_FILE} was ignored: it must be an object of names and numbers"]
    return metrics_in(document)


def metrics_in(document: dict[str, Any]) -> tuple[dict[str, Metric], list[str]]:
    """The metrics in an object of names and numbers, sorted by name, and warnings about the rest.

    `x.trials` beside a rate `x`, or `x.stddev` and `x.count` beside a mean `x`, say how large the sample
    of `x` was and become part of it; beside those, `x.gained` and `x.lost`, or `x.paired_stddev`, how it
    compares with the champion's seed by seed. A metric whose sample is declared and cannot be is left out:
    it would pass for exact.
    """
    warnings: list[str] = []
    numbers = _numbers(document, warnings)
    metrics, problems = fold(numbers, document)
    warnings += [f"{METRICS_FILE}: {problem}" for problem in problems]
    return metrics, warnings


def read_output(path: Path, most: int) -> bytes | None:
    """A regular file's bytes, of which there may be `most`; None where there is none.

    Raises ValueError for a larger file, OSError for a link and anything else that is no file.
    """
    try:
        with _open(path) as file:
            content = file.read(most + 1)
    except FileNotFoundError:
        return None
    if len(content) > most:
        raise ValueError(f"it is larger than {most:,} bytes")
    return content


def read_progress(output: Path) -> list[dict[str, float]]:
    """The points of `metrics.jsonl` in order, at most 500 of them, the first and the last included.

    A line that is no object of numbers is passed over, so that a torn last line does no harm, and
    so is what follows the first 64 MiB. Never raises.
    """
    points: list[dict[str, float]] = []
    stride, seen, last = 1, 0, None
    try:
        for line in _lines(output / PROGRESS_FILE):
            point = _point(line)
            if not point:
                continue
            if seen % stride == 0:
                points.append(point)
                if len(points) > 2 * MOST_POINTS:
                    points, stride = points[::2], stride * 2
            seen, last = seen + 1, point
    except OSError:
        return []
    if last is not None and (seen - 1) % stride:
        points.append(last)
    return thin(points, MOST_POINTS)


def thin(points: list[T], most: int) -> list[T]:
    """At most `most` (>= 2) of `points`, evenly spaced, with both ends."""
    if len(points) <= most:
        return points
    step = (len(points) - 1) / (most - 1)
    return [points[round(index * step)] for index in range(most)]


def _lines(path: Path) -> Iterator[bytes]:
    with _open(path) as file:
        left = MOST_PROGRESS_BYTES
        while left > 0 and (line := file.readline(_LONGEST_LINE)):
            left -= len(line)
            yield line


def _open(path: Path) -> IO[bytes]:
    """A regular file, not through a link. Raises OSError for anything else."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is not a regular file")
    return os.fdopen(descriptor, "rb")


def _decode(text: bytes) -> Any:
    """JSON as Python's own writer makes it: NaN and Infinity are read, to be named and refused."""
    import json

    return json.loads(text)


def _point(line: bytes) -> dict[str, float]:
    try:
        document = _decode(line)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(document, dict) or len(document) > MOST_METRICS:
        return {}
    pairs = ((name, _number(value)) for name, value in document.items() if _is_name(name))
    return {name: number for name, number in pairs if number is not None}


def _numbers(document: dict[str, Any], warnings: list[str]) -> dict[str, float]:
    """The finite numbers of `document` by name; what is left out is named in `warnings`."""
    numbers: dict[str, float] = {}
    refused: list[str] = []
    for name, value in sorted(document.items()):
        number = _number(value)
        if number is None or not _is_name(name):
            refused.append(name)
        elif len(numbers) < MOST_METRICS:
            numbers[name] = number
    if refused:
        shown = ", ".join(ascii(name[:60]) for name in refused[:5]) + (", …" if len(refused) > 5 else "")
        warnings.append(f"{METRICS_FILE}: not a finite number, or not a usable name, and left out: {shown}")
    if len(document) - len(refused) > MOST_METRICS:
        warnings.append(f"{METRICS_FILE}: only the first {MOST_METRICS:,} metrics by name were read")
    return numbers


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _is_name(name: str) -> bool:
    return 0 < len(name) <= _LONGEST_NAME and name.isprintable()


def _reason(problem: BaseException) -> str:
    if isinstance(problem, RecursionError):
        return "it is nested too deeply"
    if isinstance(problem, OSError):
        return problem.strerror or str(problem)
    name = type(problem).__name__
    if "int_max_str_digits" in str(problem):
        return "it holds a whole number of thousands of digits"
    return (
        f"it is not JSON ({problem})" if name in ("JSONDecodeError", "UnicodeDecodeError") else str(problem)
    )
