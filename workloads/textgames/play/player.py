"""Who answers: something that replies to conversations, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

Message = dict[str, Any]
"""`{"role": "system" | "user" | "assistant", "content": text}`"""


class Request(NamedTuple):
    """A conversation that waits for a reply, and the functions that may be called in it."""

    messages: list[Message]
    tools: list[dict[str, Any]]
    seed: int


class Reply(NamedTuple):
    """A reply as text (calls of functions in `<tool_call>` tags) and the tokens that it took."""

    text: str
    tokens: int


class PlayerError(Exception):
    """The player does not answer: one sentence with the cause, and what to do."""


class Player(Protocol):
    """Replies to conversations."""

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """One reply per request, in their order. Raises PlayerError."""
        ...
