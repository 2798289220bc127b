"""The provider mounts a Volume once in a container, and two of these paths name the same one.

Keep one path, or use two Volumes. A program that expects the files at a second place can be given a
link: `build: [ln, -s, /data, games]`.
"""

from __future__ import annotations

from runner.errors import InputError
from runner.lint.rule import Problem, Problems, Rule, Subject, repeated
from runner.plan.volumes import mounted


def check(subject: Subject) -> Problems:
    """The second path of a Volume."""
    try:
        names = mounted(subject.spec, subject.job.metadata.name)
    except InputError:
        return
    paths = list(names)
    for index, name in repeated(names.values()):
        yield Problem(("spec", "volumes", paths[index]), f"{name} is mounted twice", "keep one of the paths")


RULE = Rule(
    severity="error",
    summary="A Volume at two paths",
    page=__doc__,
    check=check,
    bad="volumes: {/data: 'games-${experiment}', /games: games-sample}",
    good="volumes: {/data: games, /games: other-games}",
)
