"""Which branch a job's pull request lives on, so that nobody's work is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from runner.errors import InputError
from runner.forge.commit import JOB_TRAILER, RUN_TRAILER
from runner.repository import bot
from runner.repository.git import Repository

PREFIX: Final = "runner"
_BOT: Final = f"{bot.NAME} <{bot.EMAIL}>"
_FORMAT: Final = "%00".join(
    (
        "%(refname:lstrip=2)",
        "%(objectname)",
        "%(authorname) %(authoremail)",
        "%(committername) %(committeremail)",
        "%(committerdate:unix)",
        "%(parent)",
        # All at once: some versions of git repeat in one such field what another found.
        "%(trailers:only,unfold,separator=%x1F)",
        "%(symref)",
        "%(if)%(worktreepath)%(then)yes%(end)",
    )
)


Standing = Literal["open", "merged", "busy", "taken"]


class Branch(Struct, frozen=True):
    """A branch and the commit at its tip.

    `standing` says what may be done with it: an `open` proposal of the job and a `merged` branch
    may be rebuilt; a `busy` one is an open proposal that somebody has checked out; one that is
    `taken` holds somebody's work. `reason` says why it is busy or taken. `date` is the tip's, in
    seconds since the epoch.
    """

    name: str
    number: int
    tip: str
    run: str
    date: int
    standing: Standing
    reason: str = ""


class Target(Struct, frozen=True):
    """The branch to write. `old` is its present tip (empty: it does not exist), `notes` say why this one."""

    name: str
    old: str
    rebuilt: bool
    notes: tuple[str, ...]


class _Reference(Struct, frozen=True):
    """One line of `git for-each-ref`."""

    name: str
    tip: str
    author: str
    committer: str
    date: str
    parents: str
    trailers: str
    symbolic: str
    checked_out: str

    def trailer(self, name: str) -> str:
        """The value of a trailer of the tip's message; empty without it, and where it stands twice."""
        values = [
            value
            for key, _, value in (one.partition(": ") for one in self.trailers.split("\x1f"))
            if key == name
        ]
        return values[0] if len(values) == 1 else ""


def survey(repository: Repository, job: str, base: str) -> list[Branch]:
    """The branches `runner/<job>`, `runner/<job>-2`… that exist, lowest number first.

    Raises InputError when a branch named `runner` leaves no room for them.
    """
    references = _references(repository)
    if PREFIX in references:
        raise InputError(
            "branch-collision",
            f"a branch named {PREFIX} exists, so git cannot make {PREFIX}/{job}",
            place=str(repository.root),
            fix=f"Rename it: git branch -m {PREFIX} {PREFIX}-old.",
        )
    busy = _in_use(repository)
    found = []
    for name, number in sorted(numbered(references, job).items(), key=lambda item: item[1]):
        if name in references:
            found.append(_judged(repository, references[name], number, job, base, busy))
        else:
            reason = f"there are branches below `{name}/`"
            found.append(
                Branch(name=name, number=number, tip="", run="", date=0, standing="taken", reason=reason)
            )
    return found


def choose(existing: list[Branch], job: str) -> Target:
    """The job's open proposal where there is one; otherwise the first name that is free or merged."""
    opened = [branch for branch in existing if branch.standing == "open"]
    if opened:
        first = opened[0]
        stale = [
            f"`{branch.name}` holds an earlier proposal of this job; delete it: git branch -D {branch.name}."
            for branch in opened[1:]
        ]
        return Target(first.name, first.tip, True, (*avoided(existing, first.number), *stale))
    used = {branch.number: branch for branch in existing}
    number = 1
    while number in used and used[number].standing != "merged":
        number += 1
    old = used[number].tip if number in used else ""
    return Target(branch_name(job, number), old, False, avoided(existing, number))


def avoided(existing: list[Branch], number: int) -> tuple[str, ...]:
    """Sentences about the branches that come before the one with `number`, and why they are not used."""
    passed_over = (branch for branch in existing if branch.reason and branch.number < number)
    return tuple(f"{branch.reason}, so it was left as it is." for branch in passed_over)


def branch_name(job: str, number: int) -> str:
    """The branch with a number: the first has none in its name."""
    return f"{PREFIX}/{job}" if number == 1 else f"{PREFIX}/{job}-{number}"


def numbered(references: Iterable[str], job: str) -> dict[str, int]:
    """The names among `references`, or above one of them, that the job could use, with their numbers."""
    pattern = re.compile(rf"({PREFIX}/{re.escape(job)}(?:-([2-9]|[1-9]\d+))?)(?:/.*)?")
    matches = filter(None, map(pattern.fullmatch, references))
    return {match[1]: int(match[2] or 1) for match in matches}


def _references(repository: Repository) -> dict[str, _Reference]:
    answer = repository.text("for-each-ref", f"--format={_FORMAT}", f"refs/heads/{PREFIX}")
    lines = [line.split("\0") for line in answer.split("\n") if line]
    return {fields[0]: _Reference(*fields) for fields in lines}


def _judged(
    repository: Repository, reference: _Reference, number: int, job: str, base: str, busy: set[str]
) -> Branch:
    """What may be done with an existing branch."""
    name = reference.name
    standing: Standing = "taken"
    reason = ""
    if reference.symbolic:
        reason = f"`{name}` points at another branch"
    elif not _kept_nowhere_else(repository, name, reference.tip, (base,), everywhere=False):
        standing = "merged"
    elif not _is_the_bots(reference):
        reason = f"`{name}` holds a commit that is not the bot's"
    elif job != reference.trailer(JOB_TRAILER):
        reason = f"`{name}` is the proposal of the job {reference.trailer(JOB_TRAILER)}"
    elif _kept_nowhere_else(repository, name, reference.parents, (base,), everywhere=True):
        reason = f"`{name}` holds commits that are on no other branch"
    else:
        standing = "open"
    if standing != "taken" and (reference.checked_out or name in busy):
        standing = "busy" if standing == "open" else "taken"
        reason = f"`{name}` is checked out"
    return Branch(
        name=name,
        number=number,
        tip=reference.tip,
        run=reference.trailer(RUN_TRAILER),
        date=int(reference.date or 0),
        standing=standing,
        reason=reason,
    )


def _is_the_bots(reference: _Reference) -> bool:
    """Whether the tip is one commit that the bot made, and nobody amended."""
    made_by_bot = _BOT == reference.author == reference.committer
    return made_by_bot and bool(reference.trailer(RUN_TRAILER)) and " " not in reference.parents


def _kept_nowhere_else(
    repository: Repository, name: str, tip: str, kept: tuple[str, ...], *, everywhere: bool
) -> bool:
    """Whether `tip` reaches commits that `kept` (and, `everywhere`, every other reference) does not."""
    others = (f"--exclude=refs/heads/{name}", "--all") if everywhere else ()
    return bool(repository.git("rev-list", "--max-count=1", tip, "--not", *kept, *others, "--"))


def _in_use(repository: Repository) -> set[str]:
    """Branches that a rebase or a bisection in some working tree will come back to."""
    names = set()
    common = repository.common_directory
    for folder in (common, *common.glob("worktrees/*")):
        for note in ("rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"):
            try:
                names.add((folder / note).read_text(encoding="utf-8").strip().removeprefix("refs/heads/"))
            except (OSError, UnicodeDecodeError):
                continue
    return names
