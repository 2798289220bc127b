"""^C: once to stop in good order, twice to stop at once. Termination and hang-up count as the first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """How often somebody asked this process to stop."""

    def __init__(self) -> None:
        """Nobody did, so far."""
        self.count = 0
        self.reason = ""

    def note(self, number: int, frame: FrameType | None) -> None:
        """Takes a signal into account; the loop looks at it when it comes around."""
        if number == signal.SIGINT or self.count == 0:
            self.count += 1
        self.reason = self.reason or ("interrupted" if number == signal.SIGINT else "terminated")


@contextmanager
def listening() -> Iterator[Interrupts]:
    """Counts signals instead of dying of them, where this is the main thread."""
    interrupts = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    before = {number: signal.signal(number, interrupts.note) for number in _STOPS}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
