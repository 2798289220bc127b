"""What is proposed to the people who review, and what a place for pull requests provides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal, Protocol

from msgspec import Struct

from runner.results.model import Verdict

State = Literal["created", "updated", "unchanged"]


class Proposal(Struct, frozen=True, kw_only=True):
    """One run's results, to be reviewed and merged.

    `base` is the commit to build on. `files` are the repository's new contents by path (bytes, or a
    file that holds them), `assets` SVG charts by name, which `body` (Markdown) shows as
    `![title](charts/<name>.svg)`. `message` is the body of the commit message. `date` is when the run
    ended, in seconds since the epoch: the same proposal on the same base is the same commit.
    """

    job: str
    run: str
    title: str
    body: str
    verdict: Verdict
    base: str
    date: float
    files: Mapping[str, bytes | Path]
    draft: bool = False
    message: str = ""
    assets: Mapping[str, str] = {}


class PullRequest(Struct, frozen=True, kw_only=True):
    """A proposal as it stands where people review it.

    `page` and `markdown` say where it is read (a path or a URL), `state` what `propose` did to it.
    `base` is the commit it builds on. `notes` are sentences for the person who called.
    """

    branch: str
    commit: str
    base: str
    title: str
    draft: bool
    state: State
    page: str
    markdown: str
    notes: tuple[str, ...] = ()


class Forge(Protocol):
    """A place where pull requests are made: one living one for each job."""

    def require_room(self, job: str, base: str, paths: Collection[str]) -> None:
        """Find out before anything runs whether its results could be proposed.

        Raises InputError where the repository has no room for the job's branch, or for one of `paths`.
        """
        ...

    def propose(self, proposal: Proposal) -> PullRequest:
        """Open the job's pull request, or rebuild it in place on the proposal's base.

        Never replaces a commit that a person made. Raises InputError when the proposal or the
        repository does not allow it, ProviderError when git, the disk or the network fails.
        """
        ...
