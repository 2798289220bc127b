"""Runs the application for one request: for so long, and not for a client that is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from workloads.service.access.answer import Answer
from workloads.service.access.asgi import App, Receive, Scope
from workloads.service.access.body import ClientGoneError, replayed
from workloads.service.access.logs import crashed
from workloads.service.access.passwords import busy
from workloads.service.errors import ApiError


class Slots:
    """Room for so many at the same time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.taken = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Takes a slot. Raises ApiError (503) where none is free."""
        if self.taken >= self._most:
            raise busy()
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


async def run(
    app: App,
    scope: Scope,
    receive: Receive,
    answer: Answer,
    body: bytes,
    *,
    seconds: float,
    leaves: bool,
    held: ExitStack,
) -> None:
    """The application's answer. `held` is given back when the application has ended, which may be later.

    Raises ApiError (504) after `seconds`; where the client `leaves`, the application is cancelled and
    ClientGoneError raised. Whatever the application raises is raised.
    """
    gone = asyncio.Event()
    task = asyncio.ensure_future(app(scope, replayed(body, gone), answer.send))
    task.add_done_callback(lambda _: held.close())
    watcher = asyncio.create_task(_watch(receive, gone))
    try:
        awaited = {task, watcher} if leaves else {task}
        done, _ = await asyncio.wait(awaited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if task not in done:
            raise ClientGoneError if watcher in done else _too_long(seconds)
        if task.cancelled():
            raise RuntimeError("the application cancelled itself")
        task.result()
        await answer.ended()
    finally:
        watcher.cancel()
        if not task.done():
            answer.close_to_application()
            task.cancel()
            task.add_done_callback(lambda ended: _last_words(ended, answer.request_id))


async def _watch(receive: Receive, gone: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()


def _last_words(task: asyncio.Future[None], request_id: str) -> None:
    """What went wrong in an application that was told to stop."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        crashed(error, request_id)


def _too_long(seconds: float) -> ApiError:
    return ApiError(504, "timeout", f"the request was not answered within {seconds:g} seconds")
