"""A sweep has to say what a trial runs: `program`, the training script, or a whole `command`.

Without `command` a trial runs `/usr/bin/env python PROGRAM --name=value …`. A `command` that holds
`${program}` needs `program` beside it. Only with `create_only` may both be left out, for agents that
call a function.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """Neither `program` nor `command`, and a command with the macro of a program that is missing."""
    sweep = subject.sweep
    if sweep is None or sweep.program:
        return
    if sweep.command is None and not subject.spec.create_only:
        message = "the sweep does not say what to run"
        yield Problem(("spec", "sweep"), message, "add program: with the training script, or command:")
    elif "${program}" in (sweep.command or ()):
        path = ("spec", "sweep", "command", sweep.command.index("${program}"))
        message = "${program} stands for nothing, as the sweep has no program"
        yield Problem(path, message, "add program: with the training script, or write its name here")


RULE = Rule(
    severity="error",
    summary="A sweep that does not say what to run",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: grid
  parameters: {units: {values: [32, 64]}}
""",
    good="""
sweep:
  method: grid
  parameters: {units: {values: [32, 64]}}
  program: train.py
""",
)
