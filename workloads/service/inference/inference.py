"""Episodes for requests: alone, many, or turn by turn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final

from workloads.service.errors import ApiError
from workloads.service.inference.engines import ROOM, Name, engine_of, loader
from workloads.service.inference.folder import ModelsFolder, refused
from workloads.service.inference.model import LoadedModel, LoadError, Source
from workloads.service.inference.playing import Order, Sitting, StoppedError
from workloads.service.inference.results import Outcome, outcome
from workloads.service.inference.shelf import Shelf
from workloads.service.inference.shows import Channel, Show
from workloads.service.inference.slots import Slots
from workloads.service.settings import ServiceSettings
from workloads.textgames.play.episodes import Episode
from workloads.textgames.play.player import PlayerError

OWN: Final = Source("")
"""The manifest's model."""
_AGAIN: Final = 10.0

_log = logging.getLogger(__name__)


class Inference:
    """Plays what is ordered, `limits.rollouts` episodes at a time. For one event loop."""

    def __init__(self, settings: ServiceSettings, scratch: Path) -> None:
        self.settings = settings
        self.engine: Name = engine_of(settings)
        self.folder = ModelsFolder(Path(settings.models))
        limits = settings.limits
        self._shelf = Shelf(loader(settings, scratch), ROOM[self.engine], limits.waiting)
        self._slots = Slots(limits.rollouts)
        self._threads = ThreadPoolExecutor(limits.rollouts, thread_name_prefix="episode")
        self._sittings: set[Sitting] = set()

    def start(self) -> None:
        """Loads the manifest's model in the background."""
        self._shelf.begin(OWN)

    async def close(self) -> None:
        """Ends all episodes, then the models."""
        for sitting in list(self._sittings):
            sitting.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self._shelf.close()

    @property
    def running(self) -> int:
        """The episodes that are being played."""
        return self._slots.taken

    def state(self) -> tuple[bool, str]:
        """Whether the manifest's model is loaded, and why not if that failed."""
        return self._shelf.state(OWN)

    async def rollout(self, order: Order, seed: int) -> Episode:
        """One episode. Raises ApiError."""
        async with self._shelf.borrow(order.source) as model:
            return await self._episode(model, order, seed, self.settings.limits.waiting)

    async def evaluation(self, order: Order, seeds: Sequence[int]) -> list[Outcome]:
        """Many episodes, in the order of their seeds. Raises ApiError, and then none is played any more."""
        async with self._shelf.borrow(order.source) as model:
            patience = self.settings.limits.waiting
            tasks = [
                asyncio.create_task(self._outcome(model, order, seed, None if place else patience))
                for place, seed in enumerate(seeds)
            ]
            try:
                return list(await asyncio.gather(*tasks))
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def show(self, order: Order, seed: int) -> Show:
        """One episode, turn by turn. It has a place when this returns. Raises ApiError."""
        channel = Channel(asyncio.get_running_loop())

        async def run() -> Episode:
            async with self._shelf.borrow(order.source) as model:
                patience = self.settings.limits.waiting
                return await self._episode(model, order, seed, patience, channel)

        show = Show(asyncio.create_task(run()), channel)
        await show.begin()
        return show

    async def _outcome(self, model: LoadedModel, order: Order, seed: int, patience: float | None) -> Outcome:
        return outcome(await self._episode(model, order, seed, patience))

    async def _episode(
        self,
        model: LoadedModel,
        order: Order,
        seed: int,
        patience: float | None,
        channel: Channel | None = None,
    ) -> Episode:
        """Its place is free again when its thread has ended, also where nobody waits for it any more."""
        loop = asyncio.get_running_loop()
        await self._slots.take(order, patience)
        sitting = Sitting(order, seed, model)
        self._sittings.add(sitting)

        def ended(_: Future[Episode]) -> None:
            with suppress(RuntimeError):  # The loop has ended, and with it the service.
                loop.call_soon_threadsafe(self._left, sitting)

        if channel is not None:
            channel.seated()
        played = self._threads.submit(sitting.play, None if channel is None else channel.put)
        played.add_done_callback(ended)
        try:
            return await asyncio.wrap_future(played)
        except asyncio.CancelledError:
            sitting.stop()
            raise
        except (PlayerError, LoadError, StoppedError) as error:
            raise _refusal(error) from None

    def _left(self, sitting: Sitting) -> None:
        self._sittings.discard(sitting)
        self._slots.give_back()


def _refusal(error: PlayerError | LoadError | StoppedError) -> ApiError:
    if isinstance(error, LoadError):
        return refused("adapter", f"cannot be used: {error}")
    if isinstance(error, StoppedError):
        return ApiError(503, "busy", "the service is ending; try again shortly", retry_after=_AGAIN)
    _log.error("the model does not reply: %s", error)
    return ApiError(503, "model_unavailable", "the model does not reply; try again later", retry_after=_AGAIN)
