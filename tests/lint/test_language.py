"""What the samples of the rules on language models leave open."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from runner.kinds import KINDS
from runner.lint import check
from runner.manifest.document import parse
from runner.manifest.finding import Finding
from runner.manifest.load import load_document
from runner.settings import Settings, parse_settings

TYPES = {name: kind.job_type for name, kind in KINDS.items()}
MODEL = "Qwen/Qwen2.5-0.5B-Instruct"
ENDPOINT = {"url": "http://localhost:8000/v1"}


def findings(
    spec: dict[str, Any], kind: str = "GRPO", settings: Settings | None = None, root: Path | None = None
) -> list[Finding]:
    whole = {"model": MODEL, "environment": "wordle", "budget": {"usd": 999}, **spec}
    manifest = {"apiVersion": "runner/v1", "kind": kind, "metadata": {"name": "sample"}, "spec": whole}
    loaded = load_document(parse(yaml.safe_dump(manifest), "jobs/sample.yaml"), TYPES)
    return check(loaded, settings or Settings(), root)


def rules(spec: dict[str, Any], kind: str = "GRPO", settings: str = "", root: Path | None = None) -> set[str]:
    return {finding.rule for finding in findings(spec, kind, parse_settings(settings), root)}


@pytest.mark.parametrize("kind", ["GRPO", "Evaluate"])
@pytest.mark.parametrize(
    "spec",
    [
        {"environment": {"name": "chess"}},
        {"model": {"name": MODEL, "overrides": {"chess": MODEL}}},
    ],
)
def test_an_unknown_environment_is_found_wherever_it_is_named(spec: dict[str, Any], kind: str) -> None:
    assert rules(spec, kind) == {"language-environment"}


def test_the_model_to_compare_with_is_looked_at_too() -> None:
    against = {"name": MODEL, "overrides": {"vf-wordel": MODEL}}
    (found,) = findings({"against": against}, "Evaluate")
    assert (found.rule, found.fix) == ("language-environment", "did you mean wordle?")


def test_a_program_is_looked_for_in_the_repository(tmp_path: Path) -> None:
    assert {found.message for found in findings({}, root=tmp_path)} == {
        'the repository has no file "workloads/textgames/train_grpo.py"',
        'the repository has no file "workloads/textgames/evaluate.py"',
    }
    assert rules({}, "Evaluate", root=tmp_path) == {"language-script-missing"}
    for spec in ({"build": ["make"]}, {"source": {"repository": "https://example.org/x.git"}}):
        assert rules(spec, root=tmp_path) == set()


@pytest.mark.parametrize(
    ("spec", "kind", "found"),
    [
        ({"sampling": {"max_tokens": 4095}}, "GRPO", False),
        ({"evaluation": {"sampling": {"max_tokens": 4096}}}, "GRPO", True),
        ({"vllm": {"max_model_len": 256}}, "GRPO", True),
        ({"vllm": {"max_model_len": 256}}, "Evaluate", True),
        ({"vllm": {"max_model_len": None}, "sampling": {"max_tokens": 9999}}, "GRPO", False),
        ({"vllm": {"max_model_len": 256}, "endpoint": ENDPOINT}, "Evaluate", False),
    ],
)
def test_replies_need_room_for_a_prompt(spec: dict[str, Any], kind: str, found: bool) -> None:
    assert ("language-max-tokens" in rules(spec, kind)) == found


@pytest.mark.parametrize(
    ("gpu", "vllm", "kind", "found"),
    [
        ("L4", {}, "GRPO", set()),
        ("L4:2", {}, "GRPO", set()),
        ("L4:3", {}, "GRPO", {"language-idle-gpu"}),
        ("L4:3", {"tensor_parallel_size": 2}, "GRPO", set()),
        ("L4:2", {"mode": "colocate"}, "GRPO", {"language-idle-gpu"}),
        ("L4:2", {"mode": "off"}, "GRPO", {"language-idle-gpu"}),
        (["L4:4", "T4"], {}, "GRPO", set()),
        ("L4:2", {}, "Evaluate", {"language-idle-gpu"}),
        ("L4:2", {"tensor_parallel_size": 2}, "Evaluate", set()),
        ("L4", {"tensor_parallel_size": 2}, "GRPO", {"vllm-parallel"}),
        (None, {"tensor_parallel_size": 2}, "GRPO", set()),
    ],
)
def test_gpus_are_as_many_as_are_used(gpu: Any, vllm: dict[str, Any], kind: str, found: set[str]) -> None:
    assert rules({"resources": {"gpu": gpu}, "vllm": vllm}, kind) == found


def test_an_endpoint_needs_no_gpu_and_no_vllm() -> None:
    spec = {"endpoint": ENDPOINT, "vllm": {"mode": "colocate", "tensor_parallel_size": 2}}
    assert rules(spec, "Evaluate", "backend = 'modal'") == set()
    assert rules({**spec, "resources": {"gpu": "L4"}}, "Evaluate") == {"language-idle-gpu"}


def test_vllm_without_a_gpu_is_fine_where_jobs_run_on_this_machine() -> None:
    assert rules({"vllm": {"mode": "server"}}) == set()
    assert rules({}, settings="backend = 'modal'") == {"vllm-without-gpu"}
    assert rules({"resources": {"gpu": "L4"}}, settings="backend = 'modal'") == set()


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"vllm": {"gpu_memory_utilization": 0.6}, "resources": {"gpu": "L4"}}, set()),
        ({"vllm": {"gpu_memory_utilization": 0.9}}, set()),
        ({"vllm": {"gpu_memory_utilization": 0.9, "mode": "off"}, "resources": {"gpu": "L4"}}, set()),
        (
            {"vllm": {"gpu_memory_utilization": 0.9, "mode": "colocate"}, "resources": {"gpu": "L4"}},
            {"vllm-memory"},
        ),
    ],
)
def test_memory_is_shared_on_one_gpu_only(spec: dict[str, Any], found: set[str]) -> None:
    assert rules(spec) == found
    assert rules(spec, "Evaluate") == set()


@pytest.mark.parametrize(
    ("training", "fix"),
    [
        (
            {"batch_size": 3, "gradient_accumulation_steps": 3},
            "write num_generations: 9, or change the two others",
        ),
        ({"batch_size": 1, "gradient_accumulation_steps": 1}, "raise batch_size"),
    ],
)
def test_a_group_size_that_fits_is_proposed(training: dict[str, int], fix: str) -> None:
    (found,) = findings({"training": training})
    assert (found.rule, found.fix) == ("grpo-group-size", fix)


def test_a_tiny_model_of_ones_own_may_learn_quickly() -> None:
    spec = {"training": {"learning_rate": 0.001}}
    assert rules(spec) == {"grpo-learning-rate"}
    assert rules({**spec, "build": ["make", "model"]}) == set()
    assert rules({**spec, "lora": {}}) == set()


def test_adapters_keep_their_updates_over_bfloat16() -> None:
    model = {"name": MODEL, "dtype": "bfloat16"}
    assert rules({"model": model}) == {"grpo-rounded-updates"}
    assert rules({"model": model, "lora": {}}) == set()
    assert rules({"model": model, "training": {"learning_rate": 1e-4}}) == set()


@pytest.mark.parametrize(
    ("model", "settings", "found"),
    [
        ("Qwen/Qwen2.5-3B-Instruct", "", False),
        ("Qwen/Qwen2.5-7B-Instruct", "", True),
        ("Salesforce/xLAM-2-8b-fc-r", "", True),
        ("meta-llama/Llama-3.2-3B", "", False),
        ({"name": "meta-llama/Llama-3.2-3B", "dtype": "float32"}, "", True),
        ({"name": "us/small", "overrides": {"wordle": "us/model-7B"}}, "", True),
        ("Qwen/Qwen2.5-7B-Instruct", "limits.output_size = '15GiB'", False),
        ("us/model-4bit", "", False),
        ("build/tiny", "", False),
    ],
)
def test_weights_that_cannot_come_home_are_told_by_the_models_name(
    model: Any, settings: str, found: bool
) -> None:
    assert ("grpo-output-size" in rules({"model": model}, settings=settings)) == found


def test_each_place_to_publish_needs_its_own_key() -> None:
    spec = {"publish": {"wandb": "art", "huggingface": "us/x"}, "secrets": ["HF_TOKEN"]}
    (found,) = findings(spec)
    assert (found.rule, found.fix) == ("grpo-publish-secret", "add it: secrets: [WANDB_API_KEY]")


@pytest.mark.parametrize("field", ["weights", "script"])
@pytest.mark.parametrize("path", ["/etc/models", "../models", "a//b"])
def test_paths_stay_in_the_repository(field: str, path: str) -> None:
    assert rules({field: path}) == {"path-outside"}


def test_weights_do_not_land_where_it_is_decided_what_runs() -> None:
    assert rules({"weights": ".github/models"}) == {"deploy-protected-path"}


def test_a_training_has_a_champion_and_an_evaluation_the_model_that_it_names() -> None:
    gates = {"gates": [{"metric": "reward", "against": "champion", "min_delta": 0}]}
    assert rules(gates) == set()
    assert rules(gates, "Evaluate") == {"gate-champion-without-deploy"}
    assert rules({**gates, "against": MODEL}, "Evaluate") == set()


def test_times_of_an_evaluation_are_looked_at_too() -> None:
    assert rules({"evaluation": {"timeout": "0s"}}) == {"zero-duration"}
    assert rules({"evaluation": {"timeout": "25h"}}) == {"timeout-over-provider-limit"}
    assert rules({"vllm": {"ready_timeout": "0m"}}) == {"zero-duration"}
    assert rules({"vllm": {"ready_timeout": "0m"}}, "Evaluate") == {"zero-duration"}


def test_flash_attention_may_come_from_the_jobs_own_packages() -> None:
    model = {"name": MODEL, "attn_implementation": "flash_attention_2"}
    assert rules({"model": model}) == {"language-flash-attention"}
    assert rules({"model": model, "image": {"pip": ["flash_attn==2.8.3"]}}) == set()
    assert rules({"model": model, "image": {"registry": "ghcr.io/us/image:1.2"}}) == set()
    assert rules({"against": model}, "Evaluate") == {"language-flash-attention"}
