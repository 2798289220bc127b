"""What a run will probably cost, from earlier runs of the same job."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from runner.plan.cost import Estimate
from runner.plan.model import Plan
from runner.plan.prices import Prices
from runner.results.model import Report
from runner.results.statistics import student_margin

CONFIDENCE = 0.90
MOST_RUNS = 20


def estimate(plan: Plan, prices: Prices, earlier: Sequence[Report]) -> Estimate | None:
    """The mean cost of earlier runs that held every task of the plan, at today's prices.

    The interval is a prediction interval for one further run, mean ± t·s·√(1 + 1/n), the usual one
    for normal samples; it never falls below zero. None without such a run.
    """
    rates = {task.id: prices.rate(stage.requirements) for stage in plan.stages for task in stage.tasks}
    costs = [cost for report in earlier if (cost := _cost(report, rates)) is not None][:MOST_RUNS]
    if not costs:
        return None
    mean = statistics.fmean(costs)
    if len(costs) == 1:
        return Estimate(mean, 1)
    spread = statistics.stdev(costs) * (1 + 1 / len(costs)) ** 0.5
    margin = student_margin(CONFIDENCE, len(costs) - 1) * spread
    return Estimate(mean, len(costs), max(0.0, mean - margin), mean + margin)


def _cost(report: Report, rates: dict[str, float]) -> float | None:
    seconds = {task.id: task.seconds for task in report.tasks if task.did_its_part}
    if not rates.keys() <= seconds.keys():
        return None
    return sum(rate * seconds[task] for task, rate in rates.items())
