"""Whether a proposal is to be made at all, from what stands at GitHub."""

from __future__ import annotations

from runner.forge.base import Proposal
from runner.forge.commit import one_line
from runner.forge.github import body
from runner.forge.github.objects import Content
from runner.forge.github.survey import Place


def held(place: Place, proposal: Proposal, content: Content) -> str:
    """The branch's commit, where it is of this very run and on the same tree; empty otherwise."""
    tip = place.tip
    if tip is None or not tip.by_bot or tip.run != one_line(proposal.run) or tip.tree != content.tree:
        return ""
    return tip.commit


def reason_to_leave(place: Place, proposal: Proposal, content: Content) -> str:
    """Why nothing is to be done, as a sentence; empty where something is."""
    return (
        _already_decided(place, proposal)
        or _overtaken(place, proposal)
        or (
            "The repository already holds everything that this run produced: nothing is to be reviewed."
            if content.tree == content.base_tree
            else ""
        )
    )


def _already_decided(place: Place, proposal: Proposal) -> str:
    """What people did with the pull request of this very run stands."""
    pull, tip = place.pull, place.tip
    if pull is None or pull.state == "open":
        return ""
    is_merged_run = place.is_merged and tip is not None and tip.run == one_line(proposal.run)
    if not body.is_of(pull.body, proposal) and not is_merged_run:
        return ""
    if pull.merged_at is not None:
        return f"Pull request #{pull.number} with this run was merged: nothing is to be reviewed."
    return (
        f"Pull request #{pull.number} with this run was closed, so it was left alone. "
        "Reopen it to review the run after all."
    )


def _overtaken(place: Place, proposal: Proposal) -> str:
    """A newer run that waits for review is not replaced."""
    tip = place.tip
    if tip is None or not tip.by_bot or place.is_merged or tip.run == one_line(proposal.run):
        return ""
    if tip.ended <= int(proposal.date):
        return ""
    return (
        f"`{place.branch}` already holds the newer run {tip.run}, so {proposal.run} was not proposed. "
        "To propose it nevertheless, delete the branch and collect the run again."
    )
