"""What goes back to the client: the application's answer with our headers, or a refusal."""

from __future__ import annotations

from typing import Final

from workloads.service.access.asgi import Message, Send, refuse
from workloads.service.errors import ApiError

SECURITY: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": (
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
}


class Answer:
    """One answer. `status` is that of what was sent, None before.

    A 500 is held back until the application has ended: frameworks send one of their own, and then raise what
    went wrong, which is ours to answer.
    """

    def __init__(self, send: Send, request_id: str, *, protected: bool, proxy: bool) -> None:
        self.request_id = request_id
        self.status: int | None = None
        self._send = send
        self._closed = False
        self._lines = False
        self._finished = False
        self._held: list[Message] = []
        self._headers = {**SECURITY, "x-request-id": request_id}
        if protected:
            self._headers["cache-control"] = "no-store"
        if proxy:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def send(self, message: Message) -> None:
        """For the application. What it sends after it was told to stop goes nowhere."""
        if self._closed:
            return
        if self._held or (message["type"] == "http.response.start" and message["status"] == 500):
            self._held.append(message)
        else:
            await self._pass(message)

    async def ended(self) -> None:
        """The application has ended, and all that it sent stands."""
        held, self._held = self._held, []
        for message in held:
            await self._pass(message)

    def close_to_application(self) -> None:
        """From now on only `refuse` sends."""
        self._closed = True

    async def refuse(self, error: ApiError) -> None:
        """Sends a refusal, in a stream of JSON lines as the last of them.

        Any other answer that has begun stays unfinished: the server then cuts the connection, and the client
        does not take the part for the whole.
        """
        self._closed = True
        if self.status is None:
            await refuse(self._pass, error)
        elif self._lines and not self._finished:
            await self._pass({"type": "http.response.body", "body": error.body() + b"\n"})

    async def _pass(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            message = {**message, "headers": self._complete(list(message.get("headers", [])))}
        elif message["type"] == "http.response.body":
            self._finished = not message.get("more_body", False)
        await self._send(message)

    def _complete(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        given = {name.lower(): value for name, value in headers}
        self._lines = given.get(b"content-type", b"").startswith(b"application/x-ndjson")
        ours = [(name.encode(), value.encode()) for name, value in self._headers.items()]
        return headers + [(name, value) for name, value in ours if name not in given]
