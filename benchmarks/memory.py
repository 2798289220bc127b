"""The most memory that a process takes with its children: of the machine, or of the GPU."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

PAUSE = 0.2
"""Seconds between two looks."""


class Peak:
    """Looks again and again, from when it is entered until it is left; `bytes` is the most that it saw."""

    def __init__(self, pid: int, gpu: bool) -> None:
        self.bytes = 0
        self._pid, self._gpu = pid, gpu
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(PAUSE):
            self.bytes = max(self.bytes, used_of_gpu() if self._gpu else used_by(self._pid))


def used_of_gpu() -> int:
    """Bytes in use of the first GPU, whoever uses them."""
    command = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits", "--id=0"]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) << 20


def used_by(pid: int) -> int:
    """Resident bytes of a process and its descendants; memory that two of them share is halved, and so on."""
    return sum(_share(Path("/proc", str(one))) for one in descendants(pid))


def descendants(pid: int) -> set[int]:
    """A process and all that it started, by their ids."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(folder.name)] = int(fields[1])
    found, size = {pid}, 0
    while len(found) > size:
        size = len(found)
        found |= {one for one, parent in parents.items() if parent in found}
    return found


def _share(folder: Path) -> int:
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()
    except OSError:  # It has ended.
        return 0
    found = (line.split()[1] for line in lines if line.startswith("Pss:"))
    return int(next(found, 0)) * 1024


def gpu_name() -> str:
    """The name of the first GPU, and an empty one where there is none."""
    command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader", "--id=0"]
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
