"""The local port where shims ask the harness: a line of JSON each way."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.standins.actions.storing import Refused

Answer = Callable[[dict[str, Any]], Any]


class Listener:
    """Answers questions, each in a thread of its own, until it is closed."""

    def __init__(self, answer: Answer) -> None:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                line = self.rfile.readline()
                if not line:
                    return
                try:
                    said = {"answer": answer(json.loads(line))}
                except Refused as error:
                    said = {"refused": str(error)}
                with suppress(OSError):  # who asked was killed meanwhile
                    self.wfile.write(json.dumps(said).encode() + b"\n")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        """host:port."""
        host, port = self.server.server_address[:2]
        return f"{host!s}:{port}"

    def close(self) -> None:
        """Stops listening."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
