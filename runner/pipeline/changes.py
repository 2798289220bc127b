"""Which manifests a range of commits, a push or a pull request changes."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path, PurePosixPath
from typing import Final

from msgspec import Struct

from runner.errors import InputError
from runner.kinds import KINDS
from runner.lint.validate import SUFFIXES
from runner.manifest.load import load
from runner.pipeline.finding import open_ledger
from runner.pipeline.inclusions import including
from runner.pipeline.workspace import Workspace
from runner.repository.access import fetch_commit
from runner.repository.ancestry import merge_base
from runner.repository.differences import differences
from runner.repository.git import Repository
from runner.wording import choices, printable

FOLDER: Final = "jobs"
MOST_NAMED: Final = 5
_COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_BOM: Final = b"\xef\xbb\xbf"


class Changes(Struct, frozen=True):
    """What changed under `jobs/`: paths, as git has them.

    `manifests` are new or have a new content, and are there to be launched. `removed` are gone,
    `renamed` have a new name and nothing else, `unfit` are links, or have a name that cannot be printed.
    `why` says how they were found, where the commits alone did not tell.
    """

    manifests: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()
    why: str = ""

    @property
    def notes(self) -> list[str]:
        """Sentences on how it was found, and on what changed and is not launched."""
        said = (
            (self.removed, "was removed", "were removed"),
            (self.renamed, "has a new name and nothing else", "have new names and nothing else"),
            (self.unfit, "is no plain file with a plain name", "are no plain files with plain names"),
        )
        about = [f"{_named(paths)} {one if len(paths) == 1 else many}" for paths, one, many in said if paths]
        return [*filter(None, [self.why]), *(f"{text}, so nothing is launched for it" for text in about)]


def changed_manifests(repository: Repository, commits: str) -> list[str]:
    """The manifests that are new or different at the end of `BASE..HEAD`.

    Raises InputError when an end is no commit that is known here.
    """
    base, dots, head = commits.partition("..")
    ends = [repository.commit(end) for end in (base, head.lstrip(".") or "HEAD")]
    for name, commit in zip((base, head), ends, strict=True):
        if commit is None or not dots:
            raise InputError(
                "unknown-commits",
                f"{name or commits} names no commit that is known here",
                place="--changed",
                fix="write BASE..HEAD, and fetch both first (in a workflow: fetch-depth: 0)",
            )
    return list(changes_between(repository, *map(str, ends)).manifests)


def changes_between(repository: Repository, old: str, new: str, why: str = "") -> Changes:
    """What differs between two commits that are here, whatever lies between them.

    A manifest is changed where a file is that it includes.
    """
    found: dict[str, list[str]] = {"manifests": [], "removed": [], "renamed": [], "unfit": []}
    for entry in differences(repository, old, new, FOLDER):
        path = entry.path
        if not is_manifest(path):
            continue
        if entry.status == "D":
            found["removed"].append(path)
        elif not entry.is_file or not path.isprintable():
            found["unfit"].append(path)
        elif entry.status == "R" and is_manifest(entry.old_path):
            found["renamed"].append(path)
        elif entry.content != entry.old_content or entry.status == "T":
            found["manifests"].append(path)
    touched = {*found["manifests"], *found["unfit"]}
    for path in including(repository, old, new, manifests_in(repository, new)):
        if path not in touched:
            found["manifests"].append(path)
            found["renamed"] = [renamed for renamed in found["renamed"] if renamed != path]
    return Changes(**{name: tuple(sorted(paths)) for name, paths in found.items()}, why=why)


def changes_of_push(workspace: Workspace, before: str, branch: str, default: str) -> Changes:
    """What the push that put `branch` from the commit `before` on what is checked out changed.

    `before` may be all zeros, as for a new branch, or gone, as after a push that was forced. `default` is
    the default branch. Where nothing tells what was there before, it is every manifest that was never
    launched as it stands. Raises InputError where `before` is no commit id, ProviderError where
    `origin` or the ledger cannot be asked.
    """
    if not _COMMIT.fullmatch(before):
        raise InputError("bad-event", f"the push names no commit that came before: {printable(before)[:100]}")
    if before.strip("0"):
        try:
            fetched = fetch_commit(workspace.repository, before)
        except InputError:
            why = f"the commit {before[:12]}, from which the branch was moved, is gone"
            return _never_launched(workspace, why)
        return changes_between(workspace.repository, fetched, workspace.repository.head())
    if branch == default:
        return _never_launched(workspace, f"{printable(branch)} is new")
    return changes_of_branch(workspace, default)


def changes_of_branch(workspace: Workspace, default: str) -> Changes:
    """What the commits that are checked out have changed since they left the branch `default`.

    Raises InputError where `origin` has no such branch, ProviderError where it cannot be asked.
    """
    repository = workspace.repository
    tip, head = fetch_commit(repository, f"refs/heads/{default}"), repository.head()
    parted = merge_base(repository, head, tip)
    if parted is None:
        return _never_launched(workspace, f"the branch has no history in common with {printable(default)}")
    why = f"compared with {parted[:12]}, where it left {printable(default)}"
    return changes_between(repository, fetch_commit(repository, parted), head, why)


def is_manifest(path: str) -> bool:
    """Whether `runner validate` takes a file for a manifest: not those in hidden folders."""
    return path.endswith(SUFFIXES) and not any(
        part.startswith(".") for part in PurePosixPath(path).parts[:-1]
    )


def manifests_in(repository: Repository, commit: str) -> dict[str, str]:
    """The manifests of a commit, with their objects; no links, and no names that cannot be printed."""
    listed = repository.git("ls-tree", "-r", "-z", commit, "--", FOLDER).split(b"\0")
    tracked = (line.partition(b"\t") for line in listed)
    found = {os.fsdecode(name): about.decode() for about, _, name in tracked if about.startswith(b"100")}
    return {
        name: about.split(" ")[2] for name, about in found.items() if is_manifest(name) and name.isprintable()
    }


def _never_launched(workspace: Workspace, why: str) -> Changes:
    """Every manifest that is checked out and that no entry of the ledger has with this content."""
    root, entries = workspace.repository.root, open_ledger(workspace).read().values()
    known = {(entry.manifest_path, entry.manifest_sha256) for entry in entries}
    left = [
        name
        for name in manifests_in(workspace.repository, "HEAD")
        if (name, _digest(root, name)) not in known
    ]
    return Changes(
        tuple(sorted(left)), why=f"{why}: these are all manifests that were never launched as they stand"
    )


def _digest(root: Path, name: str) -> str:
    """A manifest's content as the ledger has it, with what it includes where that can be read."""
    try:
        return load(
            root / name, {kind.name: kind.job_type for kind in KINDS.values()}, (), root
        ).document.digest()
    except InputError:
        return hashlib.sha256((root / name).read_bytes().removeprefix(_BOM)).hexdigest()


def _named(paths: tuple[str, ...]) -> str:
    shown = [printable(path) for path in paths[:MOST_NAMED]]
    more = len(paths) - len(shown)
    return choices([*shown, *([f"{more} more"] if more else [])], "and")
