"""Makes the bundle of a finished run from what lies on its outputs Volume.

A program may have put anything there, links to the coordinator's own files included. So every
folder is opened from the one above it, without following links, and nothing but plain files is taken.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from runner.backends.modal.bundle import is_long, portable
from runner.engine.layout import LEFT, RunLayout
from runner.engine.state import State
from runner.engine.untrusted import LARGEST
from runner.results.left import Left
from runner.worker.outputs import MAX_FILES

LONGEST_LOG: Final = 1 << 20
"""Bytes from the end of each log that come home by themselves."""

DEEPEST: Final = 64
"""Folders below an output folder that are looked into."""

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PLAIN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def pack(state: State, outputs: RunLayout, target: Path, *, file_size: int, most_output: int) -> None:
    """Writes the bundle of a run to `target`, which appears whole.

    It holds the result and the end of the log of every attempt, and the output files of each task's
    last attempt but those of more than `file_size` bytes, which it lists. What a task has beyond
    `most_output` bytes, which its attempts would not have accepted, is left out.
    """
    part = target.with_name(f"{target.name}.part")
    with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as archive:
        packing = _Packing(archive, file_size)
        for task in state.in_plan_order:
            for attempt in task.attempts:
                is_last = attempt is task.attempts[-1]
                folder = outputs.attempt(task.task.id, attempt.attempt).relative_to(outputs.directory)
                packing.attempt(outputs.directory, folder.as_posix(), most_output if is_last else 0)
        packing.close()
    part.replace(target)


class _Packing:
    """An archive that is being written."""

    def __init__(self, archive: tarfile.TarFile, file_size: int) -> None:
        self._archive = archive
        self._file_size = file_size
        self._left: list[Left] = []

    def attempt(self, root: Path, folder: str, most: int) -> None:
        """Takes an attempt in, `most` bytes of its output at most."""
        with _folder(os.open(root, _FOLDER), folder) as inside:
            if inside is None:
                return
            self._record(inside, folder)
            if most:
                self._output(inside, folder, most)

    def close(self) -> None:
        """Adds the list of what was left behind."""
        content = msgspec.json.encode(self._left)
        self._add(LEFT, io.BytesIO(content), len(content))

    def _record(self, inside: int, folder: str) -> None:
        with _plain(inside, "result.json") as file:
            if file is not None and (size := _size(file)) <= LARGEST:
                self._add(f"{folder}/result.json", file, size)
        with _plain(inside, "log.txt") as file:
            if file is not None:
                content = _end_of_log(file)
                self._add(f"{folder}/log.txt", io.BytesIO(content), len(content))

    def _output(self, inside: int, folder: str, most: int) -> None:
        for name, file in islice(_files(inside, "output"), MAX_FILES):
            if is_long(f"{folder}/{name}"):
                continue
            size = _size(file)
            most -= size
            if most < 0:
                return
            if size <= self._file_size:
                self._add(f"{folder}/{name}", file, size)
            else:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                self._left.append(Left(f"{folder}/{name}", size, digest))

    def _add(self, name: str, file: BinaryIO, size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size = size
        member.mode = 0o644
        self._archive.addfile(member, file)
        self._archive.getmembers().clear()  # it would keep them all


def _files(inside: int, top: str) -> Iterator[tuple[str, BufferedReader]]:
    """Every plain file below a folder with its name, in order, open for as long as it is looked at."""
    pending, folders = [top], 0
    while pending and folders < MAX_FILES:
        name = pending.pop()
        folders += 1
        with _folder(os.dup(inside), name) as folder:
            if folder is None:
                continue
            with os.scandir(folder) as scan:
                entries = sorted(islice(scan, MAX_FILES), key=lambda entry: entry.name)
            for entry in entries:
                if not portable(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if name.count("/") < DEEPEST and len(pending) < MAX_FILES:
                        pending.append(f"{name}/{entry.name}")
                    continue
                with _plain(folder, entry.name) as file:
                    if file is not None:
                        yield f"{name}/{entry.name}", file


@contextmanager
def _folder(top: int, path: str) -> Iterator[int | None]:
    """A folder below the open folder `top`, which is closed; None where a part of it is something else."""
    descriptor = top
    try:
        for part in path.split("/"):
            try:
                below = os.open(part, _FOLDER, dir_fd=descriptor)
            except OSError:
                yield None
                return
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _plain(folder: int, name: str) -> Iterator[BufferedReader | None]:
    """A plain file of an open folder; None where that is anything else."""
    try:
        descriptor = os.open(name, _PLAIN, dir_fd=folder)
    except OSError:
        yield None
        return
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        yield None
        return
    with os.fdopen(descriptor, "rb") as file:
        yield file


def _size(file: BufferedReader) -> int:
    return os.fstat(file.fileno()).st_size


def _end_of_log(file: BufferedReader) -> bytes:
    """The last lines of a log."""
    size = _size(file)
    if size <= LONGEST_LOG:
        return file.read(LONGEST_LOG)
    file.seek(size - LONGEST_LOG)
    end = file.read(LONGEST_LOG)
    return end[end.find(b"\n") + 1 :]
