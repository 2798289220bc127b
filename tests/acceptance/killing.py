"""Kills processes below another one, at random."""

import contextlib
import os
import signal
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from subprocess import Popen

from runner.worker.processes import family, table


class Killer(threading.Thread):
    """Kills processes that a driver started, each kind so often, in an order that chance gives.

    `kinds` says by what text in its command line a process is known; the first that fits is its kind.
    """

    def __init__(
        self,
        driver: "Popen[str]",
        kinds: Mapping[str, str],
        kills: Mapping[str, int],
        chance: Random,
        pause: tuple[float, float],
    ) -> None:
        """`pause` holds the least and the most seconds between two kills."""
        super().__init__(daemon=True)
        self.killed: Counter[str] = Counter()
        self._driver = driver
        self._kinds = kinds
        self._left = chance.sample(
            [kind for kind, times in kills.items() for _ in range(times)], sum(kills.values())
        )
        self._chance = chance
        self._pause = pause
        self._ended = threading.Event()

    def __enter__(self) -> "Killer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        """Kills until it has done so often enough; what is not there now may be there the next time."""
        while self._left and not self._ended.wait(self._chance.uniform(*self._pause)):
            if victims := self._victims().get(self._left[0]):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._chance.choice(victims), signal.SIGKILL)
                    self.killed[self._left.pop(0)] += 1

    def _victims(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for pid in sorted(family([self._driver.pid], table()) - {self._driver.pid}):
            line = command_line(pid)
            for kind, text in self._kinds.items():
                if text in line:
                    found.setdefault(kind, []).append(pid)
                    break
        return found


def command_line(pid: int) -> str:
    """How a process was started; nothing where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
