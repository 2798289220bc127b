"""W&B is to be told of the progress, and the job has no key for it. Then the client writes into the task's
output only, and W&B's server shows nothing.

Name WANDB_API_KEY under `secrets`, or leave `wandb` out: the report has the curves in any case.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject

KEY = "WANDB_API_KEY"


def check(subject: Subject) -> Problems:
    """`wandb: {enabled: true}` without the secret."""
    if subject.kind == "GRPO" and subject.spec.wandb.enabled and KEY not in subject.spec.secrets:
        message = f"without {KEY} the progress stays in the task's output"
        yield Problem(("spec", "wandb", "enabled"), message, f"add it: secrets: [{KEY}]")


RULE = Rule(
    severity="note",
    summary="W&B without a key",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="wandb: {enabled: true}",
    good="""
wandb: {enabled: true}
secrets: [WANDB_API_KEY]
""",
)
