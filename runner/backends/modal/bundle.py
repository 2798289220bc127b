"""What comes home of a finished run: one archive of plain files, read here. `packing` writes it.

The last file of every bundle is LEFT: an archive without it was cut off.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec

from runner.engine.layout import LEFT, RunLayout
from runner.engine.record import read_plan
from runner.errors import ProviderError
from runner.results.left import read_left
from runner.worker.trees import CHUNK, remove_tree

LONGEST_NAME: Final = 255
"""Bytes of one part of a path."""

LONGEST_PATH: Final = 2048
"""Bytes of a path within a run: systems take no longer ones, wherever the run lies."""

_ATTEMPT: Final = re.compile(r"attempt-[1-9][0-9]{0,8}")
_STAGED: Final = ".bundle.new"
_REPLACED: Final = ".bundle.old"


class _Member(NamedTuple):
    offset: int
    size: int


class BundleError(Exception):
    """The archive is not one of ours, or not whole."""


def unpack(path: Path, layout: RunLayout) -> None:
    """Lays the files of a bundle out as those of a local run, whole or not at all.

    What an earlier bundle brought is replaced. Raises ProviderError when the archive is damaged or
    holds anything that has no place in a run, or when the disk does not take it.
    """
    staged = layout.directory / _STAGED
    remove_tree(staged)
    try:
        with path.open("rb") as archive:
            members = _listed(archive, path.stat().st_size, set(read_plan(layout).tasks()))
            for name, member in members.items():
                _extract(archive, member, staged / name)
        read_left(staged / LEFT)
        _swap(staged, layout)
    except (BundleError, msgspec.DecodeError) as error:
        raise ProviderError(
            "bundle-damaged",
            f"the results of the run cannot be taken in: {error}",
            place=str(path),
            fix=f"runner collect {layout.run} fetches them again",
        ) from None
    except OSError as error:
        raise ProviderError(
            "cannot-write-results",
            f"the results could not be written: {error.strerror or error}",
            place=str(layout.directory),
            fix=f"free some space or fix the folder's permissions, then: runner collect {layout.run}",
        ) from None
    finally:
        remove_tree(staged)


def portable(part: str) -> bool:
    """Whether one part of a path can stand on any system, and leads nowhere else."""
    return (
        part not in ("", ".", "..")
        and part.isprintable()
        and not set(part) & {"/", "\\"}
        and len(part.encode()) <= LONGEST_NAME
    )


def is_long(name: str) -> bool:
    """Whether a path of portable parts is too long."""
    return len(name.encode()) > LONGEST_PATH


def in_place(name: str, tasks: Collection[str]) -> bool:
    """Whether a file of this name belongs into a run with these tasks: below one of its attempts."""
    parts = name.split("/")
    if len(parts) < 5 or parts[0] != "tasks" or not all(map(portable, parts)) or is_long(name):
        return False
    _, stage, task, attempt, *rest = parts
    if f"{stage}/{task}" not in tasks or not _ATTEMPT.fullmatch(attempt):
        return False
    return rest in (["result.json"], ["log.txt"]) or (rest[0] == "output" and len(rest) > 1)


def _listed(archive: BinaryIO, size: int, tasks: Collection[str]) -> dict[str, _Member]:
    """Where the files of an archive lie in it, once all of them are fit to be written."""
    found: dict[str, _Member] = {}
    folders: set[str] = set()
    try:
        with tarfile.open(fileobj=archive, mode="r:") as listing:
            for member in listing:
                name = member.name
                if name != LEFT and not in_place(name, tasks):
                    raise BundleError(f"{name!r} has no place in this run")
                if not member.isreg() or member.issparse() or name in found:
                    raise BundleError(f"{name!r} is no plain file, or there twice")
                if member.offset_data + member.size > size:
                    raise BundleError("it was cut off")
                found[name] = _Member(member.offset_data, member.size)
                folders.update(_above(name))
    except (tarfile.TarError, ValueError, EOFError, OverflowError) as error:
        raise BundleError(f"it is no archive ({type(error).__name__})") from None
    if next(reversed(found), "") != LEFT:
        raise BundleError("it was cut off")
    if clash := folders & found.keys():
        raise BundleError(f"{min(clash)!r} is a file and a folder")
    return found


def _above(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _extract(archive: BinaryIO, member: _Member, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    archive.seek(member.offset)
    remaining = member.size
    with target.open("xb") as file:
        while remaining:
            chunk = archive.read(min(CHUNK, remaining))
            if not chunk:
                raise BundleError("it was cut off")
            file.write(chunk)
            remaining -= len(chunk)


def _swap(staged: Path, layout: RunLayout) -> None:
    tasks, replaced = layout.directory / "tasks", layout.directory / _REPLACED
    remove_tree(replaced)
    (staged / "tasks").mkdir(exist_ok=True)
    if tasks.exists():
        tasks.rename(replaced)
    (staged / "tasks").rename(tasks)
    (staged / LEFT).replace(layout.directory / LEFT)
    remove_tree(replaced)
