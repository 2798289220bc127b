"""A Volume is named with 1 to 64 letters, digits, hyphens, dots and underscores.

A name may hold `${experimenter}`, which `spec.experimenter` sets (often `--set
spec.experimenter=alice`), and `${experiment}`, which is the job's name unless `spec.experiment` says
otherwise. What begins with the runner's own prefix (`modal.prefix` of the settings, `runner` unless it
was changed) holds the code and the results of every run, and is no place for a job.
"""

from __future__ import annotations

from runner.errors import InputError
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.plan.volumes import placeholders, volume_name


def check(subject: Subject) -> Problems:
    """Names that cannot be, and those of the runner itself."""
    known = placeholders(subject.spec, subject.job.metadata.name)
    own = f"{subject.settings.modal.prefix}-"
    for mount, text in subject.spec.volumes.items():
        path = ("spec", "volumes", mount)
        try:
            name = volume_name(text, known)
        except InputError as error:
            yield Problem(path, error.message, error.fix)
            continue
        if name.startswith(own):
            message = f"Volumes whose names begin with {own} are the runner's own, as {name} would be"
            yield Problem(path, message, "choose another name")


RULE = Rule(
    severity="error",
    summary="A Volume whose name cannot be, or is the runner's own",
    page=__doc__,
    check=check,
    bad="volumes: {/data: 'games-${experimenter}', /code: runner-code, /x: a/b}",
    good="""
volumes: {/data: 'games-${experimenter}', /logs: 'logs-${experiment}'}
experimenter: alice
""",
)
