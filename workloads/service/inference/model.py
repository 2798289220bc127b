"""What a model is to those who play with it, whatever generates."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol

from workloads.textgames.play.player import Reply, Request
from workloads.textgames.settings import Sampling


class LoadError(Exception):
    """A model cannot be had: one sentence, which names no path outside the folder of models."""


class Adapter(NamedTuple):
    """An adapter's folder, and when its weights were written: other weights are another adapter."""

    folder: Path
    written: int


class Source(NamedTuple):
    """A model by the name that it was asked for; None: what the manifest names.

    `folder` holds the weights, which were `written` then.
    """

    name: str
    folder: Path | None = None
    written: int = 0


class Draw(NamedTuple):
    """How a reply is drawn: turns of the same draw can be generated together."""

    sampling: Sampling
    adapter: Adapter | None


class LoadedModel(Protocol):
    """A model that replies. Its methods may be called from any thread."""

    def ask(self, request: Request, draw: Draw) -> Future[Reply]:
        """The reply to come: it may fail with PlayerError or LoadError, or be cancelled while it waits."""
        ...

    def playing(self) -> AbstractContextManager[None]:
        """Entered while an episode is played."""
        ...

    def close(self) -> None:
        """Ends it; what waits for a reply fails."""
        ...
