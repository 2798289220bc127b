"""Which trials are not worth going on with: W&B's Hyperband, by what they have reported so far."""

from __future__ import annotations

import math
from collections.abc import Sequence

from runner.engine.search.source import Trial
from runner.engine.search.wandb_sweeps import library, quiet
from runner.errors import InputError
from runner.plan.model import Search


class EarlyEnds:
    """Early termination as `early_terminate` of a search has it; without that, every trial goes on."""

    def __init__(self, search: Search) -> None:
        """Raises InputError where the library cannot use the settings, or is not installed."""
        # Values are handed over such that less is better.
        self._settings = {
            "metric": {"name": "value", "goal": "minimize"},
            "early_terminate": dict(search.early_terminate),
        }
        self._sign = -1.0 if search.goal == "maximize" else 1.0
        self._wanted = bool(search.early_terminate)
        if self._wanted:
            self._check(search.metric)

    def _check(self, metric: str) -> None:
        from jsonschema import ValidationError

        if not metric:
            raise InputError(
                "no-metric", "early termination looks at a metric, and this sweep has none", fix="add metric"
            )
        try:
            self._ask([])
        except (ValidationError, ValueError, TypeError, ArithmeticError) as error:
            reason = str(error).partition("\n")[0]
            raise InputError(
                "bad-early-terminate",
                f"W&B's Hyperband cannot use the settings of early_terminate: {reason}",
                fix="write type: hyperband and min_iter, or max_iter and s",
            ) from None

    def of(self, trials: Sequence[Trial]) -> list[str]:
        """The tasks of running trials that do worse than others did after as many reports."""
        if not self._wanted or not any(trial.state == "running" and trial.history for trial in trials):
            return []
        return self._ask([_Reports(trial, self._sign) for trial in trials])

    def _ask(self, reports: list[_Reports]) -> list[str]:
        with quiet():
            return [report.name for report in library().stop_runs(self._settings, reports)]


class _Reports:
    """A trial as the library looks at it; its own `SweepRun` looks at every value each time, slowly."""

    early_terminate_info: object = None

    def __init__(self, trial: Trial, sign: float) -> None:
        self.name = trial.task
        self.state = trial.state
        self._values = [sign * value for value in trial.history if math.isfinite(value)]

    def metric_history(self, metric_name: str, filter_invalid: bool = False) -> list[float]:
        """The numbers that it has reported, oldest first."""
        return self._values
