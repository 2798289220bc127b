"""What a manifest says reaches the programs, field by field: both sides' types are compared here."""

from typing import Any

import msgspec
import pytest

from runner.kinds.evaluate.stages import evaluate_settings
from runner.kinds.evaluate.stages import stages_of as evaluation_stages
from runner.kinds.grpo import spec as grpo_spec
from runner.kinds.grpo.stages import stages_of, train_settings
from runner.kinds.language import spec
from tests.kinds.language.manifests import MODEL, evaluate, grpo
from workloads.textgames import settings

MODEL_FIELDS = {"revision": "v2", "dtype": "float16", "attn_implementation": "eager"}
ENVIRONMENT = {"name": "vf-key-door", "arguments": {"size": 3}, "history": "scratchpad", "max_turns": 9}
SAMPLING = {"temperature": 0.5, "top_p": 0.8, "top_k": 7, "min_p": 0.1, "max_tokens": 33}
VLLM = {
    "mode": "colocate",
    "gpu_memory_utilization": 0.3,
    "max_model_len": 512,
    "block_size": 16,
    "enforce_eager": True,
    "enable_auto_tool_choice": True,
    "tool_call_parser": "hermes",
    "tensor_parallel_size": 2,
    "port": 8001,
}
TRAINING = {
    "steps": 7,
    "batch_size": 4,
    "gradient_accumulation_steps": 3,
    "num_generations": 6,
    "learning_rate": 1e-4,
    "lr_scheduler": "cosine",
    "warmup_steps": 2,
    "max_grad_norm": 0.7,
    "beta": 0.01,
    "loss": "bnpo",
    "gradient_checkpointing": True,
    "save_every": 3,
    "log_every": 2,
    "verify_sync": False,
    "max_logp_difference": 0.5,
}
LORA = {"rank": 4, "alpha": 9, "dropout": 0.1, "target_modules": ["q_proj"]}
WANDB = {"enabled": True, "project": "games", "entity": "us"}
PUBLISH = {"wandb": "art", "huggingface": "us/wordle"}


def trained(**changes: Any) -> settings.TrainSettings:
    text = stages_of(grpo(**changes))[0].files["settings.json"]
    return msgspec.json.decode(text.encode(), type=settings.TrainSettings)


def played(**changes: Any) -> settings.EvaluateSettings:
    text = evaluation_stages(evaluate(**changes))[0].files["settings.json"]
    return msgspec.json.decode(text.encode(), type=settings.EvaluateSettings)


def after_training(**changes: Any) -> settings.EvaluateSettings:
    text = stages_of(grpo(**changes))[1].files["settings.json"]
    return msgspec.json.decode(text.encode(), type=settings.EvaluateSettings)


def test_a_manifest_that_says_little_gives_the_programs_own_defaults() -> None:
    model = settings.Model(name=MODEL)
    environment = settings.Environment(name="wordle")
    assert trained() == settings.TrainSettings(job="sample", model=model, environment=environment)
    assert trained(lora={}).lora == settings.Lora()
    expected = settings.EvaluateSettings(job="sample", model=model, environment=environment)
    assert played() == expected
    assert after_training() == expected


def test_every_value_of_a_training_reaches_its_program() -> None:
    found = trained(
        model={"name": "us/base", **MODEL_FIELDS},
        environment=ENVIRONMENT,
        training=TRAINING,
        sampling=SAMPLING,
        vllm={**VLLM, "ready_timeout": "1m30s"},
        lora=LORA,
        wandb=WANDB,
        publish=PUBLISH,
    )
    assert msgspec.to_builtins(found) == {
        "job": "sample",
        "model": {"name": "us/base", **MODEL_FIELDS, "adapter": None},
        "environment": {**ENVIRONMENT, "name": "key_door"},
        "training": TRAINING,
        "sampling": SAMPLING,
        "vllm": {**VLLM, "ready_timeout": 90},
        "lora": LORA,
        "wandb": WANDB,
        "publish": PUBLISH,
    }


def test_every_value_of_an_evaluation_reaches_its_program() -> None:
    found = played(
        model={"name": "us/base", **MODEL_FIELDS, "adapter": "models/a"},
        against={"name": "us/other", "adapter": "models/b"},
        endpoint={"url": "https://models.example.org/v1", "key": "MODELS_KEY"},
        environment=ENVIRONMENT,
        episodes=12,
        parallel_episodes=3,
        sampling=SAMPLING,
        vllm={**VLLM, "ready_timeout": "2m"},
    )
    assert found.model == settings.Model(name="us/base", **MODEL_FIELDS, adapter="models/a")  # type: ignore[arg-type]
    assert found.against == settings.Model(name="us/other", adapter="models/b")
    assert found.endpoint == settings.Endpoint(url="https://models.example.org/v1", key="MODELS_KEY")
    assert (found.episodes, found.concurrency, found.vllm.ready_timeout) == (12, 3, 120)
    assert msgspec.to_builtins(found.sampling) == SAMPLING


@pytest.mark.parametrize(
    ("ours", "theirs", "only_here", "only_there"),
    [
        (spec.Player, settings.Model, {"overrides"}, set()),
        (spec.Environment, settings.Environment, set(), set()),
        (spec.Sampling, settings.Sampling, set(), set()),
        (spec.PlaySampling, settings.Sampling, set(), set()),
        (spec.Vllm, settings.Vllm, set(), set()),
        (spec.Endpoint, settings.Endpoint, set(), set()),
        (grpo_spec.Training, settings.Training, set(), set()),
        (grpo_spec.Lora, settings.Lora, set(), set()),
        (grpo_spec.WandbProgress, settings.Wandb, set(), set()),
        (grpo_spec.Publish, settings.Publish, set(), set()),
    ],
)
def test_both_sides_have_the_same_fields(
    ours: Any, theirs: Any, only_here: set[str], only_there: set[str]
) -> None:
    mine, others = set(ours.__struct_fields__), set(theirs.__struct_fields__)
    assert (mine - others, others - mine) == (only_here, only_there)


def test_replies_of_the_evaluation_are_as_long_as_those_of_the_training_unless_it_says_otherwise() -> None:
    assert after_training(sampling={"max_tokens": 40}).sampling.max_tokens == 40
    evaluation = {"sampling": {"max_tokens": 50}}
    assert after_training(sampling={"max_tokens": 40}, evaluation=evaluation).sampling.max_tokens == 50
    assert played(sampling={"temperature": 0}).sampling == settings.Sampling(temperature=0.0, top_p=0.9)


@pytest.mark.parametrize("environment", ["vf-bfcl-single-turn", {"name": "tool-test"}])
def test_a_model_takes_the_place_of_another_in_its_environment(environment: Any) -> None:
    model = {"name": "us/base", "revision": "v2", "overrides": {"vf_bfcl": "us/calls"}}
    found = trained(model=model, environment=environment).model
    assert (found.name, found.revision) == ("us/calls", None)
    kept = trained(model=model, environment="gsm8k").model
    assert (kept.name, kept.revision) == ("us/base", "v2")


def test_an_adapter_is_not_laid_over_a_model_that_it_was_not_made_for() -> None:
    model = {"name": "us/base", "adapter": "models/a", "overrides": {"bfcl": "us/calls"}}
    assert played(model=model, environment="bfcl").model == settings.Model(name="us/calls")


def test_a_secret_is_named_and_never_held() -> None:
    told = evaluate_settings(evaluate(endpoint={"url": "http://localhost:1/v1", "key": "MODELS_KEY"}))
    assert told["endpoint"]["key"] == "MODELS_KEY"
    assert "HF_TOKEN" not in str(train_settings(grpo(secrets=["HF_TOKEN"])))
