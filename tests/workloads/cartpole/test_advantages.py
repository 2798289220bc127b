"""The advantage estimate is what a plain loop over each episode gives."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workloads.cartpole.advantages import advantages
from workloads.cartpole.arrays import Flags, Floats


def by_hand(
    rewards: Floats, values: Floats, terminated: Flags, done: Flags, gamma: float, decay: float
) -> list[list[float]]:
    """The sum of discounted errors up to the end of the episode, for each step by itself."""
    steps, count = rewards.shape
    result = [[0.0] * count for _ in range(steps)]
    for number in range(count):
        for begin in range(steps):
            weight = 1.0
            for step in range(begin, steps):
                following = 0.0 if terminated[step, number] else float(values[step + 1, number])
                error = float(rewards[step, number]) + gamma * following - float(values[step, number])
                result[begin][number] += weight * error
                weight *= gamma * decay
                if done[step, number]:
                    break
    return result


@given(st.integers(1, 12), st.integers(1, 3), st.floats(0, 1), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_advantages_are_those_of_a_plain_loop(
    steps: int, count: int, gamma: float, decay: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    rewards = random.normal(size=(steps, count)).astype(np.float32)
    values = random.normal(size=(steps + 1, count)).astype(np.float32)
    terminated = random.random((steps, count)) < 0.2
    done = terminated | (random.random((steps, count)) < 0.2)
    found = advantages(rewards, values, terminated, done, gamma, decay)
    assert found.dtype == np.float32
    np.testing.assert_allclose(
        found, by_hand(rewards, values, terminated, done, gamma, decay), rtol=1e-4, atol=1e-4
    )


def test_the_last_state_of_an_episode_that_was_cut_off_keeps_its_value() -> None:
    flags = np.array([[True]])
    ones = np.ones((1, 1), np.float32)
    values = np.array([[0.0], [10.0]], np.float32)
    assert advantages(ones, values, ~flags, flags, 0.9, 0.5)[0, 0] == 10.0
    assert advantages(ones, values, flags, flags, 0.9, 0.5)[0, 0] == 1.0
