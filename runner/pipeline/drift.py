"""Which services stand, and whether they are what their manifests and code say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from runner.backends import HOSTS, open_host
from runner.engine.host import Standing
from runner.errors import ProviderError, RunnerError
from runner.ledger import in_use
from runner.pipeline.launching import provider_of
from runner.pipeline.wanted import Wanted, known_services, remember_services, wanted_services
from runner.pipeline.workspace import Workspace

Word = Literal["in-sync", "drifted", "missing", "unmanaged", "held", "unknown"]


class ServiceState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One service: what should stand beside what does.

    `missing` does not stand, `unmanaged` stands without a manifest, `held` is rolled back and left so,
    `unknown` could not be asked after or planned. `why` is a sentence on every state but `in-sync`.
    """

    job: str
    backend: str
    state: Word
    app: str = ""
    url: str = ""
    why: str = ""
    standing_commit: str = ""
    wanted_version: str = ""
    standing_version: str = ""
    containers: int = 0


def service_states(workspace: Workspace) -> list[ServiceState]:
    """Every Service manifest under jobs/ and every standing service of this repository, by name.

    No provider is asked where neither the settings nor an earlier launch or deployment from here suggest
    that there is one. Of one that cannot be asked, every service is `unknown`.
    """
    known = known_services(workspace)
    if not known and workspace.settings.backend not in HOSTS and not in_use(workspace.repository):
        return []
    wanted = wanted_services(workspace)
    if not known and not wanted:
        return []
    backend = provider_of(workspace.settings)
    try:
        standing = open_host(backend, workspace.settings, workspace.name).standing()
    except ProviderError as error:
        names = sorted({*known, *(one.job for one in wanted)})
        return [ServiceState(job=job, backend=backend, state="unknown", why=sentence(error)) for job in names]
    remember_services(workspace, (one.job for one in standing))
    return compared(wanted, standing, backend)


def compared(wanted: Iterable[Wanted], standing: Sequence[Standing], backend: str) -> list[ServiceState]:
    """What should stand beside what does, by name."""
    by_job = {one.job: one for one in standing}
    found = [_state(one, by_job.pop(one.job, None), backend) for one in wanted]
    unmanaged = [_standing_state(one, backend, "unmanaged", "no manifest under jobs/ describes it")
                 for one in by_job.values()]  # fmt: skip
    return sorted([*found, *unmanaged], key=lambda state: state.job)


def sentence(error: RunnerError) -> str:
    """What went wrong, and what to do."""
    return f"{error}" + (f"; {error.fix}" if error.fix else "")


def _state(wanted: Wanted, standing: Standing | None, backend: str) -> ServiceState:
    word, why = _judged(wanted, standing)
    if standing is None:
        return ServiceState(
            job=wanted.job, backend=backend, state=word, why=why, wanted_version=wanted.version
        )
    return _standing_state(standing, backend, word, why, wanted.version)


def _judged(wanted: Wanted, standing: Standing | None) -> tuple[Word, str]:
    if isinstance(wanted.planned, RunnerError):
        return "unknown", sentence(wanted.planned)
    if standing is None:
        return "missing", "it is not deployed"
    if standing.version == wanted.version:
        return "in-sync", ""
    if standing.held == wanted.version:
        return "held", (
            f"it was rolled back to {standing.version}, and stays there until its manifest or code changes"
        )
    return "drifted", f"its manifest or code differs from what was deployed, of {standing.commit[:12]}"


def _standing_state(
    standing: Standing, backend: str, word: Word, why: str, wanted_version: str = ""
) -> ServiceState:
    return ServiceState(
        job=standing.job,
        backend=backend,
        state=word,
        app=standing.app,
        url=standing.url,
        why=why,
        standing_commit=standing.commit,
        wanted_version=wanted_version,
        standing_version=standing.version,
        containers=standing.containers,
    )
