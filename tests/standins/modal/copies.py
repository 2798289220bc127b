"""A container's private copy of a mounted Volume: what it wrote is its own until it commits."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.standins.modal.contents import Contents
from tests.standins.modal.tree import File, Folder, Link, Node, Parts, Tree, walk

UNSURE = 50_000_000
"""Nanoseconds: a file that changed this shortly before it was looked at may change again unnoticed."""

Signature = tuple[int, int, int, int, int]


@dataclass(slots=True)
class Known:
    """What the copy held of a path when it last agreed with the Volume."""

    node: Node
    signature: Signature
    seen_at: int

    def unchanged(self, now: Signature) -> bool:
        """Whether the path cannot have changed since."""
        return self.signature == now and now[2] < self.seen_at - UNSURE


@dataclass
class Changes:
    """What a container changed."""

    put: dict[str, tuple[Node, Signature]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    seen_at: int = field(default_factory=time.time_ns)

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.put or self.removed)


def signature(status: os.stat_result) -> Signature:
    """What changes when a file does."""
    return (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


class WorkingCopy:
    """The part of a Volume that one container has mounted."""

    def __init__(self, tree: Tree, contents: Contents, within: Parts, folder: Path, read_only: bool) -> None:
        self.tree = tree
        self.contents = contents
        self.within = within
        self.folder = folder
        self.read_only = read_only
        self.busy = asyncio.Lock()
        self._known: dict[str, Known] = {}
        self._stamp = 0

    def _committed(self) -> Folder:
        found = self.tree.find(self.within)
        return found if isinstance(found, Folder) else self.tree.folder(self.within, time.time_ns())

    async def take(self) -> None:
        """Fill the copy with the committed state; a missing sub path is made on the Volume as well."""
        self.folder.mkdir(parents=True)
        await self.refresh()

    # Volume to copy ----------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        """Bring the copy to the committed state, touching only what differs."""
        committed = self._committed()
        if committed.stamp == self._stamp:
            return
        stamp = committed.stamp
        wanted = dict(walk(committed))
        await asyncio.to_thread(self._apply, wanted)
        self._stamp = stamp

    def _apply(self, wanted: dict[str, Node]) -> None:
        for path in sorted(set(self._known) - set(wanted), reverse=True):
            self._remove(path)
        for path, node in wanted.items():
            known = self._known.get(path)
            if known is None or not same(known.node, node):
                self._write(path, node)

    def _remove(self, path: str) -> None:
        del self._known[path]
        target = self.folder / path
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)

    def _write(self, path: str, node: Node) -> None:
        target = self.folder / path
        if target.is_dir() and not target.is_symlink():
            if isinstance(node, Folder):
                self._note(path, node)
                return
            shutil.rmtree(target)
        elif target.is_symlink() or target.exists():
            target.unlink()
        if isinstance(node, Folder):
            target.mkdir()
        elif isinstance(node, Link):
            target.symlink_to(node.target)
        else:
            self._write_file(target, node)
        self._note(path, node)

    def _write_file(self, target: Path, node: File) -> None:
        content = self.contents.path(node.content)
        if self.read_only and not node.mode & 0o111:
            target.hardlink_to(content)  # nobody can write through a mount that is read-only
            return
        shutil.copyfile(content, target)
        target.chmod(node.mode)
        os.utime(target, ns=(node.mtime, node.mtime))

    def _note(self, path: str, node: Node) -> None:
        self._known[path] = Known(node, signature((self.folder / path).lstat()), time.time_ns() + UNSURE)

    # Copy to Volume ----------------------------------------------------------------------------------------

    async def changes(self) -> Changes:
        """What the container has changed since the copy last agreed with the Volume."""
        return Changes() if self.read_only else await asyncio.to_thread(self._scan)

    def _scan(self) -> Changes:
        changes = Changes()
        missing = set(self._known)
        pending = [(self.folder, "")]
        while pending:
            folder, prefix = pending.pop()
            for found in os.scandir(folder):
                path = prefix + found.name
                missing.discard(path)
                self._look(found, path, changes)
                if found.is_dir(follow_symlinks=False):
                    pending.append((Path(found.path), path + "/"))
        changes.removed = sorted(missing, reverse=True)
        return changes

    def _look(self, found: os.DirEntry[str], path: str, changes: Changes) -> None:
        try:
            status = found.stat(follow_symlinks=False)
            now = signature(status)
            known = self._known.get(path)
            if known and (
                known.unchanged(now) or (isinstance(known.node, Folder) and stat.S_ISDIR(status.st_mode))
            ):
                return
            node = self._read(Path(found.path), status)
        except FileNotFoundError:
            return  # removed while we looked; the next commit will say so
        if node is None:
            return
        if known and same(known.node, node):
            known.signature, known.seen_at = now, changes.seen_at
        else:
            changes.put[path] = node, now

    def _read(self, file: Path, status: os.stat_result) -> Node | None:
        if stat.S_ISDIR(status.st_mode):
            return Folder(status.st_mtime_ns)
        if stat.S_ISLNK(status.st_mode):
            return Link(str(file.readlink()), status.st_mtime_ns)
        if not stat.S_ISREG(status.st_mode):
            return None  # sockets and pipes do not live on Volumes
        content, size = self.contents.adopt(file)
        return File(content, size, stat.S_IMODE(status.st_mode), status.st_mtime_ns)

    def grows_by(self, changes: Changes) -> int:
        """Bytes that the Volume would gain."""
        before = [self._known[path].node for path in (*changes.put, *changes.removed) if path in self._known]
        after = [node for node, _ in changes.put.values()]
        return sum(map(file_size, after)) - sum(map(file_size, before))

    def commit(self, changes: Changes) -> None:
        """Merge the changes into the Volume: the last writer of a file wins."""
        for path in changes.removed:
            parts = (*self.within, *path.split("/"))
            node = self.tree.find(parts)
            if not (
                isinstance(node, Folder) and node.children
            ):  # others may have added to a folder meanwhile
                self.tree.remove(parts)
            del self._known[path]
        for path, (node, now) in sorted(changes.put.items()):
            parts = (*self.within, *path.split("/"))
            if isinstance(node, Folder):
                self.tree.folder(parts, node.mtime)
            else:
                self.tree.put(parts, node)
            self._known[path] = Known(node, now, changes.seen_at)


def same(one: Node, other: Node) -> bool:
    """Whether two nodes need no copying; times are not looked at."""
    if isinstance(one, File) and isinstance(other, File):
        return (one.content, one.mode) == (other.content, other.mode)
    if isinstance(one, Link) and isinstance(other, Link):
        return one.target == other.target
    return isinstance(one, Folder) and isinstance(other, Folder)


def file_size(node: Node) -> int:
    """Bytes of a file itself."""
    return node.size if isinstance(node, File) else 0
