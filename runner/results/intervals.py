"""Metrics as estimates: which interval belongs to a rate, a mean, and the difference of two."""

from __future__ import annotations

from runner.results.model import Metric
from runner.results.statistics import (
    Estimate,
    Interval,
    hybrid_interval,
    mean_interval,
    paired_interval,
    welch_interval,
    wilson_interval,
)


def estimate(metric: Metric, confidence: float) -> tuple[Estimate, str]:
    """A metric with its interval and the interval's name, which is empty for an exact value."""
    value = metric.value
    if is_rate(metric):
        trials = metric.trials or 0
        return Estimate(value, wilson_interval(value * trials, trials, confidence)), "Wilson score interval"
    if is_mean(metric):
        interval = mean_interval(value, metric.stddev or 0.0, metric.count or 0, confidence)
        return Estimate(value, interval), "Student t interval"
    return Estimate(value, Interval(value, value)), ""


def difference(metric: Metric, champion: Metric, confidence: float) -> tuple[Interval, str]:
    """The interval of `metric - champion` and its name, which is empty if both are exact.

    Where both met the same seeds it is that of the paired differences, and narrower for it.
    """
    if is_paired_rate(metric, champion):
        gained, lost, trials = metric.gained or 0, metric.lost or 0, metric.trials or 0
        return paired_interval(gained, lost, trials, confidence), "Tango score interval of paired seeds"
    if is_paired_mean(metric, champion):
        above = metric.value - champion.value
        interval = mean_interval(above, metric.paired_stddev or 0.0, metric.count or 0, confidence)
        return interval, "Student t interval of paired seeds"
    if is_mean(metric) and is_mean(champion):
        interval = welch_interval(
            metric.value, metric.stddev or 0.0, metric.count or 0,
            champion.value, champion.stddev or 0.0, champion.count or 0, confidence,
        )  # fmt: skip
        return interval, "Welch t interval"
    first, method = estimate(metric, confidence)
    second, champion_method = estimate(champion, confidence)
    interval = hybrid_interval(first, second)
    if is_rate(metric) and is_rate(champion):
        return interval, "Newcombe hybrid score interval"
    return interval, " with ".join(dict.fromkeys(name for name in (method, champion_method) if name))


def is_rate(metric: Metric) -> bool:
    """Whether it is a share of a known number of trials."""
    return metric.trials is not None and metric.trials >= 1 and 0 <= metric.value <= 1


def is_mean(metric: Metric) -> bool:
    """Whether it is a mean of which the spread is known."""
    return (
        metric.trials is None
        and metric.count is not None
        and metric.count >= 2
        and metric.stddev is not None
        and metric.stddev >= 0
    )


def is_exact(metric: Metric) -> bool:
    """Whether nothing is known of a sample."""
    return not is_rate(metric) and not is_mean(metric)


def is_paired_rate(metric: Metric, champion: Metric) -> bool:
    """Whether both are rates over the same trials, of which the metric says how many only one of them won.

    Gains and losses must come to the difference of the rates, which half successes (draws) need not do.
    """
    if not (is_rate(metric) and is_rate(champion)) or metric.trials != champion.trials:
        return False
    if metric.gained is None or metric.lost is None or metric.gained + metric.lost > (metric.trials or 0):
        return False
    difference = (metric.value - champion.value) * (metric.trials or 0)
    return min(metric.gained, metric.lost) >= 0 and abs(metric.gained - metric.lost - difference) <= 1


def is_paired_mean(metric: Metric, champion: Metric) -> bool:
    """Whether both are means over as many seeds, and the metric says how their differences spread.

    Differences never spread less than the two spreads differ. Where they do not spread at all, a t interval
    would have no width, and pass for certainty that nothing but luck with the seeds may have brought.
    """
    if not (is_mean(metric) and is_mean(champion)) or metric.count != champion.count:
        return False
    spread = metric.paired_stddev
    if spread is None or not spread > 0:
        return False
    return spread * (1 + 1e-6) >= abs((metric.stddev or 0.0) - (champion.stddev or 0.0))


def paired_text(metric: Metric, champion: Metric) -> str:
    """What a paired comparison rests on; empty where the two are not paired."""
    if is_paired_rate(metric, champion):
        return f"{metric.trials:,} paired seeds: {metric.gained:,} gained, {metric.lost:,} lost"
    return f"{metric.count:,} paired seeds" if is_paired_mean(metric, champion) else ""


def sample_text(metric: Metric) -> str:
    """How large the sample of a rate or mean was, as `n = 6,000`."""
    return f"n = {metric.trials if metric.trials is not None else metric.count:,}"
