"""What the container of a service holds: what it needs, in the versions that were tried."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from runner.kinds.language.image import PINS
from runner.kinds.service.image import LAUNCHING, SERVING, image_of
from tests.kinds.service.manifests import service

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ANY = ["fastapi", "fastapi-offline", "uvicorn", "argon2-cffi", "openai", "msgspec"]
MODELS = ["torch", "transformers", "peft", "accelerate"]
TRAINING = {"training": {"job": "jobs/a.yaml"}}


def packages(**spec: Any) -> list[str]:
    return [text.partition("==")[0] for text in image_of(service(**spec).spec).pip]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, [*ANY, *MODELS]),
        ({"engine": "vllm"}, [*ANY, *MODELS]),
        ({"resources": {"gpu": "L4"}}, [*ANY, *MODELS, "vllm"]),
        ({"resources": {"gpu": "L4"}, "engine": "vllm"}, [*ANY, *MODELS, "vllm"]),
        ({"resources": {"gpu": "L4"}, "engine": "transformers"}, [*ANY, *MODELS]),
        ({"endpoint": {"url": "http://localhost/v1"}, "resources": {"gpu": "L4"}}, ANY),
        (TRAINING, [*ANY, *MODELS, *LAUNCHING]),
        ({"image": {"pip": ["textarena==0.7.4"]}}, [*ANY, *MODELS, "textarena"]),
    ],
)
def test_an_image_holds_what_the_service_needs_and_no_more(spec: dict[str, Any], expected: list[str]) -> None:
    assert packages(**spec) == expected


def test_every_package_is_pinned() -> None:
    for text in image_of(service(**TRAINING, resources={"gpu": "L4"}).spec).pip:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+", text)


@pytest.mark.parametrize(
    ("spec", "apt"),
    [
        ({}, []),
        (TRAINING, ["git"]),
        ({**TRAINING, "image": {"apt": ["ffmpeg"]}}, ["git", "ffmpeg"]),
        ({**TRAINING, "image": {"apt": ["git"]}}, ["git"]),
        ({**TRAINING, "image": {"registry": "ghcr.io/us/image:1"}}, []),
    ],
)
def test_a_service_that_trains_has_git(spec: dict[str, Any], apt: list[str]) -> None:
    assert image_of(service(**spec).spec).apt == apt


def test_what_launches_is_what_the_command_line_needs() -> None:
    core = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"]}
    assert {*LAUNCHING, "msgspec"} == core


def test_every_version_is_one_that_the_project_takes() -> None:
    extras = PROJECT["optional-dependencies"]
    ranges = [Requirement(text) for text in (*PROJECT["dependencies"], *extras["service"])]
    pinned = PINS | SERVING | LAUNCHING
    held = [range for range in ranges if canonicalize_name(range.name) in pinned]
    assert len(held) > len(LAUNCHING)
    for range in held:
        assert range.specifier.contains(pinned[canonicalize_name(range.name)]), range


@pytest.mark.llm
@pytest.mark.parametrize("name", [*SERVING, "openai", "msgspec", *MODELS])
def test_a_container_serves_with_what_the_tests_serve_with(name: str) -> None:
    assert version(name).partition("+")[0] == {**PINS, **SERVING}[name]


@pytest.mark.parametrize("image", [{"python": "3.12"}, {"dockerfile": "Dockerfile"}])
def test_an_image_of_ones_own_is_left_as_it_is(image: dict[str, Any]) -> None:
    spec = service(image=image, **TRAINING).spec
    assert image_of(spec) == spec.image


def test_models_of_the_hub_stay_on_the_volume_for_the_cache() -> None:
    assert image_of(service(volumes={"/cache": "models"}).spec).env == {"HF_HOME": "/cache/huggingface"}
