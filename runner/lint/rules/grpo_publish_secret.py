"""The weights are to be kept at W&B or at the Hugging Face hub, and the job has no key for it. It would fail
after training, when there is nothing more to be done but to upload.

Name WANDB_API_KEY or HF_TOKEN under `secrets`.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject

KEYS = {"wandb": "WANDB_API_KEY", "huggingface": "HF_TOKEN"}


def check(subject: Subject) -> Problems:
    """`publish` without the secret for it."""
    if subject.kind != "GRPO":
        return
    for place, key in KEYS.items():
        if getattr(subject.spec.publish, place) is not None and key not in subject.spec.secrets:
            message = f"nothing can be published there without {key}"
            yield Problem(("spec", "publish", place), message, f"add it: secrets: [{key}]")


RULE = Rule(
    severity="error",
    summary="Weights that are published without a key",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="publish: {huggingface: our-team/qwen-wordle}",
    good="""
publish: {huggingface: our-team/qwen-wordle}
secrets: [HF_TOKEN]
""",
)
