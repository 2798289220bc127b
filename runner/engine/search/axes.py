"""Parameters as W&B's library is asked about them, so that what it gets wrong does not matter.

It never sees a choice, only a stand-in for it, so that it cannot take 0 or False for the first one, nor 1
for True; choices with probabilities are a range to it, cut into as many parts, since it cannot learn from
them otherwise; and it sees no nested parameters. What it answers becomes plain Python again.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from runner.plan.distributions import Dimension
from runner.plan.space import identity, value_at


class Axis:
    """One dimension under a name that only the library and we know."""

    settings: Mapping[str, Any]
    """What the library is told of it."""

    def __init__(self, dimension: Dimension, settings: Mapping[str, Any]) -> None:
        self.path = dimension.path
        self.settings = settings
        self._whole = isinstance(dimension.q, int)
        self._most = 2.0**53 if self._whole else sys.float_info.max

    def encode(self, point: Mapping[str, Any]) -> Any:
        """What the library is told of a point's value."""
        return value_at(point, self.path)

    def decode(self, answer: Any) -> Any:
        """The value that an answer of the library stands for."""
        number = answer.item() if hasattr(answer, "item") else answer
        number = max(-self._most, min(self._most, number))
        return int(number) if self._whole else number


class _Constant(Axis):
    def __init__(self, dimension: Dimension) -> None:
        super().__init__(dimension, {"value": 0})
        (self._value,) = dimension.values

    def encode(self, point: Mapping[str, Any]) -> Any:
        return 0

    def decode(self, answer: Any) -> Any:
        return self._value


class _Choices(Axis):
    def __init__(self, dimension: Dimension) -> None:
        names = [f"choice {place}" for place in range(len(dimension.values))]
        super().__init__(dimension, {"values": names})
        self._values = dict(zip(names, dimension.values, strict=True))
        self._names = {identity(value): name for name, value in reversed(self._values.items())}

    def encode(self, point: Mapping[str, Any]) -> Any:
        return self._names[identity(value_at(point, self.path))]

    def decode(self, answer: Any) -> Any:
        return self._values[answer]


class _WeightedChoices(Axis):
    """The choices lie on the way from 0 to 1 one after the other, each as long as it is likely."""

    def __init__(self, dimension: Dimension) -> None:
        super().__init__(dimension, {"distribution": "uniform", "min": 0.0, "max": 1.0})
        likely = [pair for pair in zip(dimension.values, dimension.probabilities, strict=True) if pair[1]]
        self._values = [value for value, _ in likely]
        self._ends = list(accumulate(probability for _, probability in likely))
        self._middles = {
            identity(value): end - probability / 2
            for (value, probability), end in zip(reversed(likely), reversed(self._ends), strict=True)
        }

    def encode(self, point: Mapping[str, Any]) -> Any:
        return self._middles[identity(value_at(point, self.path))]

    def decode(self, answer: Any) -> Any:
        return self._values[min(bisect_right(self._ends, answer), len(self._values) - 1)]


def axis(dimension: Dimension, settings: Mapping[str, Any]) -> Axis:
    """The axis of a dimension, with the `settings` that it was read from."""
    match dimension.distribution:
        case "constant":
            return _Constant(dimension)
        case "categorical":
            return _Choices(dimension)
        case "categorical_w_probabilities":
            return _WeightedChoices(dimension)
    # With a whole q the library would turn any number into 64 bits, however large it is.
    return Axis(dimension, settings if dimension.q is None else {**settings, "q": float(dimension.q)})
