"""Gates: is what the manifest demands of a metric true, and how sure is that?

Every gate is judged on its own, at its own confidence, with a two-sided interval: a true
difference of exactly the demanded size passes in at most (1 - confidence) / 2 of runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from sys import float_info

from runner.manifest.common import Gate
from runner.results.intervals import difference, estimate, is_exact, paired_text, sample_text
from runner.results.model import GateResult, Metric, Verdict
from runner.results.numbers import confidence_text, decimals_for, fixed
from runner.results.statistics import Interval

CHAMPION = "champion."

Metrics = Mapping[str, Metric]


def judge(
    gates: Sequence[Gate],
    run_metrics: Metrics,
    task_metrics: Mapping[str, Metrics],
    without_result: Sequence[str] = (),
) -> tuple[GateResult, ...]:
    """Every gate's results, in the order of the gates.

    A gate that names a task is judged there; one that names none on the run's metric if there is
    one, else on every task that reports it. A gate whose metric nobody reports is undecided.
    `without_result` are the ids of tasks that did not succeed: a gate on every task is undecided
    for those among them that stand in a stage whose other tasks report the metric.
    """
    results: list[GateResult] = []
    for gate in gates:
        scopes = _scopes(gate, run_metrics, task_metrics)
        results += [_judge_one(gate, task, metrics) for task, metrics in scopes]
        if gate.task is None:
            stages = {_stage(task) for task, _ in scopes if task}
            results += [_unknown(gate, task) for task in without_result if _stage(task) in stages]
    return tuple(results)


def verdict(results: Sequence[GateResult]) -> Verdict:
    """Fail if any gate fails; undecided if any is, or if there is none; else pass."""
    verdicts = {result.verdict for result in results}
    if "fail" in verdicts:
        return "fail"
    return "pass" if verdicts == {"pass"} else "undecided"


def _scopes(
    gate: Gate, run_metrics: Metrics, task_metrics: Mapping[str, Metrics]
) -> list[tuple[str, Metrics]]:
    if gate.task is not None:
        return [(gate.task, task_metrics.get(gate.task, {}))]
    if gate.metric in run_metrics:
        return [("", run_metrics)]
    reporting = [(task, metrics) for task, metrics in task_metrics.items() if gate.metric in metrics]
    return reporting or [("", {})]


def _judge_one(gate: Gate, task: str, metrics: Metrics) -> GateResult:
    metric = metrics.get(gate.metric)
    if metric is None:
        who = f"{task} reported no" if task else "neither the run nor any task reported a"
        return _undecided(gate, task, f"{who} metric {gate.metric}")
    if not _finite(_bounds(gate)):
        return _undecided(gate, task, "the gate says neither between, min, max nor against")
    if gate.against is None:
        return _judged(gate, task, metric, None)
    champion = metrics.get(CHAMPION + gate.metric)
    if champion is None:
        reason = f"{task or 'the run'} reported no {CHAMPION}{gate.metric} to compare with"
        return _undecided(gate, task, reason)
    return _judged(gate, task, metric, champion)


def _stage(task: str) -> str:
    return task.partition("/")[0]


def _unknown(gate: Gate, task: str) -> GateResult:
    """What a gate says of a task that has no metrics because it did not succeed."""
    return GateResult(
        statement=f"{task} did not succeed, so its {gate.metric} is unknown",
        verdict="undecided",
        metric=gate.metric,
        task=task,
        confidence=gate.confidence,
    )


def _undecided(gate: Gate, task: str, reason: str) -> GateResult:
    return GateResult(
        statement=f"{_subject(gate, task)} is undecided: {reason}",
        verdict="undecided",
        metric=gate.metric,
        task=task,
        confidence=gate.confidence,
        reason=reason,
    )


def _judged(gate: Gate, task: str, metric: Metric, champion: Metric | None) -> GateResult:
    """The gate judged on the metric, or on how much it is above the champion's."""
    if champion is None:
        judged = metric.value
        (_, interval), method = estimate(metric, gate.confidence)
    else:
        judged = metric.value - champion.value
        interval, method = difference(metric, champion, gate.confidence)
    interval, bounds = _settled(interval), _bounds(gate)
    decimals = decimals_for([judged, interval.low, interval.high, *_finite(bounds)])
    statement = (
        f"{_subject(gate, task)} {_position(metric, champion, decimals)} "
        f"({_interval_text(interval, gate, decimals) if method else 'taken as exact'}), "
        f"{_needs(bounds, decimals)}"
    )
    return GateResult(
        statement=statement,
        verdict=_verdict(interval, bounds),
        metric=gate.metric,
        task=task,
        value=metric.value,
        baseline=None if champion is None else champion.value,
        low=interval.low,
        high=interval.high,
        confidence=gate.confidence,
        method=method,
        reason=_reason(gate, metric, champion),
    )


def _bounds(gate: Gate) -> Interval:
    """Where the judged value must lie; an open side is infinite.

    Against the champion, a gate without `min_delta` and `max_delta` demands at least 0.
    """
    if gate.between is not None:
        return Interval(min(gate.between), max(gate.between))
    low, high = (gate.min, gate.max) if gate.against is None else (gate.min_delta, gate.max_delta)
    if gate.against is not None and low is None and high is None:
        low = 0.0
    return Interval(-math.inf if low is None else low, math.inf if high is None else high)


def _verdict(interval: Interval, bounds: Interval) -> Verdict:
    """Pass if the whole interval lies within the bounds, fail if none of it does."""
    if interval.low >= bounds.low and interval.high <= bounds.high:
        return "pass"
    if interval.high < bounds.low or interval.low > bounds.high:
        return "fail"
    return "undecided"


def _settled(interval: Interval) -> Interval:
    """Without the last bits of floating point, so that 0.3 - 0.2 is at least 0.1, and without infinities,
    which JSON does not know."""
    low, high = interval
    return Interval(
        round(low, 12) if math.isfinite(low) else -float_info.max,
        round(high, 12) if math.isfinite(high) else float_info.max,
    )


def _finite(bounds: Interval) -> list[float]:
    return [bound for bound in (bounds.low, bounds.high) if math.isfinite(bound)]


def _subject(gate: Gate, task: str) -> str:
    return f"{task}: {gate.metric}" if task else gate.metric


def _position(metric: Metric, champion: Metric | None, decimals: int) -> str:
    """`is 0.612`, or `0.612 is above the champion's 0.571 by 0.041`."""
    value = fixed(metric.value, decimals)
    if champion is None:
        return f"is {value}"
    delta = metric.value - champion.value
    baseline = f"the champion's {fixed(champion.value, decimals)}"
    if round(delta, 12) == 0:
        return f"{value} equals {baseline}"
    if delta > 0:
        return f"{value} is above {baseline} by {fixed(delta, decimals)}"
    return f"{value} is below {baseline}, a difference of {fixed(delta, decimals)}"


def _interval_text(interval: Interval, gate: Gate, decimals: int) -> str:
    low, high = fixed(interval.low, decimals), fixed(interval.high, decimals)
    return f"{confidence_text(gate.confidence)}: {low} to {high}"


def _needs(bounds: Interval, decimals: int) -> str:
    if math.isinf(bounds.high):
        return f"needs at least {fixed(bounds.low, decimals)}"
    if math.isinf(bounds.low):
        return f"needs at most {fixed(bounds.high, decimals)}"
    return f"needs {fixed(bounds.low, decimals)} to {fixed(bounds.high, decimals)}"


def _reason(gate: Gate, metric: Metric, champion: Metric | None) -> str:
    """How large the samples were, or which of the values came without one."""
    named = {gate.metric: metric} | ({} if champion is None else {CHAMPION + gate.metric: champion})
    exact = [name for name, one in named.items() if is_exact(one)]
    if exact:
        return f"{' and '.join(exact)} came without a sample size, taken as exact"
    if champion is not None and (paired := paired_text(metric, champion)):
        return paired
    return "; champion ".join(map(sample_text, named.values()))
