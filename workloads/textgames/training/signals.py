"""Signals that ask a training to stop: at once where nothing is half done, else after the step."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

_NUMBERS: Final = (signal.SIGTERM, signal.SIGINT)


class Stopped(BaseException):
    """A signal came during a rollout: the weights are those after the last step."""


class Signals:
    """Notes SIGTERM and SIGINT while it is open (`with`), in place of ending the program."""

    def __init__(self) -> None:
        self.noted: int | None = None
        self._waiting = False
        self._before: list[Any] = []

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Raises Stopped inside as soon as a signal comes, or if one has come."""
        if self.noted is not None:
            raise Stopped
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False

    def __enter__(self) -> Signals:
        self._before = [signal.signal(number, self._note) for number in _NUMBERS]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in zip(_NUMBERS, self._before, strict=True):
            signal.signal(number, handler)

    def _note(self, number: int, _: FrameType | None) -> None:
        self.noted = number
        if self._waiting:
            self._waiting = False
            raise Stopped
