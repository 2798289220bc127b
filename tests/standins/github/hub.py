"""A loopback GitHub for tests: a real repository, and everything that hangs on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.standins.github.answers import Request, Violation
from tests.standins.github.faults import When
from tests.standins.github.refusals import LIMIT_PAGE, SECONDARY_LIMIT
from tests.standins.github.repository import Repository
from tests.standins.github.server import Server
from tests.standins.github.site import Site
from tests.standins.github.state import CheckRun, Comment, CommitComment, Label, Pull, Status
from tests.standins.github.tokens import Tokens
from tests.standins.github.world import Event, World

API_PATHS = ("/repos/", "/user", "/rate_limit", "/graphql")
FIRST_FILES = {"README.md": "A repository.\n"}


class Hub(Tokens):
    """A running GitHub with one repository, and forks of it."""

    def __init__(self, folder: Path, name: str = "acme/demo", *, private: bool = True, port: int = 0) -> None:
        self.server = Server(port)
        self.folder = folder
        super().__init__(World(folder, self.server.url), name, private)
        self.site = Site(self.world)
        self.server.start(self.site)

    @classmethod
    @contextmanager
    def start(
        cls,
        folder: Path,
        files: Mapping[str, str | bytes] | None = None,
        name: str = "acme/demo",
        *,
        private: bool = True,
        port: int = 0,
    ) -> Iterator[Hub]:
        """A GitHub for the time of a `with`.

        The repository has one commit on `main` with the files, by default with a README; an empty mapping
        leaves it without any commit.
        """
        hub = cls(folder, name, private=private, port=port)
        try:
            hub.begin(FIRST_FILES if files is None else files)
            yield hub
        finally:
            hub.close()

    def close(self) -> None:
        """Stop answering."""
        self.server.close()
        self.world.close()

    @property
    def url(self) -> str:
        """Where it listens; the same for the API, for git and for pages."""
        return self.server.url

    # Faults ------------------------------------------------------------------------------------------------

    def fail(
        self,
        method: str,
        path: str,
        status: int | None,
        times: int = 1,
        when: When = "before",
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        delay: float = 0.0,
    ) -> None:
        """Let requests whose path a regular expression finds fail, before or after their effect.

        A status of 0 drops the connection, None only waits; `*` is any method; the delay is in seconds.
        """
        self.site.faults.add(
            method, path, status, times=times, when=when, headers=headers, body=body, delay=delay
        )

    def meanwhile(self, method: str, path: str, act: Callable[[], object]) -> None:
        """Have something happen once, when such a request has come and before it has its effect."""
        self.site.faults.add(method, path, None, meanwhile=act)

    def clear_faults(self) -> None:
        """Let all go right again."""
        self.site.faults.clear()

    def slow_down(
        self, method: str, path: str, retry_after: int = 1, times: int = 1, status: int = 403
    ) -> None:
        """Let requests meet the secondary rate limit."""
        body = {"message": SECONDARY_LIMIT, "documentation_url": LIMIT_PAGE}
        self.fail(method, path, status, times, headers={"Retry-After": str(retry_after)}, body=body)

    def exhaust(self, token: str, seconds: float) -> None:
        """Let a token's hourly limit be used up, until so many seconds from now."""
        self.identity(token).exhausted_until = time.time() + seconds

    # The record, and what there is -------------------------------------------------------------------------

    @property
    def requests(self) -> list[Request]:
        """All requests that came, git and LFS included."""
        return self.site.requests

    @property
    def violations(self) -> list[Violation]:
        """What GitHub's description does not allow, in requests and in the stand-in's own answers."""
        return self.site.violations

    def calls(self) -> list[str]:
        """The operations of the REST API and of GraphQL that were called, in order."""
        return [each.operation for each in self.requests if each.path.startswith(API_PATHS)]

    @property
    def events(self) -> list[Event]:
        """All that happened; those that a job's own token made are suppressed."""
        return self.world.events

    def listen(self, callback: Callable[[Event], None]) -> None:
        """Be told of every event when it happens, the suppressed ones included.

        Nothing else happens until the callback returns: it may note the event, not wait for requests.
        """
        self.world.listeners.append(callback)

    @property
    def git_directory(self) -> Path:
        """The bare repository."""
        return self.repository.git.folder

    @property
    def pulls(self) -> dict[int, Pull]:
        """Pull requests by number."""
        return self.repository.pulls

    @property
    def comments(self) -> list[Comment]:
        """Comments on pull requests."""
        return self.repository.comments

    @property
    def commit_comments(self) -> list[CommitComment]:
        """Comments on commits."""
        return self.repository.commit_comments

    @property
    def statuses(self) -> list[Status]:
        """Statuses of commits, oldest first."""
        return self.repository.statuses

    @property
    def labels(self) -> dict[str, Label]:
        """Labels of the repository by their names in lower case."""
        return self.repository.labels

    @property
    def checks(self) -> dict[int, CheckRun]:
        """Check runs by number."""
        return self.repository.checks

    def large_file(self, name: str) -> bytes | None:
        """An LFS object by its SHA-256."""
        path = self.site.lfs.path(self.repository, name)
        return path.read_bytes() if path.is_file() else None

    def fork_of(self, owner: str) -> Repository:
        """Somebody's fork."""
        return self.world.repositories[f"{owner}/{self.repository.short_name}"]
