"""The names of a job's tasks, as its kind makes them."""

from __future__ import annotations

from math import prod
from typing import Final

from runner.errors import InputError
from runner.lint.rule import Subject

MOST_POINTS: Final = 10_000
"""The most combinations that a matrix may have."""


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
