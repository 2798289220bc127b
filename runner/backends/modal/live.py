"""The function calls that a coordinator looks after."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import Final, TypeVar

from msgspec import Struct

from runner.backends.modal import calls
from runner.backends.modal.calls import CallEnd
from runner.backends.modal.names import ended_mark

_MOST_CANCELLED: Final = 64
"""Cancelled calls that are asked about in one look."""

Given = TypeVar("Given")
Answer = TypeVar("Answer")


class Pace(Struct, frozen=True):
    """How often the provider is asked, in seconds.

    The outputs are looked at after `shortest`, ever less often up to `longest` while nothing ends. A
    call is asked about every `doubt` seconds, `most` of them in one look; a cancelled one every
    `confirm`. A cancelled attempt has its grace and `linger` to write its result, and its container is
    killed `kill` seconds after the grace.
    """

    shortest: float = 0.5
    longest: float = 5.0
    doubt: float = 15.0
    most: int = 10
    confirm: float = 2.0
    linger: float = 10.0
    kill: float = 30.0


class LiveCall(Struct):
    """An attempt at work, or waiting for a container. Times are of the monotonic clock.

    `asked` is when the provider was last asked about it, `told` when it was told to cancel it.
    """

    task: str
    attempt: int
    handle: str
    asked: float
    cancelled: bool = False
    told: float | None = None
    killed: bool = False

    @property
    def mark(self) -> str:
        """The name of the mark that it leaves when it has ended."""
        return ended_mark(self.task, self.attempt)


class LiveCalls:
    """Calls by their marks; the one that was asked about longest ago is first."""

    def __init__(self, pool: Executor, grace: float, pace: Pace) -> None:
        self._pool = pool
        self._grace = grace
        self._pace = pace
        self._calls: dict[str, LiveCall] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[LiveCall]:
        return iter(self._calls.values())

    def get(self, mark: str) -> LiveCall | None:
        """The call that would leave this mark."""
        return self._calls.get(mark)

    def keep(self, call: LiveCall) -> None:
        """Looks after a call, which becomes the last to be asked about."""
        self._calls.pop(call.mark, None)
        self._calls[call.mark] = call

    def forget(self, call: LiveCall) -> None:
        """Looks after it no more."""
        del self._calls[call.mark]

    def tell_cancelled(self) -> None:
        """Cancels what should be, and kills what did not end when it was cancelled.

        What fails is tried again the next time.
        """
        now = time.monotonic()
        late = now - self._grace - self._pace.kill
        cancelled = [call for call in self if call.cancelled]
        fresh = [call for call in cancelled if call.told is None]
        stubborn = [
            call for call in cancelled if not call.killed and call.told is not None and call.told < late
        ]
        for call, done in self._ask(_cancel, fresh):
            call.told = now if done else None
        for call, done in self._ask(_kill, stubborn):
            call.killed = done

    def silent(self) -> list[tuple[LiveCall, CallEnd]]:
        """Calls that have ended, of those that it is time to ask about."""
        answers = self._ask(_ended, self._due())
        for call, _ in answers:
            call.asked = time.monotonic()
            self.keep(call)
        return [(call, end) for call, end in answers if end is not None]

    def clears_up(self, call: LiveCall) -> bool:
        """Whether a call was cancelled so lately that its container may still write its result."""
        patience = self._grace + self._pace.linger
        return call.told is not None and time.monotonic() < call.told + patience

    def _due(self) -> list[LiveCall]:
        now = time.monotonic()
        cancelled: list[LiveCall] = []
        others: list[LiveCall] = []
        for call in self:
            if call.told is not None:
                if now - call.asked >= self._pace.confirm and len(cancelled) < _MOST_CANCELLED:
                    cancelled.append(call)
            elif now - call.asked >= self._pace.doubt and len(others) < self._pace.most:
                others.append(call)
        return cancelled + others

    def _ask(self, ask: Callable[[Given], Answer], given: Sequence[Given]) -> list[tuple[Given, Answer]]:
        """All answers, asked for at the same time."""
        return list(zip(given, self._pool.map(ask, given), strict=True)) if given else []


def _ended(call: LiveCall) -> CallEnd | None:
    try:
        return calls.ended(call.handle)
    except Exception:  # no answer, whatever the reason, means that nothing new is known
        return None


def _cancel(call: LiveCall) -> bool:
    return _told(call, kill=False)


def _kill(call: LiveCall) -> bool:
    return _told(call, kill=True)


def _told(call: LiveCall, *, kill: bool) -> bool:
    try:
        calls.cancel(call.handle, kill=kill)
    except Exception:  # whatever it is, it is tried again
        return False
    return True
