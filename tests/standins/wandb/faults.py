"""Requests that are told to go wrong."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

from tests.standins.github.answers import HttpAnswer, json_answer

Moment = Literal["before", "after"]
DROPPED = 0
"""The status of a connection that ends without an answer."""


@dataclass
class Fault:
    """One order: which requests, and what becomes of them."""

    operation: str
    """As requests are recorded; `*` is any."""
    status: int | None
    """None: only the delay."""
    moment: Moment = "before"
    """Whether the effect is lost too, or only the answer."""
    message: str = "the stand-in was told to fail"
    skip: int = 0
    """How many such requests go well first."""
    times: int | None = 1
    """How many then do not; None means all that follow."""
    delay: float = 0.0
    """Seconds, before anything else."""
    hangs: bool = False
    """Until the orders are cleared, or the server ends."""
    retry_after: float | None = None
    """Seconds after which the client is told to try again."""
    seen: int = 0

    def strikes(self, operation: str) -> bool:
        """Whether it is this request's turn. Counts the request."""
        if self.operation not in ("*", operation):
            return False
        self.seen += 1
        return self.seen > self.skip and (self.times is None or self.seen <= self.skip + self.times)

    def answer(self) -> HttpAnswer | None:
        """What the client gets; None is a dropped connection."""
        assert self.status is not None
        if self.status == DROPPED:
            return None
        headers = {} if self.retry_after is None else {"Retry-After": f"{self.retry_after:g}"}
        return json_answer(self.status, {"errors": [{"message": self.message}], "data": None}, headers)


class Faults:
    """All orders in force."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._lock = threading.Lock()
        self._cleared = threading.Event()

    def add(self, fault: Fault) -> None:
        """Give an order."""
        with self._lock:
            self._orders.append(fault)

    def clear(self) -> None:
        """Let all go right again; what hangs goes on."""
        with self._lock:
            self._orders.clear()
            self._cleared.set()
            self._cleared = threading.Event()

    def striking(self, operation: str) -> list[Fault]:
        """The orders that strike a request."""
        with self._lock:
            return [order for order in self._orders if order.strikes(operation)]

    def wait(self, faults: list[Fault]) -> None:
        """Delay or hang."""
        with self._lock:
            cleared = self._cleared
        for fault in faults:
            if fault.hangs or fault.delay:
                cleared.wait(None if fault.hangs else fault.delay)
