"""At most one process drives a run."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from runner.errors import InputError

LOOKS: Final = 10
PAUSE: Final = 0.02
"""How often a lock is tried before it counts as taken, and the seconds between."""


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Holds the lock at `path`; the kernel lets go of it when this process ends, however it ends.

    Raises InputError when another process holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _take(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def holder(path: Path) -> int | None:
    """The process that drives the run right now; None where nothing does."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return _written(descriptor) if is_locked(descriptor) else None
    finally:
        os.close(descriptor)


def lock(descriptor: int) -> bool:
    """Locks an open file for this process alone; False where another process has it.

    Whoever only asks who has it holds it for a moment, too, so one refusal does not count.
    """
    for _ in range(LOOKS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(PAUSE)
        else:
            return True
    return False


def is_locked(descriptor: int) -> bool:
    """Whether another process has locked an open file. Leaves it unlocked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _take(descriptor: int, path: Path) -> None:
    if not lock(descriptor):
        raise InputError(
            "run-busy",
            f"the process {_written(descriptor)} drives this run already",
            place=str(path.parent),
            fix=f"wait for it, or stop it with: runner cancel {path.parent.name}",
        )
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)


def _written(descriptor: int) -> int:
    text = os.pread(descriptor, 20, 0)
    return int(text) if text.isdigit() else 0
