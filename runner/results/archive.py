"""A run as one file to take away: the same bytes for the same files."""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from runner.engine.layout import RunLayout
from runner.errors import InputError, ProviderError
from runner.results.files import replacing
from runner.results.history import LOCAL_RUNS, Entry

_KEPT = ("log.txt", "result.json")


def pack(root: Path, entry: Entry, target: Path) -> int:
    """Writes the results of a run, with the logs and outputs that lie here, as a tar.gz.

    Returns the number of files in it. Raises ProviderError when the disk does not take it.
    """
    top = f"{entry.report.job}-{entry.report.run}"
    files = dict(sorted(_files(root, entry)))
    try:
        with (
            replacing(target) as raw,
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
        ):
            for name, path in files.items():
                _add(archive, f"{top}/{name}", path, int(entry.report.ended))
    except OSError as error:
        raise ProviderError(
            "cannot-write-archive",
            f"the archive could not be written: {error.strerror or error}",
            place=os.fspath(target),
            fix="free some space, or choose another place with --output",
        ) from None
    return len(files)


def default_name(entry: Entry) -> str:
    """The archive's usual name."""
    return f"{entry.report.job}-{entry.report.run}.tar.gz"


def refuse_existing(target: Path) -> None:
    """Raises InputError when there is such a file already."""
    if target.exists():
        raise InputError(
            "file-exists",
            "the file exists already",
            place=os.fspath(target),
            fix="add --force, or choose another --output",
        )


def _add(archive: tarfile.TarFile, name: str, path: Path, moment: int) -> None:
    """One regular file, with nothing of this machine in its header."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        member = tarfile.TarInfo(name)
        member.size = os.fstat(descriptor).st_size
        member.mode, member.mtime = 0o644, max(0, moment)
        archive.addfile(member, file)


def _files(root: Path, entry: Entry) -> Iterator[tuple[str, Path]]:
    """Names in the archive and where their files lie."""
    for path in _regular(entry.directory):
        yield f"report/{path.relative_to(entry.directory).as_posix()}", path
    layout = RunLayout(root / LOCAL_RUNS / entry.report.run)
    tasks = layout.directory / "tasks"
    if _is_regular(layout.journal):
        yield "journal.jsonl", layout.journal
    for attempt in tasks.glob("*/*/attempt-*"):
        kept = filter(_is_regular, (attempt / name for name in _KEPT))
        for path in (*_regular(attempt / "output"), *kept):
            yield f"tasks/{path.relative_to(tasks).as_posix()}", path


def _is_regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _regular(folder: Path) -> Iterator[Path]:
    """Every regular file below a folder; links are neither followed nor kept."""
    for parent, _, names in os.walk(folder):
        yield from filter(_is_regular, (Path(parent) / name for name in names))
