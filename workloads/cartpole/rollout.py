"""Playing a rollout, and what of it is learned from."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from gymnasium.envs.classic_control.cartpole import CartPoleVectorEnv
from torch import Tensor

from workloads.cartpole.advantages import advantages
from workloads.cartpole.arrays import Actions, Flags, Floats
from workloads.cartpole.network import Network
from workloads.cartpole.policy import Policy


@dataclass(frozen=True, slots=True)
class Rollout:
    """What was seen and done, in arrays of steps × environments."""

    observations: Floats
    """One more row than the others: the last one is what was seen after the last step."""
    actions: Actions
    rewards: Floats
    terminated: Flags
    done: Flags
    """Steps that ended an episode, terminated or cut off."""
    played: Flags
    """False where a step only began the next episode."""

    @property
    def transitions(self) -> int:
        """Steps of the environment, those that only began an episode not counted."""
        return int(self.played.sum())


@dataclass(frozen=True, slots=True)
class Batch:
    """The played transitions of a rollout in one row each, with what the loss needs."""

    observations: Tensor
    actions: Tensor
    log_probabilities: Tensor
    """Of the actions, when they were taken."""
    advantages: Tensor
    returns: Tensor
    """What the value function should have said."""

    def minibatches(self, order: Tensor, most: int) -> Iterator["Batch"]:
        """Yield the rows in a new order, in parts of equal sizes, none larger than `most`."""
        parts = -(-len(order) // most)
        columns = (self.observations, self.actions, self.log_probabilities, self.advantages, self.returns)
        for part in zip(*(column[order].tensor_split(parts) for column in columns), strict=True):
            yield Batch(*part)


def play(
    environments: CartPoleVectorEnv,
    policy: Policy,
    observations: Floats,
    steps: int,
    random: np.random.Generator,
) -> Rollout:
    """Play `steps` steps in all environments, from what was observed in them last."""
    count, size = observations.shape
    seen = np.empty((steps + 1, count, size), np.float32)
    actions = np.empty((steps, count), np.int64)
    rewards = np.empty((steps, count), np.float32)
    terminated, done, played = np.empty((3, steps, count), np.bool_)
    noise = random.gumbel(size=(steps, count, policy.actions)).astype(np.float32)
    seen[0] = observations
    over = environments.prev_done
    for step in range(steps):
        actions[step] = policy.draw(seen[step], noise[step])
        np.logical_not(over, out=played[step])
        seen[step + 1], rewards[step], terminated[step], truncated, _ = environments.step(actions[step])
        over = np.logical_or(terminated[step], truncated, out=done[step])
    return Rollout(seen, actions, rewards, terminated, done, played)


def prepare(rollout: Rollout, network: Network, gamma: float, gae_lambda: float) -> Batch:
    """Evaluate all states and actions of a rollout at once, and estimate the advantages."""
    steps, count = rollout.actions.shape
    with torch.no_grad():
        states = torch.from_numpy(rollout.observations).flatten(0, 1)
        values = network.values(states).view(steps + 1, count).numpy()
        gains = advantages(rollout.rewards, values, rollout.terminated, rollout.done, gamma, gae_lambda)
        rows = torch.from_numpy(np.flatnonzero(rollout.played))
        observations = states[rows]
        actions = torch.from_numpy(rollout.actions).flatten()[rows]
        log_probabilities = network.logits(observations).log_softmax(1)
        return Batch(
            observations,
            actions,
            log_probabilities.gather(1, actions.unsqueeze(1)).squeeze(1),
            torch.from_numpy(gains).flatten()[rows],
            torch.from_numpy(gains + values[:-1]).flatten()[rows],
        )
