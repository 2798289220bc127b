"""What a sweep tried and what came of it, whoever scheduled it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Literal

from msgspec import Struct

from runner.plan.distributions import Dimension
from runner.plan.space import identity, value_at
from runner.results.model import Metric

TrialState = Literal["finished", "failed", "stopped", "cancelled", "unfinished"]
Goal = Literal["minimize", "maximize"]

MOST_PARAMETERS: Final = 200
_DEEPEST: Final = 10


class Trial(Struct, frozen=True, kw_only=True):
    """One point and what came of it.

    `point` is as the program was given it, `values` the same by dotted name. `value` is what the metric
    came to, None where that is not known. `home` is the task whose output it wrote; empty where nothing of
    that is kept, as by W&B's agents. `seconds` are those of the attempt that counts, `ended` is since the
    epoch.
    """

    name: str
    state: TrialState
    point: dict[str, Any]
    values: dict[str, Any]
    value: float | None = None
    metrics: dict[str, Metric] = {}
    seconds: float | None = None
    ended: float = 0.0
    home: str = ""
    url: str = ""


class SweepPage(Struct, frozen=True, omit_defaults=True):
    """A sweep at W&B: `path` is entity/project/id."""

    path: str
    url: str
    name: str = ""
    scheduled: bool = False
    """W&B chose the points."""


class Study(Struct, frozen=True, kw_only=True, dict=True):
    """A whole sweep. `asked` is how many trials it was to have, `problems` what could not be read."""

    metric: str = ""
    goal: Goal = "minimize"
    trials: tuple[Trial, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    asked: int = 0
    page: SweepPage | None = None
    problems: tuple[str, ...] = ()

    @cached_property
    def ranked(self) -> list[Trial]:
        """The trials with a value, the best first: those that finished before those that were stopped.

        Of equal ones the first is the better.
        """
        sign = -1 if self.goal == "maximize" else 1
        keyed = [
            ((trial.state != "finished", sign * trial.value), trial)
            for trial in self.trials
            if trial.value is not None and trial.state in ("finished", "stopped")
        ]
        return [trial for _, trial in sorted(keyed, key=lambda one: one[0])]

    @property
    def best(self) -> Trial | None:
        """The best trial; None where none reported the metric, or there is none."""
        return self.ranked[0] if self.ranked else None

    @cached_property
    def counts(self) -> Counter[str]:
        """How many trials ended in each state."""
        return Counter(trial.state for trial in self.trials)

    @cached_property
    def varying(self) -> list[Dimension]:
        """The parameters that are not the same in all trials, in the order of the space."""
        return [
            one
            for one in self.dimensions
            if len({identity(trial.values.get(one.name)) for trial in self.trials}) > 1
        ]

    @cached_property
    def repeated(self) -> int:
        """How many trials that finished tried a point that another one had."""
        finished = [trial for trial in self.trials if trial.state == "finished"]
        return len(finished) - len({identity(trial.values) for trial in finished})


def values_of(point: Mapping[str, Any], dimensions: Sequence[Dimension]) -> dict[str, Any]:
    """What a point has for each dimension, by dotted name; all that it has where none are known."""
    if not dimensions:
        return flat(point)
    found: dict[str, Any] = {}
    for one in dimensions:
        try:
            found[one.name] = value_at(point, one.path)
        except (KeyError, TypeError):
            if one.name in point:
                found[one.name] = point[one.name]
    return found


def flat(point: Mapping[str, Any], above: str = "", depth: int = _DEEPEST) -> dict[str, Any]:
    """The leaves of nested settings by dotted name; at most 200."""
    found: dict[str, Any] = {}
    for key, value in point.items():
        if isinstance(value, Mapping) and value and depth:
            found |= flat(value, f"{above}{key}.", depth - 1)
        else:
            found[f"{above}{key}"] = value
        if len(found) >= MOST_PARAMETERS:
            break
    return dict(list(found.items())[:MOST_PARAMETERS])


def inferred(points: Sequence[Mapping[str, Any]]) -> tuple[Dimension, ...]:
    """Dimensions of a space that nobody described, by the dotted names that its points have."""
    names = dict.fromkeys(name for point in points for name in point)
    return tuple(Dimension(path=(name,), distribution="") for name in list(names)[:MOST_PARAMETERS])
