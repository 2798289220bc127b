"""A loopback endpoint that speaks OpenAI's protocol, for tests: what it can be told and asked."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from tests.standins.github.server import Server
from tests.standins.openai.players import PLAYERS
from tests.standins.openai.site import Asked, Player, Site
from tests.standins.wandb.faults import DROPPED, Fault


class OpenAIServer:
    """Listens on this machine while its context lasts. A model's name says which player replies.

    `key` is what clients must give. `context` is the most tokens of a conversation with its reply. With
    `vllm`, vLLM's own parameters are taken; with `tools`, functions may be called.
    """

    def __init__(
        self,
        players: Mapping[str, Player] = PLAYERS,
        *,
        key: str | None = None,
        context: int | None = None,
        vllm: bool = True,
        tools: bool = True,
        port: int = 0,
    ) -> None:
        self._server = Server(port)
        self._site = Site(players, key, context, vllm, tools)
        self.url = f"{self._server.url}/v1"

    def __enter__(self) -> OpenAIServer:
        self._server.start(self._site)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._site.faults.clear()
        self._server.close()

    # What was asked

    @property
    def requests(self) -> list[Asked]:
        """All requests, oldest first."""
        return list(self._site.requests)

    def chats(self) -> list[Asked]:
        """The requests for a reply, oldest first."""
        return [asked for asked in self.requests if asked.operation == "chat"]

    @property
    def most_at_once(self) -> int:
        """How many requests were worked on at the same time at most."""
        return self._site.most_at_once

    @property
    def unknown(self) -> list[str]:
        """What was asked and is not known. A test finds it empty."""
        return list(self._site.unknown)

    # Faults

    def fail(self, status: int, *, operation: str = "chat", times: int | None = 1, **more: Any) -> None:
        """Let requests go wrong: `times` of them, after `skip` that go well; `retry_after` in seconds."""
        self._site.faults.add(Fault(operation, status, times=times, **more))

    def drop(self, *, operation: str = "chat", times: int | None = 1, **more: Any) -> None:
        """End the connection without an answer."""
        self.fail(DROPPED, operation=operation, times=times, **more)

    def delay(self, seconds: float, *, operation: str = "chat", times: int | None = None) -> None:
        """Answer late."""
        self._site.faults.add(Fault(operation, None, delay=seconds, times=times))

    def hang(self, *, operation: str = "chat", times: int | None = None, **more: Any) -> None:
        """Answer when the faults are cleared."""
        self._site.faults.add(Fault(operation, None, hangs=True, times=times, **more))

    def clear_faults(self) -> None:
        """Let all go right again."""
        self._site.faults.clear()
