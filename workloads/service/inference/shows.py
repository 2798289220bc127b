"""An episode that somebody watches turn by turn."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Final

from workloads.textgames.play.episodes import Episode, Turn

ROOM: Final = 16
"""Turns that an episode may be ahead of who reads them."""


class Channel:
    """Turns on their way from the thread that plays to the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._turns: asyncio.Queue[tuple[int, Turn] | None] = asyncio.Queue()
        self._room = threading.Semaphore(ROOM)
        self._closed = False

    def seated(self) -> None:
        """The episode begins now."""
        self._turns.put_nowait(None)

    def put(self, number: int, turn: Turn) -> None:
        """Called by the thread; waits while nobody reads."""
        self._room.acquire()
        if self._closed:
            self._room.release()
            return
        self._loop.call_soon_threadsafe(self._turns.put_nowait, (number, turn))

    async def get(self) -> tuple[int, Turn] | None:
        """The next turn; None first, when the episode begins."""
        found = await self._turns.get()
        if found is not None:
            self._room.release()
        return found

    def close(self) -> None:
        """Nobody reads any more."""
        self._closed = True
        self._room.release()


class Show:
    """The turns of an episode that is being played, and at the end the episode."""

    def __init__(self, playing: asyncio.Task[Episode], channel: Channel) -> None:
        self._playing = playing
        self._playing.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._channel = channel

    async def begin(self) -> None:
        """Waits for its place. Raises ApiError."""
        try:
            await self._next()
        except BaseException:
            self.close()
            raise

    async def turns(self) -> AsyncIterator[tuple[int, Turn]]:
        """The turns with their numbers from 1. Raises ApiError."""
        while True:
            found = await self._next()
            if found is None:
                return
            yield found
            if found[1].done:
                return

    async def episode(self) -> Episode:
        """The whole episode, after its turns. Raises ApiError."""
        return await self._playing

    def close(self) -> None:
        """Ends it, if it has not ended."""
        self._channel.close()
        self._playing.cancel()

    async def _next(self) -> tuple[int, Turn] | None:
        """What comes next. Raises ApiError where the episode fails before."""
        coming = asyncio.create_task(self._channel.get())
        try:
            await asyncio.wait((coming, self._playing), return_when=asyncio.FIRST_COMPLETED)
            if not coming.done() and self._playing.exception() is not None:
                await self._playing
            return await coming
        finally:
            coming.cancel()
