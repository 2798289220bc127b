"""Starts a program in a process group of its own, and ends all of what came of it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 5.0
"""Seconds to wait for killed processes to be gone."""


def adopt_orphans() -> None:
    """Makes this process the parent of whatever its children leave behind, so that it is found (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def leave_orphans() -> None:
    """Takes `adopt_orphans` back: what descends from this process may outlive it (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def start(
    arguments: list[str], folder: Path, environment: Mapping[str, str], output: int
) -> subprocess.Popen[bytes]:
    """Starts a program that prints to the descriptor `output`, in a session of its own.

    Raises OSError when it cannot start.
    """
    return subprocess.Popen(
        arguments,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


def signal_group(group: int, number: int) -> None:
    """Sends a signal to a process group, if there still is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def has_children() -> bool:
    """Whether this process has any child, dead ones included."""
    if not hasattr(os, "waitid"):
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def children() -> set[int]:
    """The children of this process."""
    if not has_children():
        return set()
    own = os.getpid()
    return {pid for pid, (parent, _) in table().items() if parent == own}


def table() -> dict[int, tuple[int, int]]:
    """Every process that can be seen, with its parent and its resident memory in bytes."""
    if Path("/proc/self/stat").exists():
        return dict(_from_proc())
    listing = subprocess.run(["ps", "-axo", "pid=,ppid=,rss="], capture_output=True, check=False)
    rows = [[int(field) for field in line.split()] for line in listing.stdout.splitlines()]
    return {pid: (parent, kilobytes * 1024) for pid, parent, kilobytes in rows}


def _from_proc() -> Iterable[tuple[int, tuple[int, int]]]:
    page = os.sysconf("SC_PAGE_SIZE")
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                status = Path(entry.path, "stat").read_bytes()
            except OSError:
                continue  # it ended while we looked
            fields = status[status.rindex(b")") + 2 :].split()
            yield int(entry.name), (int(fields[1]), int(fields[21]) * page)


def family(roots: Iterable[int], processes: Mapping[int, tuple[int, int]]) -> set[int]:
    """The processes `roots` and everything that descends from them."""
    offspring: dict[int, list[int]] = {}
    for pid, (parent, _) in processes.items():
        offspring.setdefault(parent, []).append(pid)
    pending, found = list(roots), set()
    while pending:
        pid = pending.pop()
        if pid not in found:
            found.add(pid)
            pending += offspring.get(pid, [])
    return found


def end_children(spared: set[int]) -> None:
    """Kills every descendant of this process, but for the children in `spared` and theirs."""
    deadline = time.monotonic() + PATIENCE
    while stragglers := children() - spared:
        for pid in family(stragglers, table()):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        for pid in stragglers:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        if time.monotonic() > deadline:
            return
        time.sleep(0.005)


def ancestors(pid: int) -> set[int]:
    """A process and everything it descends from."""
    processes, found = table(), set()
    while pid in processes and pid not in found:
        found.add(pid)
        pid = processes[pid][0]
    return found


def end_told(assignment: bytes) -> None:
    """Kills every process that was started with the variable `NAME=value`, wherever it went meanwhile.

    This process and those that it descends from are spared.
    """
    deadline = time.monotonic() + PATIENCE
    spared = ancestors(os.getpid())
    while (told := _told(assignment) - spared) and time.monotonic() < deadline:
        for pid in told:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)


def _told(assignment: bytes) -> set[int]:
    found = set()
    for pid in table():
        try:
            variables = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue  # it ended, or is somebody else's
        if assignment in variables.split(b"\0"):
            found.add(pid)
    return found
