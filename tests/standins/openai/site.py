"""What answers at the address: the models, and replies by scripted players."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins.github.answers import HttpAnswer, HttpRequest, json_answer
from tests.standins.openai.chat import Chat, Refusal, completion, read, tokens
from tests.standins.wandb.faults import DROPPED, Fault, Faults

Player = Callable[[Chat], str]


@dataclass
class Asked:
    """One request, for the record."""

    operation: str
    """models, chat, or the path of what is not known."""
    status: int | None = None
    """What was answered; None while it waits, 0 where the connection was dropped."""
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Site:
    """Answers requests, many at a time."""

    def __init__(
        self, players: Mapping[str, Player], key: str | None, context: int | None, vllm: bool, tools: bool
    ) -> None:
        self.players, self.key, self.context, self.vllm, self.tools = dict(players), key, context, vllm, tools
        self.faults = Faults()
        self.requests: list[Asked] = []
        self.unknown: list[str] = []
        self.most_at_once = 0
        self._working = 0
        self._lock = threading.Lock()

    def respond(self, request: HttpRequest) -> HttpAnswer | None:
        """The answer to a request; None ends the connection without one."""
        asked = Asked(operation_of(request), headers=request.headers)
        with self._lock:
            self.requests.append(asked)
            self._working += 1
            self.most_at_once = max(self.most_at_once, self._working)
        try:
            faults = self.faults.striking(asked.operation)
            self.faults.wait(faults)
            answer = self._suffer(faults, asked, request)
        finally:
            with self._lock:
                self._working -= 1
        asked.status = DROPPED if answer is None else answer.status
        return answer

    def _suffer(self, faults: list[Fault], asked: Asked, request: HttpRequest) -> HttpAnswer | None:
        for fault in faults:
            if fault.status == DROPPED:
                return None
            if fault.status is not None:
                headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
                return _error(fault.status, fault.message, "InternalServerError", headers)
        return self._answer(asked, request)

    def _answer(self, asked: Asked, request: HttpRequest) -> HttpAnswer:
        try:
            self._admit(request)
            if asked.operation == "models":
                return json_answer(200, self._models())
            if asked.operation != "chat":
                self.unknown.append(asked.operation)
                raise Refusal(404, "Not Found", "NotFoundError")
            asked.body = json.loads(request.body)
            return json_answer(200, self._reply(read(asked.body, self.vllm)))
        except Refusal as refusal:
            return _error(refusal.status, str(refusal), refusal.kind)

    def _admit(self, request: HttpRequest) -> None:
        """A wrong key is told back, as OpenAI does in part: no client may print what it is told."""
        given = request.header("Authorization").removeprefix("Bearer ")
        if self.key is not None and given != self.key:
            raise Refusal(401, f"Incorrect API key provided: {given}", "invalid_request_error")

    def _models(self) -> dict[str, Any]:
        card = {"object": "model", "created": 0, "owned_by": "standin", "max_model_len": self.context}
        return {"object": "list", "data": [{"id": name, **card} for name in self.players]}

    def _reply(self, chat: Chat) -> dict[str, Any]:
        if chat.model not in self.players:
            raise Refusal(404, f"The model `{chat.model}` does not exist.", "NotFoundError")
        if chat.tools and not self.tools:
            raise Refusal(
                400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
            )
        length = sum(tokens(str(message["content"])) for message in chat.messages)
        if self.context is not None and length + chat.max_tokens > self.context:
            raise Refusal(
                400,
                f"This model's maximum context length is {self.context} tokens. However, you requested "
                f"{length + chat.max_tokens} tokens.",
            )
        return completion(chat, self.players[chat.model](chat))


def operation_of(request: HttpRequest) -> str:
    """What is asked for."""
    known = {("GET", "/v1/models"): "models", ("POST", "/v1/chat/completions"): "chat"}
    return known.get((request.method, request.path), f"{request.method} {request.path}")


def _error(status: int, message: str, kind: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    error = {"message": message, "type": kind, "param": None, "code": status}
    return json_answer(status, {"error": error}, headers)
