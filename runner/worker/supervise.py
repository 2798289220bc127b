"""Runs one program under the limits of its attempt, until it ends or is ended."""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from runner.worker import processes
from runner.worker.claim import Claim
from runner.worker.ending import Ending, exited, in_seconds, not_started
from runner.worker.log import Log
from runner.worker.memory import INTERVAL, Memory

POLL = 0.02
"""Seconds between looks at a program whose end the system does not announce."""

DRAIN = 1.0
"""Seconds to wait for the rest of the output of a program that has ended."""


class Limits(NamedTuple):
    """What ends an attempt: seconds in all, seconds without a sign of life, bytes.

    `grace` is the time in seconds that a program has to end by itself after it was asked to.
    """

    timeout: float
    stall_timeout: float | None
    memory: int
    grace: float


class Halt(NamedTuple):
    """An order to stop. The attempt then ends as `outcome`.

    `grace` is the most that its program has to end by itself, in seconds, if that is less than usual.
    """

    reason: str
    outcome: str = "cancelled"
    grace: float | None = None


class Orders(Protocol):
    """What the driver has to say while an attempt runs."""

    def fileno(self) -> int:
        """Readable when there is something to say."""
        ...

    def cancelled(self) -> Halt | None:
        """Why and how the attempt should stop; None where it should not. Does not wait.

        Raises DriverGoneError when nobody is there any more.
        """
        ...


class DriverGoneError(Exception):
    """Nobody waits for the attempt any more."""


class Supervisor:
    """Runs the programs of one attempt, one after the other, under common limits."""

    def __init__(
        self,
        log: Log,
        claim: Claim,
        limits: Limits,
        progress: Path,
        orders: Orders | None,
        look: Callable[[], object] | None = None,
    ) -> None:
        """`progress` is a file whose growth is a sign of life; `look` is called a few times a second."""
        self.peak = 0
        self._log = log
        self._claim = claim
        self._limits = limits
        self._progress = progress
        self._progress_size = 0
        self._orders = orders
        self._beside = look
        self._spared = processes.children()
        self._memory = Memory(limits.memory, self._spared)
        now = time.monotonic()
        self._deadline = now + limits.timeout
        self._alive = now
        self._look = now + INTERVAL
        self._cause: Ending | None = None
        self._kill = 0.0
        self._waited: tuple[int, int, resource.struct_rusage] | None = None

    def run(self, arguments: list[str], folder: Path, environment: Mapping[str, str]) -> Ending:
        """Runs a program to its end and leaves nothing of it behind.

        Raises DriverGoneError, after the program was killed, when the driver is gone.
        """
        reading, writing = os.pipe()
        before = self._log.written
        try:
            try:
                process = processes.start(arguments, folder, environment, writing)
            except OSError as error:
                return not_started(arguments[0], error)
            finally:
                os.close(writing)
            self._claim.name_group(process.pid)
            os.set_blocking(reading, False)
            try:
                self._wait(process, reading)
            finally:
                code = self._end(process, reading)
        finally:
            os.close(reading)
        return self._cause or self._ending(code, before)

    def _wait(self, process: subprocess.Popen[bytes], reading: int) -> None:
        """Passes on output and watches the limits until the program ends."""
        poller = select.poll()
        poller.register(reading, select.POLLIN)
        orders = -1 if self._orders is None else self._orders.fileno()
        if orders >= 0:
            poller.register(orders, select.POLLIN)
        ended = _end_descriptor(process.pid)
        if ended >= 0:
            poller.register(ended, select.POLLIN)
        try:
            # An order that came together with the attempt itself makes nothing readable any more.
            self._listen(process.pid)
            while not self._has_ended(process.pid):
                for descriptor, _ in poller.poll(self._pause(ended) * 1000):
                    if descriptor == reading and not self._read(reading):
                        poller.unregister(reading)
                    elif descriptor == orders:
                        self._listen(process.pid)
                self._check(process.pid)
        finally:
            if ended >= 0:
                os.close(ended)

    def _has_ended(self, pid: int) -> bool:
        """Whether the program has ended. Where the system lets us look, it is not waited for yet."""
        if hasattr(os, "waitid"):
            return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        waited = os.wait4(pid, os.WNOHANG)
        self._waited = waited if waited[0] else None
        return self._waited is not None

    def _pause(self, ended: int) -> float:
        """Seconds until something is due."""
        due = [self._kill or self._deadline, self._look]
        if self._limits.stall_timeout is not None:
            due.append(self._alive + self._limits.stall_timeout)
        pause = max(0.0, min(due) - time.monotonic())
        return pause if ended >= 0 else min(pause, POLL)

    def _read(self, reading: int) -> bool:
        """Takes what the program printed; False at the end of it."""
        try:
            data = os.read(reading, 1 << 16)
        except BlockingIOError:
            return True
        self._alive = time.monotonic()
        self._log.write(data)
        return bool(data)

    def _listen(self, group: int) -> None:
        halt = None if self._orders is None else self._orders.cancelled()
        if halt is not None:
            usual = self._limits.grace
            grace = usual if halt.grace is None else min(halt.grace, usual)
            self._stop(group, Ending(halt.outcome, None, halt.reason), grace)

    def _check(self, group: int) -> None:
        """Ends the program when it is over a limit, or did not end when it was asked to."""
        now = time.monotonic()
        if now >= self._look:
            self._look = now + self._memory.look()
            if self._beside is not None:
                self._beside()
            self._note_progress(now)
            if self._memory.exceeded:
                self._stop(group, Ending("out-of-memory", None, self._memory_reason()), grace=0.0)
        if now >= self._deadline:
            limit = f"it ran longer than {in_seconds(self._limits.timeout)}"
            self._stop(group, Ending("timeout", None, limit))
        patience = self._limits.stall_timeout
        if patience is not None and now - self._alive >= patience:
            self._stop(
                group, Ending("stalled", None, f"it showed no sign of life for {in_seconds(patience)}")
            )
        if self._kill and now >= self._kill:
            self._kill = now + self._limits.grace + 1.0
            processes.signal_group(group, signal.SIGKILL)

    def _note_progress(self, now: float) -> None:
        try:
            size = self._progress.stat().st_size
        except OSError:
            return
        if size != self._progress_size:
            self._progress_size = size
            self._alive = now

    def _stop(self, group: int, cause: Ending, grace: float | None = None) -> None:
        """Asks the program to end, for the first cause that there is."""
        if self._cause is not None:
            return
        self._cause = cause
        grace = self._limits.grace if grace is None else grace
        self._kill = time.monotonic() + grace
        processes.signal_group(group, signal.SIGTERM if grace > 0 else signal.SIGKILL)

    def _end(self, process: subprocess.Popen[bytes], reading: int) -> int:
        """Kills what is left of the program, takes its last output, and returns its exit code."""
        # While the leader is not waited for, its id means this group and no other.
        processes.signal_group(process.pid, signal.SIGKILL)
        _, status, usage = self._waited or os.wait4(process.pid, 0)
        self._waited = None
        process.returncode = os.waitstatus_to_exitcode(status)
        self.peak = max(self.peak, self._memory.peak, usage.ru_maxrss * _MAXRSS_UNIT)
        processes.end_children(self._spared)
        deadline = time.monotonic() + DRAIN
        poller = select.poll()
        poller.register(reading, select.POLLIN)
        while time.monotonic() < deadline and poller.poll((deadline - time.monotonic()) * 1000):
            if not self._read(reading):
                break
        return process.returncode

    def _ending(self, code: int, before: int) -> Ending:
        if code in (-signal.SIGKILL, 128 + signal.SIGKILL) and self._memory.kernel_killed():
            return Ending("out-of-memory", code, "the kernel killed it, as the machine ran out of memory")
        return exited(code, self._log.last_line(before))

    def _memory_reason(self) -> str:
        used, limit = self._memory.peak / 2**20, self._limits.memory / 2**20
        return f"it took {used:.0f} MiB of memory and may take {limit:.0f} MiB"


_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


def _end_descriptor(pid: int) -> int:
    """A descriptor that becomes readable when the process ends; -1 where the system has none."""
    if not hasattr(os, "pidfd_open"):
        return -1
    try:
        return os.pidfd_open(pid)
    except OSError:
        return -1
