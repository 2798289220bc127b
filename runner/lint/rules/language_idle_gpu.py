"""The programs cannot use as many GPUs as the job asks for, and all of them are paid for.

Training uses one; `vllm: {mode: server}` uses as many beside it as `tensor_parallel_size` says, or shares
the trainer's where there is no more than one. An evaluation uses those of its server, and none where an
`endpoint` serves the model. Model parallel training is not there.

Ask for fewer, or raise `vllm.tensor_parallel_size`.
"""

from __future__ import annotations

from runner.kinds.language.gpus import gpus_of, used_by_evaluation, used_by_training
from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """More GPUs than trainer and server take."""
    spec = subject.spec
    if subject.kind not in ("GRPO", "Evaluate", "Service"):
        return
    used = used_by_training(spec.vllm) if subject.kind == "GRPO" else used_by_evaluation(spec.vllm)
    if getattr(spec, "engine", "") == "transformers":
        used = 1
    if getattr(spec, "endpoint", None) is not None:
        used = 0
    asked = gpus_of(spec.resources)
    if asked > used:
        message = f"the job asks for {_count(asked)}, and can use {_count(used)}"
        yield Problem(
            ("spec", "resources", "gpu"), message, "ask for fewer, or raise vllm.tensor_parallel_size"
        )


def _count(number: int) -> str:
    return {0: "none", 1: "1 GPU"}.get(number, f"{number} GPUs")


RULE = Rule(
    severity="warning",
    summary="GPUs that nothing would use",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="""
resources: {gpu: 'A100-40GB:4'}
budget: {usd: 100}
""",
    good="""
resources: {gpu: 'A100-40GB:2'}
budget: {usd: 100}
""",
)
