"""A tensor that stays behind is found, whichever it is. The engine here is a copy of the model."""

import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from workloads.textgames.training.sync import SyncError

pytestmark = pytest.mark.llm


def weights_of(model: Any) -> dict[str, Any]:
    return dict(model.named_parameters())


class Copy:
    """Generates with a copy of the model. `stale` weights are never taken over."""

    top_p, top_k, min_p, repetition_penalty = 0.9, 5, 0.1, 1.2
    max_completion_length = 4
    generation_kwargs: dict[str, Any] = {}

    def __init__(self, model: Any, stale: set[str]) -> None:
        self._model, self._copy, self._stale = model, copy.deepcopy(model).eval(), stale

    def sync_weights(self) -> None:
        ours = weights_of(self._copy)
        for name, weight in self._model.named_parameters():
            if name not in self._stale:
                ours[name].data.copy_(weight.data)

    def generate(self, prompts: list[list[int]], images: None, num_generations: int) -> Any:
        import torch

        assert (self.top_p, self.top_k, self.min_p, num_generations) == (1.0, 0, 0.0, 1)
        generator = torch.Generator().manual_seed(0)
        ids = torch.tensor(prompts)
        with torch.no_grad():
            for _ in range(self.max_completion_length):
                chances = self._copy(ids).logits[:, -1].softmax(-1)
                ids = torch.cat([ids, torch.multinomial(chances, 1, generator=generator)], 1)
        said = log_probabilities(self._copy, ids, self.max_completion_length)
        drawn = ids[:, len(prompts[0]) :].tolist()
        return prompts, drawn, [[[number] for number in row] for row in said.tolist()], None


def log_probabilities(model: Any, ids: Any, last: int) -> Any:
    import torch

    with torch.no_grad():
        said = model(ids).logits[:, -last - 1 : -1].log_softmax(-1)
    return said.gather(-1, ids[:, -last:, None]).squeeze(-1)


def trainer_of(model: Any, stale: set[str]) -> Any:
    """What the verification asks of a trainer."""
    import torch

    return SimpleNamespace(
        model=model,
        vllm_generation=Copy(model, stale),
        accelerator=SimpleNamespace(device=torch.device("cpu")),
        processing_class=range(model.config.vocab_size),
        _get_per_token_logps_and_entropies=lambda of, ids, mask, last: (
            log_probabilities(of, ids, last),
            None,
            None,
        ),
    )


@pytest.fixture
def model(tiny_model: Path) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(tiny_model)


def test_weights_that_arrive_are_verified_and_left_as_they_were(model: Any) -> None:
    import torch

    from workloads.textgames.training.verification import MOVED, verify

    before = {name: weight.detach().clone() for name, weight in weights_of(model).items()}
    trainer = trainer_of(model, set())
    found = verify(trainer, 0.2)
    assert found.intact == found.perturbed == found.restored == 0
    assert found.moved >= MOVED
    assert all(torch.equal(weight, before[name]) for name, weight in weights_of(model).items())
    assert trainer.vllm_generation.top_p == 0.9
    assert trainer.vllm_generation.max_completion_length == 4


def test_each_tensor_that_stays_behind_is_found(model: Any) -> None:
    from workloads.textgames.training.verification import verify

    for name in weights_of(model):
        with pytest.raises(SyncError, match="not all weights reach vLLM"):
            verify(trainer_of(model, {name}), 0.2)


def test_an_engine_with_another_model_is_found(model: Any) -> None:
    import torch

    from workloads.textgames.training.verification import verify

    trainer = trainer_of(model, set(weights_of(model)))
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(3)
    with pytest.raises(SyncError, match="do not have the same model: before training"):
        verify(trainer, 0.2)


def test_weights_that_change_nothing_cannot_be_verified(model: Any) -> None:
    import torch

    from workloads.textgames.training.verification import verify

    for name, weight in weights_of(model).items():
        weight.requires_grad_(name == "model.layers.1.self_attn.k_proj.bias")
    trainer = trainer_of(model, {"model.norm.weight"})
    with torch.no_grad():
        weights_of(model)["model.norm.weight"].mul_(1.3)
    with pytest.raises(SyncError, match="cannot be told: noise on the trained ones"):
        verify(trainer, 0.5)
