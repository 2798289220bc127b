"""One version of a file, told by its checksum, wherever its content lies."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import IO

from msgspec import Struct

from runner.errors import InputError
from runner.repository.git import Repository
from runner.repository.lfs import LONGEST, describe, parse, stored_path

MOST_READ = (1 << 20) + 1
"""Bytes that are read to compare numbers: more than a file may have for that."""


class Held(Struct, frozen=True):
    """A file's content, by its SHA-256.

    `blob` is what git holds, which is a pointer where the content is in Git LFS (`lfs`); None for a
    file that git has nothing to do with. `file` is where the content lies outside of git's objects;
    None where it lies nowhere else, or not on this machine.
    """

    sha256: str
    blob: bytes | None = None
    file: Path | None = None
    lfs: bool = False

    @property
    def is_here(self) -> bool:
        """Whether the content is on this machine."""
        return self.file is not None or not self.lfs

    def head(self, path: str) -> bytes:
        """The content, or as much of it as is ever compared. Raises InputError where it is not here."""
        if self.file is not None:
            with self.file.open("rb") as file:
                return file.read(MOST_READ)
        if not self.is_here:
            raise InputError(
                "content-in-lfs",
                f"the content {self.sha256[:12]} of the file is in Git LFS, and not on this machine",
                place=path,
                fix="fetch it, with every other version, with: git lfs fetch --all",
            )
        return self.blob or b""

    def write(self, target: IO[bytes], *, as_pointer: bool) -> None:
        """Writes the content, or with `as_pointer` what git holds in its place."""
        if self.file is not None and not as_pointer:
            with self.file.open("rb") as file:
                shutil.copyfileobj(file, target)
        else:
            target.write(self.blob or b"")


def in_git(repository: Repository, blob: bytes) -> Held:
    """The file that a commit holds like this."""
    pointer = parse(blob)
    if pointer is None:
        return Held(hashlib.sha256(blob).hexdigest(), blob)
    stored = stored_path(repository.common_directory, pointer.sha256)
    return Held(pointer.sha256, blob, stored if stored.is_file() else None, lfs=True)


def at(repository: Repository, commit: str, path: str) -> Held | None:
    """The file at a commit; None where there is none."""
    blob = repository.show(commit, path)
    return None if blob is None else in_git(repository, blob)


def on_disk(repository: Repository, file: Path) -> Held:
    """The file as it lies in a folder: of a working tree, it may be a pointer. Raises ProviderError."""
    if file.stat().st_size <= LONGEST and parse(blob := file.read_bytes()):
        return in_git(repository, blob)
    return Held(describe(file).sha256, file=file)
