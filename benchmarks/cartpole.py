"""PPO of workloads/cartpole beside that of Stable-Baselines3, with the same parameters, on one thread.

Both take turns, seed by seed. A greedy policy is looked at after every 5,000 steps, by the same
evaluation on both sides, whose time is not counted; a run ends when its return is 475.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from benchmarks.measure import Row, alternate, row
from workloads.cartpole.evaluation import SOLVED, greedy_returns
from workloads.cartpole.parameters import CONFIGURATIONS, Configuration, Parameters
from workloads.cartpole.policy import Policy
from workloads.cartpole.schedule import Schedule
from workloads.cartpole.training import Plan, Training

ROOT = Path(__file__).parent.parent
SEEDS = range(5)
EVERY = 5_000
EPISODES = 20
EVALUATION_SEED = 1_000
ROUNDS = 3
TRIAL = 4_096

CONFIGURATION = CONFIGURATIONS["CartPole-v1:ppo"]
ZOO = replace(
    CONFIGURATION.parameters,
    policy_lr=Schedule(1e-3, 0.0),
    n_epochs=20,
    n_steps=32,
    gae_lambda=0.8,
    max_env_steps=100_000,
)
"""The settings that Stable-Baselines3's own collection of tuned parameters (RL Zoo) has."""
SETTINGS = {"our settings": CONFIGURATION.parameters, "settings of RL Zoo": ZOO}

SB3_TRIAL = f"""\
import torch
torch.set_num_threads(1)
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
PPO("MlpPolicy", make_vec_env("CartPole-v1", 8), n_steps=128, batch_size=256, n_epochs=10,
    device="cpu").learn({TRIAL})
"""


@dataclass(frozen=True)
class Outcome:
    """What a run took, without its evaluations."""

    steps: int
    seconds: float
    solved: bool

    @property
    def speed(self) -> float:
        """Steps per second."""
        return self.steps / self.seconds


def rows() -> list[Row]:
    """Speed and time to the goal for two kinds of settings, and a short trial as a whole process."""
    torch.set_num_threads(1)
    train(replace(CONFIGURATION.parameters, max_env_steps=2_000), 0)
    train_sb3(replace(CONFIGURATION.parameters, max_env_steps=2_000), 0)
    measured = [line for name, parameters in SETTINGS.items() for line in _compare(name, parameters)]
    return [*measured, _trial()]


def _compare(name: str, parameters: Parameters) -> list[Row]:
    ours, theirs = [], []
    for seed in SEEDS:
        ours.append(train(parameters, seed))
        theirs.append(train_sb3(parameters, seed))
    speeds = [[outcome.speed for outcome in side] for side in (ours, theirs)]
    ratios = [mine / other for mine, other in zip(*speeds, strict=True)]
    times = [[outcome.seconds for outcome in side] for side in (ours, theirs)]
    late = [_failures(side) for side in (ours, theirs)]
    medians = [statistics.median(side) for side in times]
    peer, goal = "Stable-Baselines3", f"time to a greedy return of {SOLVED:.0f}"
    return [
        row(
            f"steps per second, {name}", _spread(speeds[0], "{:,.0f}/s"), peer,
            _spread(speeds[1], "{:,.0f}/s"), statistics.median(ratios),
            f"at least 1; lowest of {len(SEEDS)}: {min(ratios):.2f}",
        ),
        row(
            f"{goal}, {name}", _spread(times[0], "{:.1f} s") + late[0], peer,
            _spread(times[1], "{:.1f} s") + late[1], medians[0] / medians[1], "at most 1",
        ),
    ]  # fmt: skip


def train(parameters: Parameters, seed: int) -> Outcome:
    """Our own run; its own count of seconds leaves evaluations out."""
    training = Training(Plan(Configuration(CONFIGURATION.environment, parameters), seed))
    progress, solved, looked = training.progress, False, 0
    while not (training.ended or solved):
        training.advance()
        if progress.steps // EVERY > looked:
            looked = progress.steps // EVERY
            solved = _solves(training.network.policy())
    return Outcome(progress.steps, progress.seconds, solved)


def train_sb3(parameters: Parameters, seed: int) -> Outcome:
    """The same with Stable-Baselines3, whose schedules are told the share that is left."""
    from stable_baselines3 import PPO
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.env_util import make_vec_env

    class Look(BaseCallback):  # type: ignore[misc]
        """Looks at the policy between updates, and takes the time that this takes off."""

        solved, looked, looking = False, 0, 0.0

        def _on_rollout_start(self) -> None:
            if self.num_timesteps // EVERY > self.looked:
                began = time.perf_counter()
                self.looked = self.num_timesteps // EVERY
                self.solved = _solves(_policy_of(self.model))
                self.looking += time.perf_counter() - began

        def _on_step(self) -> bool:
            return not self.solved

    model = PPO(
        "MlpPolicy",
        make_vec_env(CONFIGURATION.environment, parameters.n_envs, seed=seed),
        learning_rate=lambda left: parameters.policy_lr.at(1 - left),
        clip_range=lambda left: parameters.clip_range.at(1 - left),
        n_steps=parameters.n_steps,
        batch_size=parameters.batch_size,
        n_epochs=parameters.n_epochs,
        gamma=parameters.gamma,
        gae_lambda=parameters.gae_lambda,
        ent_coef=parameters.ent_coef,
        vf_coef=parameters.vf_coef,
        max_grad_norm=parameters.max_grad_norm,
        policy_kwargs={"net_arch": list(parameters.hidden_sizes)},
        seed=seed,
        device="cpu",
    )
    look, began = Look(), time.perf_counter()
    model.learn(parameters.max_env_steps, callback=look)
    return Outcome(model.num_timesteps, time.perf_counter() - began - look.looking, look.solved)


def _solves(policy: Policy) -> bool:
    returns = greedy_returns(policy, CONFIGURATION.environment, EPISODES, EVALUATION_SEED)
    return bool(returns.mean() >= SOLVED)


def _policy_of(model: Any) -> Policy:
    """The policy of Stable-Baselines3 as one of ours, so that both are evaluated alike."""
    layers = [*model.policy.mlp_extractor.policy_net[::2], model.policy.action_net]
    return Policy([(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in layers])


def _trial() -> Row:
    """A trial of a sweep from the start of its process to the end, without W&B."""
    with tempfile.TemporaryDirectory() as folder:
        program = [sys.executable, "workloads/cartpole/train.py", "--config_id", "CartPole-v1:ppo"]
        times = alternate(
            {
                "ours": lambda: _run([*program, f"--max_env_steps={TRIAL}"], folder),
                "theirs": lambda: _run([sys.executable, "-c", SB3_TRIAL], folder),
            },
            ROUNDS,
        )
    return row(
        f"a whole process of {TRIAL:,} steps, evaluations included", f"{times['ours']:.1f} s",
        "Stable-Baselines3, without evaluations", f"{times['theirs']:.1f} s",
        times["ours"] / times["theirs"], "at most 1",
    )  # fmt: skip


def _run(command: list[str], output: str) -> None:
    environment = {"PATH": "", "RUNNER_OUTPUT_DIR": output, "OMP_NUM_THREADS": "1"}
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env=environment)


def _spread(values: list[float], form: str) -> str:
    """The median, and the lowest and the highest."""
    low, middle, high = (
        form.format(value) for value in (min(values), statistics.median(values), max(values))
    )
    return f"{middle} ({low} to {high})"


def _failures(outcomes: list[Outcome]) -> str:
    missed = sum(not outcome.solved for outcome in outcomes)
    return f", {missed} of {len(outcomes)} not within all steps" if missed else ""


if __name__ == "__main__":
    for measured in rows():
        print(measured)
