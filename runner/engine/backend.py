"""What the engine asks of a place where attempts run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec import Struct

from runner.engine.events import AttemptEnd
from runner.engine.layout import RunLayout
from runner.plan.model import Plan

UNBOUNDED: Final = 1_000_000
"""The cores of a place that has no limit of its own."""


class Finished(AttemptEnd, frozen=True, kw_only=True):
    """An attempt ended. Times in seconds since the epoch."""


class NeverBegan(Struct, frozen=True):
    """An attempt was never taken up, and never will be."""


class StillRunning(Struct, frozen=True):
    """An attempt that an earlier driver started goes on; `poll` reports its end."""


class Order(Struct, frozen=True):
    """An attempt to start. It may take `timeout` seconds.

    `inputs` are the succeeded tasks that it reads from, each with the number of its attempt. `point` is
    what a trial tries, by parameter; None for any other task.
    """

    task: str
    attempt: int
    timeout: float
    inputs: Mapping[str, int]
    point: Mapping[str, Any] | None = None


class Session(Protocol):
    """A backend while one driver works on one run. One thread calls it."""

    @property
    def slots(self) -> int:
        """How many cores the run's tasks may use together."""
        ...

    def start(self, orders: Sequence[Order]) -> list[str]:
        """Starts attempts and returns the backend's own names for them, in order, without waiting.

        A failure to start is reported by `poll`.
        """
        ...

    def cancel(self, task: str, attempt: int) -> None:
        """Asks a live attempt to stop; its end is reported by `poll`."""
        ...

    def poll(self, timeout: float) -> list[Finished]:
        """Attempts that ended. Waits up to `timeout` seconds for the first."""
        ...

    def output(self, task: str, attempt: int) -> Path:
        """Where the output of an attempt can be read: all of it once it has ended, and of a live trial with
        early termination its `metrics.jsonl`, some seconds late. Nothing in there is trusted.
        """
        ...

    def recover(self, task: str, attempt: int, handle: str) -> Finished | NeverBegan | StillRunning:
        """What became of an attempt that an earlier driver started.

        `handle` is what `start` returned; empty where the driver was gone before it wrote that down.
        Unless it is still running, nothing of it is left.
        """
        ...


class Backend(Protocol):
    """A place where attempts run."""

    def open(self, plan: Plan, layout: RunLayout) -> AbstractContextManager[Session]:
        """Begins to work on a run. Leaving the context ends what only this process looks after.

        Raises ProviderError when the place cannot be used.
        """
        ...
