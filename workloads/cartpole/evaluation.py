"""Evaluation of a policy that always takes its most probable action, apart from training."""

from typing import Final

import numpy as np
import numpy.typing as npt

from workloads.cartpole import environment
from workloads.cartpole.policy import Policy

SOLVED: Final = 475.0
"""The return from which Gymnasium calls an episode of CartPole-v1 solved."""

Returns = npt.NDArray[np.float64]


def greedy_returns(policy: Policy, name: str, episodes: int, seed: int) -> Returns:
    """Play `episodes` whole episodes, all at once, in an environment of their own; return their returns."""
    environments = environment.make(name, episodes)
    observations, _ = environments.reset(seed=seed)
    returns = np.zeros(episodes)
    running = np.ones(episodes, np.bool_)
    while running.any():
        observations, rewards, terminated, truncated, _ = environments.step(policy.best(observations))
        returns += rewards * running
        running &= ~(terminated | truncated)
    return returns


def summary(returns: Returns, prefix: str = "") -> dict[str, float]:
    """Return the mean with its sample's standard deviation and size, and the rate of solved episodes."""
    count = len(returns)
    return {
        f"{prefix}eval/ep_rew/mean": float(returns.mean()),
        f"{prefix}eval/ep_rew/mean.stddev": float(returns.std(ddof=1)),
        f"{prefix}eval/ep_rew/mean.count": count,
        f"{prefix}eval/solved": float((returns >= SOLVED).mean()),
        f"{prefix}eval/solved.trials": count,
    }
