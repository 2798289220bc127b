"""Generalised advantage estimation (Schulman et al. 2016, arXiv:1506.02438, equation 16)."""

import numpy as np

from workloads.cartpole.arrays import Flags, Floats


def advantages(
    rewards: Floats, values: Floats, terminated: Flags, done: Flags, gamma: float, gae_lambda: float
) -> Floats:
    """Return the advantage of each action of a rollout, in an array of steps × environments.

    `rewards`, `terminated` and `done` have that shape; `values` has one more row, the value of each
    state before its step and of the last state. `terminated` marks steps after which nothing is worth
    anything; `done` also those after which an episode was cut off, whose last state keeps its value.
    """
    errors = rewards + gamma * values[1:] * ~terminated - values[:-1]
    decay = (gamma * gae_lambda * ~done).astype(np.float32)
    estimates: Floats = np.empty_like(errors)
    following = np.zeros_like(errors[0])
    for step in range(len(errors) - 1, -1, -1):
        following = errors[step] + decay[step] * following
        estimates[step] = following
    return estimates
