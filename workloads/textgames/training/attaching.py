"""How a generation is put into a trainer that was made without one."""

from __future__ import annotations

from typing import Any


def generation_arguments(trainer: Any) -> dict[str, Any]:
    """What GRPOTrainer would tell its VLLMGeneration, but for where vLLM is."""
    return {
        "model": trainer.model,
        "accelerator": trainer.accelerator,
        "processing_class": trainer.processing_class,
        "max_num_seqs": trainer.args.per_device_train_batch_size * trainer.args.steps_per_generation,
        "repetition_penalty": trainer.repetition_penalty,
        "temperature": trainer.temperature,
        "top_p": trainer.top_p,
        "top_k": trainer.top_k,
        "min_p": trainer.min_p,
        "max_completion_length": trainer.max_completion_length,
        "logprobs": 0,
        "generation_kwargs": trainer.args.generation_kwargs,
    }


def attach(trainer: Any, generation: Any) -> None:
    """Set what GRPOTrainer sets where `args.use_vllm` is true."""
    trainer.use_vllm = True
    trainer.vllm_mode = generation.mode
    trainer.vllm_generation = generation
    trainer._last_loaded_step = -1
