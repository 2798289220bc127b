"""All of GitHub that there is: repositories, tokens, events. It knows nothing of HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.standins.github.commit_shapes import CommitShapes
from tests.standins.github.description import description
from tests.standins.github.filling import Filler
from tests.standins.github.git import Git, create
from tests.standins.github.identity import Identity
from tests.standins.github.merging import Mergeability, try_merge
from tests.standins.github.pull_shapes import PullShapes
from tests.standins.github.repository import NUMBERS, Repository
from tests.standins.github.shapes import Shape, account, repository_shape
from tests.standins.github.state import Comment, Pull

STARTED_BY_JOBS = frozenset({"workflow_dispatch", "repository_dispatch"})
"""The only events of a job's own token that start workflows."""
APPROVABLE = frozenset({"opened", "synchronize", "reopened"})
"""What a job's own token does to pull requests for whose workflows github.com asks a writer."""


@dataclass(frozen=True)
class Event:
    """Something that GitHub would tell workflows."""

    name: str
    payload: dict[str, Any]
    suppressed: bool
    """No workflow starts by itself, because a job's own token did it."""
    repository: str
    """owner/name of where it happened; that of a fork for pushes to the fork."""
    sha: str
    """What a workflow would get as GITHUB_SHA."""
    ref: str
    """What a workflow would get as GITHUB_REF."""

    @property
    def awaits_approval(self) -> bool:
        """Whether workflows start once a person with write access approves them (not on GHES)."""
        told = self.name == "pull_request" and self.payload["action"] in APPROVABLE
        return self.suppressed and told

    @property
    def actor(self) -> str:
        """Who did it."""
        login: str = self.payload["sender"]["login"]
        return login


class World:
    """The state, and one lock for all changes of it."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.folder = folder
        self.base_url = base_url
        self.lock = threading.RLock()
        self.repositories: dict[str, Repository] = {}
        self.identities: dict[str, Identity] = {}
        """By token."""
        self.events: list[Event] = []
        self.listeners: list[Callable[[Event], None]] = []
        self.filler = Filler(description(), base_url)

    def add_repository(self, name: str, *, private: bool, parent: str = "") -> Repository:
        """Make a repository whose owner is its admin."""
        folder = self.folder / f"{name}.git"
        create(folder)
        made = Repository(next(NUMBERS), name, Git(folder), private=private, parent=parent)
        made.roles[made.owner] = "admin"
        self.repositories[name] = made
        return made

    def knows(self, login: str) -> bool:
        """Whether there is such an account."""
        people = {each.login for each in list(self.identities.values())}
        return login in people or any(login in each.roles for each in self.repositories.values())

    def commits(self, repository: Repository) -> CommitShapes:
        """How a repository's commits are shown."""
        return CommitShapes(self.base_url, repository)

    def pulls(self, repository: Repository) -> PullShapes:
        """How a repository's pull requests are shown."""
        return PullShapes(self.base_url, repository, self.repositories)

    def pull(self, repository: Repository, pull: Pull, merge: Mergeability | None = None) -> Shape:
        """A pull request, merged on trial if it is open."""
        found = merge or try_merge(repository, pull)
        return self.pulls(repository).full(pull, found, len(comments_of(repository, pull)))

    def issue(self, repository: Repository, pull: Pull) -> Shape:
        """A pull request as an issue."""
        return self.pulls(repository).issue(pull, len(comments_of(repository, pull)))

    def filled(self, component: str, shape: Shape) -> Shape:
        """A shape with all that GitHub's description requires besides."""
        filled: Shape = self.filler.fill(description().component(component), shape)
        return filled

    def emit(
        self, repository: Repository, who: Identity, name: str, payload: dict[str, Any], sha: str, ref: str
    ) -> None:
        """Tell everybody who listens; events that a job's own token made are kept, and start nothing."""
        told = {
            **payload,
            "repository": self.filled("full-repository", repository_shape(self.base_url, repository)),
            "sender": self.filled("simple-user", account(self.base_url, who.login)),
        }
        suppressed = who.kind == "job" and name not in STARTED_BY_JOBS
        event = Event(name, told, suppressed, repository.name, sha, ref)
        self.events.append(event)
        for listener in self.listeners:
            listener(event)

    def close(self) -> None:
        """End what runs."""
        for repository in self.repositories.values():
            repository.git.close()


def comments_of(repository: Repository, pull: Pull) -> list[Comment]:
    """A pull request's comments, oldest first."""
    return [each for each in repository.comments if each.number == pull.number]
