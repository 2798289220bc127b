"""Whole trainings of a few steps, in this process, without vLLM."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.workloads.textgames.training.conftest import Make
from tests.workloads.textgames.training.runs import quick, rows_of, trained
from workloads.textgames.envs.base import GameError
from workloads.textgames.settings import Environment, SettingsError

pytestmark = pytest.mark.llm

KEY_DOOR = {"name": "key_door", "arguments": {"size": 2, "max_steps": 4}}
TAUGHT = Environment(name="key_door", arguments={"size": 2, "max_steps": 12}, history="none")
"""Taught, so that rewards differ and something is learnt."""


def test_a_game_of_many_turns_trains_on_whole_episodes(tiny: Make, tmp_path: Path) -> None:
    environment = {"name": "tic_tac_toe", "history": "full"}
    metrics = trained(quick(tiny(), environment, training={"gradient_accumulation_steps": 2}), tmp_path)
    assert metrics["step"] == 3
    assert metrics["completion_length"] > 6
    assert [row["step"] for row in rows_of(tmp_path)] == [1, 2, 3]


@pytest.mark.parametrize("history", ["none", "scratchpad", "optimal_scratchpad"])
def test_a_game_of_many_turns_trains_on_turns_with_other_histories(
    tiny: Make, tmp_path: Path, history: str
) -> None:
    metrics = trained(quick(tiny(), KEY_DOOR | {"history": history}, training={"steps": 2}), tmp_path)
    assert metrics["completion_length"] <= 6
    assert metrics["turns"] == 4


def test_calls_of_functions_are_trained(tiny: Make, calls: Path, tmp_path: Path) -> None:
    arguments = {"data": str(calls), "split": "all", "shaping": True, "categories": "simple_python"}
    taught = Environment(name="bfcl", arguments=arguments)
    settings = quick(
        tiny("qwen3", taught), {"name": "bfcl", "arguments": arguments}, sampling={"max_tokens": 24}
    )
    metrics = trained(settings, tmp_path)
    assert metrics["reward/first"] > 0.1
    reply = json.loads((tmp_path / "rollouts.jsonl").read_text().splitlines()[0])["turns"][0]["reply"]
    assert reply.startswith("<tool_call>")


def test_full_weights_are_left_as_the_hub_has_them(tiny: Make, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from workloads.textgames.training.saving import FULL

    start = tiny("chatml", TAUGHT)
    trained(quick(start, KEY_DOOR | {"history": "none"}), tmp_path)
    assert {path.name for path in (tmp_path / "model").iterdir()} == set(FULL)
    before, after = (
        AutoModelForCausalLM.from_pretrained(folder).state_dict() for folder in (start, tmp_path / "model")
    )
    assert before.keys() == after.keys()
    assert any((before[name] != after[name]).any() for name in before)
    assert AutoTokenizer.from_pretrained(tmp_path / "model").chat_template
    for path in (tmp_path / "model").iterdir():
        assert path.suffix == ".safetensors" or str(start) not in path.read_text()


def test_an_adapter_is_left_with_the_name_of_its_model_and_can_be_trained_on(
    tiny: Make, tmp_path: Path
) -> None:
    from safetensors.torch import load_file

    from workloads.textgames.training.saving import ADAPTER

    settings = quick(tiny("chatml", TAUGHT), KEY_DOOR | {"history": "none"}, lora={"rank": 4, "alpha": 8})
    trained(settings, tmp_path / "first")
    model = tmp_path / "first" / "model"
    assert {path.name for path in model.iterdir()} == set(ADAPTER)
    written = json.loads((model / "adapter_config.json").read_text())
    assert (written["base_model_name_or_path"], written["r"]) == ("model", 4)
    settings["model"]["adapter"] = str(model)
    settings["training"]["learning_rate"] = 1e-9
    trained(settings, tmp_path / "second")
    first, second = (
        load_file(tmp_path / name / "model" / "adapter_model.safetensors") for name in ("first", "second")
    )
    assert all((first[name] - second[name]).abs().max() < 1e-6 for name in first)
    assert any(tensor.abs().max() > 0 for name, tensor in first.items() if "lora_B" in name)


def test_an_adapter_under_full_training_becomes_part_of_the_weights(tiny: Make, tmp_path: Path) -> None:
    settings = quick(tiny(), KEY_DOOR | {"history": "none"}, lora={"rank": 4, "alpha": 8})
    trained(settings, tmp_path / "first")
    del settings["lora"]
    settings["model"]["adapter"] = str(tmp_path / "first" / "model")
    trained(settings, tmp_path / "second")
    assert (tmp_path / "second" / "model" / "model.safetensors").is_file()


def test_an_adapter_of_another_rank_is_refused(tiny: Make, tmp_path: Path) -> None:
    settings = quick(tiny(), KEY_DOOR, lora={"rank": 4}, training={"steps": 1})
    trained(settings, tmp_path / "first")
    settings["model"]["adapter"] = str(tmp_path / "first" / "model")
    settings["lora"] = {"rank": 8}
    with pytest.raises(SettingsError, match="rank is 8, but the adapter to go on with has rank 4"):
        trained(settings, tmp_path / "second")


def test_a_full_context_ends_episodes_and_is_counted(tiny: Make, tmp_path: Path) -> None:
    environment = {"name": "tic_tac_toe", "history": "full"}
    settings = quick(tiny(), environment, vllm={"mode": "off", "max_model_len": 96})
    assert trained(settings, tmp_path)["truncated"] > 0.5


def test_a_context_without_room_for_a_reply_still_ends_well(tiny: Make, tmp_path: Path) -> None:
    settings = quick(tiny(), KEY_DOOR, vllm={"mode": "off", "max_model_len": 8})
    metrics = trained(settings, tmp_path)
    assert (metrics["truncated"], metrics["reward"]) == (1.0, 0.0)


def test_a_score_of_ones_own_takes_the_place_of_the_reward(tiny: Make, tmp_path: Path) -> None:
    settings = quick(tiny(), KEY_DOOR | {"history": "none"})
    metrics = trained(settings, tmp_path, score=lambda episode: 0.25 * len(episode.turns))
    assert metrics["reward"] == 1.0


def test_an_environment_that_breaks_is_named_in_one_sentence(tiny: Make, tmp_path: Path) -> None:
    def broken(_: Any) -> float:
        raise GameError("the environment key_door failed: KeyError: 'x'")

    with pytest.raises(GameError, match="the environment key_door failed"):
        trained(quick(tiny(), KEY_DOOR), tmp_path, score=broken)


def test_a_reference_holds_the_policy_where_beta_is_given(tiny: Make, tmp_path: Path) -> None:
    metrics = trained(quick(tiny(), KEY_DOOR | {"history": "none"}, training={"beta": 0.1}), tmp_path)
    assert metrics["kl"] >= 0


def test_a_finished_training_is_not_trained_again(tiny: Make, tmp_path: Path) -> None:
    settings = quick(tiny(), KEY_DOOR | {"history": "none"})
    before = trained(settings, tmp_path)
    weights = (tmp_path / "model" / "model.safetensors").read_bytes()
    after = trained(settings, tmp_path)
    assert {**after, "seconds": 0} == {**before, "seconds": 0}
    assert (tmp_path / "model" / "model.safetensors").read_bytes() == weights
