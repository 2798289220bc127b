"""What the pipeline asks of a provider that drives runs by itself, while nobody waits for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from runner.engine.layout import RunLayout
from runner.plan.model import Plan


class Leftover(Struct, frozen=True):
    """Something of ours at the provider. `run` is whose it is, `containers` how many of it work now."""

    run: str
    name: str
    containers: int
    created: float


class LogLine(Struct, frozen=True):
    """A line that a task printed, secrets masked. `at` in seconds since the epoch."""

    at: float
    text: str


class Remote(Protocol):
    """A provider. Each method may raise ProviderError, with the next step; repeating one is safe."""

    def require(self, plan: Plan) -> None:
        """Finds out, with nothing started, whether the plan could run: access, secrets, limits.

        Raises InputError where the manifest is at fault.
        """
        ...

    def prepare(
        self,
        layout: RunLayout,
        plan: Plan,
        write_snapshot: Callable[[Path], None],
        note: Callable[[str], None],
    ) -> None:
        """Brings code, plan and images to the provider; nothing runs yet.

        `write_snapshot` writes the archive to a path; it is called only where the provider lacks this
        tree. `note` is told about what takes long. Raises InputError for an image that does not build.
        """
        ...

    def is_prepared(self, run: str) -> bool:
        """Whether `prepare` came to its end for this run, whoever called it."""
        ...

    def start(self, layout: RunLayout, retries: int, former: str) -> str:
        """Has a prepared run driven at the provider and returns the driver's name there.

        `former` is what `driver` said just now. `retries` is how often a person asked for a retry in all;
        the driver grants those that the journal does not hold yet. The caller sees to it that nobody else
        starts the same run.
        """
        ...

    def driver(self, run: str) -> str:
        """The driver that was last appointed; empty where there is none."""
        ...

    def drives(self, driver: str) -> bool:
        """Whether this driver is still at work (or waits for a machine). One request."""
        ...

    def fetch(self, layout: RunLayout) -> None:
        """Brings the run's record, plan and journal to `layout`: the first two once, the journal anew.

        Raises ProviderError when the provider knows nothing of the run.
        """
        ...

    def bring(self, layout: RunLayout) -> None:
        """Brings home what a finished run has to show: results, logs and outputs, whole or not at all."""
        ...

    def ask_to_cancel(self, run: str) -> None:
        """Asks the driver to end the run. It looks every few seconds."""
        ...

    def forget_cancel(self, run: str) -> None:
        """Takes back a request to cancel."""
        ...

    def release(self, run: str) -> None:
        """Ends everything that still stands or works for the run; its files stay."""
        ...

    def log(self, handle: str, since: float) -> list[LogLine]:
        """What the attempt with this handle printed after `since`, oldest first."""
        ...

    def bring_log(self, layout: RunLayout, task: str, attempt: int) -> bool:
        """Brings the log of an attempt that has ended to its place in `layout`; False where there is none."""
        ...

    def download(self, layout: RunLayout, tasks: Iterable[str], destination: Path) -> Iterator[Path]:
        """Copies all that the tasks wrote below `destination`, however large; yields each file."""
        ...

    def leftovers(self) -> list[Leftover]:
        """Everything of ours that stands at the provider."""
        ...
