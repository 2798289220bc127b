"""Files and folders, handled without ever following a link out of where they belong."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 20
SMALL = 1 << 20
"""Bytes; larger files are handed on as read-only hard links instead of copies."""


class UnsafePathError(ValueError):
    """A path leads out of the folder it should lie in."""


def inside(root: Path, relative: str) -> Path:
    """The path `relative` below `root`.

    Raises UnsafePathError when it is absolute, climbs out, or passes through a link.
    """
    parts = relative.split("/")
    if not relative or any(part in ("", ".", "..") for part in parts) or "\0" in relative:
        raise UnsafePathError(f"{relative!r} does not lie inside the folder")
    path = root
    for part in parts[:-1]:
        path = path / part
        if path.is_symlink():
            raise UnsafePathError(f"{relative!r} passes through a link")
    return path / parts[-1]


def copy_file(source: Path, target: Path, mode: int = 0o644) -> tuple[str, int]:
    """Copies one regular file and returns its sha256 and its size in bytes.

    Whatever was at `target` is replaced. Raises OSError when `source` is not a regular file.
    """
    digest = hashlib.sha256()
    size = 0
    reading = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(reading).st_mode):
            raise OSError(f"{source.name} is not a regular file")
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            target.unlink()
        writing = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        try:
            while chunk := os.read(reading, CHUNK):
                digest.update(chunk)
                size += len(chunk)
                write_all(writing, chunk)
        finally:
            os.close(writing)
    finally:
        os.close(reading)
    return digest.hexdigest(), size


def open_plain(path: Path) -> BinaryIO:
    """A regular file, to be read. Raises OSError for a link, and for a pipe instead of waiting at it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)  # `os.fdopen` would leave that of a folder open
        raise OSError(f"{path.name} is not a regular file")
    return os.fdopen(descriptor, "rb")


def read_plain(path: Path) -> bytes:
    """The content of a regular file. Raises OSError as `open_plain` does."""
    with open_plain(path) as file:
        return file.read()


def write_all(descriptor: int, data: bytes) -> None:
    """Writes all of `data`, however many calls that takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def copy_tree(source: Path, target: Path) -> None:
    """Makes `target` a copy of the folders and regular files of `source`; links are left out."""
    _each_file(source, target, lambda file, copy: copy_file(file, copy))


def lend_tree(source: Path, target: Path) -> None:
    """Makes `target` a tree like `source` that its reader cannot use to change `source`.

    Small files are copied. Large ones become read-only hard links: what is created or deleted in
    `target` leaves `source` alone. An administrator, whom no permission stops, gets copies of all,
    and so does a target on another file system.
    """
    _each_file(source, target, _lend_file)


def _each_file(source: Path, target: Path, bring: Callable[[Path, Path], object]) -> None:
    """Makes the folders of `source` below the new folder `target`, and brings every regular file there."""
    target.mkdir(parents=True)
    pending = [(source, target)]
    while pending:
        folder, copy = pending.pop()
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                (copy / entry.name).mkdir()
                pending.append((Path(entry.path), copy / entry.name))
            elif entry.is_file(follow_symlinks=False):
                bring(Path(entry.path), copy / entry.name)


def _lend_file(source: Path, target: Path) -> None:
    status = source.lstat()
    if status.st_size > SMALL and status.st_dev == target.parent.stat().st_dev:
        try:
            source.chmod(0o444)
            if not os.access(source, os.W_OK):
                os.link(source, target)
                return
        except OSError:
            pass  # a file system without hard links
    copy_file(source, target)


def remove_tree(path: Path) -> None:
    """Removes what is at `path`: a folder and everything in it, whatever a program made of it.

    Links are removed, never followed, also where `path` itself has become one.
    """
    folders = [path]
    found = [path]
    try:
        if not stat.S_ISDIR(path.lstat().st_mode):
            path.unlink()
            return
        while folders:
            folder = folders.pop()
            for entry in list(os.scandir(folder)):
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                    found.append(Path(entry.path))
                else:
                    Path(entry.path).unlink()
        for folder in reversed(found):
            folder.rmdir()
    except FileNotFoundError:
        return
    except OSError:
        _force_away(path)


def _force_away(path: Path) -> None:
    """The way for folders without permissions, or nested deeper than a path can name."""
    for command in (["chmod", "-R", "u+rwX", "--", str(path)], ["rm", "-rf", "--", str(path)]):
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
