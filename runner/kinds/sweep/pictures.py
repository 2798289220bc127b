"""The study as charts: how it went, what mattered, and all trials across their parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from runner.kinds.sweep.importance import Importance, is_number
from runner.kinds.sweep.sections import shown_parameters, value_text
from runner.kinds.sweep.study import Study, Trial
from runner.plan.distributions import Dimension
from runner.plan.space import identity
from runner.results.metrics import thin
from runner.results.model import Axis, Bar, BarChart, Chart, LineChart, ParallelChart, Series
from runner.results.numbers import compact

MOST_LINES: Final = 300
MOST_AXES: Final = 8
MOST_POINTS: Final = 500
MOST_BARS: Final = 15
MOST_TICKS: Final = 30
_WIDE: Final = 1_000
"""How many times the least value the largest is where only a logarithmic axis shows both."""

Point = tuple[float, float]


def charts(study: Study, found: Sequence[Importance]) -> tuple[Chart, ...]:
    """The charts that have something to show."""
    if len(study.ranked) < 2:
        return ()
    made: list[Chart] = [_history(study)]
    if any(one.share for one in found):
        bars = tuple(Bar(one.name, one.share) for one in found[:MOST_BARS])
        made.append(BarChart("importance", "Parameter importance", "share of the ranks' variance", bars))
    shown = shown_parameters(study, found, MOST_AXES)
    if shown:
        made.append(_parallel(study, shown))
    return tuple(made)


def _history(study: Study) -> LineChart:
    """Every trial's value in the order in which they ended, and the best so far."""
    ended = sorted(study.ranked, key=lambda trial: (trial.ended, trial.name))
    points = [(float(number), trial.value or 0.0) for number, trial in enumerate(ended, 1)]
    return LineChart(
        "history",
        f"{study.metric} as trials ended",
        "trials that ended",
        study.metric,
        (
            Series("trials", tuple(thin(points, MOST_POINTS)), dots=True),
            Series("best so far", tuple(thin(_best_so_far(points, study.goal), MOST_POINTS))),
        ),
    )


def _best_so_far(points: Sequence[Point], goal: str) -> list[Point]:
    """The steps of a line, each where a trial is better than all before."""
    steps: list[Point] = []
    for number, value in points:
        if not steps:
            steps.append((number, value))
        elif (value > steps[-1][1]) if goal == "maximize" else (value < steps[-1][1]):
            steps += [(number, steps[-1][1]), (number, value)]
    return [*steps, (points[-1][0], steps[-1][1])]


def _parallel(study: Study, shown: Sequence[Dimension]) -> ParallelChart:
    """The best trials and an even choice of the others."""
    drawn = thin(study.ranked, MOST_LINES)
    axes, columns = zip(*(_axis(one, drawn) for one in shown), strict=True)
    part = f" ({len(drawn)} of {len(study.ranked):,})" if len(drawn) < len(study.ranked) else ""
    return ParallelChart(
        "parallel-coordinates",
        f"Trials across their parameters{part}",
        (*axes, _metric_axis(study, drawn)),
        tuple(zip(*columns, (trial.value for trial in drawn), strict=True)),
        best=0,
        higher_is_better=study.goal == "maximize",
    )


def _axis(one: Dimension, drawn: Sequence[Trial]) -> tuple[Axis, list[float | None]]:
    """The axis of a parameter, and where each trial lies on it; None where it does not have it."""
    given = [trial.values[one.name] for trial in drawn if one.name in trial.values]
    choices = {identity(value): value for value in given}
    few = one.values or not (one.distribution or len(choices) > MOST_TICKS)
    if few or not all(map(is_number, given)):
        keys = _in_order(choices)
        places = {key: float(place) for place, key in enumerate(keys)}
        axis = Axis(one.name, 0.0, len(keys) - 1.0, ticks=tuple(_tick(choices[key]) for key in keys))
        return axis, [places.get(_key(one, trial)) for trial in drawn]
    limits = [*map(float, given), *(limit for limit in (one.low, one.high) if limit is not None)]
    low, high = min(limits), max(limits)
    return Axis(one.name, low, high, log=one.log and low > 0), [trial.values.get(one.name) for trial in drawn]


def _in_order(choices: Mapping[str, Any]) -> list[str]:
    """The choices by their keys: numbers by size, then all else as it is written."""
    return sorted(choices, key=lambda key: (0, choices[key], "") if is_number(choices[key]) else (1, 0, key))


def _tick(value: Any) -> str:
    return compact(value) if is_number(value) else value_text(value)[:100]


def _key(one: Dimension, trial: Trial) -> str:
    return identity(trial.values[one.name]) if one.name in trial.values else ""


def _metric_axis(study: Study, drawn: Sequence[Trial]) -> Axis:
    values = [trial.value for trial in drawn if trial.value is not None]
    low, high = min(values), max(values)
    wide = low > 0 and math.log(high) - math.log(low) > math.log(_WIDE)
    return Axis(study.metric, low, high, log=wide)
