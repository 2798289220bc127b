"""What is proposed to the people who review, and what a place for pull requests provides."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Literal, Protocol

from msgspec import Struct

from runner.results.model import Verdict
from runner.results.summary import Links

State = Literal["created", "updated", "unchanged"]


class Proposal(Struct, frozen=True, kw_only=True):
    """One run's results, to be reviewed and merged.

    `base` is the commit to build on, as `Forge.base` says. `files` are the repository's new contents by
    path (bytes, or a file that holds them); those among them in `large` are stored through Git LFS.
    `page` renders what a reviewer reads, as Markdown, for a reader who finds the files of the run's folder
    at the given links; `assets` are SVG charts by name, which it shows as `![title](charts/<name>.svg)`
    unless the links ask for diagrams. `message` is the body of the commit message. `date` is when the run
    ended, in seconds since the epoch. `owners` are the people asked to review: `@user` or `@team/name`.
    `verdict_line` says in one sentence what the verdict rests on.
    """

    job: str
    run: str
    title: str
    page: Callable[[Links], str]
    verdict: Verdict
    base: str
    date: float
    files: Mapping[str, bytes | Path]
    draft: bool = False
    message: str = ""
    assets: Mapping[str, str] = {}
    large: frozenset[str] = frozenset()
    owners: tuple[str, ...] = ()
    verdict_line: str = ""


class PullRequest(Struct, frozen=True, kw_only=True):
    """A proposal as it stands where people review it.

    `page` and `markdown` say where it is read (a path or a URL; empty where there is none), `state` what
    `propose` did to it. `base` is the commit it builds on. `notes` are sentences for the person who called.
    `number` is its number at a server; 0 without one.
    """

    branch: str
    commit: str
    base: str
    title: str
    draft: bool
    state: State
    page: str
    markdown: str = ""
    notes: tuple[str, ...] = ()
    number: int = 0


class Forge(Protocol):
    """A place where pull requests are made: one living one for each job."""

    def base(self) -> str:
        """The commit that a proposal made now should build on; its objects are in the repository.

        Raises ProviderError when it cannot be asked for.
        """
        ...

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

    def thread(self, commit: str) -> str:
        """Where people talk about a commit, for `tell`: `pull/12`, or `commit/<id>`; empty where nowhere."""
        ...

    def tell(self, thread: str, topic: str, text: str) -> None:
        """Say something (Markdown) to the people in a thread, once for each topic: told again, it changes.

        Does nothing where there are no threads. Raises ProviderError.
        """
        ...
