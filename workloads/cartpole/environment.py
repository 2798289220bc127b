"""Gymnasium's own vectorised CartPole, and its state as plain arrays."""

import json
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.envs.classic_control.cartpole import CartPoleVectorEnv

State = dict[str, npt.NDArray[Any]]


def make(name: str, count: int) -> CartPoleVectorEnv:
    """Make `count` environments that are played side by side.

    The step after the end of an episode only begins the next one: its action is ignored and its
    reward is 0 (AutoresetMode.NEXT_STEP).
    """
    environments = gymnasium.make_vec(name, num_envs=count, vectorization_mode="vector_entry_point")
    assert isinstance(environments, CartPoleVectorEnv)
    return environments


def state_of(environments: CartPoleVectorEnv) -> State:
    """Return all that the next steps follow from, as arrays."""
    drawn = json.dumps(environments.np_random.bit_generator.state)
    return {
        "state": np.array(environments.state),
        "steps": environments.steps.copy(),
        "over": environments.prev_done.copy(),
        "random": np.frombuffer(drawn.encode(), np.uint8),
    }


def restore(environments: CartPoleVectorEnv, state: State) -> None:
    """Put environments that were reset back into a state from `state_of`."""
    untyped: Any = environments
    untyped.state = state["state"].copy()
    environments.steps = state["steps"].copy()
    environments.prev_done = state["over"].copy()
    environments.np_random.bit_generator.state = json.loads(state["random"].tobytes())
