"""Asking a provider to go on with a run that failed or was left alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping

from runner.errors import InputError
from runner.ledger import Entry
from runner.ledger.claims import reopen
from runner.pipeline.finding import layout_of, open_ledger, remote_of
from runner.pipeline.reading_state import fetch_state, is_over
from runner.pipeline.repeating import repeat
from runner.pipeline.running import write_snapshot
from runner.pipeline.starting import LEASE_SECONDS, letting_go, start
from runner.pipeline.workspace import Workspace


def retry_launched(workspace: Workspace, entry: Entry, note: Callable[[str], None]) -> Entry:
    """Has only what did not succeed tried again, and returns the run's entry as soon as it goes on.

    Raises InputError where the run still goes on, nothing in it failed, or another run stands in its way.
    """
    if entry.state == "queued":
        raise InputError(
            "run-queued",
            f"the run {entry.run} has not begun: it waits for {entry.after}",
            fix=f"wait for its turn, or end the other one: runner cancel {entry.after}",
        )
    remote, layout, ledger = remote_of(workspace, entry), layout_of(workspace, entry), open_ledger(workspace)
    driver = entry.driver or remote.driver(entry.run)
    if not driver:
        raise _never_began(entry)
    if entry.state != "finished" and remote.drives(driver):
        raise _going(entry, f"the run {entry.run} still goes on")
    state = fetch_state(remote, layout)
    if is_over(state, 0) and state.well:
        raise InputError("nothing-failed", f"nothing of the run {entry.run} failed")
    token = os.urandom(8).hex()

    def ask(entries: Mapping[str, Entry]) -> Iterable[Entry]:
        known = entries[entry.run]
        if known.lease_by == token:
            return ()
        if known.retries != entry.retries or (known.lease > time.time() and known.state != "finished"):
            raise _going(known, f"somebody else has the run {entry.run} tried again")
        return (reopen(entries, known, token, time.time(), LEASE_SECONDS),)

    entry = ledger.update(ask, f"retry {entry.run} of {entry.job}")[entry.run]
    with letting_go(ledger, entry.run, token):
        remote.forget_cancel(entry.run)
        remote.prepare(layout, state.plan, lambda path: write_snapshot(workspace, state.plan, path), note)
    return start(ledger, remote, layout, entry, note, token)


def _going(entry: Entry, message: str) -> InputError:
    return InputError(
        "run-going",
        message,
        fix=f"wait for it (runner status {entry.run}), or end it first: runner cancel {entry.run}",
    )


def _never_began(entry: Entry) -> InputError:
    return InputError(
        "never-began",
        f"nothing of the run {entry.run} has begun, so there is nothing to try again",
        fix=f"launch it: {repeat(entry, anew=entry.state == 'finished')}",
    )
