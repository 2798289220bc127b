"""GRPO compares completions of the same episode with each other, `num_generations` of them. A step has
`batch_size` times `gradient_accumulation_steps` completions, and these must make whole groups.

Change one of the three. With 8 and 8 a step has 64 completions: eight groups of 8.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """Steps that are no multiple of a group."""
    if subject.kind != "GRPO":
        return
    training = subject.spec.training
    completions, group = training.batch_size * training.gradient_accumulation_steps, training.num_generations
    if completions % group:
        fitting = [size for size in range(2, completions + 1) if completions % size == 0]
        nearest = min(fitting, key=lambda size: abs(size - group), default=0)
        fix = f"write num_generations: {nearest}, or change the two others" if nearest else "raise batch_size"
        message = f"{completions:,} completions in a step cannot be divided into groups of {group:,}"
        yield Problem(("spec", "training", "num_generations"), message, fix)


RULE = Rule(
    severity="error",
    summary="A step that cannot be divided into groups",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="training: {batch_size: 6, gradient_accumulation_steps: 2, num_generations: 8}",
    good="training: {batch_size: 8, gradient_accumulation_steps: 2, num_generations: 8}",
)
