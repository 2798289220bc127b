"""What the engine asks of a place where attempts run."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct

from runner.engine.events import AttemptEnd
from runner.engine.layout import RunLayout
from runner.plan.model import Plan


class Finished(AttemptEnd, frozen=True, kw_only=True):
    """An attempt ended. Times in seconds since the epoch."""


class NeverBegan(Struct, frozen=True):
    """An attempt was never taken up, and never will be."""


class Session(Protocol):
    """A backend while one driver works on one run. One thread calls it."""

    @property
    def slots(self) -> int:
        """How many cores the run's tasks may use together."""
        ...

    def start(self, task: str, attempt: int, timeout: float, inputs: Mapping[str, int]) -> str:
        """Starts an attempt and returns the backend's own name for it, at once.

        `timeout` is in seconds; `inputs` are the succeeded tasks that it reads from, each with the
        number of its attempt. A failure to start is reported by `poll`.
        """
        ...

    def cancel(self, task: str, attempt: int) -> None:
        """Asks a live attempt to stop; its end is reported by `poll`."""
        ...

    def poll(self, timeout: float) -> list[Finished]:
        """Attempts that ended. Waits up to `timeout` seconds for the first."""
        ...

    def recover(self, task: str, attempt: int) -> Finished | NeverBegan:
        """What became of an attempt that an earlier driver started. Leaves nothing of it running."""
        ...


class Backend(Protocol):
    """A place where attempts run."""

    def open(self, plan: Plan, layout: RunLayout) -> AbstractContextManager[Session]:
        """Begins to work on a run. Leaving the context ends what still runs, without grace.

        Raises ProviderError when the place cannot be used.
        """
        ...
