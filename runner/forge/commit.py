"""The bot's one commit on top of a base, made with plumbing: no working tree, no index."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import Final

from runner.errors import InputError, ProviderError
from runner.forge.base import Proposal
from runner.repository import bot
from runner.repository.git import Repository

RUN_TRAILER: Final = "Runner-Run"
JOB_TRAILER: Final = "Runner-Job"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")


def build(repository: Repository, proposal: Proposal) -> str:
    """The proposal as a commit on its base: the same proposal always gives the same commit.

    Contents are stored as given, whatever filters the repository has. Raises InputError where a
    file of the proposal stands in the way of one in the repository.
    """
    tree = _tree(repository, proposal)
    return (
        repository.git(
            "-c", "i18n.commitEncoding=UTF-8", "commit-tree", tree, "-p", proposal.base,
            input=message(proposal), env=bot.identity(proposal.date),
        )
        .decode()
        .strip()
    )  # fmt: skip


def message(proposal: Proposal) -> bytes:
    """The commit message: title, body, and trailers that say whose it is."""
    parts = [one_line(proposal.title)]
    body = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", proposal.message).strip()
    if body:
        parts.append(body)
    parts.append(f"{RUN_TRAILER}: {one_line(proposal.run)}\n{JOB_TRAILER}: {one_line(proposal.job)}")
    return ("\n\n".join(parts) + "\n").encode("utf-8", "replace")


def one_line(text: str) -> str:
    """`text` without line breaks and control characters."""
    return _CONTROL.sub(" ", text).strip()


def _tree(repository: Repository, proposal: Proposal) -> str:
    """The base's tree with the proposal's files in it."""
    modes = file_modes(repository, proposal.base, proposal.files)
    lines = [
        b"%s %s\t%s\0" % (modes[path].encode(), _stored(repository, content), path.encode())
        for path, content in sorted(proposal.files.items())
    ]
    with repository.temporary_index() as index:
        env = {"GIT_INDEX_FILE": str(index)}
        plain = ("-c", "core.splitIndex=false", "-c", "core.fsmonitor=false", "-c", "index.sparse=false")
        repository.git(*plain, "read-tree", proposal.base, env=env)
        repository.git(*plain, "update-index", "-z", "--index-info", input=b"".join(lines), env=env)
        return repository.git(*plain, "write-tree", env=env).decode().strip()


def file_modes(repository: Repository, base: str, paths: Collection[str]) -> dict[str, str]:
    """The mode of each file on top of `base`: that of the file it replaces, plain otherwise.

    Raises InputError where something else than a file stands at a path or above it.
    """
    standing = _standing(repository, base, paths)
    modes = {}
    for path in paths:
        for above in map(str, PurePosixPath(path).parents):
            if standing.get(above, "040000") != "040000":
                raise _in_the_way(path, f"the repository has a file, link or submodule at {above}")
        mode = standing.get(path, "100644")
        if mode not in ("100644", "100755"):
            what = {"040000": "folder", "120000": "symbolic link"}.get(mode, "submodule")
            raise _in_the_way(path, f"the repository has a {what} here")
        modes[path] = mode
    return modes


def _standing(repository: Repository, base: str, paths: Collection[str]) -> dict[str, str]:
    """The modes of all `paths` and of the folders above them, as far as the base has them."""
    asked = set(paths)
    for path in paths:
        asked.update(str(above) for above in PurePosixPath(path).parents)
    entries = repository.git("ls-tree", "-r", "-t", "-z", "--full-tree", base).split(b"\0")
    found = {}
    for entry in entries:
        about, _, name = entry.partition(b"\t")
        path = os.fsdecode(name)
        if path in asked:
            found[path] = about[:6].decode()
    return found


def _stored(repository: Repository, content: bytes | Path) -> bytes:
    """The id of `content` in the repository's objects, stored as it is."""
    store = ("hash-object", "-w", "--no-filters")
    if isinstance(content, bytes):
        return repository.git(*store, "--stdin", input=content).strip()
    if content.is_symlink() or not content.is_file():
        raise ProviderError(
            "proposal-file", "the produced file is gone or is not a regular file", place=str(content)
        )
    return repository.git(*store, "--", str(content.absolute())).strip()


def _in_the_way(path: str, why: str) -> InputError:
    return InputError("proposal-path", why, place=path, fix="Deploy to another path.")
