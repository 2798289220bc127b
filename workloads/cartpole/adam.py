"""Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1) over one flat tensor.

It computes what torch.optim.Adam does. That one imports PyTorch's compiler when it is made, which
takes longer than a short trial of a sweep.
"""

import math
from typing import Final

import torch
from torch import Tensor

FIRST_DECAY: Final = 0.9
SECOND_DECAY: Final = 0.999
EPSILON: Final = 1e-5


class Adam:
    """The running moments of a gradient, and the steps that follow from them."""

    def __init__(self, parameters: Tensor, gradient: Tensor) -> None:
        """Begin with moments of zero; both tensors are used in place."""
        self._parameters = parameters
        self._gradient = gradient
        self.first = torch.zeros_like(parameters)
        self.second = torch.zeros_like(parameters)
        self.steps = 0

    def step(self, rate: float, longest: float) -> None:
        """Go one step along the gradient, which is first scaled down to at most length `longest`."""
        with torch.no_grad():
            length = float(torch.linalg.vector_norm(self._gradient))
            if length > longest:
                self._gradient.mul_(longest / (length + 1e-6))
            self.steps += 1
            first_share = 1.0 - FIRST_DECAY**self.steps
            second_share = 1.0 - SECOND_DECAY**self.steps
            self.first.lerp_(self._gradient, 1.0 - FIRST_DECAY)
            self.second.mul_(SECOND_DECAY).addcmul_(self._gradient, self._gradient, value=1.0 - SECOND_DECAY)
            spread = self.second.sqrt().div_(math.sqrt(second_share)).add_(EPSILON)
            self._parameters.addcdiv_(self.first, spread, value=-rate / first_share)
