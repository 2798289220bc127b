"""The command holds a placeholder that nobody knows, so the program would get it as it stands.

Every command may use `${output}`, `${input}`, `${baseline}`, `${checkpoint}` and `${seed}`. A
Command adds `${matrix.<name>}` for the names of its matrix; a variant of a Tune `${variant.name}`
and `${variant.weights}`; its validation `${matchup}` and `${games}`; a Sweep the macros of W&B, such as
`${args}`, which leaves out what it does not know. A literal `${` is written `$${`.
"""

from __future__ import annotations

from runner.lint.commands import placeholders
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.plan.placeholders import WORKER_PLACEHOLDERS
from runner.wording import did_you_mean, printable


def check(subject: Subject) -> Problems:
    """Placeholders in argument lists that are not known there."""
    for command in subject.commands:
        for index, argument in enumerate(command.arguments):
            for name in placeholders(argument) if "${" in argument else ():
                if name not in WORKER_PLACEHOLDERS and name not in command.known:
                    fix = did_you_mean(name, (*command.known, *WORKER_PLACEHOLDERS))
                    path = (*command.path, index)
                    yield Problem(path, f"nothing fills the placeholder ${{{printable(name)}}}", fix)


RULE = Rule(
    severity="error",
    summary="A placeholder that nothing fills",
    page=__doc__,
    check=check,
    bad="""
command: [python, train.py, '${matrix.lr}', '${outptu}']
matrix: {lr: [0.1]}
""",
    good="""
command: [python, train.py, '${matrix.lr}']
matrix: {lr: [0.1]}
""",
)
