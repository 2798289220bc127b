"""Which files of a mount the processes of a container have open, as the kernel tells it."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")
DEEPEST = 100


def open_file(holder: int, mount_path: str, folder: Path) -> str | None:
    """A process that has something open on a mount, or stands in it, as `pid: descriptor`.

    `holder` holds the container: all processes below it are the container's. `folder` is what is mounted.
    """
    for process in descendants(holder):
        try:
            mounts = mount_ids(process, mount_path)
            for descriptor in os.listdir(PROC / process / "fdinfo"):  # noqa: PTH208
                told = (PROC / process / "fdinfo" / descriptor).read_text()
                if mount_of(told) in mounts:
                    return f"{process}: {descriptor}"
            if stands_in(process, folder):
                return f"{process}: cwd"
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # ended meanwhile
    return None


def descendants(holder: int) -> list[str]:
    """All processes that a process has started, directly or not."""
    found, pending = [], [str(holder)]
    while pending:
        process = pending.pop()
        try:
            tasks = list((PROC / process / "task").iterdir())
            children = [child for task in tasks for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += children
        pending += children
    return found


def mount_ids(process: str, mount_path: str) -> set[str]:
    """The kernel's numbers of what is mounted at a path, as a process sees it."""
    lines = (PROC / process / "mountinfo").read_text().splitlines()
    return {line.split()[0] for line in lines if line.split()[4] == mount_path.rstrip("/")}


def mount_of(told: str) -> str:
    """The mount of an open file, from what fdinfo tells."""
    return next((line.split()[1] for line in told.splitlines() if line.startswith("mnt_id:")), "")


def stands_in(process: str, folder: Path) -> bool:
    """Whether a process has its working folder at or below a folder of the machine.

    The kernel tells no path across mounts, so we climb from where the process stands.
    """
    here = PROC / process / "cwd"
    for _ in range(DEEPEST):
        if here.samefile(folder):
            return True
        if here.samefile(here / ".."):
            break
        here = here / ".."
    return False
