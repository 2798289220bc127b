"""How git reaches this repository at GitHub from a workflow, whose checkout keeps no credentials."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Final

from runner.errors import InputError, ProviderError
from runner.repository.git import Repository
from runner.repository.reaching import Answer, call, named_commit
from runner.wording import printable

TOKENS: Final = ("RUNNER_APP_TOKEN", "GITHUB_TOKEN")
"""Variables with a token for the repository, the better one first."""
_SERVER: Final = "https://github.com"
_SERVERS: Final = re.compile(
    r"https://[A-Za-z0-9.-]+(:[0-9]+)?|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?"
)
_NAMES: Final = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_REVISION: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+@=,-]*")
_ABSENT: Final = re.compile(r"not our ref|not found on the remote|couldn't find remote ref")
_REMOTE: Final = "origin"
_PATIENCE: Final = 300.0
"""Seconds for a fetch, which may bring a part of the history."""


def access(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables that give git the token of the workflow, for this repository's address and no other.

    None where the environment names no token or no repository. They hold a secret: for the environment
    of git only.
    """
    return variables(credentials(environ), environ)


def credentials(environ: Mapping[str, str] = os.environ) -> list[tuple[str, str]]:
    """As `access`, as settings of git."""
    token = next((environ[name] for name in TOKENS if environ.get(name)), "")
    server = (environ.get("GITHUB_SERVER_URL") or _SERVER).rstrip("/")
    name = environ.get("GITHUB_REPOSITORY", "")
    if not token or not _SERVERS.fullmatch(server) or not _NAMES.fullmatch(name):
        return []
    return [
        setting
        for address in (f"{server}/{name}", f"{server}/{name}.git")
        for setting in authorization(address, token)
    ]


def authorization(address: str, token: str) -> list[tuple[str, str]]:
    """Settings with which git shows the token at `address` and below, in place of what it showed there.

    GitHub refuses a request that carries two.
    """
    encoded = b64encode(f"x-access-token:{token}".encode()).decode()
    key = f"http.{address}.extraHeader"
    return [(key, ""), (key, f"Authorization: Basic {encoded}")]


def variables(settings: Iterable[tuple[str, str]], environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Settings as variables for git, after those that the environment has already; none for none."""
    given = environ.get("GIT_CONFIG_COUNT", "")
    number = int(given) if given.isdecimal() else 0
    made: dict[str, str] = {}
    for key, value in settings:
        made |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        number += 1
    return made | {"GIT_CONFIG_COUNT": str(number)} if made else {}


def fetch_commit(repository: Repository, revision: str) -> str:
    """The id of the commit that `revision` names at `origin`; it is here afterwards.

    `revision` is a whole id, or a branch, tag or reference as it stands at `origin` now. No reference
    moves, and a shallow clone gets the commit without its history. Raises InputError when `origin` has
    no such commit, ProviderError when it cannot be asked.
    """
    if not _REVISION.fullmatch(revision) or ".." in revision:
        raise _unknown(revision)
    commit = revision if _COMMIT.fullmatch(revision) else _resolved(repository, revision)
    if repository.commit(commit) is None:
        shallow = repository.text("rev-parse", "--is-shallow-repository") == "true"
        answer = _fetch(repository, commit, *(["--depth=1"] if shallow else []))
        if answer.code and _ABSENT.search(answer.reason):
            raise _unknown(revision)
        _require(answer)
    found = repository.commit(commit)
    if found is None:
        raise _unknown(revision)
    return found


def list_references(repository: Repository, *patterns: str) -> str:
    """What `git ls-remote --symref` says of the references of `origin` that match one of `patterns`.

    Raises ProviderError when it cannot be asked.
    """
    answer = _reach(repository, "ls-remote", "--symref", "--", _REMOTE, *patterns)
    if answer.code:
        raise _failure(answer)
    return answer.output


def deepen(repository: Repository, commits: int) -> None:
    """Adds so many commits to the history of a shallow clone's HEAD. Raises ProviderError."""
    _require(_fetch(repository, repository.head(), f"--deepen={commits}"))


def _resolved(repository: Repository, ref: str) -> str:
    commit = named_commit(list_references(repository, ref, f"{ref}^{{}}"), ref)
    if commit is None or not _COMMIT.fullmatch(commit):
        raise _unknown(ref)
    return commit


def _fetch(repository: Repository, commit: str, *options: str) -> Answer:
    """Brings a commit; no reference moves, not even those that follow `origin`."""
    return _reach(
        repository,
        "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-prune",
        "--recurse-submodules=no", "--refmap=", *options, "--", _REMOTE, commit,
    )  # fmt: skip


def _reach(repository: Repository, *arguments: str) -> Answer:
    return call("-C", str(repository.root), *arguments, env=access(), patience=_PATIENCE)


def _unknown(revision: str) -> InputError:
    return InputError(
        "unknown-commits",
        f"{_REMOTE} has no commit, branch or tag {printable(revision)[:100]}",
        fix="write a whole commit id, or a branch or tag that was pushed",
    )


def _require(answer: Answer) -> None:
    """Raises ProviderError where git has failed."""
    if answer.code:
        raise _failure(answer)


def _failure(answer: Answer) -> ProviderError:
    what = f"{_REMOTE} cannot be fetched from: {answer.reason}"
    if answer.trouble == "away":
        fix = "check the network and the address (git remote -v), then run the same command again"
        return ProviderError("git-unreachable", what, fix=fix)
    if answer.trouble == "access":
        fix = f"make `git fetch {_REMOTE}` work: log in, or give the token `contents: read`"
        return ProviderError("git-access", what, fix=fix)
    return ProviderError("git-failed", what, fix="run the same command again")
