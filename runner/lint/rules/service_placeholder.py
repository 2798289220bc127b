"""`build` of a service is run before it serves, and not as the work of a run: it has no folder for outputs,
no inputs, no champion, no checkpoint and no seed. So nothing fills `${output}`, `${input}`, `${baseline}`,
`${checkpoint}` and `${seed}`, and the program would get them as they stand.

Write paths of the repository. A literal `${` is written `$${`.
"""

from __future__ import annotations

from runner.lint.commands import placeholders
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.plan.placeholders import WORKER_PLACEHOLDERS


def check(subject: Subject) -> Problems:
    """What only a worker could fill."""
    for command in subject.commands if subject.kind == "Service" else ():
        for index, argument in enumerate(command.arguments):
            for name in WORKER_PLACEHOLDERS.intersection(placeholders(argument)):
                message = f"nothing fills ${{{name}}} in a service"
                yield Problem((*command.path, index), message, "write a path of the repository, or a value")


RULE = Rule(
    severity="error",
    summary="A placeholder of runs in a service",
    page=__doc__,
    check=check,
    kind="Service",
    bad="build: [python, make.py, '${output}/tiny']",
    good="build: [python, make.py, build/tiny]",
)
