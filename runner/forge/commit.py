"""The bot's one commit on top of a base, made with plumbing: no working tree, no index."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from msgspec import Struct

from runner.errors import InputError, ProviderError
from runner.forge.base import Proposal
from runner.repository import bot
from runner.repository.git import Repository

RUN_TRAILER: Final = "Runner-Run"
JOB_TRAILER: Final = "Runner-Job"
ENDED_TRAILER: Final = "Runner-Ended"
BASE_TRAILER: Final = "Runner-Base"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")


class Blob(Struct, frozen=True):
    """A file's content among the repository's objects, and git's mode of the file."""

    mode: str
    id: str


def build(repository: Repository, proposal: Proposal) -> str:
    """The proposal as a commit on its base: the same proposal always gives the same commit.

    Contents are stored as given, whatever filters the repository has. Raises InputError where a
    file of the proposal stands in the way of one in the repository.
    """
    made = tree(repository, proposal.base, store(repository, proposal.base, proposal.files))
    return (
        repository.git(
            "-c", "i18n.commitEncoding=UTF-8", "commit-tree", made, "-p", proposal.base,
            input=message(proposal), env=bot.identity(proposal.date),
        )
        .decode()
        .strip()
    )  # fmt: skip


def message(proposal: Proposal, *trailers: str) -> bytes:
    """The commit message: title, body, and trailers that say whose it is, those given last."""
    parts = [one_line(proposal.title)]
    body = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", proposal.message).strip()
    if body:
        parts.append(body)
    own = (f"{RUN_TRAILER}: {one_line(proposal.run)}", f"{JOB_TRAILER}: {one_line(proposal.job)}")
    parts.append("\n".join((*own, *trailers)))
    return ("\n\n".join(parts) + "\n").encode("utf-8", "replace")


def one_line(text: str) -> str:
    """`text` without line breaks and control characters."""
    return _CONTROL.sub(" ", text).strip()


def store(repository: Repository, base: str, files: Mapping[str, bytes | Path]) -> dict[str, Blob]:
    """The files as objects of the repository, by path: each with its mode on top of `base`.

    Raises InputError where a file stands in the way of one of the base, ProviderError where one is gone.
    """
    modes = file_modes(repository, base, files)
    return {path: Blob(modes[path], _stored(repository, files[path])) for path in sorted(files)}


def tree(repository: Repository, base: str, blobs: Mapping[str, Blob]) -> str:
    """The tree of `base` with these files in it."""
    lines = [f"{blob.mode} {blob.id}\t{path}\0".encode() for path, blob in blobs.items()]
    with repository.temporary_index() as index:
        env = {"GIT_INDEX_FILE": str(index)}
        plain = ("-c", "core.splitIndex=false", "-c", "core.fsmonitor=false", "-c", "index.sparse=false")
        repository.git(*plain, "read-tree", base, env=env)
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


def _stored(repository: Repository, content: bytes | Path) -> str:
    """The id of `content` in the repository's objects, stored as it is."""
    plainly = ("hash-object", "-w", "--no-filters")
    if isinstance(content, bytes):
        return repository.git(*plainly, "--stdin", input=content).decode().strip()
    if content.is_symlink() or not content.is_file():
        raise ProviderError(
            "proposal-file", "the produced file is gone or is not a regular file", place=str(content)
        )
    return repository.text(*plainly, "--", str(content.absolute()))


def _in_the_way(path: str, why: str) -> InputError:
    return InputError("proposal-path", why, place=path, fix="Deploy to another path.")
