"""Moving branches, and all that follows: events, pull requests that go along, close, or are merged."""

from __future__ import annotations

from tests.standins.github.git import ABSENT
from tests.standins.github.identity import Identity
from tests.standins.github.payloads import tell_pull, tell_push
from tests.standins.github.references import Moved, move_references, point
from tests.standins.github.refusals import Refusal
from tests.standins.github.repository import Repository
from tests.standins.github.state import Pull, moment
from tests.standins.github.workflow_files import check_workflow_files
from tests.standins.github.world import World

BRANCHES = "refs/heads/"
RULE = "Repository rule violations found\n\nChanges must be made through a pull request.\n\n"


def move(world: World, repository: Repository, who: Identity, ref: str, old: str, new: str) -> None:
    """Move a reference on somebody's request; ABSENT creates and deletes. Raises Refusal."""
    check_protection(repository, who, ref)
    check_workflow_files(repository, who, new)
    try:
        move_references(repository.git, {ref: (old, new)})
    except Moved:
        raise Refusal(422, "Reference update failed") from None
    follow(world, repository, who, ref, old, new)


def check_protection(repository: Repository, who: Identity, ref: str) -> None:
    """Refuse whoever is no admin on a protected branch."""
    if ref.removeprefix(BRANCHES) in repository.protected and not repository.has_role(who, "admin"):
        raise Refusal(422, RULE)


def follow(world: World, repository: Repository, who: Identity, ref: str, old: str, new: str) -> None:
    """All that comes of a reference that has moved."""
    tell_push(world, repository, who, ref, old, new)
    if not ref.startswith(BRANCHES):
        return
    branch = ref.removeprefix(BRANCHES)
    for base in world.repositories.values():
        for pull in list(base.pulls.values()):
            if pull.state == "open" and (pull.head_repository, pull.head) == (repository.name, branch):
                head_moved(world, base, who, pull, new)
    if new != ABSENT:
        notice_merges(world, repository, who, branch, old, new)


def head_moved(world: World, repository: Repository, who: Identity, pull: Pull, new: str) -> None:
    """An open pull request's branch has moved or is gone."""
    if new == ABSENT:
        close(world, repository, who, pull)
        return
    before, pull.head_sha = pull.head_sha, new
    pull.base_sha = repository.branch(pull.base) or pull.base_sha
    pull.updated_at = moment()
    follow_head(world, repository, pull)
    tell_pull(world, repository, who, "synchronize", pull, before=before, after=new)


def follow_head(world: World, repository: Repository, pull: Pull) -> None:
    """Let refs/pull/N/head name the head; a fork's commits are fetched for it."""
    if pull.head_repository != repository.name:
        source = world.repositories[pull.head_repository].git.folder
        repository.git.run("fetch", "--quiet", "--no-tags", str(source), pull.head_sha)
    point(repository.git, f"refs/pull/{pull.number}/head", pull.head_sha)


def close(world: World, repository: Repository, who: Identity, pull: Pull) -> None:
    """Close a pull request without a merge."""
    pull.state, pull.closed_at, pull.updated_at = "closed", moment(), moment()
    tell_pull(world, repository, who, "closed", pull)


def settle(pull: Pull, who: Identity, commit: str) -> None:
    """A pull request is merged by this commit of the base."""
    pull.state, pull.merge_commit_sha, pull.merged_by = "closed", commit, who.login
    pull.closed_at = pull.merged_at = pull.updated_at = moment()


def notice_merges(
    world: World, repository: Repository, who: Identity, branch: str, old: str, new: str
) -> None:
    """Open pull requests whose head came to the base with a push are merged."""
    waiting = [each for each in repository.pulls.values() if each.state == "open" and each.base == branch]
    if not waiting or old == ABSENT:
        return
    came = set(repository.history.between(old, new))
    for pull in waiting:
        if pull.head_sha in came:
            settle(pull, who, new)
            tell_pull(world, repository, who, "closed", pull)
