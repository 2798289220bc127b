"""How the ledger's store reaches a remote of the repository, and what to say when it does not."""

from __future__ import annotations

import os
import re
from typing import Final, Literal

from runner.errors import ProviderError
from runner.ledger.contents import BRANCH
from runner.repository.access import credentials, variables
from runner.repository.git import Repository
from runner.repository.reaching import Answer

REMOTE: Final = "runner-ledger"
"""Our own name of the remote: it has one address, and no references that git would keep up to date."""
_NEEDED: Final = re.compile(
    r"(http|credential|url|ssh|protocol)\..*|core\.(sshcommand|askpass|gitproxy)", re.IGNORECASE | re.DOTALL
)
_OF_REMOTE: Final = re.compile(
    r"remote\.(.+)\.(url|pushurl|proxy|proxyauthmethod|uploadpack|receivepack|vcs)", re.DOTALL
)


def failure(answer: Answer, verb: Literal["fetch", "push"], remote: str) -> ProviderError:
    """What to raise when the ledger cannot be fetched from or pushed to the remote."""
    what = f"the ledger cannot be {verb}ed {'from' if verb == 'fetch' else 'to'} {remote}: {answer.reason}"
    if answer.trouble == "away":
        fix = "Check the network and the address (git remote -v), then run the same command again."
        return ProviderError("ledger-unreachable", what, place=BRANCH, fix=fix)
    if answer.trouble == "other":
        return ProviderError("ledger-git", what, place=BRANCH, fix="Run the same command again.")
    if verb == "fetch":
        fix = f"Make `git fetch {remote}` work: log in, or give the token `contents: write`."
    else:
        fix = f"Give the token `contents: write`, or let it push to the branch {BRANCH}."
    return ProviderError(f"ledger-{verb}", what, place=BRANCH, fix=fix)


def remotes(repository: Repository) -> dict[str, dict[str, str]]:
    """For every remote of the repository the settings with which another repository reaches it.

    The global ones are not among them: they hold anywhere. The token of a workflow is. May hold
    secrets: for the environment of git only.
    """
    listed = repository.git("config", "--list", "--show-scope", "-z").split(b"\0")[:-1]
    shared: list[tuple[str, str]] = []
    found: dict[str, list[tuple[str, str]]] = {}
    for scope, setting in zip(listed[::2], listed[1::2], strict=True):
        key, has_value, value = os.fsdecode(setting).partition("\n")
        of_remote = _OF_REMOTE.fullmatch(key)
        if of_remote:
            found.setdefault(of_remote[1], []).append((of_remote[2], value))
        elif scope in (b"local", b"worktree") and _NEEDED.fullmatch(key):
            shared.append((key, value if has_value else "true"))
    return {
        name: variables([*shared, *_one_place(settings), *credentials()])
        for name, settings in found.items()
        if any(key == "url" for key, _ in settings)
    }


def _one_place(settings: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A remote's settings with the address it is pushed to, as what is read must be what was written."""
    addresses = [value for key, value in settings if key == "pushurl"]
    addresses = addresses or [value for key, value in settings if key == "url"]
    rest = [(key, value) for key, value in settings if key not in ("url", "pushurl")]
    return [(f"remote.{REMOTE}.{key}", value) for key, value in [("url", addresses[0]), *rest]]
