"""One episode under way: played in a thread, by a model that others play with as well."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from typing import Any

from msgspec import Struct

from workloads.service.inference.model import Adapter, Draw, LoadedModel, Source
from workloads.textgames.envs.registry import make
from workloads.textgames.play.episodes import Episode, Turn, play
from workloads.textgames.play.player import Reply, Request
from workloads.textgames.settings import History, Sampling


class Order(Struct, frozen=True, kw_only=True, eq=False):
    """What is to be played: checked, so that nothing of it is refused later. Two are never the same."""

    source: Source
    adapter: Adapter | None
    model_name: str
    adapter_name: str | None
    environment: str
    arguments: dict[str, Any]
    history: History
    max_turns: int
    sampling: Sampling


class StoppedError(Exception):
    """Nobody wants the episode any more."""


class Sitting:
    """An episode and its player, who asks the model turn by turn. `stop` may be called from any thread."""

    def __init__(self, order: Order, seed: int, model: LoadedModel) -> None:
        self._order = order
        self._seed = seed
        self._model = model
        self._draw = Draw(order.sampling, order.adapter)
        self._waiting: Future[Reply] | None = None
        self._stopped = False
        self._lock = threading.Lock()

    def play(self, taken: Callable[[int, Turn], None] | None = None) -> Episode:
        """Plays to the end; each turn is told with its number.

        Raises StoppedError, PlayerError, LoadError.
        """
        order = self._order
        environment = make(order.environment, order.arguments)

        def report(seed: int, number: int, turn: Turn) -> None:
            if taken is not None:
                taken(number, turn)

        with self._model.playing():
            (episode,) = play([environment], [self._seed], order.history, self, order.max_turns, taken=report)
        return episode

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """Hands the turns over to the model, and waits."""
        return [self._reply(request) for request in requests]

    def stop(self) -> None:
        """Ends it at its next turn; a turn that waits leaves the queue."""
        with self._lock:
            self._stopped = True
            if self._waiting is not None:
                self._waiting.cancel()

    def _reply(self, request: Request) -> Reply:
        with self._lock:
            if self._stopped:
                raise StoppedError
            self._waiting = self._model.ask(request, self._draw)
        try:
            return self._waiting.result()
        except CancelledError:
            raise StoppedError from None
