"""What the trials of a sweep say, as metrics, tables, charts and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from runner.kinds.sweep.documents import best_file, study_file
from runner.kinds.sweep.gathering import study_of
from runner.kinds.sweep.importance import importances
from runner.kinds.sweep.names import BEST, BEST_FILE
from runner.kinds.sweep.pictures import charts
from runner.kinds.sweep.sections import sections
from runner.kinds.sweep.spec import SweepJob
from runner.kinds.sweep.study import Study, Trial
from runner.kinds.sweep.warnings import warnings
from runner.results.model import Findings, Metric, TaskRecord

if TYPE_CHECKING:
    from pathlib import Path


def findings(job: SweepJob, tasks: Mapping[str, TaskRecord], outputs: Mapping[str, Path]) -> Findings:
    """The study: its best trial's metrics are those of the run, and its files may be deployed."""
    study = study_of(job, tasks, outputs)
    if not study.trials:
        shown = sections(study, (), waits=job.spec.create_only)
        return Findings(sections=shown, warnings=warnings(study, job, outputs))
    best, ranked = study.best, study.ranked
    mattered = importances(
        [trial.values for trial in ranked],
        [trial.value for trial in ranked if trial.value is not None],
        [one.name for one in study.varying],
        study.goal,
    )
    made = {} if best is None else {BEST_FILE: best_file(study, best, job.metadata.name)}
    return Findings(
        metrics=_of_run(study, best),
        task_metrics=_of_trials(study, best, job, tasks),
        sections=sections(study, mattered, waits=False),
        charts=charts(study, mattered),
        data={"study.json": study_file(study)},
        warnings=warnings(study, job, outputs),
        aliases={BEST: best.home} if best is not None and best.home else {},
        files=made,
    )


def _of_run(study: Study, best: Trial | None) -> dict[str, Metric]:
    """The metrics of the best trial, the sweep's first, and how many trials ended how."""
    found: dict[str, Metric] = {}
    if best is not None and best.value is not None:
        logged = best.metrics.get(study.metric)
        same = logged is not None and logged.value == best.value
        found = {study.metric: logged if logged is not None and same else Metric(best.value)}
        found |= {name: metric for name, metric in best.metrics.items() if name != study.metric}
    states = ("finished", "failed", "stopped")
    return found | {f"trials.{state}": Metric(float(study.counts[state])) for state in states}


def _of_trials(
    study: Study, best: Trial | None, job: SweepJob, tasks: Mapping[str, TaskRecord]
) -> dict[str, dict[str, Metric]]:
    """What each trial reported of the sweep's metric and of those that gates ask for.

    A gate that names no trial is on the best one, so a metric that this one lacks is left out.
    """
    asked = [gate.metric for gate in job.spec.gates if gate.task or (best and gate.metric in best.metrics)]
    found = {}
    for trial in study.trials:
        if trial.name in tasks:
            own = {} if trial.value is None else {study.metric: Metric(trial.value)}
            found[trial.name] = own | {name: trial.metrics[name] for name in asked if name in trial.metrics}
    return found
