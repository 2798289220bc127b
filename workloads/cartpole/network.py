"""The policy and the value function: two plain networks with tanh between their layers.

All parameters lie in one flat tensor and all gradients in another, so that Adam, the limit on the
gradient's length and a checkpoint each deal with one tensor instead of twelve.
"""

import itertools
import math
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import linear

from workloads.cartpole.arrays import Floats
from workloads.cartpole.policy import Policy

Layer = tuple[Tensor, Tensor]


class Network:
    """A policy and a value function with hidden layers of the same sizes, but no common ones."""

    def __init__(self, inputs: int, hidden: Sequence[int], actions: int) -> None:
        """Make a network of zeros; `start` gives it weights to train from."""
        shapes = {f"policy.{name}": shape for name, shape in _shapes([inputs, *hidden, actions])}
        shapes |= {f"value.{name}": shape for name, shape in _shapes([inputs, *hidden, 1])}
        size = sum(math.prod(shape) for shape in shapes.values())
        self.flat = torch.zeros(size)
        self.gradient = torch.zeros(size)
        self._tensors: dict[str, Tensor] = {}
        begin = 0
        for name, shape in shapes.items():
            end = begin + math.prod(shape)
            tensor = self.flat[begin:end].view(shape).requires_grad_()
            tensor.grad = self.gradient[begin:end].view(shape)
            self._tensors[name] = tensor
            begin = end
        self._policy = self._layers("policy")
        self._value = self._layers("value")

    def start(self, seed: int) -> None:
        """Draw orthogonal weights, small ones for the actions, so that training begins near chance."""
        generator = torch.Generator().manual_seed(seed)
        for layers, last_gain in ((self._policy, 0.01), (self._value, 1.0)):
            for weight, _ in layers:
                gain = last_gain if weight is layers[-1][0] else math.sqrt(2.0)
                torch.nn.init.orthogonal_(weight, gain, generator)

    def logits(self, observations: Tensor) -> Tensor:
        """Return the unnormalised log probability of each action, in rows of observations."""
        return _forward(self._policy, observations)

    def values(self, observations: Tensor) -> Tensor:
        """Return the value of each observation of a batch."""
        return _forward(self._value, observations).squeeze(-1)

    def policy(self) -> Policy:
        """Return the policy for play; it shares the network's memory and so follows its training."""
        return Policy([(weight.detach().numpy(), bias.detach().numpy()) for weight, bias in self._policy])

    def arrays(self) -> dict[str, Floats]:
        """Return the parameters by name, as views."""
        return {name: tensor.detach().numpy() for name, tensor in self._tensors.items()}

    def _layers(self, part: str) -> list[Layer]:
        tensors = [tensor for name, tensor in self._tensors.items() if name.startswith(f"{part}.")]
        return list(zip(tensors[::2], tensors[1::2], strict=True))


def _shapes(sizes: Sequence[int]) -> Iterable[tuple[str, tuple[int, ...]]]:
    """Yield the names and shapes of weights and biases, layer by layer."""
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        yield f"{number}.weight", (outputs, inputs)
        yield f"{number}.bias", (outputs,)


def _forward(layers: Sequence[Layer], batch: Tensor) -> Tensor:
    for weight, bias in layers[:-1]:
        batch = torch.tanh(linear(batch, weight, bias))
    return linear(batch, *layers[-1])
