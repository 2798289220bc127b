"""`tensor_parallel_size` divides a model among so many GPUs. They must be there, and vLLM must run as a
server of its own: in the trainer's process (`mode: colocate`) it has that one GPU.

Write `mode: server`, ask for at least so many GPUs, or write 1.
"""

from __future__ import annotations

from runner.kinds.language.gpus import gpus_of
from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """More parts than GPUs; several of them in one process."""
    if subject.kind not in ("GRPO", "Evaluate", "Service") or getattr(subject.spec, "endpoint", None):
        return
    if getattr(subject.spec, "engine", "") == "transformers":
        return
    vllm, asked = subject.spec.vllm, gpus_of(subject.spec.resources)
    path, parts = ("spec", "vllm", "tensor_parallel_size"), vllm.tensor_parallel_size
    if vllm.mode == "colocate" and parts > 1:
        yield Problem(path, "in the trainer's process vLLM has one GPU", "write mode: server, or 1")
    elif vllm.mode == "server" and 0 < asked < parts:
        message = f"vLLM is divided among {parts} GPUs, and the job asks for {asked}"
        yield Problem(path, message, f"ask for {parts} GPUs, or write {asked}")


RULE = Rule(
    severity="error",
    summary="vLLM on more GPUs than it has",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="vllm: {mode: colocate, tensor_parallel_size: 2}",
    good="vllm: {mode: server, tensor_parallel_size: 2}",
)
