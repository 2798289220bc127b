"""Every field that is wrong is named."""

from typing import Any

import pytest

from tests.workloads.service.playing import House

PLAYING: list[tuple[dict[str, Any], str]] = [
    ({"env_type": "chess"}, "env_type"),
    ({"env_config": {"size": 1}}, "env_config.size"),
    ({"env_config": {"size": "4"}}, "env_config.size"),
    ({"env_config": {"colour": "red"}}, "env_config.colour"),
    ({"env_config": {"colour" * 20: "red"}}, f"env_config.{('colour' * 20)[:40]}"),
    ({"env_type": "tic_tac_toe", "env_config": {"max_turns": 1}}, "env_config.max_turns"),
    ({"env_config": []}, "env_config"),
    ({"history_strategy": "SOME_HISTORY"}, "history_strategy"),
    ({"max_steps": 0}, "max_steps"),
    ({"max_steps": 1001}, "max_steps"),
    ({"max_steps": "10"}, "max_steps"),
    ({"max_steps": True}, "max_steps"),
    ({"seed": -1}, "seed"),
    ({"seed": 2**53}, "seed"),
    ({"sampling_params": {"temperature": -1}}, "sampling_params.temperature"),
    ({"sampling_params": {"top_p": 0}}, "sampling_params.top_p"),
    ({"sampling_params": {"top_k": 1.5}}, "sampling_params.top_k"),
    ({"sampling_params": {"min_p": 2}}, "sampling_params.min_p"),
    ({"sampling_params": {"max_tokens": 0}}, "sampling_params.max_tokens"),
    ({"sampling_params": {"beams": 2}}, "sampling_params.beams"),
    ({"sampling_params": None}, "sampling_params"),
    ({"model_path": ""}, "model_path"),
    ({"model_path": "x" * 513}, "model_path"),
    ({"model_path": "run-1"}, "model_path"),
    ({"adapter": "run-1"}, "adapter"),
    ({"password": 1}, "password"),
    ({"unknown": 1}, "unknown"),
]


@pytest.mark.parametrize(("body", "field"), PLAYING)
def test_a_wrong_field_of_a_rollout_is_named(service: House, body: dict[str, Any], field: str) -> None:
    answer = service.post("/generate-rollout", **body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "invalid"
    assert [found["field"] for found in error["fields"]] == [field]
    assert field in error["message"]


@pytest.mark.parametrize(("body", "field"), [*PLAYING, ({"stream": True}, "stream")])
def test_a_wrong_field_of_an_evaluation_is_named(service: House, body: dict[str, Any], field: str) -> None:
    error = service.post("/evaluate-policy", **body).json()["error"]
    assert [found["field"] for found in error["fields"]] == [field]


@pytest.mark.parametrize("episodes", [0, 51, None, "10"])
def test_episodes_are_bounded_by_the_manifest(service: House, episodes: object) -> None:
    answer = service.post("/evaluate-policy", eval_episodes=episodes)
    assert answer.status_code == 422
    assert answer.json()["error"]["fields"][0]["field"] == "eval_episodes"


def test_all_wrong_fields_are_named_at_once(service: House) -> None:
    answer = service.post("/generate-rollout", env_type="chess", max_steps=0)
    assert [found["field"] for found in answer.json()["error"]["fields"]] == ["env_type", "max_steps"]


@pytest.mark.parametrize(
    "content", ['{"env_config": {"size": "\\ud800"}}', '{"\\ud800": 1}', '{"adapter": "\\ud800"}']
)
def test_half_a_character_is_refused_like_anything_else(service: House, content: str) -> None:
    with service.client() as client:
        answer = client.post(
            "/generate-rollout", content=content, headers={"content-type": "application/json"}
        )
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize("body", [[], "text", 1, None])
def test_a_body_that_is_no_object_is_refused(service: House, body: object) -> None:
    with service.client() as client:
        answer = client.post("/generate-rollout", json=body)
    assert answer.status_code == 422


def test_a_service_that_does_not_train_says_so(service: House) -> None:
    with service.client() as client:
        answers = [
            client.post("/start-training", json={}),
            client.post("/start-training", json={"dry_run": True}),
            client.get("/training-status"),
            client.get("/training-status/20260101-000000-abcdef"),
            client.post("/cancel-training/20260101-000000-abcdef"),
        ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert answers[0].json()["error"]["message"] == "this service does not train"
