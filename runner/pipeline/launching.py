"""Manifest → Plan → a run that a provider drives: claimed in the ledger before anything starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from msgspec import Struct

from runner.backends import REMOTES, open_remote
from runner.engine.record import RECORD
from runner.engine.remote import Remote
from runner.errors import InputError, ProviderError
from runner.ledger import Entry, Ledger
from runner.manifest.load import Loaded
from runner.pipeline.claiming import claimed, of_another_commit
from runner.pipeline.finding import layout_of, open_ledger
from runner.pipeline.loading import load_job
from runner.pipeline.planning import PinCode, PricedPlan, make_plan
from runner.pipeline.proposing import require_room
from runner.pipeline.repeating import repeat
from runner.pipeline.running import Options, write_down, write_snapshot
from runner.pipeline.starting import letting_go, start, withdraw
from runner.pipeline.workspace import Workspace
from runner.plan.seeds import seeded
from runner.repository.snapshot import pin
from runner.settings import Settings

NEEDS_APPROVAL: Final = "needs-approval"
"""The code of the error where a person must agree to a launch first."""


class Launched(Struct, frozen=True):
    """A run that goes on by itself. `new` is false where the same was launched before.

    `bound` is the most it can cost, in US dollars.
    """

    run: str
    job: str
    state: str
    new: bool
    driver: str
    bound: float
    after: str = ""


class Desk(Struct, frozen=True):
    """What all launches from a workspace to one provider share. Threads may use it at once."""

    workspace: Workspace
    ledger: Ledger
    remote: Remote


class Planned(Struct, frozen=True):
    """A launch that nothing on this side forbids."""

    loaded: Loaded
    priced: PricedPlan


def open_desk(workspace: Workspace, backend: str) -> Desk:
    """Nothing is asked of anybody yet. Raises InputError for a backend that is no provider."""
    require_remote(backend)
    remote = open_remote(backend, workspace.settings, workspace.name)
    return Desk(workspace, open_ledger(workspace), remote)


def launch(workspace: Workspace, manifest: str, options: Options, note: Callable[[str], None]) -> Launched:
    """Launches a job and returns as soon as it goes on without us.

    Repeating it, from anywhere, finds the same run and brings its launch to an end where it was
    interrupted. Raises InputError where the manifest, the policy or another run forbids it.
    """
    desk = open_desk(workspace, options.backend)
    return launch_planned(desk, plan_launch(workspace, manifest, options), options, note)


def plan_launch(workspace: Workspace, manifest: str, options: Options, pin_code: PinCode = pin) -> Planned:
    """The first half of `launch`: all that the manifest and the policy decide."""
    loaded = load_job(workspace, manifest, options.overrides)
    priced = make_plan(workspace, loaded, only=options.only, deploy=options.deploy, pin_code=pin_code)
    if priced.plan.service is None:
        require_approval(priced, options)
    return Planned(loaded, priced)


def launch_planned(desk: Desk, planned: Planned, options: Options, note: Callable[[str], None]) -> Launched:
    """The second half of `launch`, of what is no service."""
    workspace, ledger, remote = desk.workspace, desk.ledger, desk.remote
    loaded, priced = planned.loaded, planned.priced
    if priced.plan.service is not None:
        raise InputError(
            "no-run",
            f"{priced.plan.job} is a service, and no run that comes to an end",
            place=loaded.document.name,
            fix=f"deploy it: runner launch {loaded.document.name}",
        )
    if options.publish:
        require_room(workspace, priced.plan)
    remote.require(priced.plan)
    for text in priced.notes:
        note(text)
    token = os.urandom(8).hex()
    claim = claimed(workspace, ledger, loaded, priced, options, token, note)
    entry, new = claim.entry, claim.verdict != "existing"
    if entry.state in ("running", "finished") or (not new and of_another_commit(workspace, entry)):
        return _launched(entry, priced, new=False)
    layout = layout_of(workspace, entry)
    with letting_go(ledger, entry.run, token), _heeding_its_end(ledger, entry.run):
        if not (layout.directory / RECORD).is_file():
            write_down(workspace, loaded, priced, options, entry.run, entry.created)
        plan = seeded(priced.plan, entry.run)
        try:
            remote.prepare(layout, plan, lambda path: write_snapshot(workspace, plan, path), note)
        except InputError:
            withdraw(ledger, remote, entry)
            raise
    if entry.state == "launching":
        with _heeding_its_end(ledger, entry.run):
            entry = start(ledger, remote, layout, entry, note, token)
        refuse_ended(entry)
    return _launched(entry, priced, new=new)


def provider_of(settings: Settings) -> str:
    """The provider that drives launches where nobody names one: that of the settings, else the first."""
    return settings.backend if settings.backend in REMOTES else next(iter(REMOTES))


def require_remote(name: str) -> None:
    """Raises InputError for a backend that cannot drive a run by itself."""
    if name not in REMOTES:
        raise InputError(
            "not-a-provider",
            f"the backend {name} cannot drive a run by itself",
            fix=f"add --backend {next(iter(REMOTES))}, or stay with it: runner run JOB",
        )


@contextmanager
def _heeding_its_end(ledger: Ledger, run: str) -> Iterator[None]:
    """Says so where what fails here fails because somebody has ended the run meanwhile."""
    try:
        yield
    except ProviderError as error:
        with suppress(ProviderError):
            refuse_ended(ledger.read()[run])
        raise error


def refuse_ended(entry: Entry) -> None:
    """Raises InputError where somebody else has ended the run."""
    if entry.state == "finished":
        raise InputError(
            "run-ended",
            f"somebody else has ended the run {entry.run}: {entry.outcome}",
            fix=f"launch it anew: {repeat(entry, anew=True)}",
        )


def require_approval(priced: PricedPlan, options: Options) -> None:
    """Raises InputError where a person must agree, and nobody says that one did."""
    if priced.approvals and not options.approve:
        raise InputError(
            NEEDS_APPROVAL,
            f"a person must agree to this launch: {' and '.join(priced.approvals)}",
            fix="look at it with runner plan, then launch it with --approve",
        )


def _launched(entry: Entry, priced: PricedPlan, *, new: bool) -> Launched:
    return Launched(entry.run, entry.job, entry.state, new, entry.driver, priced.bound.usd, entry.after)
