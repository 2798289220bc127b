"""Draws the tokens of each conversation of a batch with the luck of its own seed."""

from __future__ import annotations

import random
from typing import Any

from workloads.textgames.settings import Sampling

_COLDEST = 1e-4
"""Below this temperature numbers overflow, and the likeliest token is taken anyway."""


def drawn_apart(seeds: list[int], sampling: Sampling) -> Any:
    """For `generate` without sampling: processors that leave one token to each row, drawn by its seed.

    What a row gets does not depend on the others, but for the rounding of the model's own numbers.
    """
    import torch
    from transformers import LogitsProcessor, LogitsProcessorList
    from transformers.generation import logits_process as warpers

    chances = [random.Random(seed) for seed in seeds]
    kept: list[Any] = [warpers.TemperatureLogitsWarper(max(sampling.temperature, _COLDEST))]
    if sampling.top_k:
        kept.append(warpers.TopKLogitsWarper(sampling.top_k))
    if sampling.top_p < 1:
        kept.append(warpers.TopPLogitsWarper(sampling.top_p))
    if sampling.min_p > 0:
        kept.append(warpers.MinPLogitsWarper(sampling.min_p))

    class Drawn(LogitsProcessor):  # type: ignore[misc]
        """Gives the token on which each row's chance falls, and no other, a finite score."""

        def __call__(self, input_ids: Any, scores: Any) -> Any:
            sums = torch.softmax(scores.double(), dim=-1).cumsum(dim=-1)
            falls = torch.tensor([[chance.random()] for chance in chances], dtype=sums.dtype)
            places = torch.searchsorted(sums, falls.to(sums.device) * sums[:, -1:], right=True)
            left = torch.full_like(scores, -torch.inf)
            return left.scatter_(1, places.clamp(max=scores.shape[1] - 1), 0.0)

    return LogitsProcessorList([*kept, Drawn()])
