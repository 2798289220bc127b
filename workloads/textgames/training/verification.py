"""Whether weights arrive: what the engine says of tokens that it draws, against what the trainer says.

A synchronisation that leaves a tensor behind raises nothing: the engine answers with old weights, and
training drifts or stands still. So it is tried before training, with weights that are far from those which
the engine has loaded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import torch

from workloads.textgames.training.sync import SyncError

PROMPTS: Final = 8
PROMPT_LENGTH: Final = 24
LENGTH: Final = 16
"""Tokens drawn after each prompt."""
MOVED: Final = 1.0
"""Nats by which the perturbation shall move the log-probability of a token on average."""
_LEAST: Final = 30
"""It must move them so many times more than engine and trainer differ anyhow."""
_FIRST_SCALE: Final = 0.25
_LAST_SCALE: Final = 8.0
_GROWTH: Final = 1.25
_SEED: Final = 6


class Verification(NamedTuple):
    """Mean absolute differences of log-probabilities between engine and trainer, in nats; seconds it took.

    `moved` is by how much the perturbation changed what the trainer says; `bound` is what was allowed
    of `perturbed`.
    """

    intact: float
    perturbed: float
    restored: float
    moved: float
    bound: float
    seconds: float

    def __str__(self) -> str:
        return (
            f"The weights reach vLLM: its log-probabilities differ from the trainer's by {self.intact:.2g} "
            f"nats, by {self.perturbed:.2g} with noise on the weights that moves them by {self.moved:.2g} "
            f"({self.bound:.2g} is allowed), and by {self.restored:.2g} without it again "
            f"({self.seconds:.1f} s)"
        )


def verify(trainer: Any, limit: float) -> Verification:
    """Push weights as they are, all trained ones perturbed, and as they are again; compare after each.

    `limit` is the mean absolute difference allowed with weights as they are, in nats. Leaves the trainer's
    weights as they were, bit for bit. Raises SyncError.
    """
    started = time.monotonic()
    prompts = _prompts(trainer)
    intact, tokens, before = _compare(trainer, prompts)
    _hold(intact, limit, "before training, with the model as it was loaded")
    with _perturbed(trainer, lambda: _distance(trainer, prompts, tokens, before)) as moved:
        if not moved >= _LEAST * intact:
            raise SyncError(_untold(moved, intact))
        perturbed, _, _ = _compare(trainer, prompts)
    bound = _bound(intact, moved)
    if not perturbed <= bound:
        raise SyncError(
            f"not all weights reach vLLM: with noise on them that moves log-probabilities by {moved:.2g} "
            f"nats, its own differ from the trainer's by {perturbed:.2g} where {bound:.2g} is allowed; check "
            "that vLLM has the pinned version, or set vllm.mode: off"
        )
    restored, _, _ = _compare(trainer, prompts)
    _hold(restored, min(limit, bound), "after weights were pushed to and fro")
    return Verification(intact, perturbed, restored, moved, bound, time.monotonic() - started)


def _bound(intact: float, moved: float) -> float:
    """How far engine and trainer may differ with perturbed weights, in nats.

    Noise makes a model that amplifies rounding: in bfloat16 they then differ by up to 20 times more than
    before, and by up to 3 % of `moved` (random Qwen2 models of 2 to 24 layers, on a CPU). In float32 the
    bound is so tight that any tensor that stays behind exceeds it. In bfloat16 one may hide on which
    log-probabilities depend by less, such as a bias of keys.
    """
    return min(max(100 * intact, moved / 500), moved / 10)


def _hold(difference: float, limit: float, when: str) -> None:
    if not difference <= limit:
        raise SyncError(
            f"vLLM and the trainer do not have the same model: {when}, log-probabilities differ by "
            f"{difference:.2g} nats where {limit:.2g} is allowed; check model.dtype, or raise "
            "training.max_logp_difference"
        )


def _untold(moved: float, intact: float) -> str:
    return (
        "whether weights reach vLLM cannot be told: noise on the trained ones moves log-probabilities by no "
        f"more than {moved:.2g} nats, and vLLM's differ by {intact:.2g} anyhow; check lora.target_modules "
        "and model.dtype, or set training.verify_sync: false"
    )


def _prompts(trainer: Any) -> list[list[int]]:
    vocabulary = trainer.model.get_input_embeddings().weight.shape[0]
    generator = torch.Generator().manual_seed(_SEED)
    size = (PROMPTS, PROMPT_LENGTH)
    return torch.randint(min(vocabulary, len(trainer.processing_class)), size, generator=generator).tolist()


def _compare(trainer: Any, prompts: list[list[int]]) -> tuple[float, list[list[int]], torch.Tensor]:
    """Push the weights and let the engine draw. The difference, the tokens, what the trainer says of them."""
    generation = trainer.vllm_generation
    generation.sync_weights()
    with _whole_distribution(generation):
        _, tokens, said, _ = generation.generate(prompts, None, 1)
    tokens = [list(drawn) for drawn in tokens]
    engine = torch.tensor([[float("nan") if first[0] is None else first[0] for first in row] for row in said])
    ours = _log_probabilities(trainer, prompts, tokens)
    return (engine - ours).abs().mean().item(), tokens, ours


def _distance(trainer: Any, prompts: list[list[int]], tokens: list[list[int]], before: torch.Tensor) -> float:
    return (_log_probabilities(trainer, prompts, tokens) - before).abs().mean().item()


def _log_probabilities(trainer: Any, prompts: list[list[int]], tokens: list[list[int]]) -> torch.Tensor:
    """Of drawn tokens, by the trainer's own forward; shape (prompts, tokens), float32, on the CPU."""
    rows = [prompt + drawn for prompt, drawn in zip(prompts, tokens, strict=True)]
    ids = torch.tensor(rows, device=trainer.accelerator.device)
    training = trainer.model.training
    trainer.model.eval()
    try:
        with torch.no_grad():
            found, _, _ = trainer._get_per_token_logps_and_entropies(
                trainer.model, ids, torch.ones_like(ids), len(tokens[0])
            )
    finally:
        trainer.model.train(training)
    said: torch.Tensor = found.float().cpu()
    return said


@contextmanager
def _whole_distribution(generation: Any) -> Iterator[None]:
    """Draw from the whole distribution, the same tokens each time, as many of them for each prompt."""
    wanted = {
        "top_p": 1.0,
        "top_k": 0,
        "min_p": 0.0,
        "repetition_penalty": 1.0,
        "max_completion_length": LENGTH,
        "generation_kwargs": {"seed": _SEED, "ignore_eos": True},
    }
    kept = {name: getattr(generation, name) for name in wanted}
    vars(generation).update(wanted)
    try:
        yield
    finally:
        vars(generation).update(kept)


@contextmanager
def _perturbed(trainer: Any, distance: Callable[[], float]) -> Iterator[float]:
    """Add noise to all trained weights, more and more until `distance` is MOVED; at the end, take it off.

    Yields the distance. Vectors get more of it, as log-probabilities hardly depend on some of them (the
    biases of queries and keys).
    """
    trained = [parameter for parameter in trainer.model.parameters() if parameter.requires_grad]
    kept = [parameter.detach().to("cpu", copy=True) for parameter in trained]
    try:
        scale, moved = _FIRST_SCALE, 0.0
        while not moved >= MOVED and scale <= _LAST_SCALE:
            _add_noise(trained, kept, scale)
            moved, scale = distance(), scale * _GROWTH
        yield moved
    finally:
        for parameter, old in zip(trained, kept, strict=True):
            parameter.data.copy_(old)


def _add_noise(trained: list[Any], kept: list[torch.Tensor], scale: float) -> None:
    generator = torch.Generator(trained[0].device).manual_seed(_SEED)
    for parameter, old in zip(trained, kept, strict=True):
        start = old.to(parameter.device, torch.float32)
        spread = scale * max(start.square().mean().sqrt().item(), 0.5 if start.ndim == 1 else 0.02)
        noise = torch.randn(start.shape, generator=generator, device=start.device)
        parameter.data.copy_(start + spread * noise)
