"""Pull requests in a local repository: a branch, and a page that says what is on it."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

from msgspec.structs import replace

from runner.errors import ProviderError
from runner.forge import branches, commit, pages
from runner.forge.base import Proposal, PullRequest, State
from runner.forge.large import landing
from runner.forge.lfs import store_locally
from runner.forge.paths import vet as vet_paths
from runner.forge.vetting import vetted
from runner.repository.git import Repository

_TRIES: Final = 12


class LocalForge:
    """The branch `runner/<job>` and its page under `.runner/pulls`, without any server."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    def base(self) -> str:
        """See `Forge.base`: the commit that is checked out."""
        return self.repository.head()

    def thread(self, commit: str) -> str:
        """See `Forge.thread`: nobody talks here."""
        return ""

    def tell(self, thread: str, topic: str, text: str) -> None:
        """See `Forge.tell`."""

    def require_room(self, job: str, base: str, paths: Collection[str]) -> None:
        """See `Forge.require_room`."""
        vet_paths(paths)
        commit.file_modes(self.repository, base, paths)
        branches.survey(self.repository, job, base)

    def propose(self, proposal: Proposal) -> PullRequest:
        """See `Forge.propose`. Touches neither the working tree nor the index."""
        proposal = vetted(self.repository, proposal)
        pages.charts(proposal)
        with self._alone():
            landed = landing(self.repository, proposal)
            for file in landed.objects:
                store_locally(self.repository.common_directory, file)
            made = commit.build(self.repository, replace(proposal, files=landed.files))
            for attempt in range(_TRIES):
                time.sleep(0.02 * attempt * random.random())
                pull = self._place(proposal, made)
                if pull is not None:
                    return pull
        raise ProviderError(
            "branch-busy",
            f"the branches of {proposal.job} kept changing while its pull request was written",
            place=str(self.repository.root),
            fix="Try again.",
        )

    def _place(self, proposal: Proposal, made: str) -> PullRequest | None:
        """Put the commit `made` on the job's branch; None when the branch moved meanwhile."""
        existing = branches.survey(self.repository, proposal.job, proposal.base)
        for branch in existing:
            if branch.tip == made:
                notes = branches.avoided(existing, branch.number)
                return self._written(proposal, branch.name, made, "unchanged", *notes)
            if branch.standing in ("open", "busy") and _is_newer(branch, proposal):
                note = (
                    f"`{branch.name}` already holds the newer run {branch.run}, "
                    f"so {proposal.run} was not proposed. To propose it nevertheless, "
                    f"delete the branch first: git branch -D {branch.name}"
                )
                return self._answer(proposal, branch.name, branch.tip, "unchanged", note)
        target = branches.choose(existing, proposal.job)
        if self._tree(made) == self._tree(proposal.base):
            note = (
                "The repository already holds everything that this run produced: nothing is to be reviewed."
            )
            return self._answer(proposal, target.name, proposal.base, "unchanged", note)
        if not self._move(target, made, proposal.run):
            return None
        state: State = "updated" if target.rebuilt else "created"
        notes = (*target.notes, *self._no_longer_proposed(target, proposal))
        return self._written(proposal, target.name, made, state, *notes)

    def _no_longer_proposed(self, target: branches.Target, proposal: Proposal) -> list[str]:
        """What the proposal that stood here before would have changed, and this one does not."""
        if not target.rebuilt:
            return []
        changed = self.repository.git("diff-tree", "-r", "--name-only", "-z", f"{target.old}^", target.old)
        paths = [path for path in changed.decode(errors="replace").split("\0") if path]
        gone = [path for path in paths if not path.startswith("results/") and path not in proposal.files]
        if not gone:
            return []
        shown = ", ".join(gone[:3]) + (f" and {len(gone) - 3} more" if len(gone) > 3 else "")
        return [f"This replaces a proposal that also changed {shown}. It is still commit {target.old[:12]}."]

    def _tree(self, revision: str) -> str:
        return self.repository.text("rev-parse", "--verify", f"{revision}^{{tree}}")

    def _move(self, target: branches.Target, made: str, run: str) -> bool:
        """Point the branch at `made` if it still stands where it was seen; False when it does not."""
        reference = f"refs/heads/{target.name}"
        old = target.old or "0" * len(made)
        reason = f"runner: propose {commit.one_line(run)}"
        try:
            self.repository.git("update-ref", "--no-deref", "-m", reason, reference, made, old)
        except ProviderError as error:
            if (self.repository.commit(reference) or "") != target.old or "File exists" in error.message:
                return False
            raise
        return True

    def _answer(
        self,
        proposal: Proposal,
        name: str,
        tip: str,
        state: State,
        *notes: str,
    ) -> PullRequest:
        folder = pages.folder(self.repository, name)
        return PullRequest(
            branch=name,
            commit=tip,
            base=proposal.base,
            title=commit.one_line(proposal.title),
            draft=proposal.draft,
            state=state,
            page=str(folder / pages.PAGE),
            markdown=str(folder / pages.MARKDOWN),
            notes=notes,
        )

    def _written(
        self,
        proposal: Proposal,
        name: str,
        tip: str,
        state: State,
        *notes: str,
    ) -> PullRequest:
        """The answer, once its pages are on disk."""
        pull = self._answer(proposal, name, tip, state, *notes)
        pages.write(self.repository, proposal, pull)
        return pull

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one proposal at a time in this working tree, so that a branch and its page agree."""
        import fcntl

        folder = pages.all_pulls(self.repository)
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _is_newer(branch: branches.Branch, proposal: Proposal) -> bool:
    return branch.date > int(proposal.date) and branch.run != commit.one_line(proposal.run)
