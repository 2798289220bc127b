"""The network learns what it is told, and the policy for play is the same function."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workloads.cartpole.adam import EPSILON, Adam
from workloads.cartpole.learner import surrogate
from workloads.cartpole.network import Network


def network(*hidden: int) -> Network:
    made = Network(4, hidden or (8, 8), 2)
    made.start(3)
    return made


@pytest.mark.parametrize("hidden", [(8,), (16, 8), (4, 4, 4)])
def test_the_policy_for_play_has_the_logits_of_the_network(hidden: tuple[int, ...]) -> None:
    made = network(*hidden)
    observations = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    expected = made.logits(torch.from_numpy(observations)).detach().numpy()
    np.testing.assert_allclose(made.policy().logits(observations), expected, rtol=1e-4, atol=1e-6)


def test_the_policy_for_play_follows_the_training_of_its_network() -> None:
    made = network()
    policy = made.policy()
    made.flat.zero_()
    assert not policy.logits(np.ones((1, 4), np.float32)).any()


def test_actions_are_drawn_by_their_probability() -> None:
    made = network()
    made.flat.zero_()
    dict(made.arrays())["policy.2.bias"][:] = np.log((0.25, 0.75))
    noise = np.random.default_rng(0).gumbel(size=(20_000, 2)).astype(np.float32)
    drawn = made.policy().draw(np.zeros((20_000, 4), np.float32), noise)
    assert drawn.mean() == pytest.approx(0.75, abs=0.01)


def test_adam_does_what_that_of_pytorch_does() -> None:
    start = torch.linspace(-1, 1, 7)
    ours, gradient = start.clone(), torch.zeros(7)
    adam = Adam(ours, gradient)
    theirs = torch.nn.Parameter(start.clone())
    peer = torch.optim.Adam([theirs], eps=EPSILON)
    for step in range(20):
        drawn = torch.sin(torch.arange(7.0) * (step + 1)) * 3
        gradient.copy_(drawn)
        theirs.grad = drawn.clone()
        torch.nn.utils.clip_grad_norm_([theirs], 0.5)
        peer.param_groups[0]["lr"] = rate = 0.1 / (step + 1)
        adam.step(rate, 0.5)
        peer.step()
    torch.testing.assert_close(ours, theirs.detach())


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_the_objective_is_the_clipped_one(seed: int, clip: float) -> None:
    random = np.random.default_rng(seed)
    gains = torch.from_numpy(random.normal(size=16))
    ratio = torch.from_numpy(random.uniform(0, 3, 16))
    expected = torch.min(ratio * gains, ratio.clamp(1 - clip, 1 + clip) * gains)
    torch.testing.assert_close(surrogate(ratio, gains, clip), expected)
