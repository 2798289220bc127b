"""What TRL is told: settings as a GRPOConfig."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from workloads.textgames.settings import Dtype, SettingsError, TrainSettings

_SEEDS: Final = 1 << 31
"""NumPy takes no seed of 2^32 or more."""


def check(settings: TrainSettings) -> None:
    """Refuse what cannot be trained, before anything is loaded. Raises SettingsError."""
    training = settings.training
    completions = training.batch_size * training.gradient_accumulation_steps
    if completions % training.num_generations:
        raise SettingsError(
            f"training.batch_size {training.batch_size} times gradient_accumulation_steps "
            f"{training.gradient_accumulation_steps} is {completions}, which is no multiple of "
            f"num_generations {training.num_generations}: each group must be whole"
        )
    if settings.sampling.temperature == 0:
        raise SettingsError(
            "sampling.temperature 0 makes the replies of a group equal, and nothing can be learnt from equal "
            "replies: take 1"
        )
    limit = settings.vllm.max_model_len
    if limit is not None and settings.sampling.max_tokens >= limit:
        raise SettingsError(
            f"sampling.max_tokens {settings.sampling.max_tokens} leaves no room for a prompt in "
            f"vllm.max_model_len {limit}"
        )
    if settings.model.attn_implementation == "flash_attention_2" and find_spec("flash_attn") is None:
        raise SettingsError(
            "model.attn_implementation flash_attention_2 needs the package flash-attn; take sdpa"
        )


def groups(settings: TrainSettings) -> int:
    """Episodes with different seeds in one optimizer step."""
    training = settings.training
    return training.batch_size * training.gradient_accumulation_steps // training.num_generations


def mixed_precision(dtype: Dtype, adapter: bool) -> bool:
    """Whether bfloat16 is computed with over weights that are kept in another type.

    Weights in float32 are trained so where the GPU can, and so are adapters, which are float32 over a base
    of any type. Weights in bfloat16 without an adapter are trained as they are: half the memory, but
    updates below their last of 8 bits are lost.
    """
    import torch

    able = torch.cuda.is_available() and torch.cuda.is_bf16_supported()
    return able and (dtype == "float32" or (adapter and dtype == "bfloat16"))


def configuration(settings: TrainSettings, dtype: Dtype, seed: int, folder: Path) -> Any:
    """The GRPOConfig of a training that keeps its checkpoints in `folder`.

    Rewards are divided by their group's standard deviation, but not with the loss `dr_grpo`, whose authors
    advise against it (Liu et al. 2025, arXiv:2503.20783). Checkpoints are deleted by our own callback.
    """
    import torch
    from trl import GRPOConfig

    training, sampling = settings.training, settings.sampling
    return GRPOConfig(
        output_dir=str(folder),
        max_steps=training.steps,
        per_device_train_batch_size=training.batch_size,
        gradient_accumulation_steps=training.gradient_accumulation_steps,
        num_generations=training.num_generations,
        learning_rate=training.learning_rate,
        lr_scheduler_type=training.lr_scheduler,
        warmup_steps=training.warmup_steps,
        max_grad_norm=training.max_grad_norm,
        beta=training.beta,
        loss_type=training.loss,
        scale_rewards="none" if training.loss == "dr_grpo" else "group",
        gradient_checkpointing=training.gradient_checkpointing,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        top_k=sampling.top_k,
        min_p=sampling.min_p or None,
        max_completion_length=sampling.max_tokens,
        seed=seed % _SEEDS,
        bf16=mixed_precision(dtype, settings.lora is not None),
        use_cpu=not torch.cuda.is_available(),
        use_vllm=False,
        logging_steps=training.log_every,
        save_strategy="steps",
        save_steps=training.save_every,
        disable_tqdm=True,
        remove_unused_columns=False,
        report_to=["wandb"] if settings.wandb.enabled else [],
        run_name=settings.job,
    )
