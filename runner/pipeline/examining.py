"""What a run at a provider says of itself, held against what this repository says.

It is believed only as far as it can be worked out again from a commit of ours: the manifest, and the plan
that follows from it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from runner.engine.layout import RunLayout
from runner.engine.record import RunRecord, new_run_id, read_plan, read_record
from runner.engine.remote import Remote
from runner.errors import InputError
from runner.ledger import Entry
from runner.ledger.entry import BY_SERVICE, RunId, dump
from runner.manifest.load import Loaded
from runner.pipeline.claiming import longest, request_key
from runner.pipeline.loading import load_job
from runner.pipeline.planning import PricedPlan, make_plan
from runner.pipeline.running import Options, resolved_manifest
from runner.pipeline.workspace import Workspace
from runner.plan.model import Plan
from runner.plan.seeds import seeded
from runner.repository.access import fetch_commit, list_references
from runner.repository.ancestry import merge_base
from runner.repository.git import Repository
from runner.repository.worktree import checked_out
from runner.wording import printable

NOT_DRIVEN: Final = "not-driven"
"""The code of the error where the launch of a run still goes on, or was given up."""

_LONGEST_REQUEST: Final = 200
_CLOCKS: Final = 600.0
"""Seconds that clocks may differ by."""
_CHANCE: Final = 3
"""Characters at the end of a run's id that do not follow from its time."""


class Adoptable(Struct, frozen=True):
    """A run that may be taken in: its entry, and what is to be written down of it on this machine."""

    entry: Entry
    record: RunRecord
    plan: Plan
    manifest: str


def examine(workspace: Workspace, remote: Remote, backend: str, run: str) -> Adoptable:
    """What a run at a provider comes to, if all that it says of itself is true.

    Raises InputError with the reason where it is not, or not to be proved; ProviderError where the
    provider or the origin cannot be asked, or knows nothing of the run.
    """
    if not _is_run(run):
        raise _refused("its name is not that of a run")
    with TemporaryDirectory(prefix="runner-adopting-") as folder:
        layout = RunLayout(Path(folder) / run)
        remote.fetch(layout)
        record, plan = read_record(layout), read_plan(layout)
    _require_own(record, plan, run, backend)
    driver = remote.driver(run)
    if not driver:
        raise InputError(NOT_DRIVEN, "its launch has not come to its end")
    with _planned(workspace, record, deploy=bool(plan.deploy)) as (loaded, priced):
        expected = seeded(priced.plan, run)
        if _told(expected) != _told(plan):
            raise _refused("its plan is not the one that its manifest, commit and overrides give here")
        entry = _entry(workspace, record, loaded, replace(priced, plan=expected), driver)
        return Adoptable(entry, record, expected, resolved_manifest(loaded))


def _is_run(name: str) -> bool:
    try:
        msgspec.convert(name, RunId)
    except msgspec.ValidationError:
        return False
    return True


def _require_own(record: RunRecord, plan: Plan, run: str, backend: str) -> None:
    """Raises InputError for a record that is not of this run, or names who does not launch so."""
    if (record.run, record.backend, record.job) != (run, backend, plan.job):
        raise _refused("its record is that of another run")
    if not 0 < record.created < time.time() + _CLOCKS:
        raise _refused("its record tells a time that is not in the past")
    if not run.startswith(new_run_id(record.created, bytes(2))[:-_CHANCE]):
        raise _refused("its record tells another time than its name")
    if record.request and not _plain(record.request):
        raise _refused(f"only workflows ask for a run as {printable(record.request)[:100]}")


@contextmanager
def _planned(workspace: Workspace, record: RunRecord, *, deploy: bool) -> Iterator[tuple[Loaded, PricedPlan]]:
    """The manifest of a record at its commit, and the plan that follows from it under our settings."""
    commit = _reviewed(workspace.repository, record.base)
    with checked_out(workspace.repository, commit) as folder:
        there = Workspace(Repository.find(folder), workspace.settings, workspace.prices)
        loaded = load_job(there, str(folder / record.manifest_path), record.overrides)
        told = (loaded.document.name, loaded.document.digest())
        if told != (record.manifest_path, record.manifest_sha256):
            raise _refused(f"its manifest is not the one of the commit {commit[:12]}")
        yield loaded, make_plan(there, loaded, only=record.only, deploy=deploy)


def _reviewed(repository: Repository, base: str) -> str:
    """The commit of that id, which is in the history of what is checked out or of a branch of `origin`."""
    commit = fetch_commit(repository, base)
    if commit != base:
        raise _refused("its record names no commit")
    head = repository.head()
    if commit == head or merge_base(repository, commit, head) == commit:
        return commit
    if repository.text("for-each-ref", "--count=1", f"--contains={commit}", "refs/remotes/origin/"):
        return commit
    tips = {line.partition("\t")[0] for line in list_references(repository, "refs/heads/*").splitlines()}
    if commit not in tips:
        raise _refused(f"its commit {commit[:12]} is on no branch that is known here (git fetch)")
    return commit


def _entry(workspace: Workspace, record: RunRecord, loaded: Loaded, priced: PricedPlan, driver: str) -> Entry:
    """The entry that the launch would have written. Raises InputError where no entry can say it."""
    plan = priced.plan
    deploy = bool(plan.deploy)
    options = Options(
        overrides=record.overrides,
        only=record.only,
        backend=record.backend,
        deploy=deploy,
        publish=record.publish,
        request=record.request,
    )
    entry = Entry(
        run=record.run,
        job=plan.job,
        kind=plan.kind,
        backend=record.backend,
        key=request_key(loaded, plan, options),
        created=record.created,
        by=record.request or "another clone",
        base=record.base,
        manifest_path=record.manifest_path,
        manifest_sha256=record.manifest_sha256,
        overrides=record.overrides,
        only=record.only,
        deploy=deploy,
        publish=record.publish,
        bound_usd=priced.bound.usd,
        targets=tuple(sorted({file.to for file in plan.deploy})) if record.publish else (),
        expires=time.time() + longest(plan, workspace.settings.modal.max_containers),
        state="running",
        driver=driver,
        request=record.request,
    )
    try:
        dump(entry)
    except msgspec.ValidationError as error:
        raise _refused(f"its record is not well-formed: {error}") from None
    return entry


def _plain(request: str) -> bool:
    """Whether it is a service's: what workflows ask for, they find again by its name."""
    return (
        request.startswith(BY_SERVICE) and len(request) <= _LONGEST_REQUEST and printable(request) == request
    )


def _told(plan: Plan) -> Plan:
    """A plan as it is read again; warnings are for those who launch."""
    source = replace(plan.source, warnings=())
    return msgspec.json.decode(msgspec.json.encode(replace(plan, source=source)), type=Plan)


def _refused(why: str) -> InputError:
    return InputError("not-adoptable", why)
