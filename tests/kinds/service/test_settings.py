"""What a manifest says reaches the application, field by field: both sides' types are compared here."""

from typing import Any

import msgspec
import pytest

from runner.kinds.service import spec
from runner.kinds.service.stages import stages_of
from tests.kinds.service.manifests import MODEL, service
from workloads.service import settings
from workloads.textgames import settings as textgames

SAMPLING = {"temperature": 0.5, "top_p": 0.8, "top_k": 7, "min_p": 0.1, "max_tokens": 33}
VLLM = {
    "mode": "server",
    "gpu_memory_utilization": 0.3,
    "max_model_len": 512,
    "block_size": 16,
    "enforce_eager": True,
    "enable_auto_tool_choice": True,
    "tool_call_parser": "hermes",
    "tensor_parallel_size": 2,
    "port": 8001,
}


def document(**changes: Any) -> str:
    (stage,) = stages_of(service(**changes))
    return stage.files["service.json"]


def told(**changes: Any) -> settings.ServiceSettings:
    return msgspec.json.decode(document(**changes), type=settings.ServiceSettings)


def test_a_manifest_that_says_little_gives_the_applications_own_defaults() -> None:
    played = textgames.Sampling(temperature=0.7, top_p=0.9)
    expected = settings.ServiceSettings(name="sample", model=textgames.Model(name=MODEL), sampling=played)
    assert told() == expected


def test_every_value_is_written_out() -> None:
    training = {"job": "jobs/a.yaml"}
    written = msgspec.json.decode(document(training=training, endpoint={"url": "http://localhost/v1"}))
    assert written == msgspec.to_builtins(told(training=training, endpoint={"url": "http://localhost/v1"}))


def test_every_value_of_a_manifest_reaches_the_application() -> None:
    found = told(
        model={"name": "us/base", "revision": "v2", "dtype": "float16", "adapter": "models/a"},
        models="games/models",
        engine="vllm",
        vllm={**VLLM, "ready_timeout": "1m30s"},
        sampling=SAMPLING,
        access={
            "passwords": "OUR_PASSWORDS",
            "attempts": 3,
            "longest_delay": "1h",
            "origins": ["https://a.b"],
        },
        scaling={"concurrent_requests": 9},
        limits={"body_size": "64KiB", "rollouts": 8, "episodes": 7, "batch": 6, "waiting": "5s"},
        training={"job": "jobs/a.yaml", "at_once": 2},
        idle_shutdown="30m",
        resources={"timeout": "2m"},
    )
    assert msgspec.to_builtins(found) == {
        "name": "sample",
        "model": {
            "name": "us/base",
            "revision": "v2",
            "dtype": "float16",
            "attn_implementation": "sdpa",
            "adapter": "models/a",
        },
        "models": "games/models",
        "engine": "vllm",
        "endpoint": None,
        "vllm": {**VLLM, "ready_timeout": 90},
        "sampling": SAMPLING,
        "access": {
            "passwords": "OUR_PASSWORDS",
            "attempts": 3,
            "longest_delay": 3_600.0,
            "origins": ["https://a.b"],
        },
        "limits": {
            "body": 65_536,
            "request": 120.0,
            "requests": 9,
            "rollouts": 8,
            "episodes": 7,
            "batch": 6,
            "waiting": 5.0,
        },
        "training": {"job": "jobs/a.yaml", "at_once": 2},
        "idle_shutdown": 1_800.0,
    }


def test_an_endpoint_reaches_the_application_with_the_name_of_its_key() -> None:
    endpoint = {"url": "https://models.example.org/v1", "key": "MODELS_KEY"}
    assert told(endpoint=endpoint, secrets=["MODELS_KEY"]).endpoint == textgames.Endpoint(**endpoint)


@pytest.mark.parametrize(
    ("ours", "theirs", "only_here", "only_there"),
    [
        (spec.ServedModel, textgames.Model, set(), {"attn_implementation"}),
        (spec.Access, settings.Access, set(), set()),
        (spec.LaunchedTraining, settings.Training, set(), set()),
        (spec.RequestLimits, settings.Limits, {"body_size"}, {"body", "request", "requests"}),
    ],
)
def test_both_sides_have_the_same_fields(
    ours: Any, theirs: Any, only_here: set[str], only_there: set[str]
) -> None:
    mine, others = set(ours.__struct_fields__), set(theirs.__struct_fields__)
    assert (mine - others, others - mine) == (only_here, only_there)
