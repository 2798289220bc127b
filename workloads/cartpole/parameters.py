"""The parameters of a run, and the configurations that name them."""

from dataclasses import dataclass
from typing import Final

from workloads.cartpole.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Parameters:
    """What PPO is told; the names are those of the sweeps."""

    policy_lr: Schedule
    """Step size of Adam, for the policy and the value function."""
    clip_range: Schedule
    """How far the probability ratio may be from 1 before it stops to pay."""
    n_epochs: int
    """Passes over each rollout."""
    n_envs: int
    """Environments that are played side by side."""
    n_steps: int
    """Steps of each environment in a rollout."""
    batch_size: int
    """Transitions in one gradient step; at most the whole rollout is used."""
    gamma: float
    """Discount per step."""
    gae_lambda: float
    """Decay of the advantage estimate: 0 trusts the value function, 1 the returns."""
    ent_coef: float
    """Weight of the entropy in the loss."""
    vf_coef: float
    """Weight of the value function's squared error in the loss."""
    max_grad_norm: float
    """Longest gradient; a longer one is scaled down to it."""
    max_env_steps: int
    """Steps of the environment after which training ends, at the end of a rollout."""
    hidden_sizes: tuple[int, ...]
    """Units of the hidden layers, of the policy and of the value function alike."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """An environment, and the parameters that suit it."""

    environment: str
    parameters: Parameters


CONFIGURATIONS: Final = {
    "CartPole-v1:ppo": Configuration(
        "CartPole-v1",
        Parameters(
            policy_lr=Schedule(2e-3, 0.0),
            clip_range=Schedule(0.2, 0.0),
            n_epochs=10,
            n_envs=8,
            n_steps=128,
            batch_size=256,
            gamma=0.98,
            gae_lambda=0.9,
            ent_coef=0.0,
            vf_coef=0.5,
            max_grad_norm=0.5,
            max_env_steps=50_000,
            hidden_sizes=(64, 64),
        ),
    )
}
"""Configurations by the value of `--config_id`, ENVIRONMENT:ALGORITHM."""
