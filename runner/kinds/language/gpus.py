"""How many GPUs a task asks for, and how many of them the programs can use."""

from __future__ import annotations

from msgspec.structs import replace

from runner.kinds.language.spec import Vllm
from runner.manifest.common import Resources


def gpus_of(resources: Resources) -> int:
    """GPUs of one task: the least of a list to fall back along, 0 without any."""
    names = [resources.gpu] if isinstance(resources.gpu, str) else resources.gpu or []
    return min((int(name.partition(":")[2] or 1) for name in names), default=0)


def with_fewer(resources: Resources, most: int) -> Resources:
    """The same resources with no more GPUs than so many."""
    if isinstance(resources.gpu, str):
        return replace(resources, gpu=_fewer(resources.gpu, most))
    if resources.gpu is None:
        return resources
    return replace(resources, gpu=[_fewer(name, most) for name in resources.gpu])


def _fewer(name: str, most: int) -> str:
    kind, _, count = name.partition(":")
    number = min(int(count or 1), most)
    return kind if number == 1 else f"{kind}:{number}"


def used_by_training(vllm: Vllm) -> int:
    """The most GPUs that training uses: one for the trainer, and those of a server of vLLM."""
    return 1 + vllm.tensor_parallel_size if vllm.mode == "server" else 1


def used_by_evaluation(vllm: Vllm) -> int:
    """The most GPUs that an evaluation uses which serves its models itself, always by a server."""
    return 1 if vllm.mode == "off" else vllm.tensor_parallel_size


def is_shared(vllm: Vllm, gpus: int) -> bool:
    """Whether vLLM and the trainer have a GPU in common."""
    if vllm.mode == "off" or gpus == 0:
        return False
    return vllm.mode == "colocate" or gpus <= vllm.tensor_parallel_size
