"""A run that a provider drove → Report → pull request; whoever comes first, and as often as they like."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, Literal

from msgspec.structs import replace

from runner.engine.layout import RunLayout
from runner.engine.remote import Remote
from runner.errors import ProviderError, RunnerError
from runner.ledger import Entry, Ledger
from runner.ledger.claims import finished, next_queued
from runner.pipeline.adopting import adopt
from runner.pipeline.bringing_home import Collected, bring_home
from runner.pipeline.endings import Ending
from runner.pipeline.finding import find_launched, layout_of, ledger_entries, open_ledger, remote_of
from runner.pipeline.reading_state import fetch_state, is_over
from runner.pipeline.repeating import repeat
from runner.pipeline.starting import change_entry, start
from runner.pipeline.telling import tell
from runner.pipeline.workspace import Workspace

PROLONGED_SECONDS: Final = 86_400.0
"""A run that still works gets so much longer before its locks lapse."""


TURN_SECONDS: Final = 3.0
"""Between looks at the run that another one waits for."""


def collect(
    workspace: Workspace,
    runs: Sequence[str],
    note: Callable[[str], None],
    *,
    publish: bool = True,
    raises: bool = True,
) -> list[Collected]:
    """Brings home every run that has ended, and starts again what was left alone.

    `runs` are names as `find` takes them; every run that is not collected yet where there are none, with
    those that other clones launched without our ledger (see `adopt`).
    One that fails does not keep the others from being collected; its error comes as a note. Where there
    is only one, it is raised, unless `raises` is false.
    """
    if runs:
        entries = [find_launched(workspace, run)[1] for run in runs]
    else:
        adopt(workspace, note)
        entries = [entry for entry in ledger_entries(workspace).values() if entry.state != "finished"]
    found = {}
    for entry in {entry.run: entry for entry in entries}.values():
        try:
            found[entry.run] = collect_one(workspace, entry, note, publish=publish)
        except RunnerError as error:
            if raises and len(entries) == 1:
                raise
            found[entry.run] = _failed(entry, error)
    return list((found | _start_queued(workspace, note)).values())


def collect_one(
    workspace: Workspace, entry: Entry, note: Callable[[str], None], *, publish: bool = True
) -> Collected:
    """Looks after one run. One request where it is still driven."""
    remote, layout, ledger = remote_of(workspace, entry), layout_of(workspace, entry), open_ledger(workspace)
    if entry.state == "queued":
        return _waiting(workspace, remote, ledger, entry)
    if entry.state == "running" and remote.drives(entry.driver):
        _prolong(ledger, entry)
        return Collected(entry.run, entry.job, "running")
    if entry.state == "launching" and remote.driver(entry.run) in ("", entry.driver):
        return _launch_interrupted(workspace, remote, ledger, entry, note)
    if entry.state == "finished" and not entry.driver:
        return Collected(entry.run, entry.job, _outcome(entry), note="it ended before anything in it began")
    state = fetch_state(remote, layout)
    if is_over(state, entry.retries):
        return bring_home(workspace, entry, state, publish=publish)
    if entry.state == "finished":
        return Collected(entry.run, entry.job, _outcome(entry), note=f"it was given up; {_retried(entry)}")
    return _restarted(remote, layout, ledger, entry, note)


def await_turn(workspace: Workspace, entry: Entry, note: Callable[[str], None]) -> Entry:
    """The entry of a run once it waits for no other any more; what ends before it is collected."""
    if entry.state == "queued":
        note(f"waiting for the run {entry.after} to end")
    while entry.state == "queued":
        open_runs = [one for one in ledger_entries(workspace).values() if one.state != "finished"]
        collect(workspace, [one.run for one in open_runs if one.job == entry.job], note)
        entry = ledger_entries(workspace)[entry.run]
        time.sleep(TURN_SECONDS if entry.state == "queued" else 0)
    return entry


def _waiting(workspace: Workspace, remote: Remote, ledger: Ledger, entry: Entry) -> Collected:
    """A queued run: it waits, or has waited for so long that it is given up."""
    if entry.live(time.time()):
        return Collected(entry.run, entry.job, "queued", note=f"waits for {entry.after}")
    return _given_up(workspace, remote, ledger, entry, "its turn did not come in time")


def _launch_interrupted(
    workspace: Workspace, remote: Remote, ledger: Ledger, entry: Entry, note: Callable[[str], None]
) -> Collected:
    """A launch (or a retry) that did not come to its end, or has not yet."""
    if entry.lease > time.time():
        return Collected(entry.run, entry.job, "launching", note="another process is starting it")
    if remote.is_prepared(entry.run):
        layout = layout_of(workspace, entry)
        return _restarted(remote, layout, ledger, entry, note, "its launch was interrupted")
    if not entry.live(time.time()):
        return _given_up(
            workspace, remote, ledger, entry, "its launch was interrupted before anything started"
        )
    text = f"its launch was interrupted before anything started; repeat it: {repeat(entry)}"
    return Collected(entry.run, entry.job, "launching", note=text)


def _given_up(workspace: Workspace, remote: Remote, ledger: Ledger, entry: Entry, why: str) -> Collected:
    """Closes a run that nobody came back to in all the time that it had."""
    remote.release(entry.run)
    end = partial(finished, outcome="cancelled", ended=time.time())
    troubles = tell(workspace, Ending(entry=end(entry), why=why), ledger.read())
    change_entry(ledger, entry.run, end, f"give up {entry.run} of {entry.job}: {why}")
    text = "; ".join([f"{why}, so it was given up: {repeat(entry, anew=True)}", *troubles])
    return Collected(entry.run, entry.job, "cancelled", note=text)


def _restarted(
    remote: Remote,
    layout: RunLayout,
    ledger: Ledger,
    entry: Entry,
    note: Callable[[str], None],
    why: str = "what drove it was gone",
) -> Collected:
    """Has a run that was left alone go on where it stopped.

    Raises ProviderError where somebody stopped its app, which may have been meant.
    """
    if not remote.is_prepared(entry.run):
        raise ProviderError(
            "app-stopped",
            f"the app of the run {entry.run} was stopped at {entry.backend} before the run had ended",
            fix=f"{_retried(entry)}, or give it up: runner cancel {entry.run}",
        )
    start(ledger, remote, layout, entry, note)
    return Collected(entry.run, entry.job, "restarted", note=why)


def _start_queued(workspace: Workspace, note: Callable[[str], None]) -> dict[str, Collected]:
    """Starts the runs whose turn has come. One that cannot be started does not keep the others from it."""
    started = {}
    for entry in next_queued(ledger_entries(workspace), time.time()):
        try:
            started[entry.run] = _begun(workspace, entry, note)
        except RunnerError as error:
            started[entry.run] = _failed(entry, error)
    return started


def _begun(workspace: Workspace, entry: Entry, note: Callable[[str], None]) -> Collected:
    remote = remote_of(workspace, entry)
    if not remote.is_prepared(entry.run):
        text = f"its turn has come, but its launch was interrupted; repeat it: {repeat(entry)}"
        return Collected(entry.run, entry.job, "queued", note=text)
    start(open_ledger(workspace), remote, layout_of(workspace, entry), entry, note)
    return Collected(entry.run, entry.job, "running", note=f"its turn came after {entry.after}")


def _failed(entry: Entry, error: RunnerError) -> Collected:
    text = f"{error}" + (f"; {error.fix}" if error.fix else "")
    return Collected(entry.run, entry.job, _going_on(entry), note=text, error=error.code)


def _retried(entry: Entry) -> str:
    return f"go on with it: runner retry {entry.run}"


def _outcome(entry: Entry) -> Literal["succeeded", "failed", "cancelled"]:
    return entry.outcome or "cancelled"


def _prolong(ledger: Ledger, entry: Entry) -> None:
    """Keeps the locks of a run that takes longer than anybody thought."""
    until = time.time() + PROLONGED_SECONDS
    if entry.expires < until - PROLONGED_SECONDS / 2:
        change_entry(ledger, entry.run, lambda known: replace(known, expires=until), f"prolong {entry.run}")


def _going_on(entry: Entry) -> Literal["queued", "launching", "running"]:
    return "running" if entry.state == "finished" else entry.state
