"""What a plan can cost at most, and what it will probably cost."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from runner.plan.model import Plan, Stage
from runner.plan.prices import Prices

HOUR: Final = 3_600
DAY: Final = 86_400


class StageBound(Struct, frozen=True):
    """The most that one stage can cost: `tasks` x `seconds` (all attempts) x `rate` (USD per second).

    Of a stage with an endpoint it is one day with all its containers, as it has no end.
    """

    stage: str
    tasks: int
    seconds: int
    rate: float

    @property
    def usd(self) -> float:
        """US dollars."""
        return self.tasks * self.seconds * self.rate


class Upkeep(Struct, frozen=True):
    """What it costs that a service stands: `rate` in USD per second of one container.

    At least `least` of them stand, and at most `most`; one without a request stands `scaledown` seconds more.
    """

    rate: float
    least: int
    most: int
    scaledown: int

    @property
    def hour(self) -> float:
        """US dollars for an hour of one container."""
        return self.rate * HOUR

    @property
    def idle_day(self) -> float:
        """US dollars for a day without a request."""
        return self.rate * DAY * self.least

    @property
    def busy_day(self) -> float:
        """US dollars for a day with all containers, the most that a day can cost."""
        return self.rate * DAY * self.most


class Bound(Struct, frozen=True):
    """The most that a run can cost. The engine never lets a task use more time than this.

    A service has an `upkeep` in place of that, and its days have a bound.
    """

    stages: tuple[StageBound, ...]
    upkeep: Upkeep | None = None

    @property
    def usd(self) -> float:
        """US dollars: of the run; where it is a service's, of one day."""
        return sum(stage.usd for stage in self.stages)

    @property
    def per(self) -> str:
        """What `usd` is of, behind a number: ` a day` for a service, nothing for a run."""
        return "" if self.upkeep is None else " a day"


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
    served = plan.service
    return Bound(
        tuple(_stage_bound(stage, prices) for stage in plan.stages),
        None if served is None else _upkeep(served, prices),
    )


def _stage_bound(stage: Stage, prices: Prices) -> StageBound:
    rate = prices.rate(stage.requirements)
    if stage.endpoint is not None:
        return StageBound(stage.name, stage.endpoint.max_containers, DAY, rate)
    return StageBound(stage.name, len(stage.tasks), allowance(stage), rate)


def _upkeep(stage: Stage, prices: Prices) -> Upkeep:
    assert stage.endpoint is not None
    endpoint = stage.endpoint
    rate = prices.rate(stage.requirements)
    return Upkeep(rate, endpoint.min_containers, endpoint.max_containers, endpoint.scaledown)
