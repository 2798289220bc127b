"""The repository on GitHub, as one token may see and change it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

from runner.errors import InputError
from runner.forge.github.surroundings import address, pace, repository_name
from runner.forge.github.words import in_words
from runner.repository.access import TOKENS
from runner.repository.git import Repository

if TYPE_CHECKING:
    import github.Commit
    import github.Repository
    from github import GithubException

__all__ = ["GitHub", "connect", "in_words"]

_PATIENCE: Final = 60
"""Seconds that GitHub has for one answer."""
_TRIES: Final = 3

T = TypeVar("T")


class GitHub:
    """The repository `name` ("owner/name") on GitHub; `web` is its page.

    `starts_workflows` is false where it acts with a workflow's own token: what that does starts no
    other workflow. `is_bot` says that commits made with the token are a bot's, signed by GitHub.
    """

    def __init__(self, name: str, token: str, *, server: str, api: str, pace: float, own: bool) -> None:
        from github import Github

        from runner.forge.github.patience import CountedToken, Patience

        self.name = name
        self.web = f"{server}/{name}"
        self.is_bot = token.startswith("ghs_")
        self.starts_workflows = not own
        self._pace = pace
        self._token = CountedToken(token)
        self._api = Github(
            auth=self._token,
            base_url=api,
            retry=Patience(backoff_factor=pace / 2),
            lazy=True,
            timeout=_PATIENCE,
            seconds_between_requests=pace / 4,
            seconds_between_writes=pace,
            user_agent="runner",
        )

    @property
    def owner(self) -> str:
        """The account that the repository belongs to."""
        return self.name.partition("/")[0]

    @property
    def token(self) -> str:
        """The token itself, for Git LFS: never shown."""
        return self._token.token

    @property
    def requests(self) -> int:
        """How many requests were made so far."""
        return self._token.requests

    @cached_property
    def repository(self) -> github.Repository.Repository:
        """PyGithub's repository. Costs no request."""
        return self._api.get_repo(self.name)

    @cached_property
    def login(self) -> str:
        """Who acts, where that is a person. Costs a request, once."""
        with in_words("find out whose token this is"):
            return self._api.get_user().login

    def commit(self, commit: str) -> github.Commit.Commit:
        """PyGithub's commit. Costs no request."""
        from github.Commit import Commit

        known = {"sha": commit, "url": f"{self.repository.url}/commits/{commit}"}
        return Commit(self.repository.requester, {}, known, completed=True)

    def once(
        self,
        act: Callable[[], T],
        effect: Callable[[], T | None],
        passing: Callable[[GithubException], bool] = lambda error: error.status >= 500,
    ) -> T:
        """Does what must not happen twice.

        After a failure that is `passing`, `effect` looks whether it happened after all, before it is tried
        again. Raises what PyGithub raises.
        """
        from github import GithubException

        for tried in range(1, _TRIES + 1):
            try:
                return act()
            except GithubException as error:
                failure: Exception = error
                if not passing(error):
                    raise
            except OSError as error:  # what `requests` raises is one
                failure = error
            found = effect()
            if found is not None:
                return found
            if tried < _TRIES:
                time.sleep(self._pace * tried)
        raise failure


def connect(repository: Repository, environ: Mapping[str, str] = os.environ) -> GitHub:
    """The repository on GitHub that the environment names, or else the address of `origin`.

    Makes no request. Raises InputError where there is no token or no name.
    """
    name_of_token = next((name for name in TOKENS if environ.get(name)), "")
    if not name_of_token:
        raise InputError(
            "github-token",
            "there is no token for GitHub",
            place=TOKENS[-1],
            fix="In a workflow: `env: {GITHUB_TOKEN: ${{ github.token }}}`. Elsewhere: export GITHUB_TOKEN=…",
        )
    token = environ[name_of_token].strip()
    if not re.fullmatch("[!-~]+", token):
        raise InputError(
            "github-token", "this is no token of GitHub", place=name_of_token, fix="Copy it once more."
        )
    server = address(environ, "GITHUB_SERVER_URL", "https://github.com")
    return GitHub(
        repository_name(repository, server, environ.get("GITHUB_REPOSITORY", "")),
        token,
        server=server,
        api=address(environ, "GITHUB_API_URL", "https://api.github.com"),
        pace=pace(environ),
        own=name_of_token == TOKENS[-1]
        and environ.get("GITHUB_ACTIONS") == "true"
        and token.startswith("ghs_"),
    )


def wake_address(repository: Repository, environ: Mapping[str, str] = os.environ) -> str:
    """Where a `repository_dispatch` for the repository on GitHub is sent to.

    Makes no request. Raises InputError where the repository has no name there.
    """
    server = address(environ, "GITHUB_SERVER_URL", "https://github.com")
    api = address(environ, "GITHUB_API_URL", "https://api.github.com")
    return (
        f"{api}/repos/{repository_name(repository, server, environ.get('GITHUB_REPOSITORY', ''))}/dispatches"
    )
