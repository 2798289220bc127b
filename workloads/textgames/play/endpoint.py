"""A player behind an OpenAI-compatible endpoint: vLLM's, or any other."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from workloads.textgames.play.failures import is_too_long, sentence
from workloads.textgames.play.player import PlayerError, Reply, Request
from workloads.textgames.play.tool_calls import as_text
from workloads.textgames.settings import Sampling

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion

RETRIES: Final = 8
"""Further tries of a request at 408, 409, 429, 5xx or a broken connection: 40 seconds of waiting in all."""
LONGEST: Final = 200_000
"""Characters of a reply that are kept."""
_NO_KEY: Final = "unused"
_SEEDS: Final = 2**31
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def key_of(variable: str | None) -> str | None:
    """The key in an environment variable, None where no variable is named. Raises PlayerError."""
    if variable is None:
        return None
    key = os.environ.get(variable, "")
    if not key:
        raise PlayerError(f"the variable {variable} with the endpoint's key is not set; set it, as a secret")
    return key


class EndpointPlayer:
    """Replies with a model that an endpoint serves, `concurrency` conversations at a time.

    A reply is limited to `sampling.max_tokens`, or to what is left of the model's context where that is
    less; a conversation that leaves nothing of it gets an empty reply, so that the episode goes on or ends
    as the environment wants. `top_k` and `min_p`, which OpenAI's own models do not know, are sent where they
    are not 0. Calls of functions come back in `<tool_call>` tags: those that the endpoint has parsed, or,
    with `parse_tools` off, as the model wrote them. `request_timeout` is of one try in seconds, `patience`
    of one call of `replies`, retries included. Who has an event loop asks for one reply at a time with
    `reply` between `connect` and `disconnect`; the same loop each time.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        sampling: Sampling,
        *,
        key: str | None = None,
        concurrency: int = 64,
        parse_tools: bool = True,
        request_timeout: float = 120.0,
        patience: float = 600.0,
        retries: int = RETRIES,
    ) -> None:
        self.base_url = base_url
        self.model = model
        self.sampling = sampling
        self.concurrency = concurrency
        self.patience = patience
        self._parse_tools = parse_tools
        self._request_timeout = request_timeout
        self._retries = retries
        self._key = key
        self._runner = asyncio.Runner()
        self._client: AsyncOpenAI | None = None

    def __repr__(self) -> str:
        return f"EndpointPlayer({self.base_url!r}, {self.model!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """One reply per request, in their order. Raises PlayerError."""
        return self._runner.run(self._all(requests))

    async def reply(
        self, request: Request, *, model: str | None = None, sampling: Sampling | None = None
    ) -> Reply:
        """One reply, of another model and drawn in another way where they are given. Raises PlayerError."""
        from openai import OpenAIError

        drawn = sampling or self.sampling
        for limit in ({"max_tokens": drawn.max_tokens}, {}):
            try:
                return _reply(await self._complete(request, model or self.model, drawn, limit))
            except (OpenAIError, ValueError) as error:
                if not is_too_long(error):
                    said = sentence(error, self.base_url, model or self.model, self._request_timeout)
                    raise PlayerError(self._without_key(said)) from None
        return Reply("", 0)

    async def connect(self) -> None:
        """Makes the client, so that the first reply does not have to wait for it."""
        self._connected()

    async def disconnect(self) -> None:
        """Closes the connections that `reply` has opened."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def close(self) -> None:
        """Closes the connections. It cannot be asked any more."""
        if self._client is not None:
            self._runner.run(self.disconnect())
        self._runner.close()

    async def _all(self, requests: Sequence[Request]) -> list[Reply]:
        """Raises PlayerError; nothing is left under way then."""
        slots = asyncio.Semaphore(self.concurrency)
        tasks = [asyncio.create_task(self._one(request, slots)) for request in requests]
        try:
            async with asyncio.timeout(self.patience):
                return list(await asyncio.gather(*tasks))
        except TimeoutError:
            raise PlayerError(
                f"{self.base_url} did not give all replies within {self.patience:.0f} s; play "
                "fewer episodes at a time, lower sampling.max_tokens, or use a faster endpoint"
            ) from None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, request: Request, slots: asyncio.Semaphore) -> Reply:
        async with slots:
            return await self.reply(request)

    async def _complete(
        self, request: Request, model: str, sampling: Sampling, limit: dict[str, int]
    ) -> ChatCompletion:
        body: dict[str, Any] = {"messages": request.messages, "temperature": sampling.temperature, **limit}
        if request.tools:
            body |= {"tools": request.tools, "tool_choice": "auto" if self._parse_tools else "none"}
        further = {"top_k": sampling.top_k, "min_p": sampling.min_p}
        answer: ChatCompletion = await self._connected().chat.completions.create(
            model=model,
            top_p=sampling.top_p,
            seed=request.seed % _SEEDS,
            extra_body={name: value for name, value in further.items() if value},
            **body,
        )
        return answer

    def _connected(self) -> AsyncOpenAI:
        """The client. It speaks past any proxy to an endpoint on this machine, and knows no other key."""
        if self._client is None:
            from openai import AsyncOpenAI, DefaultAsyncHttpxClient

            near = urlsplit(self.base_url).hostname in _LOOPBACK
            self._client = AsyncOpenAI(
                base_url=self.base_url,
                api_key=self._key or _NO_KEY,
                timeout=self._request_timeout,
                max_retries=self._retries,
                http_client=DefaultAsyncHttpxClient(trust_env=not near),
            )
        return self._client

    def _without_key(self, text: str) -> str:
        return text.replace(self._key, "***") if self._key else text


def _reply(answer: ChatCompletion) -> Reply:
    """Raises ValueError for an answer that is not one."""
    if not getattr(answer, "choices", None):
        raise ValueError("an answer without a choice")
    usage = answer.usage
    text = as_text(answer.choices[0].message)[:LONGEST]
    whole = text.encode("utf-8", "replace").decode()  # Half of a character could not be sent back.
    return Reply(whole, usage.completion_tokens if usage else 0)
