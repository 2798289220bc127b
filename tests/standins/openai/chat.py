"""A request for a reply as it came, and the reply as the protocol has it."""

from __future__ import annotations

import itertools
import json
import re
import time
from dataclasses import dataclass
from typing import Any

ROLES = {"system", "user", "assistant", "tool"}
PARAMETERS = {
    "model", "messages", "temperature", "top_p", "max_tokens", "max_completion_tokens", "seed", "n", "stop",
    "stream", "tools", "tool_choice", "user", "logprobs",
}  # fmt: skip
VLLM_PARAMETERS = {"top_k", "min_p", "repetition_penalty", "skip_special_tokens", "chat_template_kwargs"}
"""What vLLM takes beside them."""
CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
_numbers = itertools.count(1)


class Refusal(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str, kind: str = "BadRequestError") -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


@dataclass(frozen=True)
class Chat:
    """What a player is asked."""

    model: str
    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    seed: int
    max_tokens: int
    temperature: float
    given: dict[str, Any]
    """The whole body."""

    @property
    def last(self) -> str:
        """What the player sees now."""
        return str(self.messages[-1]["content"])

    @property
    def said(self) -> list[str]:
        """What the player said so far."""
        return [str(message["content"]) for message in self.messages if message["role"] == "assistant"]

    @property
    def seen(self) -> list[str]:
        """What the player was shown so far, now included."""
        return [str(message["content"]) for message in self.messages if message["role"] in ("user", "tool")]

    @property
    def rules(self) -> str:
        """The system prompt."""
        return "\n".join(str(message["content"]) for message in self.messages if message["role"] == "system")


def read(body: Any, extras: bool) -> Chat:
    """A request's body. Raises Refusal for what a server would not take; `extras` are those of vLLM."""
    if not isinstance(body, dict):
        raise Refusal(400, "the body is not a JSON object")
    unknown = sorted(body.keys() - PARAMETERS - (VLLM_PARAMETERS if extras else set()))
    if unknown:
        raise Refusal(400, f"Unrecognized request argument supplied: {', '.join(unknown)}")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(map(_is_message, messages)):
        raise Refusal(400, "messages must be a list of objects with a role and a content")
    if body.get("stream"):
        raise Refusal(400, "this server does not stream")
    return Chat(
        model=str(body.get("model")),
        messages=messages,
        tools=body.get("tools") or [],
        seed=int(body.get("seed") or 0),
        max_tokens=int(body.get("max_completion_tokens") or body.get("max_tokens") or 256),
        temperature=float(body.get("temperature", 1.0)),
        given=body,
    )


def _is_message(message: Any) -> bool:
    return (
        isinstance(message, dict)
        and message.get("role") in ROLES
        and (isinstance(message.get("content"), str) or bool(message.get("tool_calls")))
    )


def tokens(text: str) -> int:
    """About as many as a tokenizer of words would make."""
    return len(re.findall(r"\w+|[^\w\s]", text))


def completion(chat: Chat, text: str) -> dict[str, Any]:
    """The answer. With tools, `<tool_call>` tags become `tool_calls`, as vLLM's hermes parser has them."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    finish = "stop"
    calls = _calls(text) if chat.tools else []
    if calls:
        before = text.partition("<tool_call>")[0].strip()
        message |= {"content": before or None, "tool_calls": calls}
        finish = "tool_calls"
    asked = sum(tokens(str(message["content"])) for message in chat.messages)
    made = tokens(text)
    return {
        "id": f"chatcmpl-{next(_numbers)}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": chat.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {"prompt_tokens": asked, "completion_tokens": made, "total_tokens": asked + made},
    }


def _calls(text: str) -> list[dict[str, Any]]:
    found = []
    for number, written in enumerate(CALL.findall(text)):
        try:
            call = json.loads(written)
            function = {"name": call["name"], "arguments": json.dumps(call["arguments"])}
        except (ValueError, KeyError, TypeError):
            return []
        found.append({"id": f"call_{number}", "type": "function", "function": function})
    return found
