"""The code of a run: an archive that is listed once per process and copied out many times."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path
from typing import NamedTuple

from runner.worker.trees import CHUNK, UnsafePathError, write_all

BUFFER = 8 << 20
"""Bytes; an archive up to this size is kept in memory between attempts."""


class Member(NamedTuple):
    """A file of the archive: where its content lies in it, its size in bytes, and its mode.

    `modified` is in nanoseconds and differs between any two files of the archive.
    """

    offset: int
    size: int
    mode: int
    modified: int


class Snapshot:
    """What is in an archive: folders (parents first), files, and links that stay inside."""

    def __init__(self, path: Path) -> None:
        """Lists the archive at `path`, an uncompressed tar.

        Raises UnsafePathError for a member that would lie outside or is neither file, folder nor link,
        and OSError or tarfile.TarError for one that cannot be read.
        """
        self.folders: dict[str, None] = {}
        self.files: dict[str, Member] = {}
        self.links: dict[str, str] = {}
        with tarfile.open(path, mode="r:") as archive:
            for member in archive:
                self._list(member)
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._content = path.read_bytes() if path.stat().st_size <= BUFFER else b""

    def write_file(self, name: str, target: str) -> os.stat_result:
        """Writes the file `name` to the path `target`, where nothing is yet. Returns what became of it."""
        member = self.files[name]
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, member.mode)
        try:
            if self._content:
                write_all(descriptor, self._content[member.offset : member.offset + member.size])
            else:
                self._copy(member, descriptor)
            os.utime(descriptor, ns=(member.modified, member.modified))
            return os.fstat(descriptor)
        finally:
            os.close(descriptor)

    def extract(self, names: list[str], root: Path) -> None:
        """Copies the files of these names to below `root`, without those that the archive lacks."""
        for name in names:
            if name in self.files:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                self.write_file(name, f"{root}/{name}")

    def close(self) -> None:
        """Lets go of the archive."""
        os.close(self._descriptor)

    def _copy(self, member: Member, target: int) -> None:
        offset, end = member.offset, member.offset + member.size
        while offset < end:
            chunk = os.pread(self._descriptor, min(CHUNK, end - offset), offset)
            if not chunk:
                raise OSError("the snapshot ends too early")
            write_all(target, chunk)
            offset += len(chunk)

    def _list(self, member: tarfile.TarInfo) -> None:
        name = _safe(member.name)
        self._list_parents(name)
        if member.isdir():
            if name:
                self.folders.setdefault(name)
        elif member.isreg():
            mode = 0o755 if member.mode & 0o100 else 0o644
            modified = int(member.mtime) * 10**9 + len(self.files)
            self.files[name] = Member(member.offset_data, member.size, mode, modified)
        elif member.issym():
            self._list_link(name, member.linkname)
        else:
            raise UnsafePathError(f"the snapshot holds {name!r}, which is no file, folder or link")

    def _list_parents(self, name: str) -> None:
        parts = name.split("/")
        for end in range(1, len(parts)):
            parent = "/".join(parts[:end])
            if parent in self.links or parent in self.files:
                raise UnsafePathError(f"the snapshot holds {name!r} below something that is no folder")
            self.folders.setdefault(parent)

    def _list_link(self, name: str, target: str) -> None:
        """Takes a link that leads to somewhere inside."""
        parts = name.split("/")[:-1]
        for step in target.split("/"):
            if step == ".." and parts:
                parts.pop()
            elif step == ".." or target.startswith("/"):
                raise UnsafePathError(f"the link {name!r} of the snapshot leads outside")
            elif step not in ("", "."):
                parts.append(step)
        self.links[name] = target


def _safe(name: str) -> str:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or "\0" in name:
        raise UnsafePathError(f"the snapshot holds {name!r}, which lies outside of it")
    return "/".join(parts)


_listed: dict[tuple[str, int, int], Snapshot] = {}


def snapshot(path: Path) -> Snapshot:
    """The archive at `path`, listed already if this process has seen it."""
    status = path.stat()
    key = (str(path), status.st_mtime_ns, status.st_size)
    if key not in _listed:
        for known in _listed.values():
            known.close()
        _listed.clear()
        _listed[key] = Snapshot(path)
    return _listed[key]
