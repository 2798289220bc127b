"""Trees: read, listed and edited without an index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.standins.github.git import Git

FOLDER = "040000"
FILE = "100644"
KINDS = {FOLDER: "tree", "160000": "commit"}


class Entry(NamedTuple):
    """One line of a tree."""

    mode: str
    name: str
    """Of the object."""

    @property
    def kind(self) -> str:
        """The type of the object."""
        return KINDS.get(self.mode, "blob")


Changes = Mapping[str, Entry | None]
"""Paths, and what stands there from now on; None deletes."""


class NoSuchPath(Exception):
    """A path to delete is not there."""


def read_tree(git: Git, name: str) -> dict[str, Entry]:
    """One level of a tree."""
    found = git.read(name)
    if found is None or found[0] != "tree":
        return {}
    entries: dict[str, Entry] = {}
    rest = found[1]
    while rest:
        head, _, rest = rest.partition(b"\0")
        mode, _, path = head.decode(errors="surrogateescape").partition(" ")
        entries[path] = Entry(mode.zfill(6), rest[:20].hex())
        rest = rest[20:]
    return entries


def write_tree(git: Git, entries: Mapping[str, Entry]) -> str:
    """Store one level of a tree; its name."""

    def place(item: tuple[str, Entry]) -> bytes:
        path, entry = item
        return (path + ("/" if entry.mode == FOLDER else "")).encode(errors="surrogateescape")

    lines = [
        f"{entry.mode.lstrip('0')} {path}".encode(errors="surrogateescape")
        + b"\0"
        + bytes.fromhex(entry.name)
        for path, entry in sorted(entries.items(), key=place)
    ]
    return git.write("tree", b"".join(lines))


def edit_tree(git: Git, base: str, changes: Changes) -> str:
    """Store a tree with changes; its name. An empty base is an empty tree. Raises NoSuchPath."""
    entries = read_tree(git, base) if base else {}
    below: dict[str, dict[str, Entry | None]] = {}
    for path, entry in changes.items():
        first, _, rest = path.partition("/")
        if rest:
            below.setdefault(first, {})[rest] = entry
        elif entry is not None:
            entries[first] = entry
        elif entries.pop(first, None) is None:
            raise NoSuchPath(path)
    for first, inner in below.items():
        old = entries.get(first)
        made = edit_tree(git, old.name if old and old.mode == FOLDER else "", inner)
        if read_tree(git, made):
            entries[first] = Entry(FOLDER, made)
        else:
            entries.pop(first, None)
    return write_tree(git, entries)


def walk_tree(git: Git, name: str, recursive: bool = True, prefix: str = "") -> Iterator[tuple[str, Entry]]:
    """All paths of a tree, folders included, in git's order."""
    for path, entry in read_tree(git, name).items():
        yield prefix + path, entry
        if recursive and entry.mode == FOLDER:
            yield from walk_tree(git, entry.name, True, f"{prefix}{path}/")


def look_up(git: Git, tree: str, path: str) -> Entry | None:
    """What stands at a path; the empty path is the tree itself."""
    entry: Entry | None = Entry(FOLDER, tree)
    for part in filter(None, path.split("/")):
        entry = read_tree(git, entry.name).get(part) if entry and entry.mode == FOLDER else None
    return entry
