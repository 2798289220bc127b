"""A run that has ended at its provider → Report → pull request."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from runner.engine.state import State
from runner.forge import leaves_to_workflows
from runner.forge.base import PullRequest
from runner.ledger import Entry
from runner.ledger.claims import finished
from runner.pipeline.concluding import conclude
from runner.pipeline.downloading import bring_for_lfs
from runner.pipeline.endings import Ending
from runner.pipeline.finding import layout_of, open_ledger, remote_of
from runner.pipeline.proposing import propose
from runner.pipeline.starting import change_entry
from runner.pipeline.telling import is_told, take_turn, tell
from runner.pipeline.workspace import Workspace
from runner.results.model import Report


class Collected(Struct, frozen=True):
    """What became of one run: what it does now, or its report where it has ended.

    `error` is the code of what kept it from being collected; `note` says the rest.
    """

    run: str
    job: str
    state: Literal["queued", "launching", "running", "restarted", "succeeded", "failed", "cancelled"]
    report: Report | None = None
    pull_request: PullRequest | None = None
    note: str = ""
    error: str = ""


def bring_home(workspace: Workspace, entry: Entry, state: State, *, publish: bool = True) -> Collected:
    """From a run that has ended at its provider to its pull request. Repeating it changes nothing.

    One that a workflow launched comes to this machine, and stays open in the ledger: a workflow proposes it.
    """
    remote, layout = remote_of(workspace, entry), layout_of(workspace, entry)
    remote.bring(layout)
    report = conclude(workspace, layout, state)
    bring_for_lfs(remote, layout, report)
    if entry.by_workflow and report.state != "cancelled" and leaves_to_workflows(workspace.settings):
        note = "its pull request is made by the workflow that collects"
        return Collected(entry.run, entry.job, report.state, report, note=note)
    pull_request = propose(workspace, layout, report) if publish else None
    note = _close(workspace, entry, report, pull_request)
    return Collected(entry.run, entry.job, report.state, report, pull_request, note=note)


def _close(workspace: Workspace, entry: Entry, report: Report, pull_request: PullRequest | None) -> str:
    """Ends what is left of the run, tells of its end and writes it down; a note on what was not told.

    People are told before the ledger says that it is over: a process that dies between has the next one
    tell them again, and never nobody.
    """
    page = "" if pull_request is None else pull_request.page

    def close(known: Entry) -> Entry | None:
        if known.retries != entry.retries:  # it is being tried again
            return None
        return finished(
            known,
            outcome=report.state,
            verdict=report.verdict,
            cost_usd=report.cost.actual,
            ended=report.ended,
            pull_request=page,
        )

    ledger, note = open_ledger(workspace), ""
    entries = ledger.read()
    closed = close(entries[entry.run])
    if closed is not None:
        remote_of(workspace, entry).release(entry.run)
        ending = Ending(entry=closed, report=report, pull_request=pull_request)
        if entries[entry.run].state != "finished" and is_told(ending):
            if not take_turn(ledger, entry):
                return "another process is telling of its end"
            note = "; ".join(tell(workspace, ending, entries))
    change_entry(ledger, entry.run, close, f"collect {entry.run} of {entry.job}: {report.state}")
    return note
