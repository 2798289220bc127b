"""What an attempt leaves for others: weights are collected, and everything else is looked over."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from runner.worker.masking import Mask
from runner.worker.trees import UnsafePathError, copy_file, inside, remove_tree

MAX_BYTES = 20 << 30
MAX_FILES = 100_000


class Weight(NamedTuple):
    """A collected file: its sha256 and its size in bytes."""

    sha256: str
    bytes: int


class OutputError(Exception):
    """The outputs cannot be accepted."""


def collect(paths: list[str], work: Path, output: Path) -> dict[str, Weight]:
    """Copies weight files of the working copy to `weights/` of the output.

    Raises OutputError when one is missing or is not a plain file of the working copy.
    """
    found = {}
    for path in paths:
        try:
            source, target = inside(work, path), inside(output, f"weights/{path}")
            found[path] = Weight(*copy_file(source, target))
        except FileNotFoundError:
            raise OutputError(f"the program ended well but left no file {path}") from None
        except UnsafePathError as error:
            raise OutputError(f"the weights cannot be collected: {error}") from None
        except OSError as error:
            if not error.errno or error.strerror is None:
                raise OutputError(f"the weights at {path} are not a plain file") from None
            raise
    return found


def vet(output: Path, max_bytes: int, max_files: int) -> list[str]:
    """Leaves only plain files and folders in `output`, and returns what was taken out.

    Links, pipes, sockets and devices go, as do names that other systems cannot hold. Hard links are
    parted from their other names. Raises OutputError when there is too much, or no folder at all.
    """
    if output.is_symlink() or not output.is_dir():
        remove_tree(output)
        raise OutputError("the program removed or replaced its output folder")
    taken_out: list[str] = []
    files = size = 0
    folders = [output]
    while folders:
        for entry in list(os.scandir(folders.pop())):
            path = Path(entry.path)
            if not _portable(entry.name):
                remove_tree(path)
                taken_out.append(ascii(os.path.relpath(entry.path, output)))
            elif entry.is_dir(follow_symlinks=False):
                folders.append(path)
            elif entry.is_file(follow_symlinks=False):
                files += 1
                size += _part(path, entry.stat(follow_symlinks=False), output)
            else:
                path.unlink()
                taken_out.append(str(path.relative_to(output)))
            if files > max_files or size > max_bytes:
                limit = f"{max_files} files or {max_bytes / 2**20:.0f} MiB"
                raise OutputError(f"the output folder holds more than {limit}")
    return taken_out


def without_secrets(output: Path, mask: Mask) -> list[str]:
    """Removes every file that holds a secret, or is named after one, and returns their names, masked."""
    removed = []
    for path in sorted(path for path in output.rglob("*") if path.is_file()):
        name = str(path.relative_to(output))
        if mask.text(name) != name or mask.occurs_in(path):
            path.unlink()
            removed.append(mask.text(name))
    return removed


def _portable(name: str) -> bool:
    return name.isprintable() and "\\" not in name


def _part(path: Path, status: os.stat_result, output: Path) -> int:
    """Gives a file with several names a copy of its own. Returns its size."""
    if status.st_nlink > 1:
        own = output.with_name("parted")
        copy_file(path, own, stat.S_IMODE(status.st_mode) | stat.S_IWUSR)
        own.replace(path)
    return status.st_size
