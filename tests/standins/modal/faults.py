"""Calls that are told to go wrong."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from grpclib import GRPCError, Status
from modal_proto import api_pb2 as pb

Moment = Literal["before", "after", "delay", "hang"]
Whose = Literal["any", "client", "container"]

HTTP_CALLS = frozenset({"BlobPut", "BlobGetContent", "BlockPut", "BlockGet"})
HTTP_STATUS = {
    Status.RESOURCE_EXHAUSTED: 429,
    Status.UNAVAILABLE: 503,
    Status.NOT_FOUND: 404,
    Status.PERMISSION_DENIED: 403,
}


@dataclass
class Fault:
    """One order: which calls, and what becomes of them."""

    rpc: str
    moment: Moment = "before"
    status: str = "INTERNAL"
    nth: int = 1
    """The first matching call that is struck, counted from the order."""
    times: int | None = 1
    """How many calls in a row; None means all that follow."""
    caller: Whose = "any"
    match: str = ""
    """Only calls whose summary holds this text."""
    seconds: float = 0.0
    """How long a delay is."""
    retry_after: float | None = None
    """Seconds after which the client is told to try again; it then does, for as long as it takes."""
    message: str = "the stand-in was told to fail"
    seen: int = 0

    def strikes(self, rpc: str, whose: Whose, summary: str) -> bool:
        """Whether it is this call's turn. Counts the call."""
        if rpc != self.rpc or self.caller not in ("any", whose) or self.match not in summary:
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)

    def error(self) -> GRPCError:
        """What the caller gets."""
        details = None if self.retry_after is None else [pb.RPCRetryPolicy(retry_after_secs=self.retry_after)]
        return GRPCError(Status[self.status], self.message, details)

    def http_status(self) -> int:
        """The same for a blob or a block."""
        return HTTP_STATUS.get(Status[self.status], 500)


class Faults:
    """All orders in force."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []

    def striking(self, rpc: str, whose: Whose, summary: str) -> list[Fault]:
        """The orders that strike this call."""
        return [order for order in self.orders if order.strikes(rpc, whose, summary)]


async def suffer_before(faults: list[Fault]) -> None:
    """Delay, hang or fail a call that has had no effect yet."""
    for fault in faults:
        if fault.moment == "delay":
            await asyncio.sleep(fault.seconds)
        elif fault.moment == "hang":
            await asyncio.Event().wait()
        elif fault.moment == "before":
            raise fault.error()


def failing_after(faults: list[Fault]) -> Fault | None:
    """The order to lose the answer of a call that has had its effect."""
    return next((fault for fault in faults if fault.moment == "after"), None)
