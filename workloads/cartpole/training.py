"""A training run: rollouts, updates, and now and then a greedy evaluation that chooses what to keep."""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import torch
from torch import Tensor

from workloads.cartpole import environment, learner
from workloads.cartpole.adam import Adam
from workloads.cartpole.arrays import Floats
from workloads.cartpole.evaluation import greedy_returns
from workloads.cartpole.network import Network
from workloads.cartpole.parameters import Configuration
from workloads.cartpole.rollout import Rollout, play, prepare

Row = dict[str, float]

RECENT: Final = 100
"""Finished episodes that the reported training return is a mean of."""
SELECTIONS: Final = 20
"""Greedy evaluations over a whole run, spread evenly over its steps."""
SELECTION_EPISODES: Final = 20

_NETWORK, _PLAY, _LEARNING, _SELECTION, _EVALUATION = range(5)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the result of a run follows from."""

    configuration: Configuration
    seed: int

    def seed_of(self, stream: int) -> int:
        """Return a seed that is used for one thing only."""
        return int(np.random.SeedSequence(self.seed, spawn_key=(stream,)).generate_state(1)[0])

    @property
    def evaluation_seed(self) -> int:
        """The seed of the final evaluation; neither training nor selection has seen its episodes."""
        return self.seed_of(_EVALUATION)


@dataclass(slots=True)
class Progress:
    """What a run has come to so far."""

    steps: int = 0
    """Steps of the environment that were learned from."""
    seconds: float = 0.0
    """Time of playing and learning, without evaluations."""
    best_return: float = float("-inf")
    """Mean return of the best greedy evaluation so far."""
    best_steps: int = 0
    recent: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=RECENT))
    """Returns and lengths of the last finished episodes."""
    rows: list[Row] = field(default_factory=list)
    """One for each update."""


class Training:
    """A run that goes on with every call of `advance`."""

    def __init__(self, plan: Plan) -> None:
        """Begin a run."""
        self.plan = plan
        self.parameters = plan.configuration.parameters
        torch.set_num_threads(1)  # The networks are too small to gain from more.
        self.environments = environment.make(plan.configuration.environment, self.parameters.n_envs)
        self.observations: Floats
        self.observations, _ = self.environments.reset(seed=plan.seed_of(_PLAY))
        self.network = Network(self.observations.shape[1], self.parameters.hidden_sizes, 2)
        self.network.start(plan.seed_of(_NETWORK))
        self.best: Tensor = self.network.flat.clone()
        self.adam = Adam(self.network.flat, self.network.gradient)
        self.random = np.random.default_rng(plan.seed_of(_LEARNING))
        self.progress = Progress()
        self.running: Floats = np.zeros((2, self.parameters.n_envs), np.float32)
        """Return and length so far of the episodes that are being played."""

    @property
    def ended(self) -> bool:
        """Whether all steps have been made."""
        return self.progress.steps >= self.parameters.max_env_steps

    def advance(self) -> Row:
        """Play a rollout, learn from it, evaluate where that is due; return what there is to report.

        Raises DivergedError.
        """
        begun = time.perf_counter()
        progress, parameters = self.progress, self.parameters
        policy = self.network.policy()
        done = progress.steps / parameters.max_env_steps
        rollout = play(self.environments, policy, self.observations, parameters.n_steps, self.random)
        self.observations = rollout.observations[-1].copy()
        batch = prepare(rollout, self.network, parameters.gamma, parameters.gae_lambda)
        losses = learner.update(self.network, self.adam, batch, parameters, done, self.random)
        before, progress.steps = progress.steps, progress.steps + rollout.transitions
        self._count_episodes(rollout)
        progress.seconds += time.perf_counter() - begun
        row = self._row(losses, done)
        if self.ended or self._selections(before) < self._selections(progress.steps):
            row["val/ep_rew/mean"] = self._select()
        progress.rows.append(row)
        return row

    def _selections(self, steps: int) -> int:
        """Return how many greedy evaluations are due within the first `steps` steps."""
        return steps * SELECTIONS // self.parameters.max_env_steps

    def _select(self) -> float:
        """Evaluate the policy, and keep it if none was better; later ones win ties."""
        name, seed = self.plan.configuration.environment, self.plan.seed_of(_SELECTION)
        value = float(greedy_returns(self.network.policy(), name, SELECTION_EPISODES, seed).mean())
        if value >= self.progress.best_return:
            self.progress.best_return, self.progress.best_steps = value, self.progress.steps
            self.best = self.network.flat.clone()
        return value

    def _count_episodes(self, rollout: Rollout) -> None:
        """Add the episodes that ended in a rollout to the recent ones."""
        so_far = self.running[:, None, :] + np.cumsum((rollout.rewards, rollout.played), axis=1)
        taken = np.zeros_like(self.running)
        for step, number in np.argwhere(rollout.done):
            total, length = so_far[:, step, number] - taken[:, number]
            self.progress.recent.append((float(total), int(length)))
            taken[:, number] = so_far[:, step, number]
        self.running = (so_far[:, -1] - taken).astype(np.float32)

    def _row(self, losses: learner.Losses, done: float) -> Row:
        row: Row = {"step": self.progress.steps}
        if self.progress.recent:
            returns, lengths = zip(*self.progress.recent, strict=True)
            row["train/roll/ep_rew/mean"] = sum(returns) / len(returns)
            row["train/roll/ep_len/mean"] = sum(lengths) / len(lengths)
        return row | {
            "train/fps": round(self.progress.steps / self.progress.seconds, 1),
            "train/loss/policy": losses.policy,
            "train/loss/value": losses.value,
            "train/entropy": losses.entropy,
            "train/approx_kl": losses.divergence,
            "train/policy_lr": self.parameters.policy_lr.at(done),
            "train/clip_range": self.parameters.clip_range.at(done),
        }
