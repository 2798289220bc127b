"""Evaluations of a tiny model and of an adapter over it, with transformers and with vLLM."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.kinds.language.evaluation import read
from workloads.textgames.evaluation.program import main

pytestmark = pytest.mark.llm
EPISODES = 4


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`base`, `adapter` over it with weights drawn at random, and `whole`: another model."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    from workloads.textgames.tiny import model

    folder = tmp_path_factory.mktemp("models")
    for seed, name in enumerate(["base", "whole"]):
        model.write(folder / name, "chatml", seed)
        weights = AutoModelForCausalLM.from_pretrained(folder / name)
        with torch.no_grad():
            for parameter in weights.model.layers.parameters():
                parameter.mul_(20.0)  # so that more is said than the last token once more
        weights.save_pretrained(folder / name)
    torch.manual_seed(0)
    base = AutoModelForCausalLM.from_pretrained(folder / "base")
    lora = LoraConfig(r=8, lora_alpha=256, target_modules="all-linear", init_lora_weights=False)
    get_peft_model(base, lora).save_pretrained(folder / "adapter")
    return folder


@pytest.fixture
def evaluated(models: Path, tmp_path: Path) -> Callable[..., Path]:
    """Evaluates with the best tokens, so that every way of generation should say the same."""

    def run(mode: str, trained: str, champion: str) -> Path:
        settings: dict[str, Any] = {
            "job": "job",
            "model": {"name": str(models / "base"), "dtype": "float32"},
            "environment": {"name": "key_door", "arguments": {"size": 2, "max_steps": 1}},
            "episodes": EPISODES,
            "sampling": {"temperature": 0.0, "max_tokens": 12},
            "vllm": {"mode": mode, "max_model_len": 1024, "enforce_eager": True, "ready_timeout": 300},
        }
        path, output = tmp_path / "settings.json", tmp_path / mode
        path.write_text(json.dumps(settings))
        arguments = ["--settings", str(path), "--output", str(output), "--seed", "1"]
        folders = ["--trained", str(models / trained), "--champion", str(models / champion)]
        assert main([*arguments, *folders]) == 0
        return output

    return run


def replies(output: Path) -> dict[str, list[str]]:
    """What each player said, in the order of seeds, but for the half of a character at its end."""
    turns = [json.loads(line) for line in (output / "transcripts.jsonl").read_text().splitlines()]
    turns.sort(key=lambda turn: int(turn["seed"]))
    names = sorted({turn["player"] for turn in turns})
    return {
        name: [turn["reply"].rstrip("\ufffd") for turn in turns if turn["player"] == name] for name in names
    }


def test_an_adapter_the_start_and_a_whole_model_play_with_transformers(
    evaluated: Callable[..., Path],
) -> None:
    output = evaluated("off", trained="adapter", champion="whole")
    said = replies(output)
    assert list(said) == ["champion", "start", "trained"]
    assert said["trained"] != said["start"] != said["champion"] != said["trained"]
    found, problem = read(output)
    assert found is not None, problem
    assert [player.name for player in found.players] == ["trained", "start", "champion"]


@pytest.mark.slow
def test_one_server_of_vllm_serves_the_start_and_the_adapter_as_they_are(
    evaluated: Callable[..., Path],
) -> None:
    expected = replies(evaluated("off", trained="adapter", champion="adapter"))
    output = evaluated("server", trained="adapter", champion="adapter")
    assert replies(output) == expected
    assert expected["trained"] == expected["champion"] != expected["start"]
    log = (output / "vllm.log").read_text()
    assert log.count("Application startup complete") == 1
