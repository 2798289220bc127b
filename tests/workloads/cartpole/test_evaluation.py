"""An evaluation plays whole episodes with the most probable actions."""

import gymnasium
import numpy as np
import pytest

from workloads.cartpole.evaluation import greedy_returns, summary
from workloads.cartpole.network import Network
from workloads.cartpole.policy import Policy


def policy(seed: int) -> Policy:
    network = Network(4, (8,), 2)
    network.start(seed)
    return network.policy()


def test_returns_are_those_of_episodes_that_are_played_one_by_one() -> None:
    """The single environment counts up to the same return from the same state."""
    player = policy(5)
    vector = gymnasium.make_vec("CartPole-v1", num_envs=3, vectorization_mode="vector_entry_point")
    starts, _ = vector.reset(seed=7)
    single = gymnasium.make("CartPole-v1").unwrapped
    expected = []
    for start in starts:
        single.reset()
        single.state = start.astype(np.float64)  # type: ignore[attr-defined]
        seen, total, over = start, 0.0, False
        while not over and total < 500:
            seen, reward, over, _, _ = single.step(player.best(seen[None])[0])
            total += float(reward)
        expected.append(total)
    assert list(greedy_returns(player, "CartPole-v1", 3, 7)) == expected


def test_the_same_seed_gives_the_same_episodes() -> None:
    assert list(greedy_returns(policy(1), "CartPole-v1", 4, 1)) == list(
        greedy_returns(policy(1), "CartPole-v1", 4, 1)
    )


def test_a_mean_comes_with_its_sample_and_a_rate_with_its_trials() -> None:
    assert summary(np.array([500.0, 474.0, 475.0, 1.0]), "champion.") == {
        "champion.eval/ep_rew/mean": 362.5,
        "champion.eval/ep_rew/mean.stddev": pytest.approx(241.3, abs=0.1),
        "champion.eval/ep_rew/mean.count": 4,
        "champion.eval/solved": 0.5,
        "champion.eval/solved.trials": 4,
    }
