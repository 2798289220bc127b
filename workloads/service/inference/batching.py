"""Generates together what waits at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Final, NamedTuple

from workloads.service.inference.model import Draw
from workloads.textgames.play.player import PlayerError, Reply, Request

GATHERING: Final = 0.01
"""Seconds that a turn waits at most for those of the other episodes."""


class _Turn(NamedTuple):
    request: Request
    draw: Draw
    reply: Future[Reply]


class Batcher:
    """One thread, which takes the turn that waits longest, with others of the same draw, up to `size`.

    An episode has one turn at a time, so that the order in which turns came is fair to all of them.
    """

    def __init__(self, generate: Callable[[Draw, Sequence[Request]], list[Reply]], size: int) -> None:
        self._generate = generate
        self._size = size
        self._waiting: list[_Turn] = []
        self._playing = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="generation", daemon=True)
        self._thread.start()

    def ask(self, request: Request, draw: Draw) -> Future[Reply]:
        """The reply to come. Who does not want it any more cancels it."""
        turn = _Turn(request, draw, Future())
        with self._changed:
            if self._closed:
                turn.reply.set_exception(PlayerError("the model was put away; try again"))
            else:
                self._waiting.append(turn)
                self._changed.notify_all()
        return turn.reply

    @contextmanager
    def playing(self) -> Iterator[None]:
        """While an episode is played its turns are waited for, a moment, to be generated with others."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def close(self) -> None:
        """Ends after the batch that is being generated; what waits fails."""
        with self._changed:
            self._closed = True
            left, self._waiting = self._waiting, []
            self._changed.notify_all()
        for turn in left:
            if turn.reply.set_running_or_notify_cancel():
                turn.reply.set_exception(PlayerError("the model was put away; try again"))
        self._thread.join()

    def _count(self, change: int) -> None:
        with self._changed:
            self._playing += change
            self._changed.notify_all()

    def _run(self) -> None:
        while batch := self._next():
            taken = [turn for turn in batch if turn.reply.set_running_or_notify_cancel()]
            if not taken:
                continue
            try:
                replies = self._generate(taken[0].draw, [turn.request for turn in taken])
            except Exception as error:  # It belongs to those who asked, whatever it is.
                for turn in taken:
                    turn.reply.set_exception(error)
            else:
                for turn, reply in zip(taken, replies, strict=True):
                    turn.reply.set_result(reply)

    def _next(self) -> list[_Turn]:
        """The next batch; empty at the end."""
        with self._changed:
            while not self._closed:
                self._gather()
                self._waiting = [turn for turn in self._waiting if not turn.reply.cancelled()]
                if self._waiting:
                    return self._take()
                self._changed.wait()
            return []

    def _take(self) -> list[_Turn]:
        first = self._waiting[0].draw
        batch = [turn for turn in self._waiting if turn.draw == first][: self._size]
        taken = {id(turn) for turn in batch}
        self._waiting = [turn for turn in self._waiting if id(turn) not in taken]
        return batch

    def _gather(self) -> None:
        """Waits a moment for the turns of episodes that are being played."""
        until = time.monotonic() + GATHERING
        while not self._closed and 0 < len(self._waiting) < min(self._size, self._playing):
            left = until - time.monotonic()
            if left <= 0 or not self._changed.wait(left):
                return
