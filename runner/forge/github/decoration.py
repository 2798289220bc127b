"""Labels, reviewers and assignees of a new pull request: nothing rests on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from runner.forge.github.client import GitHub
from runner.forge.github.words import noted
from runner.wording import shown

if TYPE_CHECKING:
    from github.PullRequest import PullRequest

_USER: Final = re.compile(r"@([A-Za-z0-9][A-Za-z0-9-]{0,38})")
_TEAM: Final = re.compile(r"@[A-Za-z0-9][A-Za-z0-9-]{0,38}/([A-Za-z0-9][A-Za-z0-9_.-]{0,99})")
_MOST: Final = 10
"""So many people are asked, and so many can be assigned."""


def decorate(hub: GitHub, pull: PullRequest, labels: Sequence[str], owners: Sequence[str]) -> tuple[str, ...]:
    """Labels a pull request and asks its owners to review it; what cannot be done becomes a note.

    At most three requests, unless somebody among the owners cannot be asked.
    """
    asked = owners[:_MOST]
    users = [found[1] for found in map(_USER.fullmatch, asked) if found]
    teams = [found[1] for found in map(_TEAM.fullmatch, asked) if found]
    unknown = [one for one in asked if not _USER.fullmatch(one) and not _TEAM.fullmatch(one)]
    notes = [
        f"{shown(one)} is neither `@user` nor `@organization/team`, and was not asked." for one in unknown
    ]
    if labels:
        notes += _tried(hub, "It could not be labelled", lambda: pull.add_to_labels(*labels))
    notes += _reviewers(hub, pull, users, teams)
    if users:
        notes += _tried(hub, "It could not be assigned", lambda: pull.add_to_assignees(*users))
    return tuple(notes)


def _reviewers(hub: GitHub, pull: PullRequest, users: list[str], teams: list[str]) -> list[str]:
    """Asks all at once; where GitHub refuses, one by one, so that one name does not spoil the others."""
    everybody = [*(([user], []) for user in users), *(([], [team]) for team in teams)]
    if len(everybody) > 1 and not _asked(hub, pull, users, teams):
        return []
    return [note for alone in everybody for note in _asked(hub, pull, *alone)]


def _asked(hub: GitHub, pull: PullRequest, users: list[str], teams: list[str]) -> tuple[str, ...]:
    from github.GithubObject import NotSet

    names = ", ".join((*users, *teams))
    return _tried(
        hub,
        f"{names} could not be asked to review",
        lambda: pull.create_review_request(users or NotSet, teams or NotSet),
    )


def _tried(hub: GitHub, what: str, act: Callable[[], object]) -> tuple[str, ...]:
    """Done twice it is done once, so a failure at GitHub is followed by another try."""
    return noted(what, lambda: hub.once(act, lambda: None))
