"""Pull requests at GitHub: found, opened once, brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.forge.github.client import GitHub, in_words
from runner.forge.github.words import noted, said

if TYPE_CHECKING:
    from github import GithubException
    from github.PullRequest import PullRequest


def newest_pull(hub: GitHub, branch: str) -> PullRequest | None:
    """The open pull request of a branch of this repository, else its newest. One request. ProviderError."""
    with in_words(f"look for the pull request of {branch}"):
        listed = hub.repository.get_pulls(
            state="all", head=f"{hub.owner}:{branch}", sort="created", direction="desc"
        ).get_page(0)
        pulls = [pull for pull in listed if pull.head.ref == branch and not _is_from_elsewhere(pull)]
        return next((pull for pull in pulls if pull.state == "open"), pulls[0] if pulls else None)


def open_pull(hub: GitHub, branch: str, into: str, title: str, body: str, *, draft: bool) -> PullRequest:
    """Opens a pull request, or finds the one that is open for the branch.

    It is no draft where the repository has none. Raises ProviderError.
    """
    from github import GithubException

    def create(draft: bool) -> PullRequest:
        return hub.repository.create_pull(into, branch, title=title, body=body, draft=draft)

    def standing() -> PullRequest | None:
        pull = newest_pull(hub, branch)
        return pull if pull is not None and pull.state == "open" else None

    with in_words(f"open the pull request of {branch}"):
        try:
            return hub.once(lambda: create(draft), standing, _may_stand)
        except GithubException as error:
            if not draft or "draft pull requests are not supported" not in said(error).lower():
                raise
            return hub.once(lambda: create(False), standing, _may_stand)


def edit_pull(pull: PullRequest, title: str, body: str) -> None:
    """Gives a pull request a new title and body. Raises ProviderError."""
    with in_words(f"change pull request #{pull.number}"):
        pull.edit(title=title, body=body)


def set_draft(hub: GitHub, pull: PullRequest, *, draft: bool) -> tuple[str, ...]:
    """Makes a pull request a draft, or ready for review. Where GitHub refuses, a note says so."""

    def change() -> PullRequest:
        pull.convert_to_draft() if draft else pull.mark_ready_for_review()
        return pull

    def standing() -> PullRequest | None:
        found = hub.repository.get_pull(pull.number)
        return found if found.draft == draft else None

    what = "made a draft" if draft else "marked as ready for review"
    return noted(f"It could not be {what}", lambda: hub.once(change, standing))


def _may_stand(error: GithubException) -> bool:
    """Whether there may be one after a refusal, or soon: a new branch is not known everywhere at once."""
    reason = said(error)
    return error.status >= 500 or "already exists" in reason or "head invalid" in reason


def _is_from_elsewhere(pull: PullRequest) -> bool:
    """Whether a pull request comes from a fork, or from one that is gone."""
    return pull.head.repo is None or pull.head.repo.id != pull.base.repo.id
