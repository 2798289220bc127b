"""Pull requests at GitHub: one living one for each job, built through the Git Data API."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from runner.errors import ProviderError
from runner.forge import commit
from runner.forge.base import Proposal, PullRequest
from runner.forge.github import comments
from runner.forge.github.client import GitHub
from runner.forge.github.deciding import held, reason_to_leave
from runner.forge.github.objects import Content, create_commit, create_tree, prepare
from runner.forge.github.publishing import Publication, answer
from runner.forge.github.references import advance_branch, create_branch
from runner.forge.github.survey import Place, find_place, read_references
from runner.forge.github.tip import Tip
from runner.forge.large import landing
from runner.forge.lfs import upload
from runner.forge.paths import vet as vet_paths
from runner.forge.vetting import vetted
from runner.repository.access import fetch_commit
from runner.repository.git import Repository

_TRIES: Final = 8
_THREAD: Final = re.compile(r"pull/(?P<number>[1-9][0-9]{0,9})|commit/(?P<commit>[0-9a-f]{40,64})")


class GitHubForge:
    """The branch `runner/<job>` at GitHub and its pull request. `labels` decorate new ones."""

    def __init__(self, hub: GitHub, repository: Repository, labels: Sequence[str] = ()) -> None:
        self.hub = hub
        self.repository = repository
        self.labels = tuple(labels)

    def base(self) -> str:
        """See `Forge.base`: the default branch as it stands at GitHub now."""
        return fetch_commit(self.repository, read_references(self.repository).base)

    def require_room(self, job: str, base: str, paths: Collection[str]) -> None:
        """See `Forge.require_room`. Asks GitHub for nothing."""
        vet_paths(paths)
        commit.file_modes(self.repository, base, paths)

    def propose(self, proposal: Proposal) -> PullRequest:
        """See `Forge.propose`. Every update of a branch is a fast forward: no commit is ever lost."""
        proposal = vetted(self.repository, proposal)
        landed = landing(self.repository, proposal)
        content = prepare(self.repository, proposal.base, landed.files)
        for attempt in range(_TRIES):
            time.sleep(0.2 * attempt * random.random())
            references = read_references(self.repository, proposal.job)
            place = find_place(self.hub, references, proposal.job)
            reason = reason_to_leave(place, proposal, content)
            if reason:
                return self._left(proposal, place, reason)
            made = held(place, proposal, content) or self._placed(proposal, place, content, landed.objects)
            pull = self._published(proposal, place, made, references.into) if made else None
            if pull is not None:
                return pull
        raise ProviderError(
            "branch-busy",
            f"the branches of {proposal.job} kept changing while its pull request was written",
            place=self.hub.name,
            fix="Run the same command again.",
        )

    def thread(self, commit: str) -> str:
        """See `Forge.thread`: the pull request that the commit came from, else the commit."""
        number = comments.find_pull(self.hub, commit)
        return f"pull/{number}" if number else f"commit/{commit}"

    def tell(self, thread: str, topic: str, text: str) -> None:
        """See `Forge.tell`."""
        found = _THREAD.fullmatch(thread)
        if found is None:
            return
        if found["number"]:
            comments.living_comment(self.hub, int(found["number"]), topic, text)
        else:
            comments.living_commit_comment(self.hub, found["commit"], topic, text)

    def _placed(self, proposal: Proposal, place: Place, content: Content, large: Sequence[Path]) -> str:
        """The new commit, on the branch; empty where that moved meanwhile."""
        if large:
            upload(f"{self.hub.web}.git", self.hub.token, large)
        create_tree(self.hub, content)
        made = create_commit(self.hub, proposal, content, self._parents(place.tip, proposal.base))
        move = create_branch if place.tip is None else advance_branch
        return made if move(self.hub, place.branch, made) else ""

    def _parents(self, tip: Tip | None, base: str) -> list[str]:
        """Both the branch's tip and the base come before the new commit."""
        if tip is None or self._is_before(tip.commit, base):
            return [base]
        return [tip.commit] if tip.includes(base) else [tip.commit, base]

    def _is_before(self, commit: str, base: str) -> bool:
        """Whether a commit is known here, and part of the history of the base."""
        if self.repository.commit(commit) is None:
            return False
        return not self.repository.git("rev-list", "--max-count=1", commit, "--not", base, "--")

    def _published(self, proposal: Proposal, place: Place, made: str, into: str) -> PullRequest | None:
        """The pull request of a commit; None where its branch has moved on."""

        def stands() -> bool:
            return read_references(self.repository, proposal.job).branches.get(place.branch) == made

        return Publication(
            hub=self.hub,
            proposal=proposal,
            place=place,
            commit=made,
            into=into,
            labels=self.labels,
            stands=stands,
        ).publish()

    def _left(self, proposal: Proposal, place: Place, reason: str) -> PullRequest:
        """The answer where nothing is done."""
        stands = proposal.base if place.tip is None else place.tip.commit
        notes = (reason, *place.notes)
        return answer(self.hub, proposal, place.branch, stands, place.pull, "unchanged", notes)
