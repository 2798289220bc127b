"""Waiting for one thing: whoever waits for a call is not woken by the other four thousand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


class Signal:
    """Fired whenever the thing that it belongs to has changed."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        """Wake those who wait for this thing."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, answer: Callable[[], Answer], timeout: float) -> Answer:
        """The first true answer, or the last false one when the time (seconds) is up."""
        deadline = asyncio.get_running_loop().time() + timeout
        while not (given := answer()):
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0 or not await self._changed(left):
                return answer()
        return given

    async def _changed(self, timeout: float) -> bool:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            done, _ = await asyncio.wait([future], timeout=timeout)  # wait_for may lose a cancellation
        finally:
            self._waiting.discard(future)
        return bool(done)
