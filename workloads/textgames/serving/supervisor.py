"""Runs one command below it and leaves nothing of it behind, whatever becomes of the program that asked.

vLLM's engine and its workers go on for ever, with the GPU's memory, when the server above them is killed.
So the server runs below this process, in the session that this process leads: orphans are handed up to it,
and it ends all of the session when the command ends, when it is told to (SIGTERM), or when the program that
started it is gone, for which there is no signal that is sure to come: the kernel's (PR_SET_PDEATHSIG) is
about a thread. Linux only; the standard library only, so that it starts in a few hundredths of a second.

    python -I -S supervisor.py PARENT GRACE COMMAND…

PARENT is the process id of that program, GRACE the seconds between SIGTERM and SIGKILL. The exit status is
the command's, or 128 and the signal that ended it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PAUSE = 0.05
"""Seconds between two looks."""
SIGNALLED = 128
TRACKER = b"multiprocessing.resource_tracker"
TRACKER_GRACE = 3.0
"""Seconds that Python's tracker of shared memory has to remove what is left."""
ROOM = 40
"""Characters of the folder for temporary files, so that what vLLM makes there has room."""


def members(session: int) -> list[int]:
    """The processes of a session that are alive, but for its leader."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and int(entry.name) != session:
            with contextlib.suppress(OSError, ValueError):
                state, _, _, of = Path(entry.path, "stat").read_text().rpartition(") ")[2].split()[:4]
                if int(of) == session and state not in "ZX":
                    found.append(int(entry.name))
    return found


def signal_members(session: int, number: int, sparing: bytes | None = None) -> None:
    """Sends a signal to every process of a session but its leader, and those whose command has `sparing`."""
    for process in members(session):
        with contextlib.suppress(OSError):
            if sparing is None or sparing not in Path(f"/proc/{process}/cmdline").read_bytes():
                os.kill(process, number)


class Supervisor:
    """One command, and whether it should go on."""

    def __init__(self, parent: int, grace: float, command: list[str]) -> None:
        self.parent = parent
        self.grace = grace
        self.command = command
        self.asked_to_end = False
        self.child = 0
        self.status: int | None = None

    def run(self) -> int:
        """Runs the command to its end; returns its exit status."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._end)
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        folder = tempfile.mkdtemp(prefix="vllm-", dir=_temporary_files())
        try:
            self._watch(folder)
        finally:
            self._end_all()
            shutil.rmtree(folder, ignore_errors=True)
        return self.status if self.status is not None else SIGNALLED + signal.SIGKILL

    def _watch(self, folder: str) -> None:
        environment = {**os.environ, "TMPDIR": folder}
        child = subprocess.Popen(self.command, env=environment, preexec_fn=_die_with_parent)
        self.child = child.pid
        while self.status is None and not self.asked_to_end and os.getppid() == self.parent:
            time.sleep(PAUSE)
            self._reap()

    def _end_all(self) -> None:
        """Asks, then kills; the trackers last, which remove the shared memory of those that were killed."""
        self._signal_until_gone(signal.SIGTERM, self.grace)
        self._signal_until_gone(signal.SIGKILL, TRACKER_GRACE, sparing=TRACKER)
        while members(os.getpid()):
            self._signal_until_gone(signal.SIGKILL, PAUSE)
        self._reap()

    def _signal_until_gone(self, number: int, seconds: float, sparing: bytes | None = None) -> None:
        signal_members(os.getpid(), number, sparing)
        given_up = time.monotonic() + seconds
        while members(os.getpid()) and time.monotonic() < given_up:
            time.sleep(PAUSE)
            self._reap()

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == self.child:
                    code = os.waitstatus_to_exitcode(ended[1])
                    self.status = code if code >= 0 else SIGNALLED - code

    def _end(self, *_: object) -> None:
        self.asked_to_end = True


def _temporary_files() -> str:
    """Where temporary files go: sockets among them, whose paths may have 107 characters in all."""
    usual = tempfile.gettempdir()
    return usual if len(usual) <= ROOM else "/tmp"


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(Supervisor(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]).run())
