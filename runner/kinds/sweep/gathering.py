"""From the tasks of a run to the study of its sweep. What a program or W&B wrote is not trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from runner.errors import InputError
from runner.kinds.sweep.at_wandb import page_of, run_page, runs_of
from runner.kinds.sweep.names import OPEN, RUNS, TRIALS
from runner.kinds.sweep.shape import config_of, parameters_of, trials_of
from runner.kinds.sweep.spec import SweepJob
from runner.kinds.sweep.study import Goal, Study, SweepPage, Trial, TrialState, inferred, values_of
from runner.plan.distributions import Dimension
from runner.plan.space import dimensions
from runner.results.metrics import read_metrics
from runner.results.model import Outcome, TaskRecord

if TYPE_CHECKING:
    from pathlib import Path

MOST_NAMED: Final = 3
_STATES: Final[dict[Outcome, TrialState]] = {
    "succeeded": "finished",
    "stopped": "stopped",
    "cancelled": "cancelled",
}


def study_of(job: SweepJob, tasks: Mapping[str, TaskRecord], outputs: Mapping[str, Path]) -> Study:
    """The study of a sweep: of its own trials, or of the runs that W&B has."""
    metric, goal, space, asked = _described(job)
    page = page_of(outputs.get(OPEN))
    if RUNS in tasks:
        study = Study(metric=metric, goal=goal, dimensions=space, asked=asked, page=page)
        return study if tasks[RUNS].outcome == "skipped" else runs_of(outputs, study)
    trials, problems = [], []
    for record in tasks.values():
        if record.trial is not None:
            trial, found = _trial(record, metric, space, outputs.get(record.id), page)
            trials.append(trial)
            problems += [f"{record.id}: {problem}" for problem in found]
    return Study(
        metric=metric,
        goal=goal,
        trials=tuple(trials),
        dimensions=space or inferred([trial.values for trial in trials]),
        asked=sum(task.startswith(f"{TRIALS}/") for task in tasks),
        page=page,
        problems=tuple(_few(problems)),
    )


def _described(job: SweepJob) -> tuple[str, Goal, tuple[Dimension, ...], int]:
    """What the manifest says: the metric, which way is better, the space, and how many trials."""
    config = config_of(job)
    if config is None:
        return "", "minimize", (), 0
    try:
        space, asked = tuple(dimensions(parameters_of(config))), trials_of(job)
    except (ValueError, InputError):  # only where a sweep was created and W&B takes more than is known here
        space, asked = (), 0
    metric = config.metric
    return ("", "minimize", space, asked) if metric is None else (metric.name, metric.goal, space, asked)


def _trial(
    record: TaskRecord,
    metric: str,
    space: tuple[Dimension, ...],
    output: Path | None,
    page: SweepPage | None,
) -> tuple[Trial, list[str]]:
    assert record.trial is not None
    metrics, problems = ({}, []) if output is None else read_metrics(output)
    last = record.attempts[-1] if record.attempts else None
    trial = Trial(
        name=record.id,
        state=_STATES.get(record.outcome, "failed"),
        point=record.trial.point,
        values=values_of(record.trial.point, space),
        value=record.trial.value,
        metrics=metrics,
        seconds=None if last is None else last.ended - last.started,
        ended=0.0 if last is None else last.ended,
        home=record.id,
        url="" if page is None or output is None else run_page(page, output),
    )
    return trial, problems


def _few(problems: list[str]) -> list[str]:
    """The first of many sentences, and how many more there are."""
    more = len(problems) - MOST_NAMED
    return problems if more <= 0 else [*problems[:MOST_NAMED], f"and so do {more:,} more trials"]
