"""The dataset of a training: one row per episode's seed. The environment says the rest when it is played."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

from workloads.textgames.play.player import Message

SEEDS: Final = 1 << 30
"""Training takes seeds below this, evaluation takes them from above."""
_PREFIX: Final = "episode "


def prompt_of(seed: int) -> list[Message]:
    """The prompt that stands for an episode in TRL's dataset."""
    return [{"role": "user", "content": f"{_PREFIX}{seed}"}]


def seed_of(prompt: Sequence[Message]) -> int:
    """The seed of the episode that a prompt stands for; the inverse of `prompt_of`."""
    return int(str(prompt[-1]["content"]).removeprefix(_PREFIX))


def seeds(seed: int, count: int) -> list[int]:
    """The seeds of `count` different episodes, drawn from the training's own seed."""
    return random.Random(f"training {seed}").sample(range(SEEDS), count)


def dataset(seed: int, count: int) -> Any:
    """A `datasets.Dataset` with `count` episodes in its column `prompt`."""
    from datasets import Dataset

    return Dataset.from_dict({"prompt": [prompt_of(each) for each in seeds(seed, count)]})
