"""The committed state of a Volume: a tree of folders, files and links, held in memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from modal_proto import api_pb2 as pb

from tests.standins.modal.refusals import invalid

_stamps = itertools.count(1)


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was committed."""

    content: str
    size: int
    mode: int
    mtime: int
    """Nanoseconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    target: str
    mtime: int


@dataclass(slots=True)
class Folder:
    """A folder; its stamp grows whenever anything below it changes."""

    mtime: int = 0
    children: dict[str, Node] = field(default_factory=dict)
    stamp: int = field(default_factory=lambda: next(_stamps))


Node = File | Link | Folder
Parts = tuple[str, ...]


def parts_of(path: str) -> Parts:
    """The names along a path; it must not lead out of the Volume."""
    parts = PurePosixPath("/" + path).parts[1:]
    if ".." in parts or "\0" in path:
        raise invalid(f"Invalid path: '{path}'")
    return parts


def entry(path: str, node: Node) -> pb.FileEntry:
    """A node as the SDK lists it."""
    kinds = {File: pb.FileEntry.FILE, Link: pb.FileEntry.SYMLINK, Folder: pb.FileEntry.DIRECTORY}
    size = node.size if isinstance(node, File) else 0
    return pb.FileEntry(path=path, type=kinds[type(node)], mtime=node.mtime // 10**9, size=size)


class Tree:
    """One Volume's files."""

    def __init__(self) -> None:
        self.root = Folder()
        self.used = 0
        """Bytes of all its files."""

    def find(self, parts: Parts) -> Node | None:
        """What lies at a path."""
        node: Node | None = self.root
        for name in parts:
            node = node.children.get(name) if isinstance(node, Folder) else None
        return node

    def folder(self, parts: Parts, mtime: int) -> Folder:
        """The folder at a path, made with all above it where missing. Files in the way give way."""
        here = self.root
        for name in parts:
            here.stamp = next(_stamps)
            below = here.children.get(name)
            if not isinstance(below, Folder):
                self.used -= size_of(below)
                below = here.children[name] = Folder(mtime)
            here = below
        here.stamp = next(_stamps)
        return here

    def put(self, parts: Parts, node: File | Link) -> None:
        """Write a file or a link, over whatever was there."""
        above = self.folder(parts[:-1], node.mtime)
        self.used += size_of(node) - size_of(above.children.get(parts[-1]))
        above.children[parts[-1]] = node

    def remove(self, parts: Parts) -> None:
        """Remove what lies at a path; nothing there is fine."""
        above = self.find(parts[:-1])
        if isinstance(above, Folder) and parts[-1] in above.children:
            above = self.folder(parts[:-1], 0)
            self.used -= size_of(above.children.pop(parts[-1]))


def size_of(node: Node | None) -> int:
    """Bytes of the files in a node."""
    if isinstance(node, Folder):
        return sum(size_of(child) for child in node.children.values())
    return node.size if isinstance(node, File) else 0


def walk(folder: Folder, recursive: bool = True) -> Iterator[tuple[str, Node]]:
    """Everything below a folder by relative path, folders before what they hold."""
    for name, node in sorted(folder.children.items()):
        yield name, node
        if recursive and isinstance(node, Folder):
            for below, inner in walk(node):
                yield f"{name}/{below}", inner
