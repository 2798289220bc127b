"""Receives the body of a request, within a size and a time, and hands it on."""

from __future__ import annotations

import asyncio

from workloads.service.access.asgi import Message, Receive, Scope, header
from workloads.service.errors import ApiError


class ClientGoneError(Exception):
    """The client has closed the connection; there is nobody to answer."""


async def read(scope: Scope, receive: Receive, largest: int, seconds: float) -> bytes:
    """The whole body.

    Raises ApiError: 413 over `largest` bytes (declared or sent), 408 when it takes longer than `seconds`,
    400 for a length that is none, or said in two ways; and ClientGoneError.
    """
    declared = header(scope, b"content-length")
    if declared is not None:
        if header(scope, b"transfer-encoding") is not None:
            raise ApiError(
                400, "bad_length", "the headers Content-Length and Transfer-Encoding exclude each other"
            )
        if not (declared.isascii() and declared.isdigit()):
            raise ApiError(400, "bad_length", "the header Content-Length is not a number of bytes")
        if len(declared) > 18 or int(declared) > largest:
            raise too_large(largest)
    try:
        async with asyncio.timeout(seconds):
            return await _collect(receive, largest)
    except TimeoutError:
        raise ApiError(
            408, "slow_body", f"the body of the request did not arrive within {seconds:g} seconds"
        ) from None


async def _collect(receive: Receive, largest: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        if len(body) > largest:
            raise too_large(largest)
        if not message.get("more_body", False):
            return bytes(body)


def too_large(largest: int) -> ApiError:
    """More than is read."""
    return ApiError(413, "body_too_large", f"the body of a request is at most {largest} bytes")


def replayed(body: bytes, gone: asyncio.Event) -> Receive:
    """`receive` for an application whose body was read before: the body, then the end of the connection."""
    waiting = [body]

    async def receive() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    return receive


def with_length(headers: list[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    """The headers of a request whose body is now so long, and no longer comes in chunks."""
    kept = [
        (name, value)
        for name, value in headers
        if name.lower() not in (b"content-length", b"transfer-encoding")
    ]
    return [*kept, (b"content-length", str(length).encode())]
