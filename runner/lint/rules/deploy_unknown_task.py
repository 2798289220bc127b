"""`from` names a task and a file below its output folder, as `run/command:model.toml`; a job with one
task may leave the task away. Here no task of the job is named.

`runner plan` lists the tasks.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.tasks import task_names
from runner.wording import did_you_mean, printable, shown


def check(subject: Subject) -> Problems:
    """Entries whose task the job's stages do not hold."""
    files = subject.spec.deploy.files
    tasks = task_names(subject) if files else {}
    for index, file in enumerate(files if tasks else ()):
        task, colon, _ = file.source.rpartition(":")
        if task in tasks or (not colon and len(tasks) == 1):
            continue
        yield Problem(
            ("spec", "deploy", "files", index, "from"),
            f"{shown(file.source)} does not say which task made the file",
            did_you_mean(task, tasks)
            if colon
            else f"write task:path, such as {next(iter(tasks))}:{printable(file.source)}",
        )


RULE = Rule(
    severity="error",
    summary="A deployed file of a task that the job does not have",
    page=__doc__,
    check=check,
    bad="deploy: {files: [{from: 'train:m.toml', to: data/m.toml}]}",
    good="deploy: {files: [{from: 'run/command:m.toml', to: data/m.toml}]}",
)
