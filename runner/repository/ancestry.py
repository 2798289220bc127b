"""Where the histories of two commits parted, found out in shallow clones as well."""

from __future__ import annotations

import re
from typing import Final

from runner.errors import ProviderError
from runner.repository.access import access
from runner.repository.git import Repository
from runner.repository.reaching import call
from runner.repository.store import Store

_PATIENCE = 300.0
"""Seconds for the fetch of a whole history, without the files in it."""
_COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def merge_base(repository: Repository, one: str, other: str) -> str | None:
    """The commit that both histories come from; None where they have nothing in common.

    `one` and `other` are commits that `origin` has. In a shallow clone their histories, without any
    files, are fetched into a store of our own. Raises ProviderError when that fails.
    """
    if repository.text("rev-parse", "--is-shallow-repository") == "false":
        return _common(f"--git-dir={repository.common_directory}", one, other)
    store = Store(repository.state_directory() / "history.git", repository)
    store.lay_out(object_format="sha1" if len(one) == 40 else "sha256")
    address = repository.text("config", "--get", "remote.origin.url")
    answer = call(
        "-C", str(repository.root), f"--git-dir={store.directory}",
        "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--filter=tree:0",
        "--", address, one, other, env=access(), patience=_PATIENCE,
    )  # fmt: skip
    if answer.code:
        raise ProviderError(
            "git-failed",
            f"the history of the commits cannot be fetched: {answer.reason}",
            fix="check out the whole history (fetch-depth: 0), or run the same command again",
        )
    return _common(f"--git-dir={store.directory}", one, other)


def is_older(repository: Repository, one: str, other: str) -> bool | None:
    """Whether the commit `other` builds on `one`; None where that cannot be told from what is here.

    `other` may be any text that is to name a commit. In a shallow clone both are looked for at `origin`, and
    ProviderError is raised where it does not answer.
    """
    known = repository.commit(other)
    if known == one:
        return False
    if known is None:
        whole = repository.text("rev-parse", "--is-shallow-repository") == "false"
        if whole or not _COMMIT.fullmatch(other):
            return None
    return merge_base(repository, one, known or other) == one


def _common(directory: str, one: str, other: str) -> str | None:
    answer = call(directory, "merge-base", one, other, env={})
    return answer.output.strip() or None
