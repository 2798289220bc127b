"""vLLM takes `gpu_memory_utilization` of the GPU's memory when it starts and keeps it. Here training runs on
the same GPU: what is left must hold the weights once more, their gradients and the optimizer's state, which
are several times the weights.

Write 0.5 or less, ask for a second GPU (`A100-40GB:2`), or train adapters with `lora`.
"""

from __future__ import annotations

from runner.kinds.language.gpus import gpus_of, is_shared
from runner.lint.rule import Problem, Problems, Rule, Subject

MOST = 0.6


def check(subject: Subject) -> Problems:
    """More than 60 % for vLLM on the trainer's GPU."""
    spec = subject.spec
    if subject.kind != "GRPO" or not is_shared(spec.vllm, gpus_of(spec.resources)):
        return
    part = spec.vllm.gpu_memory_utilization
    if part > MOST:
        message = f"vLLM takes {part:.0%} of the GPU's memory, and training has the rest of it"
        yield Problem(
            ("spec", "vllm", "gpu_memory_utilization"), message, "write 0.5, or ask for a second GPU"
        )


RULE = Rule(
    severity="warning",
    summary="Little memory left for training beside vLLM",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="""
vllm: {gpu_memory_utilization: 0.9}
resources: {gpu: A100-40GB}
budget: {usd: 50}
""",
    good="""
vllm: {gpu_memory_utilization: 0.9}
resources: {gpu: 'A100-40GB:2'}
budget: {usd: 50}
""",
)
