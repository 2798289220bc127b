"""`/remove`: a service whose manifest is gone is taken down, or will be when the pull request is merged."""

from __future__ import annotations

from runner.errors import InputError
from runner.forge.github.client import GitHub
from runner.forge.github.comments import living_comment
from runner.pipeline.deploying import host_of, remove
from runner.pipeline.launching import provider_of
from runner.pipeline.workspace import Workspace
from runner.repository.access import fetch_commit
from runner.repository.ancestry import merge_base
from runner.repository.git import Repository
from runner.results.markdown import code
from runner.workflows.output import note
from runner.workflows.proposed import Head
from runner.workflows.removal_page import address_text, removed_text, topic_of
from runner.workflows.service_manifests import services_in


def addresses(workspace: Workspace) -> dict[str, str]:
    """The services of this repository that stand, with their addresses. Raises ProviderError."""
    host = host_of(workspace, provider_of(workspace.settings))
    return {standing.job: standing.url for standing in host.standing()}


def remove_service(workspace: Workspace, hub: GitHub, head: Head, default: str, job: str, login: str) -> str:
    """What to reply to `login`, who may write to the repository and named the service; as Markdown.

    It is removed at once where no manifest of the branch `default` asks for it. Where one does, and the pull
    request takes that away, the comment itself is what the deployment after the merge looks for. Raises
    InputError where the service does not stand or its manifest stays, ProviderError.
    """
    url = addresses(workspace).get(job)
    if url is None:
        raise InputError("no-service", f"no service {job} stands", fix="look at what does: runner status")
    repository = workspace.repository
    asked = services_in(repository, fetch_commit(repository, f"refs/heads/{default}"))
    if job not in asked:
        remove(workspace, job, note)
        living_comment(hub, head.number, topic_of(job), removed_text(job, login), create=False)
        return f"the service {code(job)} was removed. Nothing of it runs any more."
    if head.is_open and head.into == default and job in _taken_away(repository, head):
        where = f"the service {code(job)}, which stands at {address_text(url)}"
        return f"{where}, will be removed when this is merged."
    raise InputError(
        "service-wanted",
        f"{asked[job]} on {default} asks for the service {job}",
        fix="take the manifest away in a pull request, and write the same comment there",
    )


def _taken_away(repository: Repository, head: Head) -> set[str]:
    """The services whose manifests a pull request takes away from the branch that it goes into."""
    tip = fetch_commit(repository, f"refs/heads/{head.into}")
    proposed = fetch_commit(repository, head.commit)
    parted = merge_base(repository, proposed, tip)
    if parted is None:
        return set()
    before = services_in(repository, fetch_commit(repository, parted))
    return before.keys() - services_in(repository, proposed).keys()
