"""`from` names a task and a file below its output folder, as `run/command:model.toml`; a job with one
task may leave the task away. Here no task of the job is named.

In a sweep `best` is the trial that came out best (`best:model.safetensors`), and `best.yaml` alone is its
configuration. `runner plan` lists the tasks.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.tasks import instead, of_best, task_names
from runner.wording import printable, shown


def check(subject: Subject) -> Problems:
    """Entries whose task the job's stages do not hold."""
    files = enumerate(subject.spec.deploy.files)
    made = [(index, file) for index, file in files if not of_best(subject, file.source)]
    tasks = task_names(subject) if made else {}
    for index, file in made if tasks else ():
        task, colon, _ = file.source.rpartition(":")
        if task in tasks or (not colon and len(tasks) == 1):
            continue
        yield Problem(
            ("spec", "deploy", "files", index, "from"),
            f"{shown(file.source)} does not say which task made the file",
            instead(task, tasks)
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
