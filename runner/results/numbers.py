"""Numbers for people: enough digits to tell apart what must be told apart, no more."""

from __future__ import annotations

import time
from collections.abc import Sequence

from runner.results.model import Metric

_MOST_DECIMALS = 9
_HUGE = 1e15


def fixed(value: float, decimals: int = 3) -> str:
    """`value` with so many decimals, where it is not huge; a zero never carries a minus sign."""
    if abs(value) >= _HUGE:
        return compact(value)
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def decimals_for(values: Sequence[float], least: int = 3) -> int:
    """Fewest decimals (at least `least`, at most nine) with which different values look different."""
    distinct = {round(value, _MOST_DECIMALS) for value in values}
    for decimals in range(least, _MOST_DECIMALS):
        if len({fixed(value, decimals) for value in distinct}) == len(distinct):
            return decimals
    return _MOST_DECIMALS


def compact(value: float) -> str:
    """A number of any size in a few characters: `0.612`, `-3.25`, `41,200`, `1.2e-07`."""
    size = abs(value)
    if size < 1e9 and value == int(value):
        return f"{int(value):,}"
    if size >= 1e9 or size < 1e-4:
        return f"{value:.3g}"
    return f"{value:,.0f}" if size >= 1_000 else f"{value:.4g}"


def signed(value: float) -> str:
    """`compact` with a plus sign before what grew."""
    return f"+{compact(value)}" if value > 0 else compact(value)


def confidence_text(confidence: float) -> str:
    """A confidence such as 0.95 as `95 %`."""
    return f"{confidence * 100:.10g} %"


def metric_text(metric: Metric) -> str:
    """A metric with what is known of its sample: `0.612 (n 6,000)`."""
    value = fixed(metric.value) if metric.trials is not None else compact(metric.value)
    sample = metric.trials if metric.trials is not None else metric.count
    return value if sample is None else f"{value} (n {sample:,})"


def moment(seconds: float) -> str:
    """A time in UTC, to the second."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(max(0.0, min(seconds, 253_402_300_799))))
