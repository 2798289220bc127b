"""What the provider has to say while a container works: that it is cancelled, or taken away."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from modal.exception import InputCancellation

from runner.worker.supervise import Halt

PREEMPTED: Final = Halt("the provider took the machine away", "preempted", 5.0)
"""The provider kills the container half a minute after it said so."""

CANCELLED: Final = Halt("the run is being cancelled")


class Notices:
    """What was said so far."""

    def __init__(self, reading: int, writing: int) -> None:
        """Takes the two ends of a pipe that does not block."""
        self._reading = reading
        self._writing = writing
        self._said: list[BaseException] = []

    def fileno(self) -> int:
        """Readable when something was said since `halt` was last asked."""
        return self._reading

    def halt(self) -> Halt | None:
        """How the work should stop; None where it may go on. The loss of the machine is graver."""
        while select.select([self._reading], [], [], 0)[0]:
            os.read(self._reading, 64)
        kinds = {isinstance(said, InputCancellation) for said in self._said}
        if not kinds:
            return None
        return PREEMPTED if False in kinds else CANCELLED

    def pause(self, seconds: float) -> bool:
        """Waits, and returns whether the work may go on. It returns at once when it may not."""
        select.select([self._reading], [], [], seconds)
        return self.halt() is None

    def noting(self, handler: Callable[[int, FrameType | None], Any]) -> Callable[..., None]:
        """A signal handler that notes what the given one raises."""

        def note(number: int, frame: FrameType | None) -> None:
            try:
                handler(number, frame)
            except (KeyboardInterrupt, InputCancellation) as said:
                self._said.append(said)
                os.write(self._writing, b"!")

        return note

    def hand_on(self) -> None:
        """Raises the gravest of what was said."""
        for said in sorted(self._said, key=lambda said: isinstance(said, InputCancellation)):
            raise said


@contextmanager
def listening() -> Iterator[Notices]:
    """While this lasts, notices do not interrupt; they are raised afterwards, unless the work itself failed.

    The SDK says them by exceptions that its signal handlers raise in the main thread, whatever that
    is doing. Here they are caught where they are raised, so that none hits in the middle of a delivery.
    """
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    notices = Notices(reading, writing)
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    listened = {number: handler for number, handler in before.items() if callable(handler)}
    try:
        for number, handler in listened.items():
            signal.signal(number, notices.noting(handler))
        yield notices
    finally:
        for number, handler in listened.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)
    notices.hand_on()
