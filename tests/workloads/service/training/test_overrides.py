"""What a request lays over a manifest."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.manifest.overrides import split
from workloads.service.training import TrainingError, TrainingRequest
from workloads.service.training.overrides import Overrides

SPEC = {"model": {"name": "our/model", "revision": "main", "dtype": "float32"}, "budget": {"usd": 2}}


def laid_over(
    request: TrainingRequest, budget: float | None = None, models: str = "models"
) -> dict[str, Any]:
    made = Overrides(Path("/nowhere"), models, budget).of(request, SPEC)
    return {
        text.partition("=")[0]: text.partition("=")[2]
        if text.startswith("spec.weights=")
        else json.loads(text.partition("=")[2])
        for text in made
    }


def test_every_field_finds_its_place() -> None:
    asked = TrainingRequest(
        model_name="gpt2",
        env_config={"size": 3},
        rollout_max_steps=50,
        history_strategy="SCRATCHPAD",
        output_dir="models/mine/",
        learning_rate=1e-5,
        batch_size=16,
        max_steps=500,
        tensor_parallel_size=2,
        wandb_project="ours",
    )
    assert laid_over(asked, budget=1) == {
        "spec.model": {"name": "gpt2", "dtype": "float32"},
        "spec.environment": {
            "name": "key_door",
            "arguments": {"size": 3},
            "history": "scratchpad",
            "max_turns": 50,
        },
        "spec.training.learning_rate": 1e-5,
        "spec.training.batch_size": 16,
        "spec.training.steps": 500,
        "spec.vllm.tensor_parallel_size": 2,
        "spec.wandb": {"enabled": True, "project": "ours"},
        "spec.weights": "models/mine",
        "spec.budget": {"usd": 1.0},
    }


def test_a_model_of_the_same_name_keeps_its_revision() -> None:
    assert laid_over(TrainingRequest(model_name="our/model"))["spec.model"] == SPEC["model"]


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (TrainingRequest(output_dir="/tmp/trained_model"), "output_dir"),
        (TrainingRequest(output_dir="../elsewhere"), "output_dir"),
        (TrainingRequest(output_dir="a/../../b"), "output_dir"),
        (TrainingRequest(output_dir=""), "output_dir"),
        (TrainingRequest(output_dir=".git/hooks"), "output_dir"),
        (TrainingRequest(model_name="/etc"), "model_name"),
        (TrainingRequest(model_name="../../etc"), "model_name"),
        (TrainingRequest(model_name="models/none"), "model_name"),
        (TrainingRequest(model_name="a\nb"), "model_name"),
        (TrainingRequest(env_config={"size": "3"}), "env_config"),
        (TrainingRequest(env_config={"depth": 3}), "env_config"),
        (TrainingRequest(env_size=1), "env_size"),
        (TrainingRequest(env_size=3, env_config={"size": 4}), "env_size"),
        (TrainingRequest(env_type="tic_tac_toe", env_size=3), "env_size"),
    ],
)
def test_what_cannot_be_used_names_its_field(request_: TrainingRequest, field: str) -> None:
    with pytest.raises(TrainingError) as error:
        laid_over(request_)
    assert error.value.status == 422
    assert [problem.field for problem in error.value.fields] == [field]


def test_the_folder_of_models_may_be_named_and_weights_stay_in_the_repository_beside_a_volume() -> None:
    assert laid_over(TrainingRequest(output_dir="a"), models="weights")["spec.weights"] == "weights/a"
    assert laid_over(TrainingRequest(output_dir="a"), models="/volume")["spec.weights"] == "models/a"


@given(name=st.text(max_size=30), folder=st.text(max_size=30))
def test_no_text_leads_out_of_the_models_or_into_another_field(name: str, folder: str) -> None:
    for field, text in (("model_name", name), ("output_dir", folder)):
        try:
            made = Overrides(Path("/nowhere"), "models", None).of(TrainingRequest(**{field: text}), SPEC)
        except TrainingError as error:
            assert [problem.field for problem in error.fields] == [field]
            continue
        paths = [split(override)[0] for override in made]
        assert set(paths) <= {
            ("spec", "model"),
            ("spec", "environment"),
            ("spec", "weights"),
            ("spec", "budget"),
        }
        for override in made:
            if override.startswith("spec.weights="):
                parts = Path(override.partition("=")[2]).parts
                assert parts[0] == "models" and len(parts) > 1 and ".." not in parts
