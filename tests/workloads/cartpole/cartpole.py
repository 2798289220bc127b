"""Small runs for the tests."""

from dataclasses import replace
from typing import Any

from workloads.cartpole.parameters import CONFIGURATIONS
from workloads.cartpole.training import Plan, Training

CONFIGURATION = CONFIGURATIONS["CartPole-v1:ppo"]
SMALL: dict[str, Any] = {
    "n_epochs": 2,
    "n_envs": 4,
    "n_steps": 32,
    "max_env_steps": 1_500,
    "hidden_sizes": (8, 8),
}


def plan(seed: int = 0, **changes: Any) -> Plan:
    parameters = replace(CONFIGURATION.parameters, **{**SMALL, **changes})
    return Plan(replace(CONFIGURATION, parameters=parameters), seed)


def trained(training: Training, updates: int = 1_000_000) -> Training:
    while not training.ended and updates:
        training.advance()
        updates -= 1
    return training


def outcome(training: Training) -> tuple[object, ...]:
    """All of a run but its times."""
    rows = [
        {name: value for name, value in row.items() if name != "train/fps"} for row in training.progress.rows
    ]
    return training.network.flat.tolist(), training.best.tolist(), training.progress.steps, rows
