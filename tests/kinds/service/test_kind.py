"""How a service becomes a stage with an endpoint, and what its plan says."""

from typing import Any

import pytest
from msgspec import ValidationError

from runner.errors import InputError
from runner.kinds import KINDS
from runner.kinds.service import Service
from runner.manifest.document import parse
from runner.manifest.load import load_document
from runner.plan.model import Endpoint, Stage
from tests.kinds.service.manifests import service


def stage(**spec: Any) -> Stage:
    (only,) = Service().stages(service(**spec))
    return only


def test_a_service_is_one_task_with_an_endpoint() -> None:
    only = stage()
    (task,) = only.tasks
    assert (only.name, task.id, task.steps, only.build) == ("serve", "serve/app", (), ())
    assert only.endpoint == Endpoint(app="workloads.service.app:create", password_secret="SERVICE_PASSWORDS")


def test_every_field_of_the_endpoint_is_the_manifests() -> None:
    only = stage(
        app="games.app:make",
        access={"passwords": "OURS"},
        scaling={"min_containers": 1, "max_containers": 3, "scaledown": "2m", "concurrent_requests": 8},
        training={"job": "jobs/a.yaml"},
        watch=["games", "models"],
    )
    assert only.endpoint == Endpoint(
        app="games.app:make",
        min_containers=1,
        max_containers=3,
        scaledown=120,
        concurrent=8,
        password_secret="OURS",
        training="jobs/a.yaml",
        watch=("games", "models"),
    )


def test_what_is_built_before_it_serves_is_the_tasks_step() -> None:
    assert stage(build=["make", "$${HOME}"]).tasks[0].steps == (("make", "$${HOME}"),)
    assert stage(build={"shell": "make ${HOME}"}).tasks[0].steps == (("sh", "-c", "make ${HOME}"),)


def test_the_passwords_are_a_secret_without_being_listed() -> None:
    assert stage(secrets=["HF_TOKEN"]).secrets == ("HF_TOKEN", "SERVICE_PASSWORDS")
    assert stage(secrets=["SERVICE_PASSWORDS"]).secrets == ("SERVICE_PASSWORDS",)


def test_nothing_of_a_service_lands_and_nothing_is_concluded() -> None:
    assert Service().deployed(service()) == ()
    with pytest.raises(InputError, match="a service is not a run") as caught:
        Service().conclude(service(), {}, {})
    assert caught.value.fix == "look at what stands with: runner status"


@pytest.mark.parametrize(
    ("spec", "note"),
    [
        ({}, "Qwen/Qwen2.5-0.5B-Instruct answers; transformers generates, without a GPU"),
        ({"resources": {"gpu": "L4"}}, "Qwen/Qwen2.5-0.5B-Instruct answers; vLLM generates"),
        ({"engine": "vllm", "model": "us/a"}, "us/a answers; vLLM generates"),
        ({"engine": "transformers", "model": "us/a"}, "us/a answers; transformers generates"),
        (
            {"model": {"name": "us/a", "revision": "v1", "adapter": "models/b"}, "resources": {"gpu": "L4"}},
            "us/a at v1 with the adapter models/b answers; vLLM generates",
        ),
        (
            {"model": "us/a", "endpoint": {"url": "https://models.example.org/v1"}},
            "us/a answers; the endpoint https://models.example.org/v1 generates",
        ),
        (
            {"access": {"attempts": 1, "longest_delay": "1h"}},
            "whoever has a password in SERVICE_PASSWORDS may come in; "
            "a client waits after 1 wrong one, up to 1h",
        ),
        (
            {"access": {"origins": ["https://a.example.org", "https://b.example.org"]}},
            "pages of https://a.example.org and https://b.example.org may call it from a browser",
        ),
        (
            {"limits": {"body_size": "2MiB", "rollouts": 1}, "resources": {"timeout": "1m"}},
            "a request has at most 2MiB and 1m; at once 64 requests and 1 episode",
        ),
        ({}, "it trains nothing"),
        (
            {"training": {"job": "jobs/a.yaml", "at_once": 2}, "budget": {"usd": 3}},
            "requests may launch jobs/a.yaml, 2 at a time, each for at most $3.00",
        ),
        (
            {"training": {"job": "jobs/a.yaml"}},
            "requests may launch jobs/a.yaml, 1 at a time, each for as much as its own budget allows",
        ),
    ],
)
def test_a_plan_says_who_answers_whom_and_what_may_be_trained(spec: dict[str, Any], note: str) -> None:
    assert note in stage(**spec).notes


@pytest.mark.parametrize(
    "spec",
    [
        {"app": "workloads/service/app.py"},
        {"app": "app"},
        {"app": "a-b:create"},
        {"access": {"origins": ["*"]}},
        {"access": {"origins": ["https://a.example.org/path"]}},
        {"access": {"origins": ["https://me@a.example.org"]}},
        {"access": {"passwords": "$argon2id$v=19"}},
        {"access": {"attempts": 0}},
        {"scaling": {"max_containers": 0}},
        {"scaling": {"concurrent_requests": 0}},
        {"training": {}},
    ],
)
def test_what_cannot_be_is_refused_by_its_type(spec: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        service(**spec)


def test_what_init_writes_is_a_service_on_the_spot() -> None:
    types = {name: kind.job_type for name, kind in KINDS.items()}
    loaded = load_document(parse(Service().template("my-job"), "jobs/my-job.yaml"), types)
    (only,) = Service().stages(loaded.job)
    assert only.tasks[0].steps[0][:4] == ("python", "-m", "workloads.textgames.tiny", "build/tiny")
    assert only.requirements.gpus == ()
