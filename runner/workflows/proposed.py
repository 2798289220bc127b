"""The head of a pull request, for those who may have it planned or run: never its settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from msgspec import Struct

from runner.errors import InputError
from runner.forge.github.client import GitHub, in_words
from runner.pipeline.changes import changes_of_branch
from runner.pipeline.workspace import Workspace, open_workspace
from runner.repository.access import fetch_commit
from runner.repository.git import Repository
from runner.repository.worktree import checked_out
from runner.workflows.commands import MOST_JOBS, Command

_SHORT: Final = 12


class Head(Struct, frozen=True):
    """The commit that a pull request proposes now, and the branch that it is to be merged into.

    `foreign` says that the commit comes from another repository.
    """

    number: int
    commit: str
    into: str
    foreign: bool
    is_open: bool


def head_of(hub: GitHub, number: int) -> Head:
    """The head of a pull request, as GitHub says. One request. Raises ProviderError."""
    with in_words(f"look at the pull request #{number}"):
        pull = hub.repository.get_pull(number)
        source = pull.head.repo
        foreign = source is None or source.full_name.lower() != hub.name.lower()
        return Head(number, pull.head.sha, pull.base.ref, foreign, pull.state == "open")


def require_runnable(head: Head, command: Command) -> None:
    """Raises InputError where the pull request may not be run, or not without naming the commit.

    From another repository the head may change between a person's look at it and this.
    """
    if not head.is_open:
        raise InputError(
            "pull-request-closed",
            "the pull request is closed, so nothing is launched from it",
            fix="reopen it, or start the job by hand: Actions → launch",
        )
    if command.commit and command.commit != head.commit:
        raise InputError(
            "commit-moved",
            f"the head of the pull request is not {command.commit[:_SHORT]}: look at it once more, and write",
            fix=command.line(head.commit),
        )
    if head.foreign and not command.commit:
        raise InputError(
            "commit-missing",
            "the pull request comes from another repository, where it may change at any time: to launch the "
            f"commit that you looked at, if that is {head.commit[:_SHORT]}, write",
            fix=command.line(head.commit),
        )


@contextmanager
def open_head(repository: Repository, head: Head) -> Iterator[Workspace]:
    """The pull request's files, under the settings of what is checked out in `repository`.

    Raises InputError where the head is gone or cannot be used, ProviderError where it cannot be fetched.
    """
    commit = fetch_commit(repository, head.commit)
    with checked_out(repository, commit) as folder:
        yield open_workspace(folder, settings_at=repository.head())


def manifests_of(workspace: Workspace, head: Head, jobs: tuple[str, ...]) -> tuple[str, ...]:
    """The jobs that are named; without any, those that the pull request changes. Raises InputError."""
    if jobs:
        return jobs
    found = changes_of_branch(workspace, head.into).manifests
    if not found:
        raise InputError(
            "nothing-changed",
            "the pull request changes no manifest under jobs/",
            fix="name a job after the command",
        )
    if len(found) > MOST_JOBS:
        raise InputError(
            "too-many-jobs",
            f"the pull request changes {len(found):,} manifests",
            fix="name those that you mean after the command",
        )
    return found
