"""Full fine-tuning of a trained model with such a learning rate mostly destroys what it knows within a few
steps; 1e-6 to 1e-5 is usual.

Adapters take a hundred times as much: write `lora: {}` if that is what was meant. A job that makes its model
itself, with `build`, is left alone: tiny models from nothing learn with 1e-3.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject

MOST = 1e-4


def check(subject: Subject) -> Problems:
    """Over 1e-4 for all weights."""
    spec = subject.spec
    if subject.kind != "GRPO" or spec.lora is not None or spec.build is not None:
        return
    if spec.training.learning_rate > MOST:
        message = f"a learning rate of {spec.training.learning_rate:g} is for adapters, not for all weights"
        fix = "write 1e-5 or less, or add lora: {}"
        yield Problem(("spec", "training", "learning_rate"), message, fix)


RULE = Rule(
    severity="warning",
    summary="A learning rate that destroys a trained model",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="training: {learning_rate: 1e-3}",
    good="""
training: {learning_rate: 1e-3}
lora: {rank: 16}
""",
)
