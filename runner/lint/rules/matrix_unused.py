"""Every combination of the matrix is a task, but the command does not mention this entry.

If the program reads `RUNNER_PARAM_<NAME>` from its environment, all is well. Otherwise the same
work runs several times over and is paid for several times.

Put `${matrix.<name>}` into the command, or remove the entry.
"""

from __future__ import annotations

from itertools import chain

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """Entries of the matrix that occur in no argument."""
    lines = ((command.shell or "", *command.arguments) for command in subject.commands)
    text = "\n".join(chain.from_iterable(lines))
    for name in subject.matrix:
        if f"${{matrix.{name}}}" not in text and f"RUNNER_PARAM_{name.upper()}" not in text:
            yield Problem(
                ("spec", "matrix", name),
                f"the command does not use matrix.{name}",
                f"add ${{matrix.{name}}} to the command, or remove the entry",
            )


RULE = Rule(
    severity="note",
    summary="A matrix entry that the command does not use",
    page=__doc__,
    check=check,
    bad="matrix: {seed: [1, 2]}",
    good="""
command: [python, train.py, '${matrix.seed}']
matrix: {seed: [1, 2]}
""",
)
