"""Writing a launch into the ledger, before anything of it starts: the same launch twice is one run."""

from __future__ import annotations

import getpass
import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from runner.engine.record import new_run_id
from runner.errors import ProviderError
from runner.ledger import Entry, Ledger
from runner.ledger.claims import Claim
from runner.ledger.claims import launch as claim
from runner.manifest.load import Loaded
from runner.pipeline.cancelling import cancel_launched
from runner.pipeline.planning import PricedPlan
from runner.pipeline.running import Options
from runner.pipeline.starting import LEASE_SECONDS
from runner.pipeline.workspace import Workspace
from runner.plan.cost import allowance
from runner.plan.model import Plan

DAY: Final = 86_400.0

SCHEDULED: Final = "schedule "
"""How the request of a launch by schedule begins; its time follows."""


def claimed(
    workspace: Workspace,
    ledger: Ledger,
    loaded: Loaded,
    priced: PricedPlan,
    options: Options,
    token: str,
    note: Callable[[str], None],
) -> Claim:
    """What the ledger says to this launch, once it is written there; a run to replace is cancelled first.

    `token` is that of the lease under which this process may start it. Raises InputError where another
    run forbids it.
    """
    wanted = _wanted(workspace, loaded, priced, options, token)
    if options.again:
        wanted = replace(wanted, key=f"{wanted.key}-{_earlier(ledger, wanted.key)}")
    answers: list[Claim] = []

    def change(entries: Mapping[str, Entry]) -> Iterable[Entry]:
        answers.append(claim(entries, wanted, loaded.job.spec.concurrency, time.time()))
        return answers[-1].writes

    while True:
        entries = ledger.update(change, f"launch {wanted.run} of {wanted.job}")
        answer = replace(answers[-1], entry=entries[answers[-1].entry.run])
        if answer.verdict != "replace":
            return answer
        note(f"cancelling the run {answer.entry.run}, which this one replaces")
        cancel_launched(workspace, answer.entry, note)


def request_key(loaded: Loaded, plan: Plan, options: Options) -> str:
    """What was asked for, as a digest: the same manifest, code and inputs give the same key.

    A scheduled time of a job is one launch, whatever the branch holds by then.
    """
    if options.request.startswith(SCHEDULED):
        return _digest({"job": plan.job, "request": options.request})
    asked = {
        "manifest": loaded.document.digest(),
        "path": loaded.document.name,
        "source": [plan.source.repository, plan.source.commit, plan.source.tree],
        "overrides": loaded.overrides,
        "only": options.only,
        "deploy": options.deploy,
        "publish": options.publish,
        "backend": options.backend,
    } | ({"request": options.request} if options.request else {})
    return _digest(asked)


def of_another_commit(workspace: Workspace, entry: Entry) -> bool:
    """Whether a scheduled run was launched from another commit than the one that is checked out.

    Then its plan is another one, too, and nothing may be prepared for it from here.
    """
    return entry.request.startswith(SCHEDULED) and entry.base != workspace.repository.head()


def _digest(asked: object) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]


def longest(plan: Plan, containers: int) -> float:
    """Seconds after which a run is surely over, with a day to wait for machines."""
    total = DAY
    for stage in plan.stages:
        at_once = min(stage.max_parallel or containers, containers)
        total += allowance(stage) * math.ceil(len(stage.tasks) / at_once)
    return total


def _earlier(ledger: Ledger, key: str) -> int:
    """How many runs this launch is another one than: a launch that was interrupted is to be gone on with."""
    same = [entry for entry in ledger.read().values() if entry.key.partition("-")[0] == key]
    return sum(entry.state != "launching" or bool(entry.driver) for entry in same)


def _wanted(workspace: Workspace, loaded: Loaded, priced: PricedPlan, options: Options, token: str) -> Entry:
    created = time.time()
    plan = priced.plan
    return Entry(
        run=new_run_id(created, os.urandom(3)),
        job=plan.job,
        kind=plan.kind,
        backend=options.backend,
        key=request_key(loaded, plan, options),
        created=created,
        by=_who(workspace),
        base=workspace.repository.head(),
        manifest_path=loaded.document.name,
        manifest_sha256=loaded.document.digest(),
        overrides=loaded.overrides,
        only=options.only,
        deploy=options.deploy,
        publish=options.publish,
        bound_usd=priced.bound.usd,
        # What is not to be proposed replaces nothing, and keeps nobody else from it.
        targets=tuple(sorted({file.to for file in plan.deploy})) if options.publish else (),
        expires=created + longest(plan, workspace.settings.modal.max_containers),
        lease=created + LEASE_SECONDS,
        lease_by=token,
        request=options.request,
        thread=options.thread,
    )


def _who(workspace: Workspace) -> str:
    """Who launches: the person behind a workflow, or git's user."""
    if actor := os.environ.get("GITHUB_ACTOR"):
        return actor
    try:
        return workspace.repository.text("config", "user.email")
    except ProviderError:
        return getpass.getuser()
