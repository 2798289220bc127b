"""A model behind an OpenAI-compatible endpoint, which makes its own batches."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Final

from workloads.service.inference.model import Adapter, Draw, LoadError
from workloads.textgames.play.endpoint import EndpointPlayer
from workloads.textgames.play.player import PlayerError, Reply, Request

RETRIES: Final = 3
"""Further tries of a turn: who asked waits, and may ask again."""


class EndpointModel:
    """Asks for each turn as it comes, from an event loop in a thread of its own."""

    def __init__(self, player: EndpointPlayer) -> None:
        self._player = player
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="endpoint", daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(player.connect(), self._loop).result()

    def ask(self, request: Request, draw: Draw) -> Future[Reply]:
        """The reply to come; cancelling it ends the request to the endpoint."""
        if self._loop.is_closed():
            failed: Future[Reply] = Future()
            failed.set_exception(PlayerError("the model was put away; try again"))
            return failed
        return asyncio.run_coroutine_threadsafe(self._reply(request, draw), self._loop)

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Nothing depends on it here."""
        yield

    def close(self) -> None:
        """Ends all requests, and the connections."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def served(self, adapter: Adapter | None) -> str | None:
        """The name under which an adapter is served; None is the model's own."""
        if adapter is not None:
            raise LoadError("an endpoint that exists takes no adapter; leave adapter out")
        return None

    async def _reply(self, request: Request, draw: Draw) -> Reply:
        name = await self.served(draw.adapter)
        return await self._player.reply(request, model=name, sampling=draw.sampling)

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._player.disconnect()
