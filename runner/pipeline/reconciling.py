"""Makes the services that stand equal to those that the manifests describe."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from runner.engine.host import Host, Standing
from runner.errors import RunnerError
from runner.pipeline.deploying import deploy, host_of
from runner.pipeline.drift import ServiceState, compared
from runner.pipeline.running import Options
from runner.pipeline.wanted import Wanted, remember_services, wanted_services
from runner.pipeline.workspace import Workspace


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of one service.

    `in-sync`, `held` and `unmanaged` were left alone; `unmanaged` waits for somebody to confirm its
    removal. `failed` has the error's sentence in `why`, its code in `error`, and what to do in `fix`.
    `manifest` is the path in the repository; empty where there is none.
    """

    job: str
    action: Literal["deployed", "removed", "in-sync", "held", "unmanaged", "failed"]
    url: str = ""
    version: str = ""
    commit: str = ""
    why: str = ""
    fix: str = ""
    hourly_usd: float = 0.0
    manifest: str = ""
    error: str = ""


def reconcile(
    workspace: Workspace,
    options: Options,
    note: Callable[[str], None],
    confirmed: Callable[[str], bool],
    approved: Collection[str] = (),
) -> list[Outcome]:
    """Deploys what is missing or drifted, and removes an unmanaged service where `confirmed(job)`.

    A person agreed to the manifests in `approved`; another that needs it is `failed` with the code
    NEEDS_APPROVAL. One that fails does not keep the others from it. Raises ProviderError where the provider
    cannot be asked at all.
    """
    host = host_of(workspace, options.backend)
    standing = {one.job: one for one in host.standing()}
    wanted = {one.job: one for one in wanted_services(workspace)}
    outcomes = list[Outcome]()
    for state in compared(wanted.values(), list(standing.values()), options.backend):
        one = wanted.get(state.job)
        about = _about(state, one)
        try:
            if one is None:
                outcomes.append(_removed(host, about, confirmed))
            else:
                agreed = replace(options, approve=options.approve or one.manifest in approved)
                outcomes.append(_brought(workspace, one, about, standing.get(state.job), agreed, note))
        except RunnerError as error:
            failed = replace(about, action="failed", why=str(error), fix=error.fix, error=error.code)
            outcomes.append(failed)
    gone = {one.job for one in outcomes if one.action == "removed"}
    came = {one.job for one in outcomes if one.action == "deployed"}
    remember_services(workspace, (standing.keys() | came) - gone)
    return outcomes


def _about(state: ServiceState, wanted: Wanted | None) -> Outcome:
    """A service as it is before anything is done to it."""
    return Outcome(
        job=state.job,
        action="held" if state.state == "held" else "in-sync",
        url=state.url,
        version=state.standing_version,
        commit=state.standing_commit,
        why=state.why,
        manifest="" if wanted is None else wanted.manifest,
    )


def _removed(host: Host, about: Outcome, confirmed: Callable[[str], bool]) -> Outcome:
    """What a service without a manifest came to. Raises RunnerError."""
    if not confirmed(about.job):
        return replace(about, action="unmanaged")
    host.remove(about.job)
    return replace(about, action="removed", why="somebody confirmed that it goes with its manifest")


def _brought(
    workspace: Workspace,
    wanted: Wanted,
    about: Outcome,
    standing: Standing | None,
    options: Options,
    note: Callable[[str], None],
) -> Outcome:
    """What a service with a manifest came to. Raises RunnerError."""
    if isinstance(wanted.planned, RunnerError):
        raise wanted.planned
    same = standing is not None and standing.version == wanted.version and not standing.held
    if same or about.action == "held":
        return about
    made = deploy(workspace, wanted.planned, options, note)
    return replace(
        about,
        action="deployed",
        url=made.url,
        version=made.version,
        commit=made.commit,
        hourly_usd=made.hourly_usd,
    )
