"""What the loop asks of a source of trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct


class Trial(Struct):
    """A trial that was given its point.

    It is `running` until it is settled, whatever happens to single attempts; `stopped` is one that its
    search ended early. `value` is what the metric came to, None where that is open or was not reported.
    `history` are the metric's values so far, oldest first; it is kept only for early termination.
    """

    task: str
    point: dict[str, Any]
    state: Literal["running", "finished", "failed", "stopped"] = "running"
    value: float | None = None
    history: list[float] = []


class TrialSource(Protocol):
    """Chooses points, and says which trials are not worth going on with. One thread calls it."""

    def suggest(self, trials: Sequence[Trial], number: int, seed: int) -> dict[str, Any] | None:
        """The point of the trial at place `number` (from 0); None where there is no further one.

        `trials` are all that were given a point before, in the order in which they were. What is chosen
        depends on these arguments alone.
        """
        ...

    def to_stop(self, trials: Sequence[Trial]) -> list[str]:
        """The tasks of running trials that should end now; the same ones may be named again."""
        ...
