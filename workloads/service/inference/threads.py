"""Work in threads that end with the process, whatever they are doing then."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """What the work returns. Unlike those of a pool, its thread does not keep a process from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            _tell(loop, done, done.set_exception, error)
        else:
            _tell(loop, done, done.set_result, result)

    threading.Thread(target=run, daemon=True).start()
    return await done


def _tell(
    loop: asyncio.AbstractEventLoop, done: asyncio.Future[T], tell: Callable[..., None], what: object
) -> None:
    def if_awaited() -> None:
        if not done.done():
            tell(what)

    with suppress(RuntimeError):  # The loop has ended, and nobody waits any more.
        loop.call_soon_threadsafe(if_awaited)
