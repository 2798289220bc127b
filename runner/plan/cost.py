"""What a plan can cost at most, and what it will probably cost."""

from __future__ import annotations

from msgspec import Struct

from runner.plan.model import Plan, Stage
from runner.plan.prices import Prices


class StageBound(Struct, frozen=True):
    """The most that one stage can cost: `tasks` x `seconds` (all attempts) x `rate` (USD per second)."""

    stage: str
    tasks: int
    seconds: int
    rate: float

    @property
    def usd(self) -> float:
        """US dollars."""
        return self.tasks * self.seconds * self.rate


class Bound(Struct, frozen=True):
    """The most that a run can cost. The engine never lets a task use more time than this."""

    stages: tuple[StageBound, ...]

    @property
    def usd(self) -> float:
        """US dollars."""
        return sum(stage.usd for stage in self.stages)


class Estimate(Struct, frozen=True):
    """What earlier runs suggest. `low` and `high` bound one further run with 90 % confidence.

    They are None where a single earlier run says nothing about the spread.
    """

    usd: float
    runs: int
    low: float | None = None
    high: float | None = None


def allowance(stage: Stage) -> int:
    """Seconds that one task of the stage may use in all its attempts together."""
    return stage.requirements.timeout * (1 + stage.requirements.retries)


def bound(plan: Plan, prices: Prices) -> Bound:
    """Timeouts x attempts x resources. Raises InputError for a GPU without a price."""
    return Bound(
        tuple(
            StageBound(stage.name, len(stage.tasks), allowance(stage), prices.rate(stage.requirements))
            for stage in plan.stages
        )
    )
