"""A service on this machine that answers as the real one does, and goes wrong when it is told to."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Self

from msgspec import Struct

from tests.standins.service.desk import Asked, Desk, Said


class Fault(Struct, frozen=True, kw_only=True):
    """What happens to the next request: after `wait` seconds, an answer of its own, or none at all.

    `drop` ends the connection `before` the request has its effect, `after` it has, or `midway` through its
    answer.
    """

    answer: Said | None = None
    drop: str = ""
    wait: float = 0.0


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: StandIn

    def handle_request(self) -> None:
        """Reads a request, writes it down, and answers."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length") or 0))
        asked = Asked(method=self.command, path=self.path, headers=headers, body=body)
        self.server.requests.append(asked)
        fault = self.server.faults.popleft() if self.server.faults else Fault()
        time.sleep(fault.wait)
        answer = fault.answer
        if answer is None and fault.drop != "before":
            answer = self.server.desk.answer(asked)
        if answer is None or fault.drop in ("before", "after"):
            self.close_connection = True
            return
        self._write(answer, midway=fault.drop == "midway")

    do_GET = do_POST = handle_request

    def _write(self, answer: Said, midway: bool) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        parts = answer.lines if answer.lines is not None else [answer.body]
        if answer.lines is None:
            self.send_header("Content-Length", str(len(answer.body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        if midway:
            self.close_connection = True
            parts = [parts[0]] if len(parts) > 1 else [parts[0][: len(parts[0]) // 2]]
        for part in parts:
            self.wfile.write(part)
            self.wfile.flush()

    def handle(self) -> None:
        """Serves until the client has gone, however it goes."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the record tells more."""


class StandIn(ThreadingHTTPServer):
    """Listens while its context lasts."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.requests: list[Asked] = []
        self.faults: deque[Fault] = deque()
        self.desk = Desk()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def server_bind(self) -> None:
        """Binds without asking who we are: that may take a name server's time."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def clear(self) -> None:
        """Forgets all that it was asked and told."""
        self.requests.clear()
        self.faults.clear()
        self.desk = Desk()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()
