"""What episodes come to: of one player, and of two that met the same seeds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Outcome(NamedTuple):
    """How one episode ended. `reward` is the sum over its turns; `tokens` are those of the replies."""

    seed: int
    reward: float
    success: bool
    turns: int
    tokens: int


class Score(NamedTuple):
    """A player's episodes: how many, how many of them succeeded, means over them, and totals.

    `reward_stddev` is the sample standard deviation of the rewards. `seconds` are of the wall clock.
    """

    episodes: int
    successes: int
    reward: float
    reward_stddev: float
    turns: float
    tokens: int
    seconds: float

    @property
    def success_rate(self) -> float:
        """The share of episodes that succeeded."""
        return self.successes / self.episodes

    @property
    def tokens_per_second(self) -> float:
        """Tokens of replies by the seconds of the wall clock, with those of the environment."""
        return self.tokens / self.seconds if self.seconds > 0 else 0.0


class Pair(NamedTuple):
    """Two players on the same seeds: on how many only the first succeeded (`gained`), or only the other
    (`lost`), and the mean and the sample standard deviation of the differences of their rewards.
    """

    gained: int
    lost: int
    reward_difference: float
    paired_stddev: float


def score(outcomes: Sequence[Outcome], seconds: float) -> Score:
    """The score of at least one episode."""
    rewards = [outcome.reward for outcome in outcomes]
    return Score(
        episodes=len(outcomes),
        successes=sum(outcome.success for outcome in outcomes),
        reward=_mean(rewards),
        reward_stddev=_stddev(rewards),
        turns=_mean([outcome.turns for outcome in outcomes]),
        tokens=sum(outcome.tokens for outcome in outcomes),
        seconds=seconds,
    )


def pair(ours: Sequence[Outcome], theirs: Sequence[Outcome]) -> Pair:
    """The comparison of two players by seed. Raises ValueError if they did not meet the same seeds."""
    others = {outcome.seed: outcome for outcome in theirs}
    if len(others) != len(theirs) or sorted(others) != sorted(outcome.seed for outcome in ours):
        raise ValueError("the two players did not meet the same seeds, each once")
    both = [(outcome, others[outcome.seed]) for outcome in ours]
    differences = [mine.reward - other.reward for mine, other in both]
    return Pair(
        gained=sum(mine.success and not other.success for mine, other in both),
        lost=sum(other.success and not mine.success for mine, other in both),
        reward_difference=_mean(differences),
        paired_stddev=_stddev(differences),
    )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _stddev(values: Sequence[float]) -> float:
    return float(statistics.stdev(values)) if len(values) > 1 else 0.0
