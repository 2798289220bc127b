"""Lets in whose password is right, and counts whose is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from workloads.service.access.entries import Principal
from workloads.service.access.passwords import Passwords, busy
from workloads.service.access.throttle import Throttle
from workloads.service.errors import ApiError


class Door:
    """Passwords behind a throttle.

    Equal attempts that come at the same time are verified once, so that a program that begins with 64
    requests is not taken for 64 guesses; when they are wrong, each counts.
    """

    def __init__(
        self, passwords: Passwords, throttle: Throttle, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._passwords = passwords
        self._throttle = throttle
        self._clock = clock
        self._running: dict[tuple[str, bytes], asyncio.Task[Principal | None]] = {}

    async def enter(self, client: str, name: str | None, password: str) -> Principal:
        """Whose password it is. Raises ApiError: 401 where it is nobody's, 429 where it was tried too often,
        503 where too many attempts are being verified."""
        waiting = self._throttle.wait(client, self._clock())
        if waiting:
            raise too_many(waiting)
        fingerprint = self._passwords.fingerprint(name, password)
        principal = self._passwords.remembered(fingerprint)
        if principal is None:
            running = self._running.get((client, fingerprint))
            if running is None:
                principal = await asyncio.shield(self._begin(client, fingerprint, name, password))
            else:
                principal = await asyncio.shield(running)
                if principal is None:
                    self._count(client)
        if principal is None:
            raise unauthorized()
        self._throttle.right(client)
        return principal

    def close(self) -> None:
        """Nobody comes any more."""
        self._passwords.close()

    def _begin(
        self, client: str, fingerprint: bytes, name: str | None, password: str
    ) -> asyncio.Task[Principal | None]:
        if self._passwords.busy:
            raise busy()
        self._count(client)
        task = self._passwords.verify(name, password)
        self._running[client, fingerprint] = task
        task.add_done_callback(lambda done: self._done(client, fingerprint, done))
        return task

    def _done(self, client: str, fingerprint: bytes, task: asyncio.Task[Principal | None]) -> None:
        """Also where nobody waits any more: who goes away early has tried all the same."""
        del self._running[client, fingerprint]
        if not task.cancelled() and task.exception() is None and task.result() is not None:
            self._throttle.returned()
            self._throttle.right(client)

    def _count(self, client: str) -> None:
        waiting = self._throttle.begin(client, self._clock())
        if waiting:
            raise too_many(waiting)


def unauthorized() -> ApiError:
    """The one answer to a password that is missing or wrong, and to a name that nobody has."""
    return ApiError(401, "unauthorized", "a password is needed, and this request has no right one")


def too_many(seconds: float) -> ApiError:
    """What a client is told that has to wait."""
    return ApiError(
        429, "too_many_attempts", "too many wrong passwords; wait, then try again", retry_after=seconds
    )
