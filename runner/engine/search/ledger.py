"""The ledger of a search: which trial has which point, and what came of it. Pure."""

from __future__ import annotations

from typing import Any

from runner.engine.events import TaskOutcome
from runner.engine.standing import WELL, StageState, TaskState
from runner.plan.model import Search


def suggest(task: TaskState, point: dict[str, Any]) -> None:
    """Gives a trial its point. Raises ValueError where it has one, or is no trial that may begin."""
    if task.stage.stage.search is None or task.point is not None or not task.ready:
        raise ValueError(f"{task.task.id} cannot be given a point now")
    task.point = point
    task.stage.suggested.append(task)


def measure(task: TaskState, attempt: int, value: float | None) -> bool:
    """Takes in what the metric came to in an attempt, and returns whether that is the first to reach the
    target. Raises ValueError for a task that is no trial.
    """
    stage, search = task.stage, task.stage.stage.search
    if search is None:
        raise ValueError(f"{task.task.id} is no trial")
    task.value, task.measured = value, attempt
    if value is None:
        return False
    best = stage.best
    if best is None or best.value is None or is_better(search, value, best.value):
        stage.best = task
    first = not stage.target and reaches_target(search, value)
    stage.target = stage.target or first
    return first


def left_over(stage: StageState) -> list[TaskState]:
    """Trials that are not begun once the search is over: those without a point, and where the target was
    reached those that would be tried again.
    """
    waiting = (task for task in stage.tasks if task.outcome is None and task.live is None)
    return [task for task in waiting if task.point is None or stage.target]


def is_done_with(task: TaskState) -> bool:
    """Whether a trial is not tried again, whatever happens to it, as another has reached the target."""
    return task.stage.over and task.stage.target


def last_outcome(task: TaskState) -> TaskOutcome:
    """What becomes of a trial that is not begun again. A success that was taken back is none."""
    last = task.attempts[-1].outcome if task.attempts else "skipped"
    return "skipped" if last == "succeeded" else last


def take_back(stage: StageState) -> None:
    """Forgets what its trials came to, as they are all tried again; their points stay."""
    stage.over, stage.target, stage.best = False, False, None
    for task in stage.tasks:
        task.value, task.measured, task.stopping = None, 0, ""


def unmeasured(stage: StageState) -> list[TaskState]:
    """Trials that did their part, and whose value has not been written down yet."""
    search = stage.stage.search
    if search is None or not search.metric:
        return []
    return [task for task in stage.suggested if owes_value(task)]


def owes_value(task: TaskState) -> bool:
    """Whether a trial did its part in an attempt whose value has not been written down yet."""
    return task.outcome in WELL and bool(task.attempts) and task.measured != task.attempts[-1].attempt


def is_better(search: Search, value: float, than: float) -> bool:
    """Whether one value of the metric beats another."""
    return value < than if search.goal == "minimize" else value > than


def reaches_target(search: Search, value: float) -> bool:
    """Whether no further trial is needed once one has come to this value."""
    if search.target is None:
        return False
    return value <= search.target if search.goal == "minimize" else value >= search.target
