"""Ending a run from another process."""

from __future__ import annotations

import time

from runner.engine.events import Event
from runner.engine.execute import request_cancel
from runner.engine.journal import read_events
from runner.engine.layout import RunLayout
from runner.engine.record import find_run, read_record
from runner.engine.run_lock import holder
from runner.engine.state import State
from runner.errors import InputError, ProviderError
from runner.pipeline.concluding import conclude
from runner.pipeline.job_lock import running
from runner.pipeline.running import carry_on
from runner.pipeline.workspace import Workspace

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1


def cancel(workspace: Workspace, run: str) -> RunLayout:
    """Ends a run and returns when it has ended. An interrupted run is ended here and now.

    Raises InputError when the run has finished by itself, ProviderError when the process that drives
    it does not answer within a minute.
    """
    layout = find_run(workspace.state_directory, run)
    job = read_record(layout).job
    _refuse_finished(layout)
    deadline = time.monotonic() + PATIENCE_SECONDS
    request_cancel(layout)
    while (driver := holder(layout.lock)) is not None or running(workspace, job) == layout.run:
        if time.monotonic() > deadline:
            raise ProviderError(
                "cancel-unanswered",
                f"the process that drives the run did not end it within {PATIENCE_SECONDS:.0f} s",
                fix=f"end it with: kill {driver}" if driver else "wait for it",
            )
        time.sleep(POLL_SECONDS)
        request_cancel(layout)
    if _state(layout) != "cancelled":
        _refuse_finished(layout)
        conclude(workspace, layout, carry_on(workspace, layout, _Unwatched()))
    return layout


class _Unwatched:
    def event(self, event: Event, state: State) -> None:
        """Nobody looks."""

    def tick(self, state: State) -> None:
        """Nobody looks."""


def _refuse_finished(layout: RunLayout) -> None:
    if (state := _state(layout)) is not None:
        raise InputError("run-finished", f"the run {layout.run} has finished already: {state}")


def _state(layout: RunLayout) -> str | None:
    """How the run ended; None where it has not."""
    events = read_events(layout.journal)
    return getattr(events[-1], "state", None) if events else None
