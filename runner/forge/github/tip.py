"""A commit at GitHub, and whether the bot made it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from runner.forge.commit import BASE_TRAILER, ENDED_TRAILER, JOB_TRAILER, RUN_TRAILER
from runner.forge.github.client import GitHub
from runner.repository import bot

if TYPE_CHECKING:
    from github.GitCommit import GitCommit

_GITHUB: Final = ("GitHub", "noreply@github.com")
"""Who commits what is made through its pages and its API, and signs it."""


class Tip(Struct, frozen=True):
    """A commit, with its tree and parents.

    `by_bot` says that the bot made it; only then the rest holds: for which `run` of which `job`, when
    that run `ended` (seconds since the epoch), and on which commit it was built (`base`).
    """

    commit: str
    tree: str
    parents: tuple[str, ...]
    by_bot: bool
    run: str = ""
    job: str = ""
    ended: int = 0
    base: str = ""

    def includes(self, base: str) -> bool:
        """Whether the commit is known to come after `base`."""
        return base in (self.base, *self.parents)


def read_tip(hub: GitHub, commit: str) -> Tip:
    """One request. Raises what PyGithub raises."""
    found = hub.repository.get_git_commit(commit)
    parents = tuple(parent.sha for parent in found.parents)
    run, job = _trailer(found.message, RUN_TRAILER), _trailer(found.message, JOB_TRAILER)
    if not run or not job or not _made_by_bot(found):
        return Tip(found.sha, found.tree.sha, parents, by_bot=False)
    ended = _trailer(found.message, ENDED_TRAILER)
    return Tip(
        found.sha,
        found.tree.sha,
        parents,
        by_bot=True,
        run=run,
        job=job,
        ended=int(ended) if re.fullmatch(r"[0-9]{1,12}", ended) else 0,
        base=_trailer(found.message, BASE_TRAILER),
    )


def _made_by_bot(commit: GitCommit) -> bool:
    """Whether a bot made it through the API, or git did with our bot's name; amended by nobody."""
    author = (commit.author.name or "", commit.author.email or "")
    committer = (commit.committer.name or "", commit.committer.email or "")
    through_api = author[0].endswith("[bot]") and committer == _GITHUB
    return through_api or author == committer == (bot.NAME, bot.EMAIL)


def _trailer(message: str, name: str) -> str:
    """The value of a trailer; empty without it, and where it stands twice."""
    values = re.findall(rf"^{name}: *(.*?)\s*$", message, re.MULTILINE)
    return values[0] if len(values) == 1 else ""
