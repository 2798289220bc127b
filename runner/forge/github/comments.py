"""What is said to people on GitHub: comments that are kept up to date, replies, reactions, statuses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from runner.forge.github.client import GitHub, in_words

if TYPE_CHECKING:
    from github.Commit import Commit
    from github.CommitComment import CommitComment
    from github.CommitStatus import CommitStatus
    from github.Issue import Issue
    from github.IssueComment import IssueComment


_LONGEST: Final = 65_000
_LONGEST_DESCRIPTION: Final = 140
_WRITERS: Final = ("admin", "write")
"""What the API says of those who may push; of those who maintain it says `write`."""
_SKEW: Final = 120
"""Seconds by which GitHub's clock may differ from ours."""

Reaction = Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]
StatusState = Literal["error", "failure", "pending", "success"]


class Said(Struct, frozen=True):
    """What a person wrote in a comment."""

    login: str
    body: str


def said_by_people(hub: GitHub, number: int) -> list[Said]:
    """The comments on a pull request, oldest first: those of people, and none that was edited since.

    Raises ProviderError.
    """
    with in_words(f"read the comments on #{number}"):
        return [
            Said(one.user.login, one.body)
            for one in hub.repository.get_issue(number).get_comments()
            if one.user is not None and one.user.type == "User" and one.updated_at == one.created_at
        ]


def living_comment(hub: GitHub, number: int, topic: str, text: str, *, create: bool = True) -> None:
    """Keeps one comment for a topic on an issue or pull request: written once, then changed in place.

    It is known by the watermark that it begins with, and only among our own. Without `create` one that
    is not there is not written. Raises ProviderError.
    """
    with in_words(f"comment on #{number}"):
        _keep(hub, hub.repository.get_issue(number), topic, text, create=create)


def living_commit_comment(hub: GitHub, commit: str, topic: str, text: str) -> None:
    """As `living_comment`, on a commit."""
    with in_words(f"comment on the commit {commit[:12]}"):
        _keep(hub, hub.commit(commit), topic, text)


def reply(hub: GitHub, number: int, text: str) -> None:
    """Writes a new comment on an issue or pull request. Raises ProviderError."""
    from datetime import UTC, datetime, timedelta

    issue, body = hub.repository.get_issue(number), _cut(text)
    since = datetime.now(UTC) - timedelta(seconds=_SKEW)

    def written() -> IssueComment | None:
        return next(
            (one for one in issue.get_comments(since) if _is_ours(hub, one) and one.body == body), None
        )

    with in_words(f"comment on #{number}"):
        hub.once(lambda: issue.create_comment(body), written)


def react(hub: GitHub, comment_id: int, content: Reaction) -> None:
    """Adds a reaction to a comment on an issue or pull request. Raises ProviderError."""
    from github.IssueComment import IssueComment

    known = {"url": f"{hub.repository.url}/issues/comments/{comment_id}"}
    comment = IssueComment(hub.repository.requester, {}, known, completed=True)
    with in_words("react to a comment"):
        hub.once(lambda: comment.create_reaction(content), lambda: None)  # a second one is the first


def may_write(hub: GitHub, login: str) -> bool:
    """Whether somebody may push to the repository, as the API says now. Raises ProviderError."""
    from github import GithubException

    with in_words(f"ask what {login} may do"):
        try:
            return hub.repository.get_collaborator_permission(login) in _WRITERS
        except GithubException as error:
            if error.status == 404:
                return False
            raise


def find_pull(hub: GitHub, commit: str) -> int | None:
    """The number of the merged pull request that brought a commit; None where it came by itself.

    Raises ProviderError.
    """
    with in_words(f"find the pull request of the commit {commit[:12]}"):
        pulls = [pull for pull in hub.commit(commit).get_pulls().get_page(0) if pull.merged_at]
    exact = [pull for pull in pulls if pull.merge_commit_sha == commit]
    return next((pull.number for pull in (*exact, *pulls)), None)


def set_status(
    hub: GitHub, commit: str, state: StatusState, context: str, description: str, url: str = ""
) -> None:
    """Sets a status of a commit. Past 140 characters the description is cut. Raises ProviderError."""
    from github.GithubObject import NotSet

    one = hub.commit(commit)
    line = re.sub(r"\s+", " ", description).strip()
    line = line if len(line) <= _LONGEST_DESCRIPTION else line[: _LONGEST_DESCRIPTION - 1] + "…"

    def stands() -> CommitStatus | None:
        known = next((status for status in one.get_statuses().get_page(0) if status.context == context), None)
        return known if known is not None and (known.state, known.description) == (state, line) else None

    with in_words(f"set the status {context}"):
        hub.once(lambda: one.create_status(state, url or NotSet, line, context), stands)


def _keep(hub: GitHub, place: Issue | Commit, topic: str, text: str, *, create: bool = True) -> None:
    mark = f"<!-- runner:{re.sub(r'[^A-Za-z0-9 _./]+', '-', topic)} -->"
    body = _cut(f"{mark}\n{text}")
    known = _marked(hub, place, mark)
    if known is None:
        if create:
            hub.once(lambda: place.create_comment(body), lambda: _marked(hub, place, mark))
    elif known.body != body:
        known.edit(body)


def _marked(hub: GitHub, place: Issue | Commit, mark: str) -> IssueComment | CommitComment | None:
    """Our comment that begins with the watermark."""
    comments: Iterable[IssueComment | CommitComment] = place.get_comments()
    return next((one for one in comments if one.body.startswith(mark) and _is_ours(hub, one)), None)


def _is_ours(hub: GitHub, comment: IssueComment | CommitComment) -> bool:
    """Whether the one who acts wrote a comment. A bot cannot ask for its own name: any bot's will do."""
    if hub.is_bot:
        return comment.user is not None and comment.user.type == "Bot"
    return comment.user is not None and comment.user.login == hub.login


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 20]}\n\n_Cut for length._"
