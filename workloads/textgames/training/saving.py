"""What a training leaves: the folder `model`, with an adapter or full weights, as the hub has them."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any, Final

from msgspec import json

from workloads.textgames.settings import TrainSettings
from workloads.textgames.training.card import base_of, card

ADAPTER: Final = ("adapter_config.json", "adapter_model.safetensors", "README.md")
FULL: Final = (
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "README.md",
)
"""The files of the folder, no more and no less."""
_ONE_FILE: Final = "100TB"


def save(
    model: Any, tokenizer: Any, settings: TrainSettings, metrics: dict[str, float], folder: Path
) -> None:
    """Write a trained model, in one step: the folder is not there before it is whole."""
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    if settings.lora is None:
        model.save_pretrained(partial, max_shard_size=_ONE_FILE)
        tokenizer.save_pretrained(partial)
    else:
        model.save_pretrained(partial, selected_adapters=["default"])
        _name_base(partial / "adapter_config.json", settings)
    wanted = FULL if settings.lora is None else ADAPTER
    weights = next(name for name in wanted if name.endswith(".safetensors"))
    text = card(settings, metrics, weights, _sha256(partial / weights))
    (partial / "README.md").write_text(text, encoding="utf-8")
    for path in partial.iterdir():
        if path.name not in wanted:
            path.unlink()
    (partial / weights).chmod(0o644)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def _name_base(path: Path, settings: TrainSettings) -> None:
    """Say of an adapter what it belongs to by name, where PEFT says by folder."""
    document = json.decode(path.read_bytes())
    document["base_model_name_or_path"] = base_of(settings)
    document["revision"] = settings.model.revision
    path.write_bytes(json.format(json.encode(document), indent=2) + b"\n")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
