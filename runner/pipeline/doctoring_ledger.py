"""Whether runs can be recorded, and what was recorded can be read."""

from __future__ import annotations

from functools import partial
from typing import Final

from runner.ledger import transport
from runner.ledger.branch import open_branch
from runner.ledger.contents import BRANCH
from runner.pipeline.checks import Check, look
from runner.pipeline.finding import open_ledger
from runner.pipeline.workspace import Workspace
from runner.repository.access import access
from runner.repository.reaching import call

MOST_NAMED: Final = 5

PROBE: Final = "runner-doctor"
"""The branch that nothing is ever pushed to: a push that is only rehearsed tells whether one may."""


def ledger(workspace: Workspace) -> list[Check]:
    """The ledger's place, and the files in it that are passed over, where there are any."""
    place = look("ledger", partial(_place, workspace))
    if not place.ok:
        return [place]
    known = open_ledger(workspace)
    known.read()
    if not known.unreadable:
        return [place]
    more = len(known.unreadable) - MOST_NAMED
    named = ", ".join(known.unreadable[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    fix = f"if a newer runner wrote them, take that one; otherwise remove them from {BRANCH}"
    return [place, Check("ledger files", False, f"passed over, as they hold no entry of a run: {named}", fix)]


def _place(workspace: Workspace) -> str:
    """Where runs are recorded: it can be read, and a push may be made there."""
    repository = workspace.repository
    wanted = workspace.settings.ledger.remote
    branch = open_branch(repository, wanted or None)
    with branch.alone():
        known = branch.tip() is not None
    remote = wanted or "origin"
    state = "exists" if known else "is made by the first launch"
    if remote not in transport.remotes(repository):
        return f"branch {BRANCH} of this repository, which has no remote; it {state}"
    answer = call(
        "-C", str(repository.root), "push", "--dry-run", "--porcelain", "--no-verify", "--no-signed",
        "--no-follow-tags", "--recurse-submodules=no", remote, f"HEAD:refs/heads/{PROBE}", env=access(),
    )  # fmt: skip
    if answer.code:
        raise transport.failure(answer, "push", remote)
    return f"branch {BRANCH} of {remote} {state}, and may be pushed to"
