"""Trainings that take seconds."""

import json
from pathlib import Path
from typing import Any

from msgspec import convert

from workloads.textgames.settings import TrainSettings


def quick(name: Path | str, environment: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Three steps of two groups, without vLLM."""
    training = {"steps": 3, "batch_size": 8, "gradient_accumulation_steps": 1, "num_generations": 4}
    training |= {"learning_rate": 1e-3, "lr_scheduler": "constant", "loss": "dr_grpo", "save_every": 2}
    return {
        "job": "quick",
        "model": {"name": str(name)},
        "environment": environment,
        "training": training | changes.pop("training", {}),
        "sampling": {"max_tokens": 6} | changes.pop("sampling", {}),
        "vllm": {"mode": "off", "max_model_len": 1024},
    } | changes


def trained(settings: dict[str, Any], output: Path, **keywords: Any) -> dict[str, float]:
    """Trains in this process, without vLLM; returns the metrics."""
    from workloads.textgames.training.program import train

    chosen = convert(settings, TrainSettings)
    return train(chosen, output, output / "checkpoint", 3, **keywords)


def rows_of(output: Path) -> list[dict[str, Any]]:
    """The rows of progress in an output folder; a last one that is half written is left out."""
    path = output / "metrics.jsonl"
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]
