"""The points of a search: a grid in order, or what W&B's own library `sweeps` draws or learns.

What is known to be wrong in the library (0.3) is kept from mattering here and in `axes`; the tests say what.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, Final

from runner.engine.search.axes import axis
from runner.engine.search.hyperband import EarlyEnds
from runner.engine.search.source import Trial, TrialSource
from runner.engine.search.wandb_sweeps import library, one_thread, quiet, seeded
from runner.errors import InputError
from runner.plan.distributions import Dimension
from runner.plan.model import Search
from runner.plan.space import dimensions, grid_point, point, settings_at, steps

LEARNED_FROM: Final = 100
"""The most results that bayes is fitted to: the best and a draw. The library draws with replacement."""

UNDERWAY: Final = 95
"""The most running trials that bayes keeps away from; with more the library prints a line and drops them."""


def open_source(search: Search) -> TrialSource:
    """Where the points of a search come from.

    Raises InputError where the library is needed and not installed, and where it could not use the search.
    """
    try:
        found = dimensions(search.parameters)
        if search.method == "grid":
            return _Grid(search, found)
    except ValueError as error:
        raise InputError("bad-parameter", str(error)) from None
    if search.method == "bayes" and not search.metric:
        raise InputError("no-metric", "bayes learns from a metric, and this sweep has none", fix="add metric")
    return _Sampled(search, found)


class _Source:
    """What all sources have in common."""

    def __init__(self, search: Search) -> None:
        self._early_ends = EarlyEnds(search)

    def to_stop(self, trials: Sequence[Trial]) -> list[str]:
        """The tasks of running trials that Hyperband would end now."""
        return self._early_ends.of(trials)


class _Grid(_Source):
    """Trial k has point k, whatever became of the others."""

    def __init__(self, search: Search, found: Sequence[Dimension]) -> None:
        super().__init__(search)
        self._found = found
        self._choices = [steps(one) for one in found]
        self._size = math.prod(map(len, self._choices))

    def suggest(self, trials: Sequence[Trial], number: int, seed: int) -> dict[str, Any] | None:
        """The point at place `number`, None beyond the last."""
        return grid_point(self._found, self._choices, number) if number < self._size else None


class _Sampled(_Source):
    """Points from the library, for which the parameters have numbers instead of names."""

    def __init__(self, search: Search, found: Sequence[Dimension]) -> None:
        super().__init__(search)
        self._sign = -1.0 if search.goal == "maximize" else 1.0
        self._found = found
        self._axes = {
            f"{place:06}": axis(one, settings_at(search.parameters, one.path))
            for place, one in enumerate(found)
        }
        constant = all(one.distribution == "constant" for one in found)
        self._learns = search.method == "bayes" and not constant
        self._settings = {
            "method": "bayes" if self._learns else "random",
            "metric": {"name": "value", "goal": "minimize"},
            "parameters": {name: dict(each.settings) for name, each in self._axes.items()},
        }
        library()

    def suggest(self, trials: Sequence[Trial], number: int, seed: int) -> dict[str, Any]:
        """A point that depends on the results so far and on the seed; there is always a further one."""
        with quiet(), seeded(seed):
            runs = self._runs(trials, seed) if self._learns else []
            with one_thread() if runs else nullcontext():
                answer = library().next_run(self._settings, runs).config
        return point(self._found, [each.decode(answer[name]["value"]) for name, each in self._axes.items()])

    def _runs(self, trials: Sequence[Trial], seed: int) -> list[Any]:
        """What the library is told of the trials: nothing before there are two results to compare."""
        results = self._results(trials)
        if not results:
            return []
        if len(results) > LEARNED_FROM:
            results.sort(key=lambda result: result[1])
            results = [results[0], *random.Random(seed).sample(results[1:], LEARNED_FROM - 1)]
        running = [trial for trial in trials if trial.state == "running"][:UNDERWAY]
        return [
            *(self._run(trial, state="finished", summary_metrics={"value": end}) for trial, end in results),
            *(self._run(trial, state="running") for trial in running),
        ]

    def _results(self, trials: Sequence[Trial]) -> list[tuple[Trial, float]]:
        """Trials that ended, with what they came to, less being better.

        One without a value is as bad as the worst, as W&B imputes failed ones. A trial that was stopped
        early has the value that it had come to.
        """
        ended = [trial for trial in trials if trial.state != "running"]
        values = {
            trial.task: self._sign * trial.value
            for trial in ended
            if trial.state != "failed" and trial.value is not None and math.isfinite(trial.value)
        }
        if len(values) < 2:
            return []
        worst = max(values.values())
        return [(trial, values.get(trial.task, worst)) for trial in ended]

    def _run(self, trial: Trial, **settings: Any) -> Any:
        config = {name: {"value": each.encode(trial.point)} for name, each in self._axes.items()}
        return library().SweepRun(name=trial.task, config=config, **settings)
