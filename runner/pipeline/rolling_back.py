"""A service as it was before: deployed again, and held so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from runner.engine.host import Release, Standing
from runner.errors import InputError, RunnerError
from runner.pipeline.deploying import Deployed, host_of, put, standing_service, unknown_service
from runner.pipeline.launching import provider_of
from runner.pipeline.wanted import Wanted, wanted_services
from runner.pipeline.workspace import Workspace
from runner.repository.git import Repository
from runner.repository.worktree import checked_out
from runner.wording import printable

SHORTEST_COMMIT: Final = 7
"""Digits of a commit that people name, where it is not known here."""


def rollback(workspace: Workspace, job: str, to: str, note: Callable[[str], None]) -> Deployed:
    """Deploys a service as it was: at the commit or version `to`, or before the newest where that is empty.

    It is held there: reconciling leaves it until its manifest or its code changes again. Whoever rolls back
    agrees to what it costs, which somebody did before; what the policy forbids now it forbids here, too.
    Raises InputError where there is no such deployment, or it cannot be made again.
    """
    host = host_of(workspace, provider_of(workspace.settings))
    standing = standing_service(host, job)
    release = _chosen(workspace.repository, host.releases(job), standing, to)
    commit = _commit_of(workspace.repository, release, job)
    with checked_out(workspace.repository, commit) as folder:
        then = Workspace(Repository.find(folder), workspace.settings, workspace.prices)
        wanted = next(iter(wanted_services(then, job)), None)
        if wanted is None:
            raise unknown_service(job, f"the commit {commit[:12]}")
        if isinstance(wanted.planned, RunnerError):
            raise wanted.planned
        if wanted.version != release.version:
            _refuse_same(wanted, standing)
            note(
                f"{commit[:12]} is deployed as it was committed, which is not what stood then: something was "
                "uncommitted, or the runner another"
            )
        held = standing.held or standing.version
        held = held if held != wanted.version else ""
        return put(workspace, then, host, wanted.planned, wanted.version, note, held)


def _commit_of(repository: Repository, release: Release, job: str) -> str:
    """The whole id. Raises InputError where the commit is not here."""
    commit = repository.commit(release.commit)
    if commit is None:
        raise InputError(
            "unknown-commits",
            f"the commit {release.commit[:12]} of that deployment is not known here",
            place=job,
            fix="git fetch, then the same command again; or name another deployment with --to",
        )
    return commit


def _chosen(repository: Repository, releases: Sequence[Release], standing: Standing, to: str) -> Release:
    """The deployment that is meant. Raises InputError where there is none."""
    if to:
        commit = repository.commit(to) or to
        fits = [one for one in releases if one.version == to or _same(one.commit, commit)]
    else:
        same = [number for number, one in enumerate(releases) if _is(one, standing)]
        # What is held was deployed twice, and what stood in between is what it was rolled back from.
        at = (max if standing.held else min)(same, default=-1)
        fits = [one for one in releases[at + 1 :] if one.version != standing.version]
    if not fits:
        what = f"never stood at {printable(to)[:100]}" if to else "never stood as anything else"
        raise InputError(
            "no-release",
            f"{standing.job} {what}",
            place=standing.job,
            fix="name the commit or the version of a former deployment: modal app history "
            f"{standing.app} lists them",
        )
    return fits[0]


def _is(release: Release, standing: Standing) -> bool:
    return release.version == standing.version and standing.commit.startswith(release.commit)


def _same(known: str, named: str) -> bool:
    """Whether two commits, of which either may be the beginning of one, are the same."""
    return named.startswith(known) or (len(named) >= SHORTEST_COMMIT and known.startswith(named))


def _refuse_same(wanted: Wanted, standing: Standing) -> None:
    """Raises InputError where a commit gives what stands already, and not what stood then."""
    if wanted.version == standing.version:
        raise InputError(
            "release-lost",
            f"what stood then was not all committed, and its commit is the one that {standing.job} stands at",
            place=standing.job,
            fix="name an older deployment with --to",
        )
