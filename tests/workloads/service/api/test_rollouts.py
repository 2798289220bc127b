"""Rollouts through the whole service: what the model is asked, and what is answered."""

from typing import Any

import pytest
from msgspec import json

from tests.standins.openai.server import OpenAIServer
from tests.workloads.service.playing import House
from workloads.textgames.envs.registry import make
from workloads.textgames.play.histories import memory

HISTORIES = {"NO_HISTORY": "none", "FULL_HISTORY": "full", "SCRATCHPAD": "scratchpad"}
WHOLE_GRID = {"size": 4, "max_steps": 40}


def conversations(openai: OpenAIServer, before: int) -> list[Any]:
    return [asked.body["messages"] for asked in openai.chats()[before:]]


def expected(game: str, arguments: dict[str, Any], history: str, seed: int, actions: list[str]) -> list[Any]:
    """The conversations that an episode of these replies has, by the rules of the game and of the history."""
    environment = make(game, arguments)
    observation = environment.reset(seed)
    past = memory(HISTORIES[history], environment)
    found = []
    for action in actions:
        found.append(past.messages(observation))
        step = environment.step(action)
        past.heard(observation, action)
        observation = step.observation
    return found


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize(("game", "arguments"), [("key_door", WHOLE_GRID), ("tic_tac_toe", {})])
def test_a_perfect_player_is_asked_what_the_history_shows_and_does_not_lose(
    service: House, openai: OpenAIServer, game: str, arguments: dict[str, Any], history: str
) -> None:
    before = len(openai.chats())
    answer = service.rollout(env_type=game, env_config=arguments, history_strategy=history, seed=5)
    turns, summary = answer["trajectory"], answer["summary"]
    actions = [turn["action"] for turn in turns]
    assert conversations(openai, before) == expected(game, arguments, history, 5, actions)
    assert summary["success"] is True
    assert summary["truncated"] is False
    assert summary["total_reward"] == pytest.approx(sum(turn["reward"] for turn in turns))
    assert summary["steps_taken"] == len(turns) == turns[-1]["step"]
    assert summary["tokens"] == sum(turn["tokens"] for turn in turns) > 0
    assert [turn["done"] for turn in turns] == [False] * (len(turns) - 1) + [True]
    assert (answer["model"], answer["adapter"]) == ("perfect", None)
    assert (answer["env_type"], answer["history_strategy"]) == (game, history)


def test_the_same_seed_is_the_same_episode_and_another_is_not(service: House) -> None:
    first, again, other = (service.rollout(env_type="key_door", seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first["trajectory"][0]["observation"] != other["trajectory"][0]["observation"]


def test_a_seed_that_is_not_given_is_drawn_and_told(service: House) -> None:
    drawn = service.rollout(env_type="tic_tac_toe")
    assert service.rollout(env_type="tic_tac_toe", seed=drawn["summary"]["seed"]) == drawn


def test_sampling_is_that_of_the_request_over_the_manifests(service: House, openai: OpenAIServer) -> None:
    service.rollout(
        env_type="tic_tac_toe", max_steps=1, sampling_params={"temperature": 0.5, "max_tokens": 9}
    )
    body = openai.chats()[-1].body
    assert (body["temperature"], body["max_tokens"], body["top_p"]) == (0.5, 9, 1.0)
    service.rollout(env_type="tic_tac_toe", max_steps=1)
    assert (openai.chats()[-1].body["temperature"], openai.chats()[-1].body["max_tokens"]) == (1.0, 256)


def test_max_steps_ends_tic_tac_toe_from_outside(service: House) -> None:
    answer = service.rollout(env_type="tic_tac_toe", max_steps=2, seed=1)
    assert answer["summary"]["truncated"] is True
    assert answer["summary"]["steps_taken"] == 2
    assert answer["trajectory"][-1]["info"]["truncated"] is True


def test_max_steps_is_the_own_limit_of_key_door(service: House) -> None:
    answer = service.rollout(env_type="key_door", max_steps=2, seed=1)
    assert answer["trajectory"][-1]["info"]["event"] == "max_steps_reached"
    assert answer["summary"] == {
        "total_reward": -0.5, "steps_taken": 2, "success": False, "truncated": True, "seed": 1,
        "tokens": answer["summary"]["tokens"],
    }  # fmt: skip


def test_max_steps_beside_that_of_the_environment_leaves_both(service: House) -> None:
    answer = service.rollout(env_type="key_door", max_steps=3, env_config={"max_steps": 2}, seed=1)
    assert answer["summary"]["steps_taken"] == 2


def test_a_stream_has_a_line_for_each_turn_and_one_for_the_sums(service: House) -> None:
    whole = service.rollout(env_type="key_door", env_config=WHOLE_GRID, seed=3)
    with service.client() as client:
        body = {"env_type": "key_door", "env_config": WHOLE_GRID, "seed": 3, "stream": True}
        with client.stream("POST", "/generate-rollout", json=body) as answer:
            assert answer.headers["content-type"] == "application/x-ndjson"
            lines = [json.decode(line) for line in answer.iter_lines()]
    assert [line["turn"] for line in lines[:-1]] == whole.pop("trajectory")
    assert lines[-1] == whole


def test_turns_of_a_stream_come_while_the_episode_is_played(service: House, openai: OpenAIServer) -> None:
    openai.hang(skip=2)
    try:
        with service.client() as client:
            body = {"env_type": "tic_tac_toe", "seed": 3, "stream": True}
            with client.stream("POST", "/generate-rollout", json=body) as answer:
                lines = answer.iter_lines()
                assert [json.decode(next(lines))["turn"]["step"] for _ in range(2)] == [1, 2]
                openai.clear_faults()
                assert [next(iter(json.decode(line))) for line in lines] == ["turn", "summary"]
    finally:
        openai.clear_faults()


def test_a_model_that_fails_is_a_503_with_one_sentence(service: House, openai: OpenAIServer) -> None:
    openai.fail(400, times=1)
    answer = service.post("/generate-rollout", env_type="tic_tac_toe")
    assert answer.status_code == 503
    assert answer.json() == {
        "error": {"code": "model_unavailable", "message": "the model does not reply; try again later"}
    }
    assert int(answer.headers["retry-after"]) > 0


def test_a_model_that_fails_in_the_midst_of_a_stream_is_its_last_line(
    service: House, openai: OpenAIServer
) -> None:
    openai.fail(400, times=1, skip=1)
    with service.client() as client:
        body = {"env_type": "tic_tac_toe", "seed": 3, "stream": True}
        with client.stream("POST", "/generate-rollout", json=body) as answer:
            lines = [json.decode(line) for line in answer.iter_lines()]
    assert [next(iter(line)) for line in lines] == ["turn", "error"]
    assert lines[-1]["error"]["code"] == "model_unavailable"
