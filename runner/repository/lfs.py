"""Git LFS as a repository holds it: pointers in commits, and contents beside git's own objects."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import uuid
from pathlib import Path
from typing import Final

from msgspec import Struct

from runner.errors import ProviderError
from runner.repository.files import disk_error

LONGEST: Final = 1024
"""Bytes that a pointer has at most."""
_POINTER: Final = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n"
    rb"(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize ([0-9]{1,19})\n?"
)


class Pointer(Struct, frozen=True):
    """What a commit holds in place of a file: its SHA-256 and its size in bytes."""

    sha256: str
    size: int

    def text(self) -> bytes:
        """As git stores it: the same bytes that Git LFS itself writes."""
        return (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {self.size}\n"
        ).encode()


def parse(content: bytes) -> Pointer | None:
    """The pointer that a file's content is; None where it is the content itself."""
    found = _POINTER.fullmatch(content) if len(content) <= LONGEST else None
    return None if found is None else Pointer(found[1].decode(), int(found[2]))


def describe(path: Path) -> Pointer:
    """The pointer for a file, which is read in pieces. Raises ProviderError where it cannot be read."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Pointer(digest, os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise ProviderError("disk", f"cannot be read: {error.strerror}", place=str(path)) from error


def stored_path(git_directory: Path, sha256: str) -> Path:
    """Where Git LFS keeps a content, below the folder that all working trees share."""
    return git_directory / "lfs" / "objects" / sha256[:2] / sha256[2:4] / sha256


def store(git_directory: Path, path: Path) -> Pointer:
    """Copies a file to where Git LFS keeps its contents, whole or not at all; nothing if it is there.

    Raises ProviderError where the disk does not do it.
    """
    pointer = describe(path)
    target = stored_path(git_directory, pointer.sha256)
    if target.is_file():
        return pointer
    part = target.with_name(f".{uuid.uuid4().hex}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, part)
        part.replace(target)
    except OSError as error:
        raise disk_error(target, error) from error
    finally:
        part.unlink(missing_ok=True)
    return pointer
