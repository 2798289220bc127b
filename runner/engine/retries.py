"""Whether a task that just ended badly is tried again, and for how long."""

from __future__ import annotations

from typing import Final

from runner.engine.events import AttemptEnd, AttemptOutcome
from runner.plan.model import Requirements, Stage

INTERRUPTIONS: Final = 3
"""How often a task is tried again after attempts that ended through no fault of its program."""

BREAKER: Final = 5
"""So many different tasks of a stage failing, with no success between, stop the run."""

SHORTEST_SLICE: Final = 3600.0
"""Seconds; no place suspends an attempt sooner, whatever the attempt says."""

SHORTEST: Final = 1.0
"""Seconds; an attempt with less time than this is not worth its start."""

_INTERRUPTED: Final = frozenset({"preempted", "infrastructure"})
_RETRY_NAME: Final = {"timeout": "timeout", "stalled": "timeout", "out-of-memory": "out-of-memory"}

FAULTS: Final = frozenset({"failed", "infrastructure", "timeout", "stalled", "out-of-memory"})
"""Outcomes that the breaker counts."""


def breaker(stage: Stage) -> int:
    """How many different tasks of a stage have to fail, with no success between, for the run to stop.

    A search may begin in a corner of its space where every trial fails, and tries several at a time.
    """
    if stage.search is None:
        return BREAKER
    return max(BREAKER, 2 * (stage.max_parallel or len(stage.tasks)))


def interrupted(end: AttemptEnd) -> bool:
    """Whether an attempt ended through no fault of its program, which may happen only so often."""
    too_soon = end.outcome == "suspended" and end.ended - end.started < SHORTEST_SLICE
    return too_soon or end.outcome in _INTERRUPTED


def time_left(requirements: Requirements, spent: float) -> float:
    """Seconds that the next attempt may take.

    All attempts of a task together may take `timeout` times one more than `retries`: the time that
    the plan's price is reckoned with, so preemptions never make a run dearer than its bound.
    """
    allowance = requirements.timeout * (1 + requirements.retries)
    return min(float(requirements.timeout), allowance - spent)


def may_retry(
    requirements: Requirements, outcome: AttemptOutcome, failures: int, interruptions: int, spent: float
) -> bool:
    """Whether a task may be tried again.

    `failures` and `interruptions` count its attempts of either sort, this one included; `spent` is
    the time they took, in seconds.
    """
    if time_left(requirements, spent) < min(SHORTEST, requirements.timeout / 2):
        return False
    if outcome == "suspended" or outcome in _INTERRUPTED:
        return interruptions <= INTERRUPTIONS
    covered = outcome == "failed" or _RETRY_NAME.get(outcome) in requirements.retry_on
    return covered and failures <= requirements.retries
