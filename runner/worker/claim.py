"""An attempt is claimed before anything is done, so that it is done once, whoever starts it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from runner.worker.processes import end_told
from runner.worker.trees import read_plain

CLAIM = "claim.json"
_ROLES = (("group", -1), ("worker", 1))


class Claim:
    """A claim that this process holds. It names the processes to look for if this one is killed."""

    def __init__(self, descriptor: int) -> None:
        """`descriptor` is open on the claim's file."""
        self._descriptor = descriptor
        self._known: dict[str, Any] = {"worker": _identity(os.getpid())}
        self._write()

    def name_group(self, group: int) -> None:
        """Notes the process group that works on the attempt now."""
        self._known["group"] = _identity(group)
        self._write()

    def close(self) -> None:
        """Closes the file; the claim stands for ever."""
        os.close(self._descriptor)

    def _write(self) -> None:
        os.pwrite(self._descriptor, json.dumps(self._known).encode().ljust(300) + b"\n", 0)


def take(directory: Path) -> Claim | None:
    """Claims the attempt whose folder this is, made if need be; None where it is taken already."""
    directory.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(directory / CLAIM, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError:
        return None
    return Claim(descriptor)


def claimed(directory: Path) -> bool:
    """Whether somebody took up the attempt."""
    return (directory / CLAIM).exists()


def end_leftovers(directory: Path) -> None:
    """Ends whatever is left of an attempt that nobody looks after any more."""
    for process in leftovers(directory):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(-process, signal.SIGKILL) if process < 0 else os.kill(process, signal.SIGKILL)
    for folder in ("output", "input"):  # a program may tell those that it starts another output folder
        end_told(f"RUNNER_{folder.upper()}_DIR=".encode() + os.fsencode(directory / folder))


def leftovers(directory: Path) -> list[int]:
    """Processes named in a claim that are still the ones it means; a group by its negative number.

    A claim that its program has spoilt names none.
    """
    try:
        known = json.loads(read_plain(directory / CLAIM))
        named = [(known[role]["pid"], sign, known[role]) for role, sign in _ROLES if role in known]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return []
    return [
        sign * pid for pid, sign, told in named if isinstance(pid, int) and pid > 1 and _identity(pid) == told
    ]


def _identity(pid: int) -> dict[str, Any]:
    """A process id with the time the process began, as ids are used again."""
    return {"pid": pid, "began": _began(pid)}


def _began(pid: int) -> str:
    """When a process began, as the system tells it; empty where there is no such process."""
    try:
        descriptor = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        if Path("/proc/self/stat").exists():
            return ""
        listing = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, check=False)
        return listing.stdout.decode().strip()
    try:
        status = os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
    # The name in parentheses may hold anything; field 22 of proc(5) is the 20th after it.
    return status[status.rindex(b")") + 2 :].split()[19].decode()
