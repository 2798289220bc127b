"""Ending a run from another process, or from another machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from msgspec import Struct

from runner.engine.events import Event
from runner.engine.execute import request_cancel
from runner.engine.journal import read_events
from runner.engine.layout import RunLayout
from runner.engine.record import read_record
from runner.engine.remote import Remote
from runner.engine.run_lock import holder
from runner.engine.state import State
from runner.errors import InputError, ProviderError
from runner.ledger import Entry, Ledger
from runner.ledger.claims import finished
from runner.pipeline.bringing_home import Collected, bring_home
from runner.pipeline.concluding import conclude
from runner.pipeline.finding import find, layout_of, open_ledger, remote_of
from runner.pipeline.following import Follower
from runner.pipeline.job_lock import running
from runner.pipeline.reading_state import fetch_state, is_over
from runner.pipeline.repeating import repeat
from runner.pipeline.running import carry_on, write_snapshot
from runner.pipeline.starting import change_entry, start
from runner.pipeline.workspace import Workspace

PATIENCE_SECONDS = 60.0
REMOTE_PATIENCE_SECONDS = 180.0
POLL_SECONDS = 0.1


class Cancelled(Struct, frozen=True):
    """A run that was ended; `next` is the command to go on with it."""

    run: str
    next: str


def cancel(workspace: Workspace, run: str, note: Callable[[str], None]) -> Cancelled:
    """Ends a run and returns when it has ended. An interrupted run is ended here and now.

    Raises InputError when the run has finished by itself, ProviderError when what drives it does not
    end it in time.
    """
    found = find(workspace, run)
    if found.entry is None:
        _cancel_here(workspace, found.layout)
    elif cancel_launched(workspace, found.entry, note) is None:
        return Cancelled(found.entry.run, repeat(found.entry, anew=True))
    return Cancelled(found.layout.run, f"runner retry {found.layout.run}")


def ask_to_end(workspace: Workspace, run: str) -> str:
    """Asks what drives a run to end it, and does not wait: whoever collects it finds what it has.

    One that had not started has ended then. Returns the run's id. Raises InputError when it has finished by
    itself.
    """
    found = find(workspace, run)
    if found.entry is None:
        _refuse_finished(found.layout)
        request_cancel(found.layout)
        return found.layout.run
    _refuse_closed(found.entry)
    remote = remote_of(workspace, found.entry)
    state = fetch_state(remote, found.layout)
    if is_over(state, found.entry.retries):
        raise InputError("run-finished", f"the run {found.entry.run} has finished already: {state.finished}")
    return _asked(remote, open_ledger(workspace), found.entry).run


def cancel_launched(workspace: Workspace, entry: Entry, note: Callable[[str], None]) -> Collected | None:
    """Ends a run that a provider drives; returns when the provider has confirmed that nothing is left.

    Returns what it came to; None where it had not started. Raises InputError when it has finished by
    itself, ProviderError when it does not end in time.
    """
    _refuse_closed(entry)
    remote, ledger = remote_of(workspace, entry), open_ledger(workspace)
    entry = _asked(remote, ledger, entry)
    if entry.state == "finished":
        return None
    collected = bring_home(workspace, *_ended(workspace, remote, ledger, entry, note))
    if collected.state != "cancelled":
        raise InputError("run-finished", f"the run {entry.run} has finished already: {collected.state}")
    return collected


def _asked(remote: Remote, ledger: Ledger, entry: Entry) -> Entry:
    """Asks a run to end; its entry then, which is finished where it had not started."""
    # Whatever is being started at this moment finds the request when it begins.
    remote.ask_to_cancel(entry.run)
    if remote.driver(entry.run) in ("", entry.driver) and entry.state != "running":
        end = partial(_ended_unstarted, ended=time.time())
        entry = change_entry(ledger, entry.run, end, f"cancel {entry.run} of {entry.job}: it had not started")
        if entry.state == "finished":
            remote.release(entry.run)
    return entry


def _ended_unstarted(known: Entry, ended: float) -> Entry | None:
    """The entry of a run that nobody drives yet, as a cancelled one."""
    return None if known.state == "running" else finished(known, outcome="cancelled", ended=ended)


def _ended(
    workspace: Workspace, remote: Remote, ledger: Ledger, entry: Entry, note: Callable[[str], None]
) -> tuple[Entry, State]:
    """A run that was told to end, and its state, once it has."""
    deadline = time.monotonic() + REMOTE_PATIENCE_SECONDS
    layout = layout_of(workspace, entry)
    follower = Follower(remote, layout, _Unwatched(), entry.retries)
    while True:
        state = follower.follow(entry.driver or remote.driver(entry.run), deadline)
        if follower.over:
            return entry, state
        if time.monotonic() > deadline:
            raise _unanswered(entry)
        if not remote.is_prepared(entry.run):  # somebody stopped its app; what it has is to come home
            remote.prepare(layout, state.plan, partial(write_snapshot, workspace, state.plan), note)
        entry = start(ledger, remote, layout, entry, note)
        _refuse_closed(entry)


def _refuse_closed(entry: Entry) -> None:
    if entry.state == "finished":
        raise InputError("run-finished", f"the run {entry.run} has finished already: {entry.outcome}")


def _unanswered(entry: Entry) -> ProviderError:
    return ProviderError(
        "cancel-unanswered",
        f"the run did not end within {REMOTE_PATIENCE_SECONDS:.0f} s of being told to",
        fix=f"wait and look with: runner status {entry.run}; or stop everything of it: runner reap --run "
        f"{entry.run} --yes",
    )


def _cancel_here(workspace: Workspace, layout: RunLayout) -> None:
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
