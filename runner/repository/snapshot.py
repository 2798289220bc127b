"""What runs: the tracked files as they stand, pinned as a git tree and written as an archive.

Neither the index, nor the working tree, nor the repository's objects are touched: changes that
are not committed are written to a store of our own that borrows the repository's objects.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from runner.errors import InputError
from runner.repository.files import printable, write_if_changed
from runner.repository.git import STATE_DIRECTORY, Repository
from runner.repository.store import Store, removals

_WHOLE_INDEX: Final = ("-c", "core.splitIndex=false", "-c", "core.fsmonitor=false")


class Snapshot(Struct, frozen=True):
    """The code that runs.

    `tree` names its content, `commit` what it builds on, `uncommitted` the tracked files that differ
    from `commit`, `untracked` files and folders that are left out because git does not track
    them, `warnings` are sentences about what else was left out.
    """

    commit: str
    tree: str
    uncommitted: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class _Status(Struct):
    """What `git status` says; paths as bytes. `changed` and `deleted` are not yet in the index."""

    commit: str
    differing: list[bytes]
    changed: list[bytes]
    deleted: list[bytes]
    untracked: list[bytes]
    unmerged: list[bytes]


def pin(repository: Repository) -> Snapshot:
    """The tracked files of the working tree, uncommitted changes included, as a git tree.

    Raises InputError in the middle of a merge with conflicts.
    """
    status = _status(repository)
    if status.unmerged:
        raise InputError(
            "unmerged",
            "the working tree has merge conflicts",
            place=printable(status.unmerged[0]),
            fix="Resolve the conflicts and git add the files, or git merge --abort.",
        )
    store = _scratch(repository, status.commit)
    if status.differing:
        tree = _tree_with_changes(repository, store, status)
    else:
        tree = repository.text("rev-parse", "--verify", f"{status.commit}^{{tree}}")
    vetted = store.vet(tree)
    return Snapshot(
        commit=status.commit,
        tree=vetted.tree,
        uncommitted=tuple(printable(path) for path in status.differing),
        untracked=tuple(printable(path) for path in status.untracked),
        warnings=vetted.warnings,
    )


def archive(repository: Repository, tree: str, destination: Path) -> None:
    """Write a pinned tree to `destination` as a plain tar, which appears only when it is whole.

    `tarfile.extractall(filter="data")` unpacks it. Raises ProviderError when git or the disk fails.
    """
    _scratch(repository, tree).archive(tree, destination)


def listing(repository: Repository, tree: str, paths: Sequence[str] = ()) -> dict[str, str]:
    """Git's mode and object id of each of `paths` that a pinned tree has, by its path.

    Without any, of all that stands at its top. What has the same object has the same content.
    """
    answer = _scratch(repository, tree).git("ls-tree", "-z", "--full-tree", tree, "--", *paths)
    entries = (line.partition(b"\t") for line in answer.split(b"\0") if line)
    return {os.fsdecode(name): about.decode() for about, _, name in entries}


def _status(repository: Repository) -> _Status:
    """Parse `git status --porcelain=v2`."""
    answer = repository.git(
        "status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind", "--no-renames",
        "--untracked-files=normal", "--ignore-submodules=dirty",
    )  # fmt: skip
    status = _Status("", [], [], [], [], [])
    own = os.fsencode(STATE_DIRECTORY) + b"/"
    for line in answer.split(b"\0"):
        if line.startswith(b"# branch.oid "):
            status.commit = line.split(b" ")[2].decode()
        elif line.startswith(b"? ") and line[2:] != own:
            status.untracked.append(line[2:])
        elif line.startswith(b"u "):
            status.unmerged.append(line.split(b" ", 10)[10])
        elif line.startswith(b"1 "):
            path = line.split(b" ", 8)[8]
            status.differing.append(path)
            in_working_tree = line[3:4]
            if in_working_tree == b"D":
                status.deleted.append(path)
            elif in_working_tree != b".":
                status.changed.append(path)
    return status


def _tree_with_changes(repository: Repository, store: Store, status: _Status) -> str:
    """The tree of the working tree's tracked files; new objects go to `store`."""
    import shutil

    with repository.temporary_index() as index:
        real = repository.git_directory / "index"
        if real.exists():
            # With its time: a file as young as the index is one that git must look into.
            shutil.copy2(real, index)
        env = {"GIT_INDEX_FILE": str(index), "GIT_OBJECT_DIRECTORY": str(store.directory / "objects")}
        update = (*_WHOLE_INDEX, "update-index", "-z")
        if status.deleted:
            gone = removals([os.fsdecode(path) for path in status.deleted], len(status.commit))
            repository.git(*update, "--index-info", input=gone, env=env)
        if status.changed:
            paths = b"".join(path + b"\0" for path in status.changed)
            repository.git(*update, "--add", "--remove", "--stdin", input=paths, env=env)
        tree = repository.git(*_WHOLE_INDEX, "write-tree", env=env).decode().strip()
    store.git("prune", "--expire=2.weeks.ago")
    return tree


def _scratch(repository: Repository, object_id: str) -> Store:
    """The store in `.runner/objects.git`, which borrows the repository's objects and filters."""
    store = Store(repository.state_directory() / "objects.git", repository)
    common = repository.common_directory
    config = f"[lfs]\n\tstorage = {_quoted(common / 'lfs')}\n[include]\n"
    for path in (common / "config", repository.git_directory / "config.worktree"):
        config += f"\tpath = {_quoted(path)}\n"
    try:
        own = (common / "info" / "attributes").read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        own = ""
    store.lay_out(
        config=config,
        attributes=own and own.rstrip("\n") + "\n",
        object_format="sha1" if len(object_id) == 40 else "sha256",
    )
    write_if_changed(store.directory / "objects" / "info" / "alternates", f"{common / 'objects'}\n")
    return store


def _quoted(path: Path) -> str:
    """A path as a value of git's configuration."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
