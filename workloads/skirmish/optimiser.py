"""CMA-ES over the weights, in steps that can be replayed exactly."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.skirmish.features import SCALE, WEIGHT_LIMIT
from workloads.skirmish.players import Player

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # cma warns that it cannot plot without matplotlib
    import cma

STEP_SIZE = 0.5
"""Initial standard deviation of each weight."""

Vector = NDArray[np.float64]


class Optimiser:
    """A CMA-ES run that maximises win rates.

    Everything it does follows from the start weights, the population, the seed and the win
    rates it is told; telling the same rates again therefore restores it exactly.
    """

    def __init__(self, start: Player, population: int, seed: int) -> None:
        """Start at the weights of a player."""
        generator = np.random.default_rng([seed, population])
        options = {
            "popsize": population,
            "seed": np.nan,
            "randn": lambda *shape: generator.standard_normal(shape),
            "verbose": -9,
            "verb_log": 0,
        }
        centre = np.array(start.weights) / SCALE
        self._strategy: Any = cma.CMAEvolutionStrategy(centre, STEP_SIZE, options)
        self._asked: list[Vector] = []
        self._best: tuple[float, Player] = (-1.0, start)

    def ask(self) -> list[Player]:
        """Return the next generation of players."""
        self._asked = self._strategy.ask()
        return [as_player(vector) for vector in self._asked]

    def tell(self, rates: Sequence[float]) -> None:
        """Report the win rate of each player that `ask` returned."""
        self._strategy.tell(self._asked, [1.0 - rate for rate in rates])
        leader = int(np.argmax(rates))
        if rates[leader] > self._best[0]:
            self._best = (rates[leader], as_player(self._asked[leader]))

    @property
    def step_size(self) -> float:
        """Present overall standard deviation."""
        return float(self._strategy.sigma)

    @property
    def centre(self) -> Player:
        """The mean of the search distribution."""
        return as_player(self._strategy.mean)

    @property
    def best(self) -> Player:
        """The player with the highest win rate of any generation."""
        return self._best[1]


def as_player(vector: Vector) -> Player:
    """Round a weight vector to what a weights file can hold."""
    limited = np.clip(vector, -WEIGHT_LIMIT, WEIGHT_LIMIT)
    return Player(tuple(int(weight) for weight in np.rint(limited * SCALE)))
