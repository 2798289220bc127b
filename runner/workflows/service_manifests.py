"""Which services the manifests of a commit ask for, and which commit took one out."""

from __future__ import annotations

from typing import Final

from runner.pipeline.changes import FOLDER, is_manifest, manifests_in
from runner.pipeline.scheduled import DEEPER
from runner.pipeline.wanted import service_in
from runner.repository.access import access, deepen
from runner.repository.blobs import blobs
from runner.repository.differences import Difference, differences
from runner.repository.git import Repository

MOST_COMMITS: Final = 500


def services_in(repository: Repository, commit: str) -> dict[str, str]:
    """The services that the manifests of a commit ask for, with the paths of these."""
    manifests = manifests_in(repository, commit)
    contents = blobs(repository, manifests.values())
    named = {service_in(contents[one]): path for path, one in manifests.items()}
    return {name: path for name, path in named.items() if name}


def removing_commit(repository: Repository, job: str) -> str | None:
    """The last commit on the way to HEAD after which no manifest asked for a service that one did before.

    What was merged counts as its merge. In a shallow clone history is fetched until it tells, or there is
    too much of it; None where it does not. Raises ProviderError.
    """
    found = _removing(repository, job)
    for commits in DEEPER:
        if found or repository.text("rev-parse", "--is-shallow-repository") != "true":
            break
        deepen(repository, commits)
        found = _removing(repository, job)
    return found


def _removing(repository: Repository, job: str) -> str | None:
    listed = repository.text(
        "rev-list", "--first-parent", f"--max-count={MOST_COMMITS}", "HEAD", "--", FOLDER, env=access()
    )
    for commit in listed.split():
        before = repository.commit(f"{commit}^1")
        if before is not None and _asked(repository, before, commit, job):
            return commit
    return None


def _asked(repository: Repository, before: str, after: str, job: str) -> bool:
    """Whether a file that differs between two commits asked for a service before."""
    changed = [entry for entry in differences(repository, before, after, FOLDER) if _was_manifest(entry)]
    return any(
        service_in(held) == job for held in blobs(repository, [e.old_content for e in changed]).values()
    )


def _was_manifest(entry: Difference) -> bool:
    return entry.status not in "AR" and entry.was_file and is_manifest(entry.old_path)
