"""One repository: git, state, people, settings."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tests.standins.github.commits import read_commit
from tests.standins.github.git import Git
from tests.standins.github.history import History
from tests.standins.github.identity import ROLES, Identity
from tests.standins.github.references import read_reference
from tests.standins.github.state import CheckRun, Comment, CommitComment, Label, Pull, Status

NUMBERS = itertools.count(1001)
"""GitHub's numbers of things are never used twice, in any repository."""


@dataclass
class Repository:
    """All that GitHub knows of one repository."""

    id: int
    name: str
    """owner/name."""
    git: Git
    private: bool = True
    parent: str = ""
    """The repository that this one is a fork of."""
    default_branch: str = "main"
    roles: dict[str, str] = field(default_factory=dict)
    """Logins and their roles: read, triage, write, maintain or admin."""
    teams: set[str] = field(default_factory=set)
    protected: set[str] = field(default_factory=set)
    """Branches that only admins push to."""
    largest_file: int = 100 * 2**20
    """Bytes; smaller in tests that should not write 100 MB."""
    actions_may_open_pulls: bool = True
    """The setting "Allow GitHub Actions to create and approve pull requests"."""
    environments: dict[str, list[str]] = field(default_factory=dict)
    """Environments by name, and the people of whom one must agree before a job uses it; none: nobody must."""
    pulls: dict[int, Pull] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    commit_comments: list[CommitComment] = field(default_factory=list)
    labels: dict[str, Label] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    checks: dict[int, CheckRun] = field(default_factory=dict)

    @cached_property
    def history(self) -> History:
        """Questions about its commits."""
        return History(self.git)

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.name.split("/")[0]

    @property
    def short_name(self) -> str:
        """Its name without the owner's."""
        return self.name.split("/")[1]

    @property
    def large_files(self) -> Path:
        """The folder of its LFS objects."""
        return self.git.folder / "lfs" / "objects"

    def role(self, who: Identity) -> str:
        """What somebody is in this repository."""
        if who.kind != "user":
            return "write" if who.home == self.name else "none"
        return self.roles.get(who.login, "none" if self.private else "read")

    def has_role(self, who: Identity, least: str) -> bool:
        """Whether somebody is at least this."""
        return ROLES.index(self.role(who)) >= ROLES.index(least)

    def visible_to(self, who: Identity | None) -> bool:
        """Whether somebody may know that it exists."""
        return not self.private if who is None else self.has_role(who, "read") or not self.private

    def branch(self, name: str) -> str | None:
        """The tip of a branch."""
        return read_reference(self.git, f"refs/heads/{name}")

    def resolve(self, name: str) -> str | None:
        """A commit by a branch, a tag, the rest of a reference, or its own name."""
        for reference in (f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{name}"):
            if found := read_reference(self.git, reference):
                return found
        return name if read_commit(self.git, name) else None
