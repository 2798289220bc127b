"""One service: deployed, removed. What stands is asked of the provider, and kept nowhere else.

rolling_back   a service as it was before
wanted         the services that manifests describe
versions       what a service is made from, as one short text
drift          what stands beside what should
reconciling    all services of the repository, as a workflow does it
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct

from runner.backends import HOSTS, open_host
from runner.engine.host import Host, Standing
from runner.errors import InputError
from runner.pipeline.launching import Planned, provider_of, require_approval
from runner.pipeline.running import Options, write_snapshot
from runner.pipeline.versions import version_of
from runner.pipeline.wanted import asked_for, known_services, remember_services
from runner.pipeline.workspace import Workspace
from runner.plan.cost import HOUR
from runner.repository.ancestry import is_older
from runner.repository.git import Repository
from runner.repository.lone import archive_repository
from runner.wording import printable

OLDER: Final = "older-commit"
"""The code of the error where what stands is newer, or may be."""


class Deployed(Struct, frozen=True, kw_only=True):
    """A service that stands. `new` is false where this version stood before, `held` true where a person
    rolled back to it and deployments leave it so.

    `hourly_usd` is what one container of it costs in an hour, in US dollars at the provider's prices.
    """

    job: str
    app: str
    url: str
    version: str
    commit: str
    new: bool
    held: bool
    hourly_usd: float


def deploy(workspace: Workspace, planned: Planned, options: Options, note: Callable[[str], None]) -> Deployed:
    """Has a planned service (see `launching.plan_launch`) stand; nothing happens where it does already.

    Raises InputError where a person must agree first, where what stands is newer, unless `options.again`
    says so, and where the manifest is at fault; ProviderError for anything else.
    """
    host = host_of(workspace, options.backend)
    plan = planned.priced.plan
    version = version_of(workspace, plan)
    standing = next((one for one in host.standing() if one.job == plan.job), None)
    if standing is not None and not options.again:
        if standing.version == version and not standing.held:
            return _deployed(planned, standing, new=False)
        if standing.version != version:
            _refuse_older(workspace.repository, plan.source.commit, standing)
    require_approval(planned.priced, options)
    return put(workspace, workspace, host, planned, version, note)


def remove(workspace: Workspace, job: str, note: Callable[[str], None]) -> None:
    """Takes a service down, with or without a manifest. Raises InputError where none of that name stands."""
    host = host_of(workspace, provider_of(workspace.settings))
    standing_service(host, job)
    host.remove(job)
    remember_services(workspace, set(known_services(workspace)) - {job})
    if job in asked_for(workspace.repository.root).values():
        note(f"the manifest of {job} is still there: whoever deploys next brings it back")


def host_of(workspace: Workspace, backend: str) -> Host:
    """The provider that keeps services standing. Raises InputError for a backend that does not."""
    if backend not in HOSTS:
        raise InputError(
            "not-a-host",
            f"no service stands at the backend {backend} by itself",
            fix=f"add --backend {next(iter(HOSTS))}, or serve it here: runner run JOB",
        )
    return open_host(backend, workspace.settings, workspace.name)


def put(
    workspace: Workspace,
    at: Workspace,
    host: Host,
    planned: Planned,
    version: str,
    note: Callable[[str], None],
    held: str = "",
) -> Deployed:
    """Deploys what was planned `at` a workspace, perhaps of another commit, whatever stands.

    `held` is the version that a person rolled back from. Raises InputError where the manifest is at fault,
    ProviderError for anything else.
    """
    plan = planned.priced.plan
    host.require(plan)
    for text in planned.priced.notes:
        note(text)

    def write_code(path: Path) -> None:
        write_snapshot(at, plan, path)

    def write_repository(path: Path) -> None:
        archive_repository(at.repository, plan.source.commit, path)

    made = host.deploy(plan, version, write_code, write_repository, note, held)
    remember_services(workspace, {*known_services(workspace), plan.job})
    return _deployed(planned, made, new=True)


def _deployed(planned: Planned, standing: Standing, *, new: bool) -> Deployed:
    stage = planned.priced.plan.service
    assert stage is not None
    return Deployed(
        job=standing.job,
        app=standing.app,
        url=standing.url,
        version=standing.version,
        commit=standing.commit,
        new=new,
        held=bool(standing.held),
        hourly_usd=planned.priced.prices.rate(stage.requirements) * HOUR,
    )


def _refuse_older(repository: Repository, commit: str, standing: Standing) -> None:
    older = is_older(repository, commit, standing.commit)
    if older is False:
        return
    known = "is newer than" if older else "is not known here, and may be newer than"
    raise InputError(
        OLDER,
        f"the commit {standing.commit[:12]} that {standing.job} stands at {known} {commit[:12]}",
        place=standing.job,
        fix="git pull first; to go back: runner service rollback, or launch it with --again",
    )


def standing_service(host: Host, job: str) -> Standing:
    """The service of a name that stands. Raises InputError where none does."""
    found = next((one for one in host.standing() if one.job == job), None)
    if found is None:
        raise unknown_service(job, "this repository")
    return found


def unknown_service(job: str, where: str) -> InputError:
    """The error for a name that no service has `where`."""
    return InputError(
        "no-service",
        f"there is no service {printable(job)[:100]} of {where}",
        fix="runner status lists the services that stand",
    )
