"""Attempts become function calls at the provider."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from runner.backends.modal.names import stage_function
from runner.backends.modal.orders import Orders
from runner.backends.modal.troubles import said
from runner.engine.backend import Order

if TYPE_CHECKING:
    from modal._functions import _Function

CONCURRENT: Final = 24
"""Calls that are being spawned at the same time."""


class Spawned(Struct, frozen=True):
    """An attempt's call, by its id; or, where that is empty, the reason why there is none."""

    call: str
    reason: str = ""


class Spawner:
    """The deployed app of a run, and what its functions are called with."""

    def __init__(self, app: str, environment: str, orders: Orders) -> None:
        """`environment` is the provider's; its default where it is empty."""
        self._app = app
        self._environment = environment
        self._orders = orders
        self._known: dict[str, _Function[..., Any, Any]] = {}
        self._looking = asyncio.Lock()
        self._room = asyncio.Semaphore(CONCURRENT)

    def spawn(self, orders: Sequence[Order]) -> list[Spawned]:
        """Calls the functions of the attempts' stages, without waiting for what they do. In order.

        A call whose id was lost on its way here is not named by the journal, so it leaves by itself.
        """
        from modal._utils.async_utils import synchronizer

        async def spawned() -> list[Spawned]:
            return await asyncio.gather(*map(self._one, orders))

        # On the SDK's own event loop: to go there from a thread for each call costs half as much again.
        together: list[Spawned] = synchronizer.create_blocking(spawned)()
        return together

    async def _one(self, order: Order) -> Spawned:
        try:
            async with self._room:
                function = await self._function(self._orders.stage(order.task))
                call = await function.spawn(self._orders.order(order))
                return Spawned(call.object_id)
        except Exception as error:  # whatever it is: this attempt did not start, and others may
            return Spawned("", f"it could not be started: {said(error) or type(error).__name__}")

    async def _function(self, stage: str) -> _Function[..., Any, Any]:
        """The function of a stage, looked up once. Raises what the SDK does when there is none."""
        from modal._functions import _Function

        async with self._looking:
            if stage not in self._known:
                function = _Function.from_name(
                    self._app, stage_function(stage), environment_name=self._environment or None
                )
                self._known[stage] = await function.hydrate()
            return self._known[stage]
