"""The model that a training begins with, from a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workloads.textgames.settings import Dtype, Lora, Model, SettingsError


def tokenizer_of(folder: Path) -> Any:
    """The tokenizer of a model's folder. Raises SettingsError."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, padding_side="left", truncation_side="left")
    except (OSError, ValueError) as error:
        raise SettingsError(f"the model's tokenizer cannot be read: {' '.join(str(error).split())}") from None


def context_of(folder: Path, max_model_len: int | None) -> int:
    """The tokens of a context and its reply together, at most, as vLLM would have it."""
    from transformers import AutoConfig

    longest = getattr(AutoConfig.from_pretrained(folder).get_text_config(), "max_position_embeddings", None)
    limits = [limit for limit in (longest, max_model_len) if limit is not None]
    return min(limits) if limits else 4096


def model_of(folder: Path, model: Model, dtype: Dtype, lora: Lora | None, adapter: Path | None) -> Any:
    """The weights of a folder as they are to be trained: with an adapter on them where one is wanted.

    An adapter that the settings name is trained on. Raises SettingsError.
    """
    weights = _weights(folder, model, dtype)
    if lora is None:
        return weights
    from peft import LoraConfig, PeftModel, TaskType, get_peft_model

    if adapter is not None:
        laid = PeftModel.from_pretrained(weights, adapter, is_trainable=True)
        rank = laid.peft_config["default"].r
        if rank != lora.rank:
            raise SettingsError(f"lora.rank is {lora.rank}, but the adapter to go on with has rank {rank}")
        return laid
    configuration = LoraConfig(
        task_type=TaskType.CAUSAL_LM,
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=lora.target_modules,
    )
    try:
        return get_peft_model(weights, configuration)
    except ValueError as error:
        raise SettingsError(f"lora: {' '.join(str(error).split())}") from None


def merge(folder: Path, model: Model, dtype: Dtype, adapter: Path, into: Path) -> Path:
    """A model with an adapter merged into its weights, written to a folder, which is returned."""
    from peft import PeftModel

    merged: Any = PeftModel.from_pretrained(_weights(folder, model, dtype), adapter).merge_and_unload()
    merged.save_pretrained(into)
    tokenizer_of(folder).save_pretrained(into)
    return into


def _weights(folder: Path, model: Model, dtype: Dtype) -> Any:
    from transformers import AutoModelForCausalLM

    try:
        return AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype, attn_implementation=model.attn_implementation
        )
    except (OSError, ValueError, ImportError) as error:
        raise SettingsError(f"the model cannot be loaded: {' '.join(str(error).split())}") from None
