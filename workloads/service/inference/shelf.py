"""The models that are loaded: the manifest's from the start, others when they are asked for."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from workloads.service.errors import ApiError
from workloads.service.inference.model import LoadedModel, LoadError, Source
from workloads.service.inference.threads import in_thread

AGAIN: Final = 5.0
"""Seconds after which a request for a model that is being loaded may come again."""
ANOTHER_TRY: Final = 60.0
"""Seconds that a load which failed is left alone."""

_FAILURES: Final = 16

_log = logging.getLogger(__name__)


@dataclass
class _Place:
    loading: asyncio.Task[LoadedModel]
    users: int = 0
    used: float = field(default_factory=time.monotonic)
    ended: float = 0.0

    def __post_init__(self) -> None:
        self.loading.add_done_callback(self._end)

    def _end(self, _: object) -> None:
        self.ended = time.monotonic()

    @property
    def loaded(self) -> LoadedModel | None:
        done = self.loading.done() and not self.loading.cancelled()
        return self.loading.result() if done and self.loading.exception() is None else None

    @property
    def problem(self) -> str:
        """Why it could not be loaded; empty where it could, or is being loaded."""
        if not self.loading.done() or self.loading.cancelled():
            return ""
        error = self.loading.exception()
        return "" if error is None else str(error) if isinstance(error, LoadError) else "it failed"


class Shelf:
    """Keeps up to `room` models; the one that was idle longest makes room. Models load one at a time.

    `load` runs in a thread and raises LoadError; a model that failed is tried again when it is asked for
    `another_try` seconds later.
    """

    def __init__(
        self,
        load: Callable[[Source], LoadedModel],
        room: int,
        patience: float,
        another_try: float = ANOTHER_TRY,
    ) -> None:
        self._load = load
        self._room = room
        self._patience = patience
        self._another_try = another_try
        self._places: dict[Source, _Place] = {}
        self._one = asyncio.Lock()
        self._changed = asyncio.Condition()

    def begin(self, source: Source) -> None:
        """Loads a model in the background."""
        self._place(source)

    def state(self, source: Source) -> tuple[bool, str]:
        """Whether a model is loaded, and why that failed."""
        place = self._places.get(source)
        return (False, "") if place is None else (place.loaded is not None, place.problem)

    @asynccontextmanager
    async def borrow(self, source: Source) -> AsyncIterator[LoadedModel]:
        """A model that stays while the context does. Raises ApiError (503) where it does not come in time."""
        place = await self._admitted(source)
        place.users += 1
        try:
            yield await self._ready(place)
        finally:
            place.users -= 1
            place.used = time.monotonic()
            async with self._changed:
                self._changed.notify_all()

    async def close(self) -> None:
        """Ends all models."""
        places = list(self._places.values())
        self._places.clear()
        for place in places:
            place.loading.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await place.loading
            if place.loaded is not None:
                await in_thread(place.loaded.close)

    async def _admitted(self, source: Source) -> _Place:
        """The model's place, as soon as one that nobody uses can be put away for it."""
        try:
            async with asyncio.timeout(self._patience), self._changed:
                while (place := self._place(source)) is None:
                    await self._changed.wait()
                return place
        except TimeoutError:
            raise ApiError(
                503, "busy", "other models are in use; try again shortly", retry_after=AGAIN
            ) from None

    async def _ready(self, place: _Place) -> LoadedModel:
        try:
            return await asyncio.wait_for(asyncio.shield(place.loading), self._patience)
        except TimeoutError:
            raise ApiError(
                503, "loading", "the model is being loaded; try again", retry_after=AGAIN
            ) from None
        except LoadError as error:
            raise ApiError(503, "model_unavailable", str(error), retry_after=self._another_try) from None

    def _place(self, source: Source) -> _Place | None:
        """The place of a model, which is loaded there if it is not yet; None where there is no room."""
        place = self._places.get(source)
        if place is not None and not (place.problem and time.monotonic() - place.ended > self._another_try):
            return place
        held = {key: one for key, one in self._places.items() if key != source and not one.problem}
        away = []
        if len(held) >= self._room:
            idle = [key for key, one in held.items() if not one.users and one.loaded is not None]
            if not idle:
                return None
            away = [self._places.pop(min(idle, key=lambda key: held[key].used)).loading.result()]
        self._forget_failures()
        place = self._places[source] = _Place(asyncio.create_task(self._replace(source, away)))
        place.loading.add_done_callback(lambda done: _report(source, done))
        return place

    async def _replace(self, source: Source, away: list[LoadedModel]) -> LoadedModel:
        async with self._one:
            for model in away:
                await in_thread(model.close)
            return await in_thread(lambda: self._load(source))

    def _forget_failures(self) -> None:
        failed = [key for key, one in self._places.items() if one.problem and not one.users]
        for key in failed[:-_FAILURES]:
            del self._places[key]


def _report(source: Source, done: asyncio.Task[LoadedModel]) -> None:
    if done.cancelled():
        return
    error = done.exception()
    if error is None:
        _log.info("model loaded", extra={"model": source.name})
    else:
        unforeseen = None if isinstance(error, LoadError) else error
        _log.error("model not loaded: %s", error, extra={"model": source.name}, exc_info=unforeseen)
