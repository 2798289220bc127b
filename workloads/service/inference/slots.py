"""Room for so many episodes at a time, given out in turn to the requests that wait for it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import Final

from workloads.service.errors import ApiError

AGAIN: Final = 2.0
"""Seconds after which a request that found no room may come again."""


class Slots:
    """`count` slots. One that becomes free goes to the request that has waited longest for its next one."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._lines: OrderedDict[object, deque[asyncio.Future[None]]] = OrderedDict()
        self.taken = 0

    async def take(self, request: object, patience: float | None) -> None:
        """Waits for a slot, up to `patience` seconds. Raises ApiError (503) when there is none by then."""
        if self._free and not self._lines:
            self._give()
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = self._lines.setdefault(request, deque())
        line.append(place)
        try:
            async with asyncio.timeout(patience):
                await place
        except TimeoutError:
            self._leave(request, place)
            raise ApiError(
                503, "busy", "all places for episodes are taken; try again shortly", retry_after=AGAIN
            ) from None
        except asyncio.CancelledError:
            self._leave(request, place)
            raise

    def give_back(self) -> None:
        """One is free again."""
        self._free += 1
        self.taken -= 1
        self._serve()

    def _give(self) -> None:
        self._free -= 1
        self.taken += 1

    def _leave(self, request: object, place: asyncio.Future[None]) -> None:
        """Who leaves at the very moment of being served gives the slot back."""
        if place.done() and not place.cancelled():
            self.give_back()
            return
        line = self._lines.get(request)
        if line is not None and place in line:
            line.remove(place)
            if not line:
                del self._lines[request]

    def _serve(self) -> None:
        while self._free and self._lines:
            request, line = self._lines.popitem(last=False)
            place = line.popleft()
            if line:
                self._lines[request] = line
            if not place.done():
                self._give()
                place.set_result(None)
