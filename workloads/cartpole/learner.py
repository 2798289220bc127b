"""Proximal policy optimisation (Schulman et al. 2017, arXiv:1707.06347) of one batch of transitions."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from workloads.cartpole.adam import Adam
from workloads.cartpole.network import Network
from workloads.cartpole.parameters import Parameters
from workloads.cartpole.rollout import Batch


class DivergedError(Exception):
    """The loss or a weight is no finite number any more; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Means over the minibatches of one update."""

    policy: float
    value: float
    entropy: float
    """In nats."""
    divergence: float
    """Of the old policy from the new one, in nats (Schulman's estimate: mean of r - 1 - log r)."""


def update(
    network: Network,
    adam: Adam,
    batch: Batch,
    parameters: Parameters,
    done: float,
    random: np.random.Generator,
) -> Losses:
    """Train on a batch `n_epochs` times, with the rates of the share `done` of training.

    Raises DivergedError.
    """
    rate, clip = parameters.policy_lr.at(done), parameters.clip_range.at(done)
    terms = []
    for _ in range(parameters.n_epochs):
        order = torch.from_numpy(random.permutation(len(batch.actions)))
        for part in batch.minibatches(order, parameters.batch_size):
            network.gradient.zero_()
            loss, seen = _loss(network, part, parameters, clip)
            torch.autograd.backward(loss)
            adam.step(rate, parameters.max_grad_norm)
            terms.append(seen)
    losses = Losses(*torch.stack(terms).mean(0).tolist())
    if not (math.isfinite(losses.policy + losses.value) and bool(network.flat.isfinite().all())):
        raise DivergedError(
            "training has diverged: the loss is not a finite number; try a smaller policy_lr or max_grad_norm"
        )
    return losses


def surrogate(ratio: Tensor, gains: Tensor, clip: float) -> Tensor:
    """Return the clipped objective of each action (the paper's equation 7).

    It is min(ratio * gains, clamp(ratio, 1 - clip, 1 + clip) * gains), written so that less is to be
    differentiated.
    """
    return torch.min(ratio * gains, gains + clip * gains.abs())


def _loss(network: Network, batch: Batch, parameters: Parameters, clip: float) -> tuple[Tensor, Tensor]:
    """Return the loss of a minibatch, and its parts without their history."""
    log_probabilities = network.logits(batch.observations).log_softmax(1)
    change = log_probabilities.gather(1, batch.actions.unsqueeze(1)).squeeze(1) - batch.log_probabilities
    ratio = change.exp()
    policy = -surrogate(ratio, _normalised(batch.advantages), clip).mean()
    value = mse_loss(network.values(batch.observations), batch.returns)
    with torch.set_grad_enabled(parameters.ent_coef > 0):
        entropy = -(log_probabilities.exp() * log_probabilities).sum(1).mean()
    loss = policy + parameters.vf_coef * value - parameters.ent_coef * entropy
    with torch.no_grad():
        return loss, torch.stack((policy, value, entropy, (ratio - 1.0 - change).mean()))


def _normalised(gains: Tensor) -> Tensor:
    """Return advantages with mean 0 and standard deviation 1; a single one is left as it is."""
    if len(gains) < 2:
        return gains
    spread, centre = torch.std_mean(gains)
    return (gains - centre) / (spread + 1e-8)
