"""The path: Manifest → Plan → Run → Report → pull request. One module per arrow."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from runner.backends import REMOTES, require_backend
from runner.engine.layout import RunLayout
from runner.engine.loop import Watch
from runner.engine.record import read_record
from runner.forge.base import PullRequest
from runner.pipeline.bringing_home import Collected, bring_home
from runner.pipeline.cancelling import cancel_launched
from runner.pipeline.collecting import await_turn
from runner.pipeline.concluding import conclude
from runner.pipeline.finding import Found, find_launched, open_ledger, remote_of
from runner.pipeline.following import Follower
from runner.pipeline.job_lock import hold_job
from runner.pipeline.launching import launch, refuse_ended
from runner.pipeline.loading import load_job
from runner.pipeline.planning import make_plan
from runner.pipeline.proposing import propose, require_room
from runner.pipeline.retrying import retry_launched
from runner.pipeline.running import Options, begin, carry_on
from runner.pipeline.starting import start
from runner.pipeline.workspace import Workspace
from runner.results.model import Report


class Spectator(Watch, Protocol):
    """Somebody who watches a run from its beginning."""

    def note(self, text: str) -> None:
        """Something that a person should know, before the run begins."""
        ...

    def began(self, layout: RunLayout) -> None:
        """The run was written down, and is about to be worked on."""
        ...


class Delivery(Struct, frozen=True):
    """What a run came to; without a pull request where there was nothing to propose."""

    layout: RunLayout
    report: Report
    pull_request: PullRequest | None


def deliver(workspace: Workspace, manifest: str, options: Options, watch: Spectator) -> Delivery:
    """Manifest → Plan → Run → Report → pull request."""
    require_backend(options.backend)
    if options.backend in REMOTES:
        return attend(workspace, launch(workspace, manifest, options, watch.note).run, watch)
    loaded = load_job(workspace, manifest, options.overrides)
    priced = make_plan(workspace, loaded, only=options.only, deploy=options.deploy)
    if options.publish:
        require_room(workspace, priced.plan)
    for note in priced.notes:
        watch.note(note)
    with hold_job(workspace, priced.plan.job, loaded.job.spec.concurrency, watch.note) as lock:
        layout = begin(workspace, loaded, priced, options)
        lock.name_run(layout.run)
        return finish(workspace, layout, watch)


def resume(workspace: Workspace, found: Found, watch: Spectator) -> Delivery:
    """Goes on with a run that was interrupted, and tries again what failed in it."""
    if found.entry is not None:
        return attend(workspace, retry_launched(workspace, found.entry, watch.note).run, watch)
    layout = found.layout
    with hold_job(workspace, read_record(layout).job) as lock:
        lock.name_run(layout.run)
        return finish(workspace, layout, watch, retry=True)


def finish(workspace: Workspace, layout: RunLayout, watch: Spectator, *, retry: bool = False) -> Delivery:
    """From a run that was written down to its pull request. Repeating it changes nothing."""
    watch.began(layout)
    state = carry_on(workspace, layout, watch, retry=retry)
    report = conclude(workspace, layout, state)
    return Delivery(layout, report, propose(workspace, layout, report))


def attend(workspace: Workspace, run: str, watch: Spectator) -> Delivery:
    """Watches a launched run to its end and brings it home.

    ^C cancels it, and again while that goes on leaves it alone. Raises ProviderError where it could
    not be watched; it goes on all the same.
    """
    layout, entry = find_launched(workspace, run)
    remote, ledger = remote_of(workspace, entry), open_ledger(workspace)
    watch.began(layout)
    try:
        entry = await_turn(workspace, entry, watch.note)
        follower = Follower(remote, layout, watch, entry.retries)
        state = follower.follow(entry.driver)
        while not follower.over:
            entry = start(ledger, remote, layout, entry, watch.note)
            refuse_ended(entry)
            state = follower.follow(entry.driver)
        collected: Collected | None = bring_home(workspace, entry, state)
    except KeyboardInterrupt:
        watch.note(f"cancelling; ^C again leaves it running, for: runner collect {run}")
        collected = cancel_launched(workspace, entry, watch.note)
    if collected is None or collected.report is None:
        raise KeyboardInterrupt
    return Delivery(layout, collected.report, collected.pull_request)
