"""A commit of the bot on its branch → its status, its pull request, and a word to the people there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from runner.errors import ProviderError
from runner.forge.base import Proposal, PullRequest, State
from runner.forge.github import body
from runner.forge.github.client import GitHub
from runner.forge.github.comments import living_comment, set_status
from runner.forge.github.decoration import decorate
from runner.forge.github.pulls import edit_pull, open_pull, set_draft
from runner.forge.github.survey import Place
from runner.results.markdown import code, escape

if TYPE_CHECKING:
    from github.PullRequest import PullRequest as Pull

STATUS: Final = "runner/verdict"
_TOPIC: Final = "proposal"
_MARKUP: Final = re.compile(r"\\([!-/:-@\[-`{-~])|\*\*|`|\u200b")
_WITHOUT_DRAFTS: Final = "GitHub has no drafts in this repository: mind the verdict before merging."


class Publication(Struct, frozen=True, kw_only=True):
    """A proposal whose `commit` is on the branch at `place`.

    `into` is the branch to merge into, `labels` decorate a new pull request. `stands` asks whether the
    branch still holds the commit: who was overtaken touches nobody's pull request.
    """

    hub: GitHub
    proposal: Proposal
    place: Place
    commit: str
    into: str
    labels: Sequence[str]
    stands: Callable[[], bool]

    def publish(self) -> PullRequest | None:
        """The pull request; None for who was overtaken. Repeated, it finishes what was begun.

        The description is written last: where that is of the commit, all is done. Raises ProviderError.
        """
        pull = self.place.pull
        if pull is not None and pull.state == "open" and self._describes(pull):
            return self._answer(pull, "unchanged", self.place.notes)
        notes = (*self.place.notes, *self._set_status())
        if pull is None or pull.merged_at is not None or (pull.state == "closed" and self.place.tip is None):
            return self._open(notes)
        return self._update(pull, notes)

    def _open(self, notes: tuple[str, ...]) -> PullRequest | None:
        title, text = body.title(self.proposal), self._render(notes)
        draft = self.proposal.draft
        pull = open_pull(self.hub, self.place.branch, self.into, title, text, draft=draft)
        if not self._describes(pull):  # somebody else opened it at the same time
            return self._update(pull, notes)
        if draft and not pull.draft:
            notes = (*notes, _WITHOUT_DRAFTS)
        notes = (*notes, *decorate(self.hub, pull, self.labels, self.proposal.owners))
        return self._answer(pull, "created", notes)

    def _update(self, pull: Pull, notes: tuple[str, ...]) -> PullRequest | None:
        """Brings a pull request up to date, where people may have closed it."""
        if not self.stands():
            return None
        if pull.state == "closed":
            notes = (*notes, self._tell_how_to_reopen(pull))
        elif pull.draft != self.proposal.draft:
            notes = (*notes, *set_draft(self.hub, pull, draft=self.proposal.draft))
        edit_pull(pull, body.title(self.proposal), self._render(notes))
        return self._answer(pull, "updated", notes)

    def _describes(self, pull: Pull) -> bool:
        """Whether the description is of this commit."""
        return body.is_of(pull.body, self.proposal) and self.commit in (pull.body or "")

    def _render(self, notes: Sequence[str]) -> str:
        return body.render(self.hub, self.proposal, self.commit, notes)

    def _answer(self, pull: Pull, state: State, notes: tuple[str, ...]) -> PullRequest:
        return answer(self.hub, self.proposal, self.place.branch, self.commit, pull, state, notes)

    def _set_status(self) -> tuple[str, ...]:
        """Makes the verdict a status of the commit; a note where the token may not."""
        proposal = self.proposal
        line = _MARKUP.sub(lambda found: found[1] or "", proposal.verdict_line)
        summary = f"{body.folder(self.hub, proposal, self.commit)}summary.md"
        state: Literal["success", "failure"] = "success" if proposal.verdict == "pass" else "failure"
        try:
            set_status(self.hub, self.commit, state, STATUS, line or f"Verdict: {proposal.verdict}.", summary)
        except ProviderError as error:
            if error.code not in ("github-permission", "github-missing"):
                raise
            return (f"The commit has no status `{STATUS}`: {error.message}. {error.fix}",)
        return ()

    def _tell_how_to_reopen(self, pull: Pull) -> str:
        """Says in a closed pull request what came: what a person closed stays closed."""
        text = (
            f"**{escape(body.title(self.proposal))}**\n\n"
            f"The run {code(self.proposal.run)} brought these results. This pull request was closed, so it "
            f"stays closed; its branch {code(self.place.branch)} holds them in {self.commit}. "
            "To review them, reopen it. To have the next run open a new one, delete the branch."
        )
        living_comment(self.hub, pull.number, _TOPIC, text)
        return (
            f"Pull request #{pull.number} was closed, so it stays closed; its branch has the results. "
            "Reopen it to review them."
        )


def answer(
    hub: GitHub,
    proposal: Proposal,
    branch: str,
    commit: str,
    pull: Pull | None,
    state: State,
    notes: tuple[str, ...],
) -> PullRequest:
    """What became of a proposal."""
    return PullRequest(
        branch=branch,
        commit=commit,
        base=proposal.base,
        title=body.title(proposal),
        draft=proposal.draft if pull is None else pull.draft,
        state=state,
        page="" if pull is None else f"{hub.web}/pull/{pull.number}",
        notes=notes,
        number=0 if pull is None else pull.number,
    )
