"""What kinds share when they read outputs and say what is deployed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from runner.errors import InputError
from runner.manifest.common import Job
from runner.plan.model import DeployedFile, Task
from runner.results.metrics import read_metrics, read_progress
from runner.results.model import LineChart, Metric, Series

if TYPE_CHECKING:
    from pathlib import Path

MOST_CHARTS = 4
MOST_LINES = 8


def deployed_files(job: Job, tasks: Sequence[Task]) -> tuple[DeployedFile, ...]:
    """The files of `deploy.files`: `path` where there is one task, `task:path` otherwise.

    Raises InputError when an entry names no task of the job.
    """
    ids = [task.id for task in tasks]
    files = []
    for entry in job.spec.deploy.files:
        task, colon, path = entry.source.rpartition(":")
        if not colon and len(ids) == 1:
            task = ids[0]
        if task not in ids:
            raise InputError(
                "deploy-without-task",
                f"deploy: from: {entry.source!r} does not say which task made the file",
                place=job.metadata.name,
                fix=f"write task:path, with one of the tasks {', '.join(ids[:10])}",
            )
        files.append(DeployedFile(task, path, entry.to))
    return tuple(files)


def task_findings(outputs: Mapping[str, Path]) -> tuple[dict[str, dict[str, Metric]], tuple[str, ...]]:
    """The metrics of every task, and what was wrong with their files."""
    metrics: dict[str, dict[str, Metric]] = {}
    warnings: list[str] = []
    for task, folder in outputs.items():
        metrics[task], found = read_metrics(folder)
        warnings += [f"{task}: {warning}" for warning in found]
    return metrics, tuple(warnings)


def progress_charts(outputs: Mapping[str, Path]) -> tuple[LineChart, ...]:
    """One chart per number that the tasks reported over time, one line per task.

    Numbers that never change have nothing to show.
    """
    progress = {task: read_progress(folder) for task, folder in list(outputs.items())[:MOST_LINES]}
    part = f" (the first {MOST_LINES} of {len(outputs)} tasks)" if len(outputs) > MOST_LINES else ""
    axis = _axis(list(progress.values()))
    names = list(
        dict.fromkeys(name for rows in progress.values() for row in rows for name in row if name != axis)
    )
    charts = (_chart(progress, axis, name, part) for name in names)
    return tuple(itertools.islice(filter(None, charts), MOST_CHARTS))


def _chart(
    progress: Mapping[str, Sequence[Mapping[str, float]]], axis: str | None, name: str, part: str
) -> LineChart | None:
    series = tuple(
        Series(task.partition("/")[2], points)
        for task, rows in progress.items()
        if len(points := _points(rows, axis, name)) > 1
    )
    if len({value for line in series for _, value in line.points}) < 2:
        return None
    return LineChart(f"progress-{_slug(name)}", name + part, axis or "report", name, series)


def _axis(progress: Sequence[Sequence[Mapping[str, float]]]) -> str | None:
    """The first of the usual names for time that every report carries."""
    rows = [row for rows in progress for row in rows]
    return next(
        (name for name in ("step", "generation", "epoch") if rows and all(name in row for row in rows)), None
    )


def _points(
    rows: Sequence[Mapping[str, float]], axis: str | None, name: str
) -> tuple[tuple[float, float], ...]:
    return tuple(
        (row[axis] if axis else float(index), row[name]) for index, row in enumerate(rows) if name in row
    )


def _slug(name: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in name.lower()).strip("-")[:60]
