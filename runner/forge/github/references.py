"""Branches at GitHub, moved only forwards: who comes second looks again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runner.forge.github.client import GitHub, in_words
from runner.forge.github.words import said

if TYPE_CHECKING:
    from github import GithubException
    from github.GitRef import GitRef

_OVERTAKEN: Final = (
    "reference already exists",
    "reference does not exist",
    "not a fast forward",
    "but expected",
    "reference cannot be updated",
    "reference update failed",
)


def create_branch(hub: GitHub, branch: str, commit: str) -> bool:
    """Makes a branch; False where somebody else just did. Raises ProviderError."""
    from github import GithubException

    reference = f"refs/heads/{branch}"

    def standing() -> GitRef | None:
        try:
            found = hub.repository.get_git_ref(f"heads/{branch}")
            return found if found.object.sha == commit else None
        except GithubException as error:
            if error.status == 404:
                return None
            raise

    with in_words(f"create the branch {branch}"):
        try:
            hub.once(lambda: hub.repository.create_git_ref(reference, commit), standing)
        except GithubException as error:
            if _is_overtaken(error):
                return False
            raise
    return True


def advance_branch(hub: GitHub, branch: str, commit: str) -> bool:
    """Moves a branch forwards; False where it stands elsewhere than was seen. Raises ProviderError."""
    from github import GithubException
    from github.GitRef import GitRef

    address = f"{hub.repository.url}/git/refs/heads/{branch}"
    reference = GitRef(hub.repository.requester, {}, {"url": address}, completed=True)
    with in_words(f"update the branch {branch}"):
        try:
            reference.edit(commit, force=False)
        except GithubException as error:
            if _is_overtaken(error):
                return False
            raise
    return True


def _is_overtaken(error: GithubException) -> bool:
    """Whether the branch was not as we saw it. Anything else (a protected branch) is a refusal."""
    reason = said(error).lower()
    return error.status in (409, 422) and any(words in reason for words in _OVERTAKEN)
