"""At most one run of a job at a time on this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from msgspec import Struct

from runner.engine.execute import request_cancel
from runner.engine.record import find_run
from runner.engine.run_lock import is_locked, lock
from runner.errors import InputError
from runner.pipeline.workspace import Workspace

POLL_SECONDS = 0.2


class JobLock(Struct, frozen=True):
    """Held while a run of the job goes on; the kernel lets go of it when the process ends."""

    descriptor: int

    def name_run(self, run: str) -> None:
        """Says which run holds the lock, for the message that others get."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, run.encode(), 0)


@contextmanager
def hold_job(
    workspace: Workspace,
    job: str,
    concurrency: Literal["refuse", "queue", "replace"] = "refuse",
    note: Callable[[str], None] = lambda text: None,
) -> Iterator[JobLock]:
    """Holds the job's lock. Where another run has it: refuse, wait, or end that one first.

    `note` is told once which run is waited for. Raises InputError when refused.
    """
    descriptor = _opened(workspace, job)
    try:
        announced = ""
        while not lock(descriptor):
            holder = _named(descriptor)
            if concurrency == "refuse":
                raise _busy(job, holder)
            if holder and holder != announced:
                note(f"waiting for the run {holder} to end")
                announced = holder
            if holder and concurrency == "replace":
                request_cancel(find_run(workspace.state_directory, holder))
            time.sleep(POLL_SECONDS)
        os.ftruncate(descriptor, 0)
        yield JobLock(descriptor)
    finally:
        os.close(descriptor)


def running(workspace: Workspace, job: str) -> str:
    """The run of the job that goes on right now; empty where there is none, or it has no name yet."""
    descriptor = _opened(workspace, job)
    try:
        return _named(descriptor) if is_locked(descriptor) else ""
    finally:
        os.close(descriptor)


def _opened(workspace: Workspace, job: str) -> int:
    folder = workspace.state_directory / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    return os.open(folder / f"{job}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _named(descriptor: int) -> str:
    return os.pread(descriptor, 200, 0).decode(errors="replace")


def _busy(job: str, holder: str) -> InputError:
    return InputError(
        "job-running",
        f"a run of {job} is still going" + (f": {holder}" if holder else ""),
        fix=f"wait for it, end it with: runner cancel {holder or 'latest'}, "
        "or set spec.concurrency to queue or replace",
    )
