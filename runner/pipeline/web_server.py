"""The program that serves: `python web_server.py MODULE:FACTORY OPTIONS`, with uvicorn's options as JSON.

It ends with whatever started it, and no connection stays that asks for nothing.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import signal
import sys
from typing import Final, cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

PR_SET_PDEATHSIG: Final = 1


class Connection(H11Protocol):
    """A connection whose next request has to come within a time; uvicorn alone waits for ever.

    So a few hundred silent connections cannot keep everybody else out.
    """

    asking_seconds = 20.0
    _asking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins to wait for a request."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Ends the waiting once a request's head is whole."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Begins to wait for the next one; what is left of this one's body may take no longer, either."""
        super().on_response_complete()
        if not self.transport.is_closing() and self.cycle.response_complete:
            self._await_request()

    def send_400_response(self, msg: str) -> None:
        """Refuses what is not HTTP; after an answer that has begun there is nothing more to say."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def _await_request(self) -> None:
        self._stop_waiting()
        self._asking = self.loop.call_later(self.asking_seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None


def main() -> None:
    """Serves until it is told to end, or until the process that started it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    uvicorn.run(sys.argv[1], factory=True, http=Connection, **json.loads(sys.argv[2]))


if __name__ == "__main__":
    main()
