"""The files that a trained model comes as, and where they land in the repository."""

from __future__ import annotations

from typing import Final

from runner.kinds.grpo.spec import GrpoJob
from runner.plan.model import DeployedFile

TRAIN: Final = "train/grpo"
MODEL: Final = "model"
"""The folder of the training's output that holds the model."""

ADAPTER_FILES: Final = ("adapter_config.json", "adapter_model.safetensors", "README.md")
FULL_FILES: Final = (
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "README.md",
)


def folder_of(job: GrpoJob) -> str:
    """The folder of the repository where the weights land, and the champion stands."""
    return job.spec.weights or f"models/{job.metadata.name}"


def files_of(job: GrpoJob) -> tuple[DeployedFile, ...]:
    """Each file of the trained model, and what it replaces: an adapter is three files, a model seven."""
    names = FULL_FILES if job.spec.lora is None else ADAPTER_FILES
    folder = folder_of(job)
    return tuple(DeployedFile(TRAIN, f"{MODEL}/{name}", f"{folder}/{name}", weights=False) for name in names)
