"""The path: Manifest → Plan → Run → Report → pull request. One module per arrow."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from runner.engine.execute import Watch
from runner.engine.layout import RunLayout
from runner.engine.record import read_record
from runner.forge.base import PullRequest
from runner.pipeline.concluding import conclude
from runner.pipeline.job_lock import hold_job
from runner.pipeline.loading import load_job
from runner.pipeline.planning import make_plan
from runner.pipeline.proposing import propose, require_room
from runner.pipeline.running import Options, begin, carry_on
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


def resume(workspace: Workspace, layout: RunLayout, watch: Spectator) -> Delivery:
    """Goes on with a run that was interrupted, and tries again what failed in it."""
    with hold_job(workspace, read_record(layout).job) as lock:
        lock.name_run(layout.run)
        return finish(workspace, layout, watch, retry=True)


def finish(workspace: Workspace, layout: RunLayout, watch: Spectator, *, retry: bool = False) -> Delivery:
    """From a run that was written down to its pull request. Repeating it changes nothing."""
    watch.began(layout)
    state = carry_on(workspace, layout, watch, retry=retry)
    report = conclude(workspace, layout, state)
    return Delivery(layout, report, propose(workspace, layout, report))
