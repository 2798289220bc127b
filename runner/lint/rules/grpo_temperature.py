"""With a temperature of 0 all replies to the same prompt are equal, so that no completion of a group is
better than its group, and nothing is learnt.

Write 1, or a little less. The evaluation has a `sampling` of its own, where 0 is fine.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """Training without chance."""
    if subject.kind == "GRPO" and subject.spec.sampling.temperature == 0:
        path = ("spec", "sampling", "temperature")
        yield Problem(
            path, "without chance all replies of a group are equal, and nothing is learnt", "write 1"
        )


RULE = Rule(
    severity="error",
    summary="Training with a temperature of 0",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="sampling: {temperature: 0}",
    good="sampling: {temperature: 1}",
)
