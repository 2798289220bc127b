"""The service with a tiny model in its own process: batches, adapters, models that requests name."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.workloads.service.leaks import Recorder
from tests.workloads.service.playing import House, house

pytestmark = [
    pytest.mark.llm,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

GAME = {"env_type": "key_door", "env_config": {"size": 3, "max_steps": 6}}


def make_adapter(model: Path, folder: Path, seed: int, rank: int = 4) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    settings = LoraConfig(r=rank, lora_alpha=64, target_modules="all-linear", init_lora_weights=False)
    get_peft_model(AutoModelForCausalLM.from_pretrained(model), settings).save_pretrained(folder)


@pytest.fixture(scope="module")
def service(recorded: Recorder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    import torch

    from workloads.textgames.tiny import model

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("service")
    own = folder / "own"
    model.write(own, "chatml", 0)
    model.write(folder / "models" / "other", "chatml", 1)
    for seed in (1, 2):
        make_adapter(own, folder / "models" / f"adapter-{seed}", seed)
    broken = folder / "models" / "broken"
    shutil.copytree(folder / "models" / "other", broken)
    (broken / "model.safetensors").write_bytes(b"no weights")
    shutil.copytree(folder / "models" / "adapter-1", folder / "models" / "unfit")
    (folder / "models" / "unfit" / "adapter_model.safetensors").write_bytes(b"no weights")
    settings: dict[str, Any] = {
        "model": {"name": str(own), "dtype": "float32"},
        "engine": "transformers",
        "sampling": {"max_tokens": 8},
        "limits": {"batch": 8, "waiting": 120},
    }
    with house(recorded, folder, **settings) as made:
        yield made


def actions(answer: dict[str, Any]) -> list[str]:
    return [turn["action"] for turn in answer["trajectory"]]


def test_it_says_what_generates(service: House) -> None:
    health = service.health()
    assert (health["engine"], health["ready"]) == ("transformers", True)


def test_a_seed_is_the_same_episode_alone_and_beside_others(service: House) -> None:
    alone = [service.rollout(seed=seed, **GAME) for seed in range(6)]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(lambda seed: service.rollout(seed=seed, **GAME), range(6)))
    assert together == alone
    assert len({str(actions(answer)) for answer in alone}) > 1
    assert all(turn["tokens"] > 0 for answer in alone for turn in answer["trajectory"])


def test_an_evaluation_is_its_rollouts(service: House) -> None:
    answer = service.post("/evaluate-policy", seed=0, eval_episodes=4, **GAME).json()
    alone = [service.rollout(seed=seed, **GAME)["summary"] for seed in range(4)]
    assert [one["reward"] for one in answer["episodes"]] == [one["total_reward"] for one in alone]
    assert answer["results"]["tokens"] == sum(one["tokens"] for one in alone)


def test_adapters_are_laid_over_the_model_and_taken_off_again(service: House) -> None:
    cold = {**GAME, "seed": 1, "sampling_params": {"temperature": 0.0}}
    bare = service.rollout(**cold)
    first, second = (service.rollout(adapter=f"adapter-{number}", **cold) for number in (1, 2))
    assert len({str(actions(answer)) for answer in (bare, first, second)}) == 3
    assert service.rollout(**cold) == bare
    assert service.rollout(adapter="adapter-1", **cold) == first
    assert (first["model"], first["adapter"]) == (bare["model"], "adapter-1")
    named = service.rollout(model_path="adapter-1", **cold)
    assert named == first


def test_requests_with_other_adapters_at_the_same_time_get_their_own(service: House) -> None:
    names = [None, "adapter-1", "adapter-2"] * 2
    alone = [service.rollout(seed=3, adapter=name, **GAME) for name in names]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(lambda name: service.rollout(seed=3, adapter=name, **GAME), names))
    assert together == alone


def test_another_model_is_loaded_when_it_is_asked_for(service: House) -> None:
    other = service.rollout(model_path="other", seed=1, **GAME)
    assert other["model"] == "other"
    assert actions(other) != actions(service.rollout(seed=1, **GAME))


def test_a_model_that_cannot_be_loaded_is_told_without_paths(service: House) -> None:
    answer = service.post("/generate-rollout", model_path="broken", **GAME)
    assert answer.status_code == 503
    assert answer.json()["error"]["message"] == "the model cannot be loaded; the log says why"
    assert service.health()["status"] == "ok"


def test_an_adapter_that_cannot_be_used_is_refused_and_the_model_goes_on(service: House) -> None:
    before = service.rollout(seed=4, **GAME)
    answer = service.post("/generate-rollout", adapter="unfit", **GAME)
    assert answer.status_code == 422
    assert [found["field"] for found in answer.json()["error"]["fields"]] == ["adapter"]
    assert service.rollout(seed=4, **GAME) == before
    assert service.rollout(seed=4, adapter="adapter-2", **GAME)["adapter"] == "adapter-2"


def test_an_extreme_temperature_is_no_mistake(service: House) -> None:
    for temperature in (1e-300, 10.0):
        answer = service.rollout(
            seed=1, sampling_params={"temperature": temperature, "top_k": 5, "min_p": 0.1}, **GAME
        )
        assert answer["summary"]["steps_taken"] > 0


def test_the_longest_conversation_is_played_to_the_end(service: House) -> None:
    """Where nothing of the context is left replies are empty, and the episode goes on."""
    answer = service.rollout(
        env_type="key_door", env_config={"max_steps": 40}, history_strategy="FULL_HISTORY"
    )
    assert answer["summary"]["steps_taken"] == 40 or answer["summary"]["success"]
