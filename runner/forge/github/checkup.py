"""Whether this machine and GitHub are set up for each other: one question a function, and nothing written.

Each returns what was found in a few words, and raises ProviderError, with the fix, where it is not well.
"""

from __future__ import annotations

from typing import Final

from runner.errors import InputError, ProviderError
from runner.forge.github.client import GitHub, in_words

APPROVAL: Final = "runner-approval"
"""The environment where workflows wait for a person's approval."""


def token(hub: GitHub) -> str:
    """Whose token it is. A request for a person's; others say it when they are used."""
    if not hub.is_bot:
        return f"of {hub.login}"
    if hub.starts_workflows:
        return "of a GitHub App"
    return "of the workflow: what is done with it starts no other workflow"


def contents(hub: GitHub) -> str:
    """That the repository may be written to, as far as GitHub tells. One request."""
    with in_words(f"look at {hub.name}"):
        allowed = hub.repository.permissions
        may = allowed is None or allowed.push is not False
    if not may:
        raise ProviderError(
            "github-read-only",
            f"the token may only read {hub.name}",
            fix="give it `contents: write`, or take the token of somebody who may push",
        )
    return f"{hub.name} may be written to"


def pull_requests(hub: GitHub) -> str:
    """That pull requests can be read; only writing one tells whether one may. One request."""
    with in_words("read the pull requests"):
        hub.repository.get_pulls(state="open").get_page(0)
    return "can be read"


def approvals(hub: GitHub) -> str:
    """That GitHub asks a person before a job enters the environment. One request.

    Needs the permission `actions: read`. Raises InputError where GitHub asks nobody.
    """
    from github import UnknownObjectException

    with in_words(f"look at the environment {APPROVAL}"):
        try:
            rules = hub.repository.get_environment(APPROVAL).protection_rules or []
        except UnknownObjectException:
            rules = []
        reviewers = sum(len(rule.reviewers or []) for rule in rules if rule.type == "required_reviewers")
    if not reviewers:
        raise InputError(
            "approval-unprotected",
            "it has no required reviewers, so that nobody is asked for an approval",
            place=f"environment {APPROVAL}",
            fix=f"Under Settings → Environments → {APPROVAL} → Required reviewers, name those who may agree. "
            "Then run this again.",
        )
    return f"GitHub asks the reviewers of {APPROVAL}"


def app(hub: GitHub) -> str:
    """What comes of it that there is a GitHub App, or none."""
    if hub.starts_workflows:
        return "configured: checks run on the bot's pull requests"
    return "none: on the bot's pull requests checks run once somebody closes and reopens them"
