"""What a program says of the samples of its numbers: `x.trials` beside `x`, and the like."""

from __future__ import annotations

from collections.abc import Container, Mapping

from runner.results.model import Metric

Numbers = Mapping[str, float]

_COMPANY = {
    "trials": "",
    "gained": "trials",
    "lost": "trials",
    "stddev": "",
    "count": "stddev",
    "paired_stddev": "stddev",
}
"""What may describe a sample, and which other number must stand beside it to do so."""


def fold(numbers: Numbers, declared: Container[str]) -> tuple[dict[str, Metric], list[str]]:
    """Metrics with what describes their samples taken in, and a sentence for each that is left out.

    `declared` are all names that the program wrote, with usable numbers or without.
    """
    metrics: dict[str, Metric] = {}
    problems: list[str] = []
    for name, value in numbers.items():
        base = _companion_of(name, declared)
        if base and base not in numbers:
            problems.append(f"{name} was left out: there is no usable {base} beside it")
        elif not base:
            metric = _metric(name, value, numbers, declared)
            if isinstance(metric, str):
                problems.append(f"{name} was left out: {metric}")
            else:
                metrics[name] = metric
    return metrics, problems


def _companion_of(name: str, declared: Container[str]) -> str:
    """The metric whose sample this number describes; empty for a metric by itself."""
    base, _, kind = name.rpartition(".")
    company = _COMPANY.get(kind)
    described = company is not None and (not company or f"{base}.{company}" in declared)
    return base if described else ""


def _metric(name: str, value: float, numbers: Numbers, declared: Container[str]) -> Metric | str:
    """The metric with its sample, or why that sample cannot be."""
    if f"{name}.trials" in declared:
        return _rate(name, value, numbers, declared)
    if f"{name}.stddev" in declared:
        return _mean(name, value, numbers, declared)
    return Metric(value)


def _rate(name: str, value: float, numbers: Numbers, declared: Container[str]) -> Metric | str:
    trials = numbers.get(f"{name}.trials", 0.0)
    if not (_is_whole(trials, 1) and 0 <= value <= 1):
        return "it is no rate (from 0 to 1, over a whole number of trials, at least one)"
    if f"{name}.gained" not in declared and f"{name}.lost" not in declared:
        return Metric(value, trials=int(trials))
    gained, lost = numbers.get(f"{name}.gained", -1.0), numbers.get(f"{name}.lost", -1.0)
    won = value * trials + 0.5  # the rate may be rounded
    if _is_whole(gained, 0) and _is_whole(lost, 0) and gained <= won and lost <= trials + 1 - won:
        return Metric(value, trials=int(trials), gained=int(gained), lost=int(lost))
    return (
        f"its {name}.gained and {name}.lost must both be whole numbers, at most as many as its successes "
        "and its failures"
    )


def _mean(name: str, value: float, numbers: Numbers, declared: Container[str]) -> Metric | str:
    stddev, count = numbers.get(f"{name}.stddev", -1.0), numbers.get(f"{name}.count", 0.0)
    if not (_is_whole(count, 2) and stddev >= 0):
        return f"its {name}.stddev must not be negative, and needs {name}.count, a whole number from 2"
    if f"{name}.paired_stddev" not in declared:
        return Metric(value, stddev=stddev, count=int(count))
    paired = numbers.get(f"{name}.paired_stddev", -1.0)
    if paired < 0:
        return f"its {name}.paired_stddev must be a number from 0"
    return Metric(value, stddev=stddev, count=int(count), paired_stddev=paired)


def _is_whole(value: float, least: int) -> bool:
    return value == int(value) and least <= value <= 2**53
