"""What a person should know of the work of both kinds before it runs."""

from __future__ import annotations

from typing import Any

from runner.kinds.language.gpus import gpus_of, is_shared
from runner.kinds.language.spec import Vllm
from runner.manifest.common import Resources
from runner.wording import printable, shown

_HISTORIES = {
    "none": "of the past the player sees nothing",
    "full": "the player sees all turns before",
    "scratchpad": "of the past the player sees its own notes",
    "optimal_scratchpad": "of the past the player sees an ideal player's notes",
}


def model_note(model: dict[str, Any]) -> str:
    """A model of the settings, by its name, revision and adapter."""
    revision = f" at {printable(model['revision'])}" if model["revision"] else ""
    adapter = f" with the adapter {printable(model['adapter'])}" if model["adapter"] else ""
    return f"{printable(model['name'])}{revision}{adapter}"


def environment_note(environment: dict[str, Any]) -> str:
    """What is played, with which arguments and history."""
    arguments = [f"{printable(name)} {shown(value)}" for name, value in environment["arguments"].items()]
    made = f" ({', '.join(arguments)})" if arguments else ""
    turns = environment["max_turns"]
    most = "" if turns is None else f", {count(turns, 'turn')} at most"
    return f"{environment['name']}{made}: {_HISTORIES[environment['history']]}{most}"


def training_vllm_note(vllm: Vllm, resources: Resources) -> str:
    """Who draws the completions of a training, and on which GPU."""
    gpus = gpus_of(resources)
    if vllm.mode == "off":
        return "transformers generates, without vLLM"
    where = "beside the trainer" if vllm.mode == "server" else "in the trainer's process"
    if gpus == 0:
        return f"vLLM generates {where}, without a GPU: a build of vLLM for CPUs must be there"
    if is_shared(vllm, gpus):
        return f"vLLM generates {where}, with {vllm.gpu_memory_utilization:.0%} of the memory of the same GPU"
    return f"vLLM generates {where}, on {count(vllm.tensor_parallel_size, 'GPU')} of its own"


def playing_vllm_note(vllm: Vllm) -> str:
    """Who serves the models of an evaluation."""
    return "transformers generates, without vLLM" if vllm.mode == "off" else "vLLM serves each model in turn"


def idle_note(resources: Resources, used: int) -> list[str]:
    """A sentence where there are more GPUs than can be used."""
    idle = gpus_of(resources) - used
    return [f"{count(idle, 'GPU')} would be idle"] if idle > 0 else []


def count(number: int, noun: str) -> str:
    """`1 step`, `2,000 steps`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
