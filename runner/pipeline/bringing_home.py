"""A run that has ended at its provider → Report → pull request."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from runner.engine.state import State
from runner.forge.base import PullRequest
from runner.ledger import Entry
from runner.ledger.claims import finished
from runner.pipeline.concluding import conclude
from runner.pipeline.finding import layout_of, open_ledger, remote_of
from runner.pipeline.proposing import propose
from runner.pipeline.starting import change_entry
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
    """From a run that has ended at its provider to its pull request. Repeating it changes nothing."""
    remote, layout = remote_of(workspace, entry), layout_of(workspace, entry)
    remote.bring(layout)
    report = conclude(workspace, layout, state)
    pull_request = propose(workspace, layout, report) if publish else None
    page = "" if pull_request is None else pull_request.page

    def close(known: Entry) -> Entry | None:
        if known.retries != entry.retries:
            return None
        return finished(
            known,
            outcome=report.state,
            verdict=report.verdict,
            cost_usd=report.cost.actual,
            ended=report.ended,
            pull_request=page,
        )

    ledger = open_ledger(workspace)
    if ledger.read()[entry.run].retries == entry.retries:  # otherwise it is being tried again
        remote.release(entry.run)
    change_entry(ledger, entry.run, close, f"collect {entry.run} of {entry.job}: {report.state}")
    return Collected(entry.run, entry.job, report.state, report, pull_request)
