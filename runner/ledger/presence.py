"""Whether anything suggests that a repository has a ledger, found out without asking anybody."""

from __future__ import annotations

import os

from runner.ledger.contents import BRANCH
from runner.repository.git import STATE_DIRECTORY, Repository


def in_use(repository: Repository) -> bool:
    """Whether the ledger was read here before, or this clone knows the branch.

    A workflow's checkout knows one branch only, and may have others to look for.
    """
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return True
    if (repository.root / STATE_DIRECTORY / "ledger.git").is_dir():
        return True
    known = repository.text("for-each-ref", "--count=1", f"refs/heads/{BRANCH}", f"refs/remotes/*/{BRANCH}")
    return bool(known)
