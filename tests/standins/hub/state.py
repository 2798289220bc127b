"""Repositories, their commits and who may see them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Literal

Kind = Literal["model", "dataset"]

LARGE = ("*.safetensors", "*.bin", "*.parquet", "*.model")
"""What goes through LFS, as the `.gitattributes` of a new repository say."""
LARGE_FROM = 10 << 20
"""Bytes from which anything does."""


@dataclass(frozen=True)
class Blob:
    """A file's content."""

    content: bytes
    large: bool

    @property
    def oid(self) -> str:
        """Git's name for it: of a large file that of its pointer."""
        content = self.content
        if self.large:
            told = f"oid sha256:{self.sha256}\nsize {len(content)}\n"
            content = f"version https://git-lfs.github.com/spec/v1\n{told}".encode()
        return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

    @property
    def sha256(self) -> str:
        """The name of a large file."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def etag(self) -> str:
        """What clients know the content by."""
        return self.sha256 if self.large else self.oid


@dataclass(frozen=True)
class Commit:
    """All files at one point."""

    files: Mapping[str, Blob]
    message: str
    author: str
    created: float
    parent: str

    @property
    def oid(self) -> str:
        """Its name."""
        told = [self.parent, self.message, self.author, f"{self.created:.6f}"]
        told += [f"{path} {blob.oid}" for path, blob in sorted(self.files.items())]
        return hashlib.sha1("\n".join(told).encode(), usedforsecurity=False).hexdigest()


@dataclass
class Repository:
    """One repository: `gated` ones show what is in them, but give no file to those who are not `granted`."""

    kind: Kind
    name: str
    private: bool = False
    gated: bool = False
    granted: set[str] = field(default_factory=set)
    commits: dict[str, Commit] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    """Contents that were put into LFS, by their SHA-256."""

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.name.partition("/")[0]

    def commit(self, files: Mapping[str, Blob], message: str, author: str, branch: str = "main") -> Commit:
        """All files of a branch from now on."""
        made = Commit(dict(files), message, author, time.time(), self.references.get(branch, ""))
        self.commits[made.oid] = made
        self.references[branch] = made.oid
        return made

    def at(self, revision: str) -> Commit | None:
        """A commit by a branch, a tag or (the beginning of) its name."""
        if revision in self.references:
            return self.commits[self.references[revision]]
        return next(
            (one for oid, one in self.commits.items() if len(revision) >= 7 and oid.startswith(revision)),
            None,
        )

    @property
    def head(self) -> Commit:
        """The newest commit of the branch that is shown first."""
        return self.commits[self.references["main"]]


def is_large(path: str, size: int) -> bool:
    """Whether a file goes through LFS."""
    return size >= LARGE_FROM or any(fnmatch(path, pattern) for pattern in LARGE)


def blob(path: str, content: bytes) -> Blob:
    """A file that is put there without a client."""
    return Blob(content, is_large(path, len(content)))
