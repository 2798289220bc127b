"""Every endpoint of a server wants its key: vLLM's own guard leaves those out that are not under /v1.

Unguarded are, among others, /collective_rpc, which calls any method of a worker, and /adapters, which loads
weights; and any process of the machine reaches a loopback port, as does any page in a browser.
vLLM takes this class by `--middleware`, and makes it with the application that it stands before.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

OPEN = "/health"


class KeyGuard:
    """Answers 401 to a request without `Authorization: Bearer KEY`, with the key in VLLM_API_KEY."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.expected = f"Bearer {os.environ['VLLM_API_KEY']}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what knows the key, and /health."""
        if scope["type"] not in ("http", "websocket") or scope["path"] == OPEN or self._knows(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b"Unauthorized"})

    def _knows(self, scope: Scope) -> bool:
        given = dict(scope["headers"]).get(b"authorization", b"")
        return secrets.compare_digest(given, self.expected)
