"""Which branch a job's pull request lives on at GitHub, so that nobody's work is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from runner.errors import InputError
from runner.forge.branches import PREFIX, branch_name, numbered
from runner.forge.github.client import GitHub, in_words
from runner.forge.github.pulls import newest_pull
from runner.forge.github.tip import Tip, read_tip
from runner.repository.access import list_references
from runner.repository.git import Repository

if TYPE_CHECKING:
    from github.PullRequest import PullRequest

_BRANCHES: Final = "refs/heads/"
_MOST: Final = 10
"""So many branches of one job are looked at."""


class References(Struct, frozen=True):
    """The default branch `into` and its commit `base`; the commits of the job's branches by name.

    A `blocked` name cannot be used: there are branches below it.
    """

    into: str
    base: str
    branches: dict[str, str] = {}
    blocked: frozenset[str] = frozenset()


class Place(Struct, frozen=True, kw_only=True):
    """Where the job's proposal goes: a branch, its tip where it exists, and its latest pull request.

    `notes` say why branches with lower numbers are not used.
    """

    branch: str
    tip: Tip | None
    pull: PullRequest | None
    notes: tuple[str, ...] = ()

    @property
    def is_merged(self) -> bool:
        """Whether all that is on the branch was merged."""
        pull = self.pull
        return pull is not None and self.tip is not None and _merged(pull, self.tip.commit)


def read_references(repository: Repository, job: str = "") -> References:
    """How the references stand at GitHub now, in one call of git.

    Raises InputError where there is no room for the job's branches, ProviderError.
    """
    own = f"{_BRANCHES}{PREFIX}"
    patterns = (own, f"{own}/{job}", f"{own}/{job}-*", f"{own}/{job}/*") if job else ()
    into, base, commits = "", "", {}
    for line in list_references(repository, "HEAD", *patterns).splitlines():
        value, _, name = line.partition("\t")
        if name == "HEAD" and value.startswith("ref: "):
            into = value.removeprefix("ref: ").removeprefix(_BRANCHES)
        elif name == "HEAD":
            base = value
        elif name.startswith(_BRANCHES):
            commits[name.removeprefix(_BRANCHES)] = value
    if not into or not base:
        raise InputError(
            "github-empty",
            "its default branch has no commit",
            place="origin",
            fix="Push a first commit to it.",
        )
    if PREFIX in commits:
        raise InputError(
            "branch-collision",
            f"a branch named {PREFIX} exists at GitHub, so there is no room for {PREFIX}/{job}",
            place=PREFIX,
            fix="Rename it, on the page of the repository's branches.",
        )
    names = numbered(commits, job)
    blocked = frozenset(name for name in names if name not in commits)
    return References(into, base, {name: commits[name] for name in names if name in commits}, blocked)


def find_place(hub: GitHub, references: References, job: str) -> Place:
    """The branch of the job's open proposal; otherwise the first name that is free or merged.

    Two requests for every branch of the job that exists, one where none does. Raises InputError,
    ProviderError.
    """
    names = {
        number: name for name, number in numbered({*references.branches, *references.blocked}, job).items()
    }
    reasons: dict[int, str] = {}
    merged: dict[int, Place] = {}
    for number, name in sorted(names.items()):
        if len(reasons) + len(merged) >= _MOST:
            raise _too_many(job)
        place, reason = _judged(hub, references, name, job)
        if reason:
            reasons[number] = reason
        elif place.is_merged:
            merged[number] = place
        else:
            return _with_notes(place, reasons)
    free = next(number for number in range(1, len(names) + 2) if number not in reasons)
    if free in merged:
        return _with_notes(merged[free], {at: why for at, why in reasons.items() if at < free})
    name = branch_name(job, free)
    place = Place(branch=name, tip=None, pull=newest_pull(hub, name))
    return _with_notes(place, {at: why for at, why in reasons.items() if at < free})


def _judged(hub: GitHub, references: References, name: str, job: str) -> tuple[Place, str]:
    """A branch with its tip and its pull request, and why it must be left alone, if so."""
    if name in references.blocked:
        return Place(branch=name, tip=None, pull=None), f"there are branches below `{name}/`"
    with in_words(f"read the branch {name}"):
        tip = read_tip(hub, references.branches[name])
    if tip.by_bot and tip.job != job:
        return Place(branch=name, tip=tip, pull=None), f"`{name}` is the proposal of the job {tip.job}"
    place = Place(branch=name, tip=tip, pull=newest_pull(hub, name))
    taken = not tip.by_bot and not place.is_merged
    return place, f"`{name}` holds a commit that is not the bot's" if taken else ""


def _merged(pull: PullRequest, commit: str) -> bool:
    return pull.merged_at is not None and pull.head.sha == commit


def _with_notes(place: Place, reasons: dict[int, str]) -> Place:
    notes = tuple(f"{reason}, so it was left as it is." for reason in reasons.values())
    return Place(branch=place.branch, tip=place.tip, pull=place.pull, notes=notes)


def _too_many(job: str) -> InputError:
    return InputError(
        "branch-collision",
        f"{_MOST} branches named after {PREFIX}/{job} hold other people's commits",
        place=branch_name(job, 1),
        fix="Merge or delete those that are done with.",
    )
