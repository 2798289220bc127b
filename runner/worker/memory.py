"""How much memory an attempt takes, and whether the kernel ended it for that."""

from __future__ import annotations

import os
import time
from pathlib import Path

from runner.worker.processes import family, table

INTERVAL = 0.25
COST_LIMIT = 0.05
"""At most this share of the time goes into looking, however many processes the machine has."""

_COUNTERS = ("/sys/fs/cgroup/memory.events", "/proc/vmstat")


class Memory:
    """Looks a few times a second at the memory of this process's descendants. Sizes in bytes."""

    def __init__(self, limit: int, spared: set[int]) -> None:
        """Watches for more than `limit`, not counting the children in `spared` and theirs."""
        self.peak = 0
        self._limit = limit
        self._spared = spared

    def look(self) -> float:
        """Takes a look, and returns in how many seconds the next is due."""
        began = time.monotonic()
        processes = table()
        own = os.getpid()
        roots = {pid for pid, (parent, _) in processes.items() if parent == own} - self._spared
        members = family(roots, processes)
        used = sum(processes[pid][1] for pid in members)
        if used > self._limit:
            used = sum(_proportional(pid, processes[pid][1]) for pid in members)
        self.peak = max(self.peak, used)
        return max(INTERVAL, (time.monotonic() - began) / COST_LIMIT)

    @property
    def exceeded(self) -> bool:
        """Whether more than the limit was seen."""
        return self.peak > self._limit

    @staticmethod
    def kernel_killed() -> bool:
        """Whether the kernel has ended a process for want of memory since this was last asked."""
        global _kills_seen
        before, _kills_seen = _kills_seen, oom_kills()
        return _kills_seen > before


def _proportional(pid: int, resident: int) -> int:
    """The share of a process in the pages that it holds together with others; `resident` if unknown."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return resident


def oom_kills() -> int:
    """How many processes the kernel has ended for want of memory, as far as it tells."""
    total = 0
    for counter in _COUNTERS:
        try:
            lines = Path(counter).read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return total


_kills_seen = oom_kills()
