"""All GPUs of a task sit in one machine, and a machine has eight at most; those with A10 have four.

Ask for fewer, or for a larger type.
"""

from __future__ import annotations

from runner.lint.gpus import GPUS, LARGEST_MACHINE
from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """Counts above what a machine of that type holds."""
    for path, name in subject.gpus():
        kind, _, count = name.partition(":")
        most = GPUS.get(kind, LARGEST_MACHINE)
        if int(count or 1) > most:
            message = f"no machine has {count} {kind}; {most} is the most"
            yield Problem(path, message, f"write {kind}:{most}, or a larger type")


RULE = Rule(
    severity="error",
    summary="More GPUs than one machine has",
    page=__doc__,
    check=check,
    bad="""
resources: {gpu: 'A10:8'}
budget: {usd: 10}
""",
    good="""
resources: {gpu: 'A10:4'}
budget: {usd: 10}
""",
)
