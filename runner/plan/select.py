"""A part of a plan: `--only train/generalist`."""

from __future__ import annotations

from fnmatch import fnmatchcase

from msgspec.structs import replace

from runner.errors import InputError
from runner.plan.model import Plan, Task


def only(plan: Plan, patterns: tuple[str, ...]) -> Plan:
    """The plan with only the tasks that a pattern names: an id, its last part, or a glob.

    What the remaining tasks do not produce is not deployed. Raises InputError when a pattern names
    no task.
    """
    for pattern in patterns:
        if not any(_matches(task, pattern) for task in plan.tasks().values()):
            raise InputError(
                "unknown-task",
                f"the job {plan.job} has no task {pattern}",
                fix="choose from: " + ", ".join(list(plan.tasks())[:20]),
            )
    stages = [
        replace(stage, tasks=kept)
        for stage in plan.stages
        if (kept := tuple(task for task in stage.tasks if any(_matches(task, p) for p in patterns)))
    ]
    names = {stage.name for stage in stages}
    tasks = {task.id for stage in stages for task in stage.tasks}
    deploy = tuple(file for file in plan.deploy if file.task in tasks)
    return replace(
        plan,
        stages=tuple(
            replace(stage, inputs=tuple(name for name in stage.inputs if name in names)) for stage in stages
        ),
        deploy=deploy,
        gates=tuple(gate for gate in plan.gates if not gate.task or gate.task in tasks),
    )


def _matches(task: Task, pattern: str) -> bool:
    return fnmatchcase(task.id, pattern) or task.id.partition("/")[2] == pattern
