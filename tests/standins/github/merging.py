"""Merges: on trial for open pull requests, and for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.standins.github.commits import SIGNER, read_commit, signature, write_commit
from tests.standins.github.git import ABSENT
from tests.standins.github.identity import Identity
from tests.standins.github.references import point
from tests.standins.github.repository import Repository
from tests.standins.github.state import Pull

Method = Literal["merge", "squash"]


@dataclass(frozen=True)
class Mergeability:
    """Whether a pull request can be merged; None: GitHub has not looked yet."""

    mergeable: bool | None
    state: str


UNKNOWN = Mergeability(None, "unknown")


def try_merge(repository: Repository, pull: Pull) -> Mergeability:
    """Merge an open pull request on trial, into refs/pull/N/merge, as GitHub does when somebody looks."""
    tip = repository.branch(pull.base)
    if pull.state != "open" or tip is None:
        return UNKNOWN
    tree = repository.history.merged_tree(tip, pull.head_sha)
    if not tree:
        return Mergeability(False, "dirty")
    last = read_commit(repository.git, pull.merge_commit_sha or ABSENT)
    if last is None or last.parents != (tip, pull.head_sha):
        message = f"Merge {pull.head_sha} into {tip}"
        who = signature(*SIGNER)
        pull.merge_commit_sha = write_commit(repository.git, tree, [tip, pull.head_sha], message, who, who)
        point(repository.git, f"refs/pull/{pull.number}/merge", pull.merge_commit_sha)
    return Mergeability(True, "draft" if pull.draft else "clean")


def merge_commit(
    repository: Repository, pull: Pull, method: Method, who: Identity, title: str | None, message: str | None
) -> str:
    """The commit that a merge puts on the base; the pull request must be mergeable."""
    tip = repository.branch(pull.base)
    assert tip is not None
    tree = repository.history.merged_tree(tip, pull.head_sha)
    owner = pull.head_repository.split("/")[0]
    merged = f"Merge pull request #{pull.number} from {owner}/{pull.head}"
    subject, body = (merged, pull.title) if method == "merge" else squash_message(repository, pull, tip)
    text = f"{title or subject}\n\n{body if message is None else message}".rstrip("\n") + "\n"
    parents = [tip, pull.head_sha] if method == "merge" else [tip]
    by = who if method == "merge" else Identity(pull.login)
    author = signature(by.login, by.address)
    return write_commit(repository.git, tree, parents, text, author, signature(*SIGNER))


def squash_message(repository: Repository, pull: Pull, tip: str) -> tuple[str, str]:
    """What GitHub proposes for a squash: one commit keeps its message, several are listed."""
    commits = [read_commit(repository.git, sha) for sha in repository.history.between(tip, pull.head_sha)]
    told = [commit.message for commit in commits if commit is not None]
    if len(told) == 1:
        subject, _, body = told[0].partition("\n\n")
        return f"{subject} (#{pull.number})", body
    return f"{pull.title} (#{pull.number})", "\n\n".join(f"* {message}" for message in told)
