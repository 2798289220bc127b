"""Requests that are told to go wrong."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.standins.github.answers import HttpAnswer, json_answer

When = Literal["before", "after"]
DROPPED = 0
"""The status of a connection that ends without an answer."""


@dataclass
class Fault:
    """One order: which requests, and what becomes of them."""

    method: str
    path: re.Pattern[str]
    status: int | None
    """None: only the delay; 0: the connection is dropped."""
    times: int = 1
    when: When = "before"
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    delay: float = 0.0
    """Seconds."""
    meanwhile: Callable[[], object] | None = None
    """What happens before the request has its effect."""

    def answer(self) -> HttpAnswer:
        """What the client gets."""
        assert self.status is not None
        body = {"message": "Server Error"} if self.body is None else self.body
        if isinstance(body, (str, bytes)):
            content = body.encode() if isinstance(body, str) else body
            return HttpAnswer(self.status, content, {"Content-Type": "text/html", **self.headers})
        return json_answer(self.status, body, self.headers)


class Faults:
    """All orders in force."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, method: str, path: str, status: int | None, **options: Any) -> None:
        """Give an order."""
        json.dumps(options.get("body"))
        headers: Mapping[str, str] = options.pop("headers", None) or {}
        order = Fault(method, re.compile(path), status, headers=dict(headers), **options)
        with self._lock:
            self.orders.append(order)

    def take(self, method: str, path: str) -> Fault | None:
        """The order that strikes a request; it counts as carried out once more."""
        with self._lock:
            for order in self.orders:
                if order.times > 0 and order.method in ("*", method) and order.path.search(path):
                    order.times -= 1
                    return order
        return None

    def clear(self) -> None:
        """Let all go right again."""
        with self._lock:
            self.orders.clear()
