"""The argument names a folder of somebody's machine, which no other machine has.

Paths of the repository are relative to its root, where every command starts. For results use
`${output}`, for the outputs of earlier stages `${input}`.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown

PLACES = ("/home/", "/Users/", "/root/", "/mnt/c/", "C:\\", "~/")


def check(subject: Subject) -> Problems:
    """Arguments that begin with, or are set to, a home folder; an image of one's own may hold it."""
    image = subject.spec.image
    if image.registry is not None or image.dockerfile is not None:
        return
    for command in subject.commands:
        for index, argument in enumerate(command.arguments):
            if argument.startswith(PLACES) or argument.partition("=")[2].startswith(PLACES):
                yield Problem(
                    (*command.path, index),
                    f"{shown(argument)} exists on one machine only",
                    "use a path relative to the repository's root",
                )


RULE = Rule(
    severity="warning",
    summary="A path that only one machine has",
    page=__doc__,
    check=check,
    bad="command: [python, /home/alice/train.py]",
    good="command: [python, train.py]",
)
