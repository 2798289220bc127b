"""Ends a process that nobody needs any more."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def end_process() -> None:
    """Asks the server of this process to end as it does on SIGTERM: what runs is finished first."""
    os.kill(os.getpid(), signal.SIGTERM)


class Idle:
    """Calls `stop` once when nothing was being done for `seconds`."""

    def __init__(
        self,
        seconds: float,
        stop: Callable[[], None] = end_process,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._stop = stop
        self._clock = clock
        self._working = 0
        self._since = clock()

    @contextmanager
    def working(self) -> Iterator[None]:
        """While this is entered, something is being done. Requests that were let in count by themselves."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1
            self._since = self._clock()

    def left(self) -> float:
        """The seconds until it is time, if nothing happens in between."""
        return self._seconds if self._working else self._since + self._seconds - self._clock()

    async def watch(self) -> None:
        """Waits for it. It begins anew when this is called: what loads before that takes its time."""
        self._since = self._clock()
        while (left := self.left()) > 0:
            await asyncio.sleep(min(left, 60.0))
        self._stop()
