"""Many clients of a service, which do nothing but ask and wait."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.service_process import Process


@dataclass(frozen=True)
class Measured:
    """How long each request took, and all of them together, in seconds."""

    times: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Requests in a second."""
        return len(self.times) / self.seconds

    def percentile(self, share: int) -> float:
        """The time that so many of a hundred requests do not exceed."""
        return sorted(self.times)[min(len(self.times) - 1, len(self.times) * share // 100)]


def load(
    service: Process, path: str, body: Mapping[str, object] | None, clients: int, count: int
) -> Measured:
    """Sends `count` requests over as many connections as there are clients; each rollout has its own seed."""
    return asyncio.run(_load(service, path, body, clients, count))


async def _load(
    service: Process, path: str, body: Mapping[str, object] | None, clients: int, count: int
) -> Measured:
    numbers = iter(range(count))
    began = time.perf_counter()
    times = await asyncio.gather(*(_client(service, path, body, numbers) for _ in range(clients)))
    return Measured(list(itertools.chain.from_iterable(times)), time.perf_counter() - began)


async def _client(
    service: Process, path: str, body: Mapping[str, object] | None, numbers: Iterator[int]
) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    times = []
    for number in numbers:
        content = b"" if body is None else json.dumps({**body, "seed": number}).encode()
        method = "GET" if body is None else "POST"
        head = f"{method} {path} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {service.password}\r\n"
        kind = "" if body is None else "Content-Type: application/json\r\n"
        began = time.perf_counter()
        writer.write(f"{head}{kind}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        await _answer(reader)
        times.append(time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()
    return times


async def _answer(reader: asyncio.StreamReader) -> None:
    """Reads one answer. Raises RuntimeError for any but 200."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    content = await reader.readexactly(length)
    if " 200 " not in head.partition("\r\n")[0]:
        raise RuntimeError(content.decode(errors="replace"))
