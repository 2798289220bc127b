"""Who may keep a connection to what serves."""

import asyncio
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from runner.pipeline.web_server import Connection
from tests.workloads.service.serving import served

SECONDS = 0.5
HEAD = b" HTTP/1.1\r\nHost: here\r\n"


class Impatient(Connection):
    asking_seconds = SECONDS


async def application(scope: object, receive: object, send: object) -> None:
    assert isinstance(scope, dict) and callable(send) and callable(receive)
    if scope["type"] == "lifespan":
        for stage in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{stage}.complete"})
        return
    await asyncio.sleep(2 * SECONDS if scope["path"] == "/slow" else 0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(application, http=Impatient) as url:
        yield url


def said(url: str, first: bytes, drop: bytes = b"") -> bytes:
    """What is answered until the connection is closed, to `first` and then a `drop` every moment."""
    parts = urlsplit(url)
    answer = b""
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=0.05) as client:
        client.sendall(first)
        deadline = time.monotonic() + 20 * SECONDS
        while time.monotonic() < deadline:
            try:
                if not (got := client.recv(4096)):
                    return answer
                answer += got
            except TimeoutError:
                client.sendall(drop)
            except ConnectionResetError:
                return answer
    raise AssertionError("it stayed open")


@pytest.mark.parametrize(
    ("first", "drop", "answers"),
    [
        (b"", b"", 0),
        (b"GET /" + HEAD, b"X: y\r\n", 0),
        (b"GET /" + HEAD + b"\r\n", b"", 1),
        (b"GET /" + HEAD + b"\r\n", b"G", 1),
        (b"GET /" + HEAD + b"Content-Length: 9999\r\n\r\n", b"x", 1),
        (b"GET /slow" + HEAD + b"\r\n", b"", 1),
        (2 * (b"GET /slow" + HEAD + b"\r\n"), b"", 2),
    ],
    ids=["silent", "slow head", "satisfied", "slow second one", "slow body", "long work", "long works"],
)
def test_a_connection_that_asks_for_nothing_is_closed_and_one_that_waits_for_an_answer_is_not(
    url: str, first: bytes, drop: bytes, answers: int
) -> None:
    assert said(url, first, drop).count(b"HTTP/1.1 200") == answers


def test_garbage_after_an_answer_is_no_trouble(url: str, caplog: pytest.LogCaptureFixture) -> None:
    got = said(url, b"GET /" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"no size\r\n")
    assert got.startswith(b"HTTP/1.1 200")
    assert {record.levelname for record in caplog.records} <= {"INFO", "WARNING"}
