"""Evaluations through the whole service."""

import statistics

import pytest

from tests.standins.openai.server import OpenAIServer
from tests.workloads.service.playing import House


def test_the_numbers_are_those_of_the_episodes(service: House) -> None:
    answer = service.post("/evaluate-policy", env_type="tic_tac_toe", eval_episodes=20, seed=100).json()
    episodes, results = answer["episodes"], answer["results"]
    rewards = [one["reward"] for one in episodes]
    assert [one["seed"] for one in episodes] == list(range(100, 120))
    assert results["episodes"] == 20
    assert results["success_rate"] == pytest.approx(statistics.fmean(one["success"] for one in episodes))
    assert results["mean_reward"] == pytest.approx(statistics.fmean(rewards))
    assert results["reward_stddev"] == pytest.approx(statistics.stdev(rewards))
    assert results["mean_steps"] == pytest.approx(statistics.fmean(one["steps"] for one in episodes))
    assert min(rewards) >= 0


def test_an_episode_of_it_is_the_rollout_of_its_seed(service: House) -> None:
    answer = service.post("/evaluate-policy", env_type="key_door", eval_episodes=3, seed=7).json()
    alone = service.rollout(env_type="key_door", seed=8)["summary"]
    assert answer["episodes"][1] == {
        "seed": 8,
        "reward": alone["total_reward"],
        "steps": alone["steps_taken"],
        "success": alone["success"],
    }


def test_a_single_episode_deviates_by_nothing(service: House) -> None:
    answer = service.post("/evaluate-policy", env_type="tic_tac_toe", eval_episodes=1).json()
    assert answer["results"]["reward_stddev"] == 0


def test_its_episodes_are_played_at_the_same_time(service: House, openai: OpenAIServer) -> None:
    openai.delay(0.1)
    try:
        service.post("/evaluate-policy", env_type="tic_tac_toe", eval_episodes=8, max_steps=1)
    finally:
        openai.clear_faults()
    assert openai.most_at_once >= 8


def test_one_failure_ends_all_of_it(service: House, openai: OpenAIServer) -> None:
    openai.fail(400, times=1, skip=3)
    answer = service.post("/evaluate-policy", env_type="tic_tac_toe", eval_episodes=20)
    assert answer.status_code == 503
    service.until(lambda health: health["rollouts_running"] == 0)
