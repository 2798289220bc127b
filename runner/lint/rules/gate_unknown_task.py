"""`task` names one task, such as `train/generalist`, `validate/a-b` or `run/command`. No task of this
job has that name, so the gate could never be decided.

`runner plan` lists the tasks. Without `task` a gate applies to every task that reports its metric.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.tasks import instead, task_names
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """Names that the job's stages do not hold."""
    named = [(index, gate.task) for index, gate in enumerate(subject.spec.gates) if gate.task]
    tasks = task_names(subject) if named else {}
    for index, task in named if tasks else ():
        if task not in tasks:
            path = ("spec", "gates", index, "task")
            yield Problem(path, f"there is no task {shown(task)}", instead(task, tasks))


RULE = Rule(
    severity="error",
    summary="A gate on a task that the job does not have",
    page=__doc__,
    check=check,
    bad="gates: [{metric: score, task: train/command, min: 0}]",
    good="gates: [{metric: score, task: run/command, min: 0}]",
)
