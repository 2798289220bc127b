"""What a repository holds besides its git objects: pull requests, comments, labels, statuses, check runs."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


def moment() -> str:
    """Now, as the API writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


@dataclass
class Pull:
    """A pull request."""

    id: int
    number: int
    title: str
    body: str | None
    login: str
    """Who opened it."""
    draft: bool
    head_repository: str
    """owner/name; another than the base's for one from a fork."""
    head: str
    """The branch's name."""
    head_sha: str
    base: str
    base_sha: str
    """The base's tip when the pull request was opened or last pushed to; it does not follow the base."""
    state: str = "open"
    created_at: str = field(default_factory=moment)
    updated_at: str = field(default_factory=moment)
    closed_at: str | None = None
    merged_at: str | None = None
    merged_by: str | None = None
    merge_commit_sha: str | None = None
    """Of an open one the commit of a merge on trial, of a merged one the commit on the base."""
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    team_reviewers: list[str] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        """Its name in GraphQL."""
        return f"PR_{self.id}"

    @property
    def merged(self) -> bool:
        """Whether it was merged."""
        return self.merged_at is not None


@dataclass
class Comment:
    """A comment on a pull request."""

    id: int
    number: int
    """Of the pull request."""
    body: str
    login: str
    created_at: str = field(default_factory=moment)
    updated_at: str = field(default_factory=moment)
    reactions: list[tuple[str, str]] = field(default_factory=list)
    """Who reacted, and with what."""


@dataclass
class CommitComment:
    """A comment on a commit."""

    id: int
    sha: str
    body: str
    login: str
    path: str | None = None
    position: int | None = None
    line: int | None = None
    created_at: str = field(default_factory=moment)
    updated_at: str = field(default_factory=moment)


@dataclass
class Status:
    """A status of a commit."""

    id: int
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    login: str
    created_at: str = field(default_factory=moment)


@dataclass
class Label:
    """A label of the repository."""

    id: int
    name: str
    color: str
    description: str | None


@dataclass
class CheckRun:
    """A check run."""

    id: int
    name: str
    sha: str
    status: str
    conclusion: str | None
    login: str
    external_id: str | None = None
    details_url: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: int = 0
