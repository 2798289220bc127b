"""The names of a job's tasks, as its kind makes them."""

from __future__ import annotations

from math import prod
from typing import Final

from runner.errors import InputError
from runner.lint.rule import Subject
from runner.wording import did_you_mean

MOST_POINTS: Final = 10_000
"""The most combinations that a matrix may have."""

MOST_NAMED: Final = 500
"""Among more tasks than these nobody looks for the one that was meant, which takes a second."""


def instead(name: str, tasks: dict[str, None]) -> str:
    """The fix for a task that does not exist: the nearest name, or which there are."""
    if len(tasks) <= MOST_NAMED:
        return did_you_mean(name, tasks)
    first, last = next(iter(tasks)), next(reversed(tasks))
    return f"name one from {first} to {last}; runner plan lists them"


def of_best(subject: Subject, source: str) -> bool:
    """Whether `deploy` takes a file from a sweep's best trial, or its configuration."""
    from runner.kinds.sweep.names import BEST, BEST_FILE

    tried = subject.kind == "Sweep" and not subject.spec.create_only
    return tried and (source == BEST_FILE or source.rpartition(":")[0] == BEST)


def task_names(subject: Subject) -> dict[str, None]:
    """Every task's id, in order; none where another rule has already refused what makes them."""
    from runner.kinds import KINDS

    if prod(map(len, subject.matrix.values())) > MOST_POINTS:
        return {}
    try:
        stages = KINDS[subject.kind].stages(subject.job)
    except InputError:
        return {}
    return {task.id: None for stage in stages for task in stage.tasks}
