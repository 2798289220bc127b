"""The address of one web function: a server of its own, so that paths and redirects are the application's."""

from __future__ import annotations

import asyncio
import socket
import traceback
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import uvicorn

if TYPE_CHECKING:
    from tests.standins.modal.webhooks import Webhooks

HOST = "127.0.0.1"
Receive: TypeAlias = "Callable[[], Awaitable[dict[str, Any]]]"
Send: TypeAlias = "Callable[[dict[str, Any]], Awaitable[None]]"


class Server(uvicorn.Server):
    """A server that leaves the signals to the program that it is a part of."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class Site:
    """The address of one label."""

    def __init__(self, webhooks: Webhooks, label: str) -> None:
        self._webhooks, self._label = webhooks, label
        self._socket = socket.create_server((HOST, 0))
        self.url = f"http://{HOST}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            self._answer, interface="asgi3", lifespan="off", ws="none", log_config=None,
            log_level="critical", access_log=False, proxy_headers=False, server_header=False,
            date_header=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = Server(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen."""
        self._serving = asyncio.create_task(self._server.serve([self._socket]))
        while not self._server.started and not self._serving.done():
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Cut what is left and listen no more."""
        self._server.should_exit = self._server.force_exit = True
        if self._serving is not None:
            await self._serving

    async def _answer(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        try:
            await self._webhooks.answer(self._label, scope, receive, send)
        except Exception:  # a mistake of ours must show in the test that met it
            traceback.print_exc()
            raise
