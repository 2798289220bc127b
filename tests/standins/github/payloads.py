"""What events say, and who is told."""

from __future__ import annotations

from typing import Any

from tests.standins.github.commits import Commit, read_commit
from tests.standins.github.git import ABSENT
from tests.standins.github.identity import Identity
from tests.standins.github.repository import Repository
from tests.standins.github.shapes import Shape, page
from tests.standins.github.state import Comment, Pull
from tests.standins.github.world import World

MOST_COMMITS = 2048
DETAILED_COMMITS = 20
"""Commits of a push whose files are listed; more would only cost time."""


def tell_push(world: World, repository: Repository, who: Identity, ref: str, before: str, after: str) -> None:
    """A branch or a tag moved."""
    history = repository.history
    forced = ABSENT not in (before, after) and not history.is_ancestor(before, after)
    commits = pushed_commits(repository, before, after)
    head = read_commit(repository.git, after)
    payload: dict[str, Any] = {
        "ref": ref,
        "before": before,
        "after": after,
        "created": before == ABSENT,
        "deleted": after == ABSENT,
        "forced": forced,
        "base_ref": None,
        "compare": page(world.base_url, repository, f"/compare/{before[:12]}...{after[:12]}"),
        "commits": [commit_payload(world, repository, each) for each in commits[-DETAILED_COMMITS:]],
        "head_commit": commit_payload(world, repository, head) if head else None,
        "pusher": {"name": who.login, "email": who.address},
    }
    default = repository.branch(repository.default_branch) or ABSENT
    gone = after == ABSENT
    place = f"refs/heads/{repository.default_branch}" if gone else ref
    world.emit(repository, who, "push", payload, default if gone else after, place)


def pushed_commits(repository: Repository, before: str, after: str) -> list[Commit]:
    """The commits that a push brought; those of a new branch are the ones that the default branch lacks."""
    if after == ABSENT or read_commit(repository.git, after) is None:
        return []
    start = before if before != ABSENT else repository.branch(repository.default_branch)
    if not start or start == after:
        return []
    names = repository.history.between(start, after)[-MOST_COMMITS:]
    return [commit for name in names if (commit := read_commit(repository.git, name))]


def commit_payload(world: World, repository: Repository, commit: Commit) -> Shape:
    """A commit as pushes tell it."""
    parent = commit.parents[0] if commit.parents else ABSENT
    changes = repository.history.changes(parent, commit.name)
    found = {
        kind: [each.path for each in changes if each.status == status]
        for kind, status in (("added", "added"), ("removed", "removed"), ("modified", "modified"))
    }
    people = {role: who.shape() for role, who in (("author", commit.author), ("committer", commit.committer))}
    return {
        "id": commit.name,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message,
        "timestamp": commit.committer.date,
        "url": page(world.base_url, repository, f"/commit/{commit.name}"),
        **people,
        **found,
    }


def tell_pull(
    world: World, repository: Repository, who: Identity, action: str, pull: Pull, **more: Any
) -> None:
    """Something became of a pull request."""
    shape = world.filled("pull-request", world.pull(repository, pull))
    payload = {"action": action, "number": pull.number, "pull_request": shape, **more}
    ref = f"refs/pull/{pull.number}/merge"
    if pull.merged:
        ref = f"refs/heads/{pull.base}"
    world.emit(repository, who, "pull_request", payload, pull.merge_commit_sha or pull.head_sha, ref)


def tell_comment(
    world: World, repository: Repository, who: Identity, action: str, pull: Pull, comment: Comment
) -> None:
    """Something became of a comment on a pull request."""
    payload = {
        "action": action,
        "issue": world.filled("issue", world.issue(repository, pull)),
        "comment": world.filled("issue-comment", world.pulls(repository).comment(comment)),
    }
    tell_default(world, repository, who, "issue_comment", payload)


def tell_default(
    world: World, repository: Repository, who: Identity, name: str, payload: dict[str, Any]
) -> None:
    """An event whose workflows run on the default branch."""
    branch = repository.default_branch
    tip = repository.branch(branch) or ABSENT
    world.emit(repository, who, name, payload, tip, f"refs/heads/{branch}")
