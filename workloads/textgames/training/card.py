"""The model card: what the weights are, how they were trained, what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import json, structs

from workloads.textgames.settings import TrainSettings

_SHOWN: Final = {
    "step": "optimizer steps",
    "reward/first": "mean reward, first ten rows",
    "reward/last": "mean reward, last ten rows",
    "success_rate/first": "success rate, first ten rows",
    "success_rate/last": "success rate, last ten rows",
    "completion_length": "tokens of a completion, last row",
    "logp_difference": "difference of log-probabilities, nats, last row",
    "seconds": "seconds of training",
}
_LORA: Final = """from peft import AutoPeftModelForCausalLM

model = AutoPeftModelForCausalLM.from_pretrained("<this folder>")"""
_FULL: Final = """from transformers import AutoModelForCausalLM, AutoTokenizer

model = AutoModelForCausalLM.from_pretrained("<this folder>")
tokenizer = AutoTokenizer.from_pretrained("<this folder>")"""


def base_of(settings: TrainSettings) -> str:
    """The model that was trained, by its name on the hub; of a folder, the last part."""
    name = settings.model.name
    return Path(name).name if _is_folder(name) else name


def card(settings: TrainSettings, metrics: Mapping[str, float], weights: str, sha256: str) -> str:
    """The card as Markdown, with the front matter that the hub reads.

    `weights` is the name of the file with the weights, `sha256` its digest in hexadecimal.
    """
    adapter = settings.lora is not None
    matter: dict[str, Any] = {"library_name": "peft" if adapter else "transformers"}
    if not _is_folder(settings.model.name):
        matter["base_model"] = settings.model.name
    matter |= {"pipeline_tag": "text-generation", "tags": ["grpo", "trl", "reinforcement-learning"]}
    front = "".join(f"{key}: {json.encode(value).decode()}\n" for key, value in matter.items())
    kind = "A LoRA adapter" if adapter else "Full weights"
    environment = settings.environment
    numbers = "".join(
        f"| {words} | {metrics[name]:.6g} |\n" for name, words in _SHOWN.items() if name in metrics
    )
    return (
        f"---\n{front}---\n\n# {_plain(settings.job)}\n\n"
        f"{kind}, trained from {_code(base_of(settings))} with GRPO on the environment "
        f"{_code(environment.name)} (history {_code(environment.history)}).\n\n"
        f"## Result\n\nNumbers of training, not of an evaluation.\n\n"
        f"| measure | value |\n|---|---:|\n{numbers}\n"
        f"## Use\n\n```python\n{_LORA if adapter else _FULL}\n```\n\n"
        f"## Settings\n\n{_settings(settings)}\n"
        f"## Weights\n\n`{weights}`, sha256 `{sha256}`\n"
    )


def _settings(settings: TrainSettings) -> str:
    """The settings in a block of code, without folders of the machine."""
    model = structs.replace(settings.model, name=base_of(settings))
    if model.adapter is not None and _is_folder(model.adapter):
        model = structs.replace(model, adapter=Path(model.adapter).name)
    environment = structs.replace(settings.environment, arguments=_shortened(settings.environment.arguments))
    shown = structs.replace(settings, model=model, environment=environment)
    document = json.format(json.encode(shown), indent=2).decode()
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", document)), default=0))
    return f"{fence}json\n{document}\n{fence}\n"


def _shortened(value: Any) -> Any:
    """Arguments with the last part of each path that begins at the root."""
    if isinstance(value, dict):
        return {name: _shortened(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_shortened(each) for each in value]
    return Path(value).name if isinstance(value, str) and value.startswith("/") else value


def _is_folder(name: str) -> bool:
    return name.startswith((".", "/", "~")) or Path(name).is_dir()


def _plain(text: str) -> str:
    """Text for a heading: letters, digits and few marks, in one line."""
    return " ".join(re.sub(r"[^\w\s.,:/+-]", "", text).split())


def _code(text: str) -> str:
    return f"`{' '.join(text.replace('`', '').split())}`"
